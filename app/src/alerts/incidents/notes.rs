//! What people write about an incident.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use super::people::Changes;
use super::{API, Incident, Note};
use crate::address::Encoded;
use crate::alerts::moment;
use crate::alerts::who::remember;
use crate::api::{Refusal, call};
use crate::preferences::Preferences;

/// The notes, and the field for one more where the incident takes one.
#[component]
pub(super) fn Notes(
    known: RwSignal<Option<Incident>>,
    changes: Changes,
    is_whole: Memo<bool>,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let (text, sending) = (RwSignal::new(String::new()), RwSignal::new(false));
    let who = changes.who;
    let notes = Memo::new(move |_| {
        known.with(|known| known.as_ref().map(|known| known.notes.clone())).unwrap_or_default()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (author, words) = (who.get_untracked().trim().to_owned(), text.get_untracked().trim().to_owned());
        if author.is_empty() {
            return changes.refuse("write your name under “Who does what” first");
        }
        if words.is_empty() {
            return changes.refuse("write the note first");
        }
        if sending.get_untracked() {
            return;
        }
        let path = format!("{API}/{}/notes", Encoded(&changes.id.get_value()));
        sending.set(true);
        changes.clear();
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
                    changes.poll.ask_at_once();
                }
                // What was typed stays.
                Err(refusal) => changes.refuse(format!("not kept: {refusal}")),
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
    // Who one is, is asked for once on the page.
    let signed = move || match who.get().trim() {
        "" => "Signed with your name under “Who does what”.".to_owned(),
        name => format!("Signed {name}."),
    };
    let form = move || {
        view! {
            <form class="incident-form" on:submit=submit>
                <div class="form-field">
                    <label for="incident-note">"What was found out or done"</label>
                    <textarea id="incident-note" rows="3" aria-describedby="incident-note-error"
                        prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))></textarea>
                </div>
                <p class="handling-actions">
                    <button type="submit" class="button small" disabled=move || sending.get()>"Add the note"</button>
                    <span class="hint">{signed}</span>
                    <span class="field-error" id="incident-note-error" role="alert">{move || changes.fault()}</span>
                </p>
            </form>
        }
    };
    view! {
        <section class="panel" aria-label="Notes">
            <header class="panel-head"><h2>"Notes"</h2></header>
            <ul class="incident-notes">
                {move || notes.get().into_iter().map(entry).collect_view()}
            </ul>
            {none}
            {move || is_whole.get().then(form)}
        </section>
    }
    .into_any()
}
