use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use super::FormRule;
use crate::address::Encoded;
use crate::api::{Poll, Refusal, call};
use crate::shell::Ask;

/// What can be done with a rule that a form made.
#[component]
pub(super) fn Actions(rule: FormRule, poll: Poll) -> impl IntoView {
    let FormRule { uid, name, paused, .. } = rule;
    let ask = expect_context::<Ask>();
    let error = RwSignal::new(None::<String>);
    let edit = format!("/alerts/rules/{}/edit", Encoded(&uid));
    let path = StoredValue::new(format!("/api/v1/watchfire/rules/{}", Encoded(&uid)));
    let done = move |outcome: Result<Value, Refusal>| match outcome {
        // The row goes with what it says.
        Ok(_) => poll.ask_at_once(),
        Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
    };
    let pause = move |_| {
        let path = path.get_value();
        spawn_local(async move { done(set_paused(&path, !paused).await) });
    };
    let question = format!("Delete the rule “{name}”? Its alerts are over then; its history stays.");
    let remove = move |_| {
        ask.confirm(question.clone(), "Delete", move || {
            let path = path.get_value();
            spawn_local(async move { done(call("DELETE", &path, None).await) });
        });
    };
    view! {
        <a class="button small" href=edit aria-label=format!("Edit {name}")>"Edit"</a>
        <button type="button" class="button small" aria-label=format!("{} {name}", if paused { "Resume" } else { "Pause" }) on:click=pause>
            {if paused { "Resume" } else { "Pause" }}
        </button>
        <button type="button" class="button small" aria-label=format!("Delete {name}") on:click=remove>"Delete"</button>
        <span class="field-error" role="alert">{move || error.get()}</span>
    }
    .into_any()
}

/// Stores the rule once more, with nothing else changed.
async fn set_paused(path: &str, paused: bool) -> Result<Value, Refusal> {
    let kept: Value = call("GET", path, None).await?;
    let mut rule = kept["rule"].clone();
    rule["paused"] = paused.into();
    let message = if paused { "Paused" } else { "Resumed" };
    call("PUT", path, Some(&json!({"version": kept["version"], "rule": rule, "message": message}))).await
}
