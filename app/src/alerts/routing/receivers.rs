use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::json;

use super::{Receiver, Routing};
use crate::address::Encoded;
use crate::api::{Refusal, call};
use crate::numbers::grouped;
use crate::shell::Ask;

/// How a test notification went; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(in crate::alerts) struct Trial {
    /// queue, or direct.
    way: String,
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
    /// How many wait before it, where it waits still.
    waits_behind: Option<u64>,
}

/// What is said of a test: of one channel of a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alerts) struct Line {
    words: String,
    /// Whether it waits still, and stands among the deliveries.
    waits: bool,
}

impl Line {
    fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), waits: false }
    }

    /// While nobody has answered.
    pub(in crate::alerts) fn sending() -> Self {
        Self::new("… sending")
    }

    /// The same with who is tested in front.
    pub(in crate::alerts) fn of(self, receiver: &str) -> Self {
        Self { words: format!("{receiver}: {}", self.words), ..self }
    }
}

/// A trial in words, a line for each channel.
pub(in crate::alerts) fn tell(answer: Result<Trial, Refusal>) -> Vec<Line> {
    match answer {
        Ok(trial) if trial.integrations.is_empty() => vec![Line::new("– it has no channel of its own")],
        Ok(trial) => {
            let line =
                |tried: &Tried| Line { words: tried.words(&trial.way), waits: tried.waits_behind.is_some() };
            trial.integrations.iter().map(line).collect()
        }
        Err(refusal) => vec![Line::new(format!("✕ {refusal}"))],
    }
}

/// The lines of a test, as they come.
pub(in crate::alerts) fn said_list(said: RwSignal<Vec<Line>>) -> AnyView {
    let item = |line: Line| {
        let link =
            line.waits.then(|| view! { "; see "<a href="/alerts/deliveries?state=waiting">"Deliveries"</a> });
        view! { <li>{line.words}{link}</li> }
    };
    view! {
        <ul class="receiver-said" aria-live="polite">
            {move || said.get().into_iter().map(item).collect_view()}
        </ul>
    }
    .into_any()
}

impl Tried {
    fn words(&self, way: &str) -> String {
        let took = format!("{:.1} s", self.seconds);
        let by = match way {
            "queue" => ", by the queue",
            "direct" => ", directly: by the queue go receivers that are saved",
            _ => "",
        };
        if let Some(behind) = self.waits_behind {
            let waits = match behind {
                0 => format!("no answer yet after {took}"),
                1 => format!("after {took} it still waits behind one other"),
                behind => format!("after {took} it still waits behind {} others", grouped(behind)),
            };
            return format!("◔ {}: {waits}", self.integration);
        }
        match &self.failure {
            None if self.delivered => format!("✓ {}: delivered in {took}{by}", self.integration),
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
    let said = RwSignal::new(Vec::<Line>::new());
    let path = StoredValue::new(format!("/api/v1/watchfire/receivers/{}/test", Encoded(&name)));
    let question = format!("Send a test notification to “{name}” now? It says that it is a test.");
    let test = move |_| {
        ask.confirm(question.clone(), "Send it", move || {
            said.set(vec![Line::sending()]);
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
            {said_list(said)}
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
        assert_eq!(failed.words("queue"), "✕ webhook[0]: refused; another attempt might succeed");
        let done = Tried { delivered: true, failure: None, seconds: 0.25, ..failed };
        assert_eq!(done.words(""), "✓ webhook[0]: delivered in 0.2 s");
        assert_eq!(done.words("queue"), "✓ webhook[0]: delivered in 0.2 s, by the queue");
        assert!(done.words("direct").contains("delivered in 0.2 s, directly"));
        let waits = Tried { delivered: false, waits_behind: Some(3), seconds: 20.0, ..done };
        assert_eq!(waits.words("queue"), "◔ webhook[0]: after 20.0 s it still waits behind 3 others");
        let slow = Tried { waits_behind: Some(0), ..waits.clone() };
        assert_eq!(slow.words("queue"), "◔ webhook[0]: no answer yet after 20.0 s");
        let lines = tell(Ok(Trial { way: "queue".to_owned(), integrations: vec![waits] }));
        assert!(lines[0].waits && lines[0].clone().of("team").words.starts_with("team: ◔ webhook[0]"));
    }
}
