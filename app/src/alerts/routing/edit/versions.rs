use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::json;

use super::state::{Editor, PATH, Shown};
use crate::alerts::moment;
use crate::api::{Refusal, call};
use crate::preferences::Preferences;
use crate::shell::Ask;

/// A version that is kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Saved {
    version: u64,
    /// Milliseconds since the epoch.
    updated_at: i64,
    author: String,
    message: String,
}

/// The versions that are kept: what each says, and the way back to it.
#[component]
pub(super) fn Versions(editor: Editor) -> impl IntoView {
    let known = RwSignal::new(Vec::<Saved>::new());
    let error = RwSignal::new(None::<String>);
    // Again with each version that is stored.
    Effect::new(move |_| {
        editor.version.track();
        spawn_local(async move {
            match call::<Vec<Saved>>("GET", &format!("{PATH}/versions"), None).await {
                Ok(versions) => drop(known.try_set(versions)),
                Err(refusal) => {
                    drop(error.try_set(Some(format!("✕ The versions can't be shown: {refusal}"))));
                }
            }
        });
    });
    let none = move || {
        known.with(Vec::is_empty).then(|| view! { <p class="panel-none">"Nothing was saved yet."</p> })
    };
    view! {
        <section class="panel" aria-label="Versions">
            <header class="panel-head"><h2>"Versions"</h2></header>
            <p class="field-error" role="alert">{move || error.get()}</p>
            {none}
            <ul class="receiver-list">
                <For each=move || known.get() key=|version| version.version let:version>{entry(editor, version)}</For>
            </ul>
        </section>
    }
    .into_any()
}

fn entry(editor: Editor, version: Saved) -> AnyView {
    let (ask, preferences) = (expect_context::<Ask>(), expect_context::<Preferences>());
    let number = version.version;
    let text = RwSignal::new(None::<String>);
    let show = move |_| {
        if text.with_untracked(Option::is_some) {
            return text.set(None);
        }
        spawn_local(async move {
            let shown: Result<Shown, Refusal> = call("GET", &format!("{PATH}/versions/{number}"), None).await;
            text.try_set(Some(shown.map_or_else(|refusal| format!("✕ {refusal}"), |shown| shown.yaml)));
        });
    };
    let restore = move |_| {
        let lost = if editor.changed.get_untracked() { " Changes that are not saved are lost." } else { "" };
        let question = format!(
            "Let version {number} count again? It becomes the newest version, with the secrets that it had.{lost}"
        );
        ask.confirm(question, "Restore", move || {
            let body = json!({"restore": number, "version": editor.version.get_untracked()});
            editor.send("POST", format!("{PATH}/restore"), body, Callback::new(|()| {}));
        });
    };
    let is_current = move || editor.version.get() == number;
    let message = if version.message.is_empty() { "without a message".to_owned() } else { version.message };
    let at = move || moment(version.updated_at, preferences);
    view! {
        <li class="receiver">
            <strong>{format!("Version {number}")}</strong>
            <span>{message}" "<span class="hint">{version.author}", "{at}</span></span>
            <span class="edit-tools">
                <button type="button" class="button small" aria-label=format!("Show version {number}")
                    aria-expanded=move || text.with(Option::is_some).to_string() on:click=show>"Show"</button>
                <button type="button" class="button small" aria-label=format!("Restore version {number}") disabled=is_current on:click=restore>
                    {move || if is_current() { "counts now" } else { "Restore" }}
                </button>
            </span>
            <pre class="edit-version" hidden=move || text.with(Option::is_none)>{move || text.get()}</pre>
        </li>
    }
    .into_any()
}
