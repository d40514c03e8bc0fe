//! Policies of escalation as they are configured, in words.

use leptos::prelude::*;
use serde::Deserialize;

use super::Routing;

/// A policy; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Policy {
    name: String,
    steps: Vec<Step>,
    repeat: Option<Repeat>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Step {
    after: String,
    receivers: Vec<String>,
    schedule: Option<String>,
    severities: Vec<String>,
    matchers: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Repeat {
    times: u32,
    after: String,
}

impl Step {
    fn words(&self) -> String {
        let on_call = self.schedule.iter().map(|name| format!("whoever is on call by {name}"));
        let told: Vec<String> = self.receivers.iter().cloned().chain(on_call).collect();
        let after = match self.after.as_str() {
            "" | "0s" => "at once".to_owned(),
            after => format!("after {after}"),
        };
        let severities =
            (!self.severities.is_empty()).then(|| format!("severity {}", self.severities.join(" or ")));
        let only: Vec<String> = severities.into_iter().chain(self.matchers.iter().cloned()).collect();
        let only = if only.is_empty() { String::new() } else { format!(" (only {})", only.join(" and ")) };
        format!("{after} {}{only}", told.join(" and "))
    }
}

impl Policy {
    fn words(&self) -> String {
        let steps: Vec<String> = self.steps.iter().map(Step::words).collect();
        let again = self.repeat.as_ref().map_or_else(String::new, |repeat| {
            let each = match repeat.after.as_str() {
                "" | "0s" => String::new(),
                after => format!(", each after {after}"),
            };
            format!("; all of that {} × again{each}", repeat.times)
        });
        format!("if nobody acknowledges: {}{again}", steps.join("; "))
    }
}

/// The policies; nothing where there are none.
#[component]
pub(super) fn Policies(routing: RwSignal<Option<Routing>>) -> impl IntoView {
    let row = |policy: Policy| {
        let words = policy.words();
        view! { <li class="receiver"><strong>{policy.name}</strong><span class="route-conditions">{words}</span></li> }
    };
    let shown = move || {
        let known =
            routing.with(|routing| routing.as_ref().map(|routing| routing.escalation_policies.clone()));
        let policies = known.filter(|policies| !policies.is_empty())?;
        Some(view! {
            <section class="panel" aria-label="Escalation policies">
                <header class="panel-head"><h2>"Escalation policies"</h2></header>
                <ul class="receiver-list">{policies.into_iter().map(row).collect_view()}</ul>
            </section>
        })
    };
    shown.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_in_words() {
        let text = r#"{"name":"levels","steps":[
            {"after":"0s","receivers":["chat"],"schedule":null,"severities":["warning"],"matchers":[]},
            {"after":"5m","receivers":["lead","boss"],"schedule":"web","severities":["critical","outage"],"matchers":["team=\"web\""]}],
            "repeat":{"times":3,"after":"30m"}}"#;
        let policy: Policy = serde_json::from_str(text).unwrap();
        assert_eq!(
            policy.words(),
            "if nobody acknowledges: at once chat (only severity warning); after 5m lead and boss and whoever is on call by web \
             (only severity critical or outage and team=\"web\"); all of that 3 × again, each after 30m"
        );
    }
}
