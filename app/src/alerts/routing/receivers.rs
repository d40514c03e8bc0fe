use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::json;

use super::{Receiver, Routing};
use crate::address::Encoded;
use crate::api::{Refusal, call};
use crate::shell::Ask;

/// How a test notification went; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(in crate::alerts) struct Trial {
    integrations: Vec<Tried>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Tried {
    integration: String,
    delivered: bool,
    failure: Option<String>,
    may_pass: bool,
    seconds: f64,
}

/// A trial in words, a line for each channel.
pub(in crate::alerts) fn tell(answer: Result<Trial, Refusal>) -> Vec<String> {
    match answer {
        Ok(trial) if trial.integrations.is_empty() => vec!["– it has no channel of its own".to_owned()],
        Ok(trial) => trial.integrations.iter().map(Tried::words).collect(),
        Err(refusal) => vec![format!("✕ {refusal}")],
    }
}

impl Tried {
    fn words(&self) -> String {
        let took = format!("{:.1} s", self.seconds);
        match &self.failure {
            None if self.delivered => format!("✓ {}: delivered in {took}", self.integration),
            None => format!("✕ {}: not delivered", self.integration),
            Some(failure) => {
                let again = if self.may_pass { "; another attempt might succeed" } else { "" };
                format!("✕ {}: {failure}{again}", self.integration)
            }
        }
    }
}

/// Who is told, and by which channels.
#[component]
pub(super) fn Receivers(routing: RwSignal<Option<Routing>>) -> impl IntoView {
    let all = move || {
        let receivers = routing.with(|routing| routing.as_ref().map(|routing| routing.receivers.clone()));
        receivers.unwrap_or_default().into_iter().map(|receiver| view! { <Entry receiver/> }).collect_view()
    };
    view! {
        <section class="panel" aria-label="Receivers">
            <header class="panel-head"><h2>"Receivers"</h2></header>
            <ul class="receiver-list">{all}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Entry(receiver: Receiver) -> impl IntoView {
    let ask = expect_context::<Ask>();
    let later = receiver.later();
    let Receiver { name, integrations, .. } = receiver;
    let said = RwSignal::new(Vec::<String>::new());
    let path = StoredValue::new(format!("/api/v1/watchfire/receivers/{}/test", Encoded(&name)));
    let question = format!("Send a test notification to “{name}” now? It says that it is a test.");
    let test = move |_| {
        ask.confirm(question.clone(), "Send it", move || {
            said.set(vec!["… sending".to_owned()]);
            spawn_local(async move {
                let answer: Result<Trial, Refusal> = call("POST", &path.get_value(), Some(&json!({}))).await;
                said.try_set(tell(answer));
            });
        });
    };
    let mute = integrations.is_empty();
    let kinds = if mute && later.is_some() {
        view! { <span class="hint">"no channel of its own"</span> }.into_any()
    } else if mute {
        view! { <span class="hint">"has no channel: what goes there is told to nobody"</span> }.into_any()
    } else {
        let kind = |one: super::Integration| {
            let over = if one.send_resolved { "" } else { " (not when it is over)" };
            view! { <span class="tag" title=one.name>{format!("{}{over}", one.kind)}</span> }
        };
        integrations.into_iter().map(kind).collect_view().into_any()
    };
    let label = format!("Send a test to {name}");
    view! {
        <li class="receiver">
            <strong>{name}</strong>
            <span class="receiver-kinds">{kinds}{later.map(|words| view! { <span class="hint">{words}</span> })}</span>
            <button type="button" class="button small" aria-label=label hidden=mute on:click=test>"Send a test"</button>
            <ul class="receiver-said" aria-live="polite">
                {move || said.get().into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}
            </ul>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_in_words() {
        let failed = Tried {
            integration: "webhook[0]".to_owned(),
            failure: Some("refused".to_owned()),
            may_pass: true,
            ..Tried::default()
        };
        assert_eq!(failed.words(), "✕ webhook[0]: refused; another attempt might succeed");
        let done = Tried { delivered: true, failure: None, seconds: 0.25, ..failed };
        assert_eq!(done.words(), "✓ webhook[0]: delivered in 0.2 s");
    }
}
