//! What a rule asks for and how it is.

use leptos::prelude::*;
use serde_json::Value;
use watchfire_model::format_duration;

use super::{FormRule, Known, Which};
use crate::address::Search;
use crate::alerts::alert::{LabelMap, Severity};
use crate::alerts::form::condition_words;
use crate::alerts::{is_link, label_words, moment, server_now};
use crate::api::{self, Failure, RuleHealth, RuleShown, RulesAnswer, instant};
use crate::numbers::ago;
use crate::preferences::Preferences;

/// A rule that is evaluated, with its group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Running {
    pub(super) rule: RuleShown,
    /// Seconds between two evaluations.
    interval: f64,
    /// The file and the group; none for a rule that a form made.
    place: Option<(String, String)>,
}

impl Running {
    /// The rule as it is now; none where it is not evaluated.
    pub(super) async fn ask(which: Which) -> Result<Option<Self>, Failure> {
        let (file, group) = match &which {
            Which::Form(uid) => ("form".to_owned(), uid.clone()),
            Which::File(key) => {
                let mut parts = key.split(';').map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
        };
        let search = Search::default()
            .with("exclude_alerts", "true")
            .with("file[]", &file)
            .with("rule_group[]", &group);
        let answer = RulesAnswer::read(&api::get("/api/v1/rules", &search).await?)?;
        Ok(Self::found(answer, &which))
    }

    fn found(answer: RulesAnswer, which: &Which) -> Option<Self> {
        let mut all = answer.groups.into_iter().flat_map(|group| {
            let (interval, file, name) = (group.interval, group.file, group.name);
            group.rules.into_iter().map(move |rule| (rule, interval, file.clone(), name.clone()))
        });
        let found = all.find(|(rule, _, file, group)| match which {
            Which::Form(uid) => file == "form" && group == uid,
            Which::File(key) => rule.history_key(file, group) == *key.split('#').next().unwrap_or(key),
        });
        let (rule, interval, file, group) = found?;
        let place = matches!(which, Which::File(_)).then_some((file, group));
        Some(Self { rule, interval, place })
    }

    /// What people would read of its alerts.
    pub(super) fn annotations(&self) -> LabelMap {
        self.rule.annotations.clone()
    }
}

/// The labels that alerts of a rule have for sure: by them it is told who hears of them.
pub(super) fn labels(running: Option<&Running>, form: Option<&FormRule>) -> LabelMap {
    let mut labels = LabelMap::new();
    if let Some(running) = running {
        labels.clone_from(&running.rule.labels);
        labels.insert("alertname".to_owned(), running.rule.name.clone());
    } else if let Some(form) = form {
        let own = form.rule["labels"].as_object().into_iter().flatten();
        labels.extend(own.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))));
        let severity = form.rule["severity"].as_str();
        labels.extend(severity.map(|severity| ("severity".to_owned(), severity.to_owned())));
        labels.insert("alertname".to_owned(), form.name.clone());
    }
    // What a template gives is known only of an alert.
    labels.retain(|_, value| !value.contains("{{"));
    labels
}

/// Seconds as a length of time; nothing for none.
fn length(seconds: f64) -> Option<String> {
    let millis = (seconds * 1000.0) as i64;
    (millis > 0).then(|| format_duration(millis))
}

/// What is the same of all rules: names and what they say. Empty ones are left out.
fn facts(running: Option<&Running>, form: Option<&FormRule>) -> Vec<(&'static str, String)> {
    let text = |field: &str| {
        let value = form.map_or(&Value::Null, |form| &form.rule[field]);
        value.as_str().map(str::to_owned)
    };
    let rule = running.map(|running| &running.rule);
    let asked = form.map(|form| condition_words(&form.rule["condition"]));
    let all = labels(running, form);
    let places = running.and_then(|running| running.place.as_ref());
    let annotation = |name: &str| rule.and_then(|rule| rule.annotations.get(name).cloned());
    let parts = [
        ("Query", text("query")),
        ("Fires when it", asked),
        ("Evaluated as", rule.map(|rule| rule.query.clone())),
        ("Holds for", rule.map_or_else(|| text("for"), |rule| length(rule.duration))),
        (
            "Goes on firing for",
            rule.map_or_else(|| text("keep_firing_for"), |rule| length(rule.keep_firing_for)),
        ),
        ("Severity", Some(Severity::mark_of(&all))),
        ("Labels", Some(label_words(&all, &["alertname", "severity"]))),
        ("Summary", annotation("summary").or_else(|| text("summary"))),
        ("Description", annotation("description").or_else(|| text("description"))),
        ("Evaluated each", running.and_then(|running| length(running.interval))),
        ("From", places.map(|(file, group)| format!("{file}, group {group}"))),
    ];
    let given = parts.into_iter().filter_map(|(name, text)| Some((name, text?)));
    given.filter(|(_, text)| !text.is_empty()).collect()
}

/// How evaluating goes, in words.
fn health_words(running: Option<&Running>, is_paused: bool) -> &'static str {
    match running.map(|running| running.rule.health) {
        None if is_paused => "‖ paused: it is not evaluated",
        None => "○ not evaluated",
        Some(RuleHealth::Ok) => "✓ ok",
        Some(RuleHealth::Err) => "✕ error",
        Some(RuleHealth::Unknown) => "○ not evaluated yet",
    }
}

/// The panel.
#[component]
pub(super) fn Facts(known: RwSignal<Option<Known>>, running: RwSignal<Option<Running>>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let now = server_now();
    let form = Memo::new(move |_| known.with(|known| known.as_ref().and_then(|known| known.rule.clone())));
    // What changes with each evaluation does not build the others anew.
    let shown =
        Memo::new(move |_| running.with(|running| form.with(|form| facts(running.as_ref(), form.as_ref()))));
    let rows = move || {
        let row = |(name, text): (&'static str, String)| {
            let is_code = matches!(name, "Query" | "Evaluated as");
            let text = if is_code {
                view! { <code class="rule-query">{text}</code> }.into_any()
            } else {
                text.into_any()
            };
            view! { <div><dt>{name}</dt><dd>{text}</dd></div> }
        };
        shown.get().into_iter().map(row).collect_view()
    };
    let runbook = Memo::new(move |_| {
        let told = running.with(|running| running.as_ref().map(Running::annotations)).unwrap_or_default();
        let told = ["runbook_url", "runbook"].iter().find_map(|name| told.get(*name).cloned());
        told.or_else(|| form.with(|form| form.as_ref()?.rule["runbook"].as_str().map(str::to_owned)))
    });
    let runbook = move || {
        let text = runbook.get().filter(|text| !text.is_empty())?;
        let shown = if is_link(&text) {
            view! { <a href=text.clone() rel="noreferrer">{text.clone()}</a> }.into_any()
        } else {
            text.into_any()
        };
        Some(view! { <div><dt>"Runbook"</dt><dd>{shown}</dd></div> })
    };
    let health = move || {
        let is_paused = form.with(|form| form.as_ref().is_some_and(|form| form.paused));
        running.with(|running| health_words(running.as_ref(), is_paused))
    };
    let error = move || {
        let error = running.with(|running| running.as_ref().map(|running| running.rule.last_error.clone()));
        error
            .filter(|error| !error.is_empty())
            .map(|error| view! { <span class="target-error">{error}</span> })
    };
    let last = Memo::new(move |_| running.with(|running| instant(&running.as_ref()?.rule.last_evaluation)));
    let took =
        move || running.with(|running| running.as_ref().map(|running| running.rule.evaluation_time * 1000.0));
    let evaluated = move || {
        let at = last.get()?;
        let took = took().map(|took| format!(", took {took:.1} ms")).unwrap_or_default();
        Some(view! {
            <div>
                <dt>"Last evaluation"</dt>
                <dd title=moment(at, preferences)>{format!("{}{took}", ago((now() - at).max(0)))}</dd>
            </div>
        })
    };
    view! {
        <section class="panel rule-facts" aria-label="What it asks for">
            <header class="panel-head"><h2>"What it asks for"</h2></header>
            <dl class="facts">
                {rows}
                {runbook}
                <div><dt>"Health"</dt><dd>{health}{error}</dd></div>
                {evaluated}
            </dl>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_of_files_are_found_and_told() {
        let text = r#"{"status":"success","data":{"groups":[{"name":"node","file":"node.yml","interval":15,"rules":[
            {"name":"Full","query":"disk > 90","health":"ok","state":"inactive","duration":300,"keepFiringFor":60,
             "labels":{"severity":"low","team":"{{ $labels.team }}"},"annotations":{"summary":"It is full"}},
            {"name":"Full","query":"disk > 95","health":"err","state":"inactive","labels":{"severity":"high"}}]}]}}"#;
        let find = |key: &str| Running::found(RulesAnswer::read(text).unwrap(), &Which::File(key.to_owned()));
        let second = find("node.yml;node;Full;severity=high#2").unwrap();
        assert_eq!(second.rule.query, "disk > 95");
        let first = find("node.yml;node;Full;severity=low;team={{ $labels.team }}").unwrap();
        assert_eq!(labels(Some(&first), None).keys().collect::<Vec<_>>(), ["alertname", "severity"]);
        let told: Vec<String> =
            facts(Some(&first), None).iter().map(|(name, text)| format!("{name}: {text}")).collect();
        let expected = [
            "Evaluated as: disk > 90",
            "Holds for: 5m",
            "Goes on firing for: 1m",
            "Severity: ○ low",
            "Summary: It is full",
            "Evaluated each: 15s",
            "From: node.yml, group node",
        ];
        assert_eq!(told, expected);
        assert_eq!(find("node.yml;node;Other"), None);
        assert_eq!(health_words(Some(&second), false), "✕ error");
    }

    #[test]
    fn a_paused_rule_is_told_by_its_form() {
        let rule = json!({"query": "temp", "condition": {"is": "above", "threshold": 80}, "for": "2m", "severity": "high",
            "labels": {"team": "ops"}});
        let form = FormRule { name: "Hot".to_owned(), paused: true, rule, ..FormRule::default() };
        let told: Vec<String> =
            facts(None, Some(&form)).iter().map(|(name, text)| format!("{name}: {text}")).collect();
        let expected = [
            "Query: temp",
            "Fires when it: is above 80",
            "Holds for: 2m",
            "Severity: ▲ high",
            "Labels: team=\"ops\"",
        ];
        assert_eq!(told, expected);
        assert_eq!(health_words(None, true), "‖ paused: it is not evaluated");
    }
}
