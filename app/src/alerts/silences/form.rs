use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use serde_json::Value;
use watchfire_model::{MatchOp, Matcher};

use super::draft::{Draft, Line, Typed};
use super::matches::Matches;
use crate::address::{Encoded, Search};
use crate::alerts::who::{remember, remembered};
use crate::alerts::{moment, named};
use crate::api::{Refusal, Silence, SilenceState, call_plain, read_plain};
use crate::pages::{Page, Views};
use crate::preferences::Preferences;
use crate::range::clock;
use crate::shell::{Heading, ask_before_leaving};

/// Lengths of time to choose from.
const LENGTHS: [&str; 6] = ["30m", "1h", "2h", "8h", "1d", "1w"];

/// What the form works on.
#[derive(Clone, PartialEq)]
enum Opened {
    Loading,
    Failed(String),
    /// With the id of the silence that is changed.
    Ready(Option<String>, Box<Typed>),
}

/// The page of one silence.
#[component]
pub(crate) fn SilencePage() -> impl IntoView {
    let search = use_location().search;
    let preferences = expect_context::<Preferences>();
    let opened = RwSignal::new(Opened::Loading);
    let id = named();
    expect_context::<Heading>().follow(move || {
        if id.with(Option::is_none) { "New silence".to_owned() } else { "Change a silence".to_owned() }
    });
    // In the browser alone: what is typed must not meet what the server has rendered.
    Effect::new(move |_| {
        let Some(id) = id.get() else {
            let filters: Vec<String> = search.with_untracked(|search| {
                let search = Search::parse(search);
                let pairs = search.pairs().iter().filter(|(name, _)| name == "filter");
                pairs.map(|(_, text)| text.clone()).collect()
            });
            return opened.set(Opened::Ready(None, Box::new(Typed::fresh(&filters, remembered()))));
        };
        opened.set(Opened::Loading);
        let utc_offset = untrack(|| preferences.utc_offset());
        spawn_local(async move {
            let read = read(&id).await;
            opened.try_set(match read {
                Ok(silence) => {
                    let over = silence.status.state == SilenceState::Expired;
                    Opened::Ready((!over).then_some(id), Box::new(Typed::of(&silence, over, utc_offset)))
                }
                Err(words) => Opened::Failed(words),
            });
        });
    });
    let content = move || {
        match opened.get() {
        Opened::Loading => view! { <p class="page-notice" role="status">"… loading"</p> }.into_any(),
        Opened::Failed(words) => view! {
            <p class="page-notice" role="alert">
                {format!("✕ This silence can't be shown: {words}. ")}<a href="/alerts/silences">"All silences"</a>
            </p>
        }
        .into_any(),
        Opened::Ready(id, typed) => view! { <Form id typed/> }.into_any(),
    }
    };
    view! {
        <Title text=Page::Silence.title()/>
        <div class="alerting">
            <Views current=Page::Silences/>
            {crate::alerts::without_script()}
            {content}
        </div>
    }
    .into_any()
}

async fn read(id: &str) -> Result<Silence, String> {
    let found = call_plain("GET", &format!("/api/v2/silence/{}", Encoded(id)), None).await;
    let found = found.map_err(|refusal| refusal.to_string())?;
    read_plain(&found.to_string()).map_err(|failure| failure.to_string())
}

/// What is wrong with a field, below it.
fn fault_of(faults: RwSignal<Vec<(&'static str, String)>>, field: &'static str) -> impl IntoView {
    let words = move || {
        faults.with(|faults| faults.iter().find(|(of, _)| *of == field).map(|(_, words)| words.clone()))
    };
    view! { <p class="field-error" id=format!("silence-{field}-error") role="alert">{words}</p> }
}

/// The form.
#[component]
fn Form(id: Option<String>, typed: Box<Typed>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let draft = Draft::new(&typed);
    ask_before_leaving(move || draft.is_changed());
    let faults = RwSignal::new(Vec::new());
    let (said, sending) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let navigate = StoredValue::new(use_navigate());
    let heading = if id.is_some() { "Change a silence" } else { "New silence" };
    let verb = if id.is_some() { "Save" } else { "Silence" };
    let id = StoredValue::new(id);
    let check = move |typed: &Typed| typed.flaws(clock(), untrack(|| preferences.utc_offset()));
    // A fault that is shown goes as soon as it is mended.
    Effect::new(move |_| {
        let typed = draft.typed();
        if faults.with_untracked(Vec::is_empty) {
            return;
        }
        let still = check(&typed);
        faults.update(|faults| faults.retain(|(field, _)| still.iter().any(|(of, _)| of == field)));
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let typed = untrack(|| draft.typed());
        let found = check(&typed);
        let times = typed.times(clock(), untrack(|| preferences.utc_offset()));
        faults.set(found.clone());
        let (Ok(times), true) = (times, found.is_empty()) else { return };
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        said.set(None);
        let body = id.with_value(|id| typed.body(id.as_deref(), times));
        spawn_local(async move {
            let answer: Result<Value, Refusal> = call_plain("POST", "/api/v2/silences", Some(&body)).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    draft.saved();
                    remember(typed.author.trim());
                    navigate
                        .with_value(|navigate| navigate(Page::Silences.path(), NavigateOptions::default()));
                }
                Err(refusal) => said.set(Some(format!("✕ Not saved: {refusal}"))),
            }
        });
    };
    let until = move || {
        let typed = draft.typed();
        let times = typed.times(clock(), preferences.utc_offset());
        times.ok().map(|(_, end)| format!("until {}", moment(end, preferences)))
    };
    let length = move |text: &'static str| {
        view! { <button type="button" class="button small" on:click=move |_| draft.ends.set(text.to_owned())>{text}</button> }
    };
    let bound = |signal: RwSignal<String>| move |event| signal.set(event_target_value(&event));
    let add = move |_| draft.add(&Matcher::equal("", ""));
    let wanted = Memo::new(move |_| draft.typed().named());
    view! {
        <div class="form-columns">
            <form class="panel alert-form" on:submit=submit>
                <h1>{heading}</h1>
                <fieldset class="form-lines">
                    <legend>"Alerts that fulfil all of these"</legend>
                    <For each=move || draft.lines.get() key=|line| line.id let:line>
                        <LineFields line draft/>
                    </For>
                    {fault_of(faults, "matchers")}
                    <button type="button" class="button small" on:click=add>"Add a condition"</button>
                </fieldset>
                <div class="form-field">
                    <label for="silence-ends">"For how long, or until when"</label>
                    <input id="silence-ends" autocomplete="off" spellcheck="false" aria-describedby="silence-ends-error"
                        prop:value=move || draft.ends.get() on:input=bound(draft.ends)/>
                    <p class="form-lengths">{LENGTHS.map(length).collect_view()}<span class="hint" role="status">{until}</span></p>
                    {fault_of(faults, "ends")}
                </div>
                <div class="form-field">
                    <label for="silence-starts">"From when (empty: now)"</label>
                    <input id="silence-starts" autocomplete="off" spellcheck="false" placeholder="2026-11-20 14:00"
                        aria-describedby="silence-starts-error"
                        prop:value=move || draft.starts.get() on:input=bound(draft.starts)/>
                    {fault_of(faults, "starts")}
                </div>
                <div class="form-field">
                    <label for="silence-author">"Who"</label>
                    <input id="silence-author" autocomplete="name" aria-describedby="silence-author-error"
                        prop:value=move || draft.author.get() on:input=bound(draft.author)/>
                    {fault_of(faults, "author")}
                </div>
                <div class="form-field">
                    <label for="silence-comment">"Why"</label>
                    <textarea id="silence-comment" rows="2" aria-describedby="silence-comment-error"
                        prop:value=move || draft.comment.get() on:input=bound(draft.comment)></textarea>
                    {fault_of(faults, "comment")}
                </div>
                <p class="field-error" role="alert">{move || said.get()}</p>
                <p class="overlay-actions">
                    <button type="submit" class="button primary" disabled=move || sending.get()>{verb}</button>
                    <a class="button" href=Page::Silences.path()>"Cancel"</a>
                </p>
            </form>
            <Matches wanted/>
        </div>
    }
    .into_any()
}

/// One condition.
#[component]
fn LineFields(line: Line, draft: Draft) -> impl IntoView {
    const OPS: [(MatchOp, &str); 4] = [
        (MatchOp::Equal, "is"),
        (MatchOp::NotEqual, "is not"),
        (MatchOp::Regex, "matches"),
        (MatchOp::NotRegex, "matches not"),
    ];
    let option = move |(op, title): (MatchOp, &'static str)| {
        let text = format!("{title} ({})", op.symbol());
        view! { <option value=op.symbol() selected=move || line.op.get() == op>{text}</option> }
    };
    let choose = move |event| {
        let symbol = event_target_value(&event);
        line.op
            .set(OPS.into_iter().find(|(op, _)| op.symbol() == symbol).map_or(MatchOp::Equal, |(op, _)| op));
    };
    view! {
        <div class="form-line">
            <input aria-label="Label" placeholder="label" autocomplete="off" spellcheck="false" class="mono"
                prop:value=move || line.name.get() on:input=move |event| line.name.set(event_target_value(&event))/>
            <select aria-label="Comparison" on:change=choose>{OPS.map(option).collect_view()}</select>
            <input aria-label="Value" placeholder="value" autocomplete="off" spellcheck="false" class="mono"
                prop:value=move || line.value.get() on:input=move |event| line.value.set(event_target_value(&event))/>
            <button type="button" class="icon-button" aria-label="Remove this condition" on:click=move |_| draft.remove(line.id)>"✕"</button>
        </div>
    }
}
