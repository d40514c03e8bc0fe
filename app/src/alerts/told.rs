//! Who would be told of an alert, and a test of the whole way to them.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Value, json};

use super::alert::LabelMap;
use super::routing::{Explained, Line, Trial, said_list, tell};
use crate::api::{Refusal, call, value_of};
use crate::shell::Ask;

/// How long labels must stay the same before the server is asked.
const PAUSE: Duration = Duration::from_millis(400);

/// How a test went the whole way; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Routed {
    receivers: Vec<OfReceiver>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct OfReceiver {
    receiver: String,
    #[serde(flatten)]
    trial: Trial,
}

/// A test in words, a line for each channel of each receiver.
fn routed_lines(answer: Result<Routed, Refusal>) -> Vec<Line> {
    match answer {
        Ok(routed) => {
            let lines =
                |of: OfReceiver| tell(Ok(of.trial)).into_iter().map(move |line| line.of(&of.receiver));
            routed.receivers.into_iter().flat_map(lines).collect()
        }
        Err(refusal) => tell(Err(refusal)),
    }
}

/// What a test notification of a rule says; the server marks its name. Templates that were not evaluated are left out.
fn test_body(labels: &LabelMap, notes: &LabelMap) -> Value {
    let name = labels.get("alertname").map_or("a rule", String::as_str);
    let summary = notes.get("summary").filter(|text| !text.is_empty() && !text.contains("{{"));
    let summary = summary.map_or_else(|| format!("Test of the rule {name}"), |text| format!("Test: {text}"));
    let mut notes: LabelMap = notes
        .iter()
        .filter(|(_, text)| !text.contains("{{"))
        .map(|(name, text)| (name.clone(), text.clone()))
        .collect();
    notes.insert("summary".to_owned(), summary);
    json!({"labels": value_of(labels), "annotations": value_of(&notes)})
}

/// Who is told of an alert with these labels, at once and if nobody acknowledges; and the button that tries it. `notes` are the texts
/// that people would read.
#[component]
pub(crate) fn WhoIsTold(labels: Memo<LabelMap>, notes: Memo<LabelMap>) -> impl IntoView {
    let ask = expect_context::<Ask>();
    let explained = RwSignal::new(None::<Result<Explained, String>>);
    let said = RwSignal::new(Vec::<Line>::new());
    let number = StoredValue::new(0_u32);
    // In the browser alone.
    Effect::new(move |_| {
        let labels = labels.get();
        let mine = number.get_value().wrapping_add(1);
        number.set_value(mine);
        if labels.is_empty() {
            return explained.set(None);
        }
        let ask = move || {
            if number.try_get_value() != Some(mine) {
                return;
            }
            spawn_local(async move {
                let body = json!({"labels": value_of(&labels)});
                let answer: Result<Explained, Refusal> =
                    call("POST", "/api/v1/watchfire/routing/explain", Some(&body)).await;
                if number.try_get_value() == Some(mine) {
                    explained.set(Some(answer.map_err(|refusal| refusal.to_string())));
                }
            });
        };
        set_timeout(ask, PAUSE);
    });
    let hearers = Memo::new(move |_| {
        explained.with(|explained| match explained {
            Some(Ok(explained)) if !explained.is_nobody() => {
                let mut all: Vec<String> = Vec::new();
                for name in explained.taken.iter().flat_map(super::routing::Taken::hearers) {
                    if !all.contains(&name) {
                        all.push(name);
                    }
                }
                all
            }
            _ => Vec::new(),
        })
    });
    let content = move || {
        explained.with(|explained| match explained {
            None => view! { <p class="hint">"○ Told as soon as the rule has a name."</p> }.into_any(),
            Some(Err(words)) => {
                view! { <p class="field-error">{format!("✕ It can't be told: {words}")}</p> }.into_any()
            }
            Some(Ok(explained)) => view! {
                {explained.ways()}
                <p class="alert-muted">{explained.muted_by.words()}</p>
            }
            .into_any(),
        })
    };
    let test = move |_| {
        let names = hearers.get_untracked();
        let question = format!(
            "Send a test notification to {} now, through each of their channels? It says that it is a test.",
            names.join(", ")
        );
        // The question may outlive the page.
        let body = test_body(&labels.get_untracked(), &notes.get_untracked());
        ask.confirm(question, "Send it", move || {
            said.try_set(vec![Line::sending()]);
            let body = body.clone();
            spawn_local(async move {
                let answer = call("POST", "/api/v1/watchfire/routing/test", Some(&body)).await;
                said.try_set(routed_lines(answer));
            });
        });
    };
    view! {
        <section class="panel who-is-told" aria-label="Who is told">
            <header class="panel-head">
                <h2>"Who is told"</h2>
                <span class="panel-badge"><a href="/alerts/routing">"Routing"</a></span>
            </header>
            <div role="status">{content}</div>
            <p class="alerting-actions">
                <button type="button" class="button small" disabled=move || hearers.with(Vec::is_empty) on:click=test>
                    "Send a test"
                </button>
            </p>
            {said_list(said)}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_channel_of_each_receiver() {
        let told = json!({"way": "queue", "delivered": true, "receivers": [
            {"receiver": "team", "way": "queue", "delivered": true,
             "integrations": [{"integration": "webhook[0]", "delivered": true, "seconds": 0.25}]},
            {"receiver": "boss", "way": "queue", "delivered": false, "integrations": []},
        ]});
        let lines = routed_lines(Ok(serde_json::from_value(told).unwrap()));
        let words = format!("{lines:?}");
        assert_eq!(lines.len(), 2, "{words}");
        assert!(words.contains("team: ✓ webhook[0]: delivered in 0.2 s, by the queue"), "{words}");
        assert!(words.contains("boss: – it has no channel of its own"), "{words}");
    }

    #[test]
    fn a_test_is_marked_and_holds_no_templates() {
        let map = |pairs: &[(&str, &str)]| -> LabelMap {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let labels = map(&[("alertname", "Hot"), ("host", "a")]);
        let body =
            test_body(&labels, &map(&[("summary", "{{ $labels.host }}"), ("runbook_url", "https://wiki")]));
        assert_eq!(body["labels"], json!({"alertname": "Hot", "host": "a"}));
        assert_eq!(
            body["annotations"],
            json!({"summary": "Test of the rule Hot", "runbook_url": "https://wiki"})
        );
        assert_eq!(
            test_body(&labels, &map(&[("summary", "It is hot")]))["annotations"]["summary"],
            "Test: It is hot"
        );
    }
}
