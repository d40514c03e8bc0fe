//! Policies of escalation: what they have, and how their steps are called.

use leptos::prelude::*;
use serde_json::Value;

use super::fields::Input::{Lines, List, Number, Receivers, Schedule, Text};
use super::sections::{Section, section};
use super::state::Editor;
use super::tables::{field, list};

/// The steps of a policy.
pub(super) const STEPS: &str = "steps";

/// Who is told, too, under names that routes and receivers refer to.
static POLICIES: Section = Section {
    key: "escalation_policies",
    one: "escalation policy",
    fields: &[
        field("name", "Name", Text, "levels"),
        field("repeat/times", "Repeat all steps, this many times", Number, "0"),
        field("repeat/after", "Wait before each repeat", Text, "as long as the last step takes"),
    ],
    parts: &[list(
        STEPS,
        "step",
        &[
            field("after", "After (nothing: with the first message)", Text, "5m"),
            field("receivers", "Who is told", Receivers, "mail, pager"),
            field("schedule", "And who is on call by the schedule", Schedule, "none"),
            field("severities", "Only of alerts of the severities", List, "critical, outage"),
            field("matchers", "Only of alerts with, a condition a line", Lines, "team=\"web\""),
        ],
    )],
    fresh: r#"{"steps":[{}]}"#,
};

/// Policies of escalation, to be changed.
pub(super) fn policies(editor: Editor) -> AnyView {
    view! {
        <section class="panel" aria-label="Escalation policies">
            <header class="panel-head"><h2>"Escalation policies"</h2></header>
            <p class="hint">
                "Who else is told, and when, of what nobody looks after. Routes and receivers refer to a policy by its name; steps for some \
                 severities alone make it one for all levels."
            </p>
            {section(editor, "", &POLICIES)}
        </section>
    }
    .into_any()
}

/// A step of an escalation policy in words: who is told, when, and of what alone.
pub(super) fn step_words(step: &Value) -> String {
    let text = |key: &str| step[key].as_str().filter(|text| !text.is_empty());
    let texts = |key: &str| -> Vec<&str> {
        step[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let on_call = text("schedule").map(|name| format!("who is on call by {name}"));
    let told: Vec<String> = texts("receivers").into_iter().map(str::to_owned).chain(on_call).collect();
    let told = if told.is_empty() { "nobody yet".to_owned() } else { told.join(", ") };
    let after = text("after").map_or_else(|| "at once".to_owned(), |after| format!("after {after}"));
    let only: Vec<String> = [(texts("severities"), " or "), (texts("matchers"), " and ")]
        .into_iter()
        .filter(|(all, _)| !all.is_empty())
        .map(|(all, between)| all.join(between))
        .collect();
    let only = if only.is_empty() { String::new() } else { format!(", only of {}", only.join(" and ")) };
    format!("step: {after} {told}{only}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_policy_has_a_step() {
        assert_eq!(POLICIES.fresh()[STEPS], json!([{}]));
        assert_eq!(POLICIES.parts[0].key, STEPS);
    }

    #[test]
    fn steps_of_policies_in_words() {
        let step = json!({"after": "5m", "receivers": ["lead", "boss"], "schedule": "web",
            "severities": ["critical", "outage"], "matchers": ["team=web"]});
        assert_eq!(
            step_words(&step),
            "step: after 5m lead, boss, who is on call by web, only of critical or outage and team=web"
        );
        assert_eq!(step_words(&json!({})), "step: at once nobody yet");
    }
}
