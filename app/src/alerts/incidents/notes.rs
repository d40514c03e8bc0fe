//! What people write about an incident.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use super::{API, Incident, Note};
use crate::address::Encoded;
use crate::alerts::moment;
use crate::alerts::who::remember;
use crate::api::{Poll, Refusal, call};
use crate::preferences::Preferences;

/// The notes, and the field for one more. `who`: who writes.
#[component]
pub(super) fn Notes(
    id: StoredValue<String>,
    known: RwSignal<Option<Incident>>,
    poll: Poll,
    who: RwSignal<String>,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let (text, sending) = (RwSignal::new(String::new()), RwSignal::new(false));
    let error = RwSignal::new(None::<String>);
    let notes = Memo::new(move |_| {
        known.with(|known| known.as_ref().map(|known| known.notes.clone())).unwrap_or_default()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (author, words) = (who.get_untracked().trim().to_owned(), text.get_untracked().trim().to_owned());
        if author.is_empty() {
            return error.set(Some("write your name under “Who does what” first".to_owned()));
        }
        if words.is_empty() || sending.get_untracked() {
            return error.set(words.is_empty().then(|| "write the note first".to_owned()));
        }
        let path = format!("{API}/{}/notes", Encoded(&id.get_value()));
        sending.set(true);
        error.set(None);
        spawn_local(async move {
            let body = json!({"text": words, "author": author});
            let answer: Result<Value, Refusal> = call("POST", &path, Some(&body)).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    remember(&author);
                    text.try_set(String::new());
                    poll.ask_at_once();
                }
                // What was typed stays.
                Err(refusal) => drop(error.try_set(Some(format!("not kept: {refusal}")))),
            }
        });
    };
    let entry = move |note: Note| {
        view! {
            <li class="incident-note">
                <strong>{note.author}</strong>" "<time>{moment(note.at, preferences)}</time>
                <p>{note.text}</p>
            </li>
        }
    };
    let none = move || {
        notes.with(Vec::is_empty).then(|| view! { <p class="panel-none">"Nobody has written anything."</p> })
    };
    view! {
        <section class="panel" aria-label="Notes">
            <header class="panel-head"><h2>"Notes"</h2></header>
            <ul class="incident-notes">
                {move || notes.get().into_iter().map(entry).collect_view()}
            </ul>
            {none}
            <form class="incident-form" on:submit=submit>
                <div class="form-field">
                    <label for="incident-note">"What was found out or done"</label>
                    <textarea id="incident-note" rows="3" aria-describedby="incident-note-error"
                        prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))></textarea>
                </div>
                <p class="handling-actions">
                    <button type="submit" class="button small" disabled=move || sending.get()>"Add the note"</button>
                    <span class="field-error" id="incident-note-error" role="alert">{move || error.get()}</span>
                </p>
            </form>
        </section>
    }
    .into_any()
}
