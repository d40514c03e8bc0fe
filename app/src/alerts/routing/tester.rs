use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use watchfire_model::MatchOp;

use super::muted::Muted;
use crate::alerts::alert::LabelMap;
use crate::alerts::conditions::conditions;
use crate::alerts::{Address, label_words};
use crate::api::{Refusal, call};

/// How long typing must pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(300);

/// What `/api/v1/watchfire/routing/explain` tells.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Explained {
    pub(in crate::alerts) taken: Vec<Taken>,
    steps: Vec<Step>,
    pub(in crate::alerts) muted_by: Muted,
    /// Receivers that its labels name and that there are not.
    unknown_receivers: Vec<String>,
    /// Where the configuration comes from: file, kept, default or draft.
    source: String,
}

impl Explained {
    /// That its labels name receivers that there are not.
    fn unknown(&self) -> Option<String> {
        let names = self.unknown_receivers.join(", ");
        // Where others are named as well, those are told.
        let are_others = self.steps.iter().any(|step| step.outcome == "named");
        let rest = if are_others { "" } else { "; the routes say who is told" };
        (!names.is_empty())
            .then(|| format!("△ Its labels name {names}, and there is no such receiver{rest}."))
    }

    /// Whether nothing is configured, so that nobody is told of anything.
    pub(in crate::alerts) fn is_nobody(&self) -> bool {
        self.source == "default"
    }

    /// The ways that it goes, and what is odd with them.
    pub(in crate::alerts) fn ways(&self) -> AnyView {
        if self.is_nobody() {
            return view! {
                <p class="alerting-bad">
                    "△ Nobody is told yet: no receiver is configured. Make one under "<a href="/alerts/routing?edit=yes">"Routing"</a>"."
                </p>
            }
            .into_any();
        }
        view! {
            <ul class="ways-taken">{self.taken.iter().map(way).collect_view()}</ul>
            <p class="hint">{self.unknown()}</p>
        }
        .into_any()
    }

    /// What a route says.
    pub(super) fn step(&self, route: usize) -> Option<Step> {
        self.steps.iter().find(|step| step.route == route).cloned()
    }
}

/// A route that takes the alert.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(in crate::alerts) struct Taken {
    path: Vec<String>,
    pub(in crate::alerts) receiver: String,
    group: LabelMap,
    group_wait: String,
    group_interval: String,
    repeat_interval: String,
    /// Time intervals for which it sends nothing now.
    muted_by: Vec<String>,
    escalations: Vec<Escalation>,
    /// The policy that says so, where one does.
    escalation_policy: Option<String>,
}

/// Who else would be told, if nobody acknowledges.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Escalation {
    told_after: String,
    /// None: nobody is on call then.
    receiver: Option<String>,
    schedule: Option<String>,
}

impl Taken {
    /// All who are told, at once or later, each once.
    pub(in crate::alerts) fn hearers(&self) -> Vec<String> {
        let later = self.escalations.iter().filter_map(|step| step.receiver.clone());
        let mut all = Vec::new();
        for name in [self.receiver.clone()].into_iter().chain(later) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all
    }

    /// Who is told later, in words.
    fn later(&self) -> Option<String> {
        let words = |step: &Escalation| {
            let who = match (&step.receiver, &step.schedule) {
                (Some(receiver), None) => receiver.clone(),
                (Some(receiver), Some(schedule)) => format!("{receiver}, on call by {schedule}"),
                (None, schedule) => {
                    format!("nobody, as {} has a gap then", schedule.as_deref().unwrap_or_default())
                }
            };
            (step.told_after.clone(), who)
        };
        // Those of one step stand together.
        let mut steps: Vec<(String, Vec<String>)> = Vec::new();
        for (after, who) in self.escalations.iter().map(words) {
            match steps.last_mut().filter(|(last, _)| *last == after) {
                Some((_, told)) => told.push(who),
                None => steps.push((after, vec![who])),
            }
        }
        let steps = steps.into_iter().map(|(after, told)| format!("after {after} {}", told.join(" and ")));
        let steps: Vec<String> = steps.collect();
        let policy = self.escalation_policy.as_ref();
        let policy = policy.map_or_else(String::new, |name| format!(" (policy {name})"));
        (!steps.is_empty()).then(|| format!("if nobody acknowledges{policy}: {}", steps.join("; ")))
    }
}

/// What a route says to it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Step {
    route: usize,
    /// takes, `passes_on`, refuses, `not_asked`, `not_reached`, named.
    pub(super) outcome: String,
    because: Value,
}

impl Step {
    /// The same in words.
    pub(super) fn words(&self) -> String {
        match self.outcome.as_str() {
            "takes" => "✓ takes it".to_owned(),
            "passes_on" => "↓ passes it on to a route below".to_owned(),
            "refuses" => {
                let condition = self.because["condition"].as_str().unwrap_or_default();
                match self.because["value"].as_str().unwrap_or_default() {
                    "" => format!("✕ not {condition}: it has no such label"),
                    value => format!("✕ not {condition}: it has {value:?}"),
                }
            }
            "not_asked" => "– not asked: a route before it took it".to_owned(),
            "named" => "– not asked: the alert's labels name who is told".to_owned(),
            _ => "– not reached".to_owned(),
        }
    }
}

/// The labels that are typed: `severity=high, team="web ops"`, or what can't be read.
fn labels(text: &str) -> Result<Map<String, Value>, String> {
    let mut labels = Map::new();
    for matcher in conditions(text)? {
        if matcher.op != MatchOp::Equal {
            return Err(format!(
                "an alert has labels, not conditions; write {}=... for one value",
                matcher.name
            ));
        }
        labels.insert(matcher.name, matcher.value.into());
    }
    Ok(labels)
}

/// Where an alert with the labels that are typed would go.
#[component]
pub(super) fn Tester(
    address: Address,
    explained: RwSignal<Option<Explained>>,
    draft: RwSignal<Value>,
) -> impl IntoView {
    let text = address.value("labels");
    let error = RwSignal::new(None::<String>);
    let number = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let (text, draft) = (text.get(), draft.get());
        let mine = number.get_value().wrapping_add(1);
        number.set_value(mine);
        if text.trim().is_empty() {
            error.set(None);
            return explained.set(None);
        }
        let labels = match labels(&text) {
            Ok(labels) => labels,
            Err(words) => return error.set(Some(words)),
        };
        let ask = move || {
            // Something else was typed, or the page was left.
            if number.try_get_value() != Some(mine) {
                return;
            }
            spawn_local(async move {
                let mut body = json!({"labels": labels});
                if !draft.is_null() {
                    body["draft"] = draft;
                }
                let answer: Result<Explained, Refusal> =
                    call("POST", "/api/v1/watchfire/routing/explain", Some(&body)).await;
                if number.try_get_value() != Some(mine) {
                    return;
                }
                error.set(answer.as_ref().err().map(Refusal::to_string));
                explained.set(answer.ok());
            });
        };
        set_timeout(ask, PAUSE);
    });
    let result = move || {
        let explained = explained.get()?;
        Some(view! {
            {explained.ways()}
            <p class="alert-muted">{explained.muted_by.words()}</p>
            {explained.muted_by.reasons()}
        })
    };
    view! {
        <section class="panel route-tester" aria-label="Where would this alert go?">
            <header class="panel-head"><h2>"Where would this alert go?"</h2></header>
            <div class="form-field">
                <label for="route-labels">"Labels of an alert"</label>
                <input id="route-labels" class="mono" data-search="true" autocomplete="off" spellcheck="false"
                    placeholder="alertname=\"DiskFull\", severity=\"high\", team=\"web\"" aria-describedby="route-labels-error"
                    aria-invalid=move || error.with(Option::is_some).to_string()
                    value=text.get_untracked() prop:value=move || text.get()
                    on:input=move |event| address.put("labels", &event_target_value(&event), true)/>
                <p class="field-error" id="route-labels-error" role="alert">{move || error.get()}</p>
            </div>
            <p class="hint">{move || draft.with(|draft| !draft.is_null()).then_some("As you have written it, before it is saved.")}</p>
            <div role="status">{result}</div>
        </section>
    }
    .into_any()
}

fn way(taken: &Taken) -> impl IntoView + use<> {
    let group = match label_words(&taken.group, &[]) {
        words if words.is_empty() => "with all alerts of the route".to_owned(),
        words => format!("with those that share {words}"),
    };
    let muted = (!taken.muted_by.is_empty())
        .then(|| view! { <span class="alert-muted">{format!("⊘ muted now by the time {}", taken.muted_by.join(", "))}</span> });
    let later = taken.later().map(|words| view! { <span class="hint way-later">{words}</span> });
    let path = taken.path.join(" → ");
    view! {
        <li class="way-taken">
            <strong>{format!("✓ {}", taken.receiver)}</strong>
            <span class="route-conditions">{path}</span>
            <span class="hint">
                {format!(
                    "in one message {group}; first after {}, news after {}, again after {}",
                    taken.group_wait, taken.group_interval, taken.repeat_interval,
                )}
            </span>
            {later}
            {muted}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read() {
        let read = |text: &str| labels(text).map(|labels| Value::from(labels).to_string());
        assert_eq!(read("a=b, c=\"d e\""), Ok(r#"{"a":"b","c":"d e"}"#.to_owned()));
        assert!(read("a!=b").unwrap_err().contains("a=..."));
        assert!(read("word").unwrap_err().contains("\"word\""));
        // As in all other fields of conditions.
        assert!(read("a=b c=\"d e\"").unwrap_err().contains("comma"));
    }

    #[test]
    fn who_is_told_later() {
        let text = r#"{"escalations":[{"after":"1m","told_after":"90s","receiver":"lead","schedule":null},
            {"told_after":"1h","receiver":"ann","schedule":"web"},{"told_after":"2h","receiver":null,"schedule":"web"}]}"#;
        let taken: Taken = serde_json::from_str(text).unwrap();
        assert_eq!(
            taken.later().as_deref(),
            Some(
                "if nobody acknowledges: after 90s lead; after 1h ann, on call by web; after 2h nobody, as web has a gap then"
            )
        );
        assert_eq!(Taken::default().later(), None);
        let all = Taken { receiver: "lead".to_owned(), ..taken };
        assert_eq!(all.hearers(), ["lead", "ann"]);
        let text = r#"{"escalation_policy":"levels","escalations":[{"told_after":"30s","receiver":"mail"},
            {"told_after":"30s","receiver":"pager"},{"told_after":"5m","receiver":"lead"}]}"#;
        let levels: Taken = serde_json::from_str(text).unwrap();
        assert_eq!(
            levels.later().as_deref(),
            Some("if nobody acknowledges (policy levels): after 30s mail and pager; after 5m lead")
        );
    }

    #[test]
    fn steps_in_words() {
        let step =
            |outcome: &str, because: Value| Step { outcome: outcome.to_owned(), because, ..Step::default() };
        let refuses = |value: &str| step("refuses", json!({"condition": "a=\"b\"", "value": value})).words();
        assert_eq!(refuses("c"), "✕ not a=\"b\": it has \"c\"");
        assert_eq!(refuses(""), "✕ not a=\"b\": it has no such label");
        assert_eq!(step("takes", Value::Null).words(), "✓ takes it");
        assert_eq!(step("named", Value::Null).words(), "– not asked: the alert's labels name who is told");
        let unknown = |outcome: &str| {
            let (steps, names) = (vec![step(outcome, Value::Null)], vec!["gone".to_owned()]);
            Explained { steps, unknown_receivers: names, ..Explained::default() }.unknown().unwrap()
        };
        assert_eq!(unknown("named"), "△ Its labels name gone, and there is no such receiver.");
        assert!(unknown("takes").ends_with("no such receiver; the routes say who is told."));
        assert_eq!(Explained::default().unknown(), None);
        let fresh: Explained =
            serde_json::from_str(r#"{"source":"default","taken":[{"receiver":"nobody"}]}"#).unwrap();
        assert!(fresh.is_nobody() && !Explained::default().is_nobody());
    }
}
