//! Rules as a form makes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use watchfire_promql::ast::ValueType;
use watchfire_promql::{parse, value_type};

use crate::check::flaw;
use crate::{Condition, Flaw, Flaws, Fold, Kind, Length, Rule, Severity};

/// An alerting rule as a form makes it. [`Form::compile`] makes a rule of it that is like one of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The alert's name.
    pub name: String,
    /// A metric or any PromQL that brings an instant vector or a number.
    pub query: String,
    /// When it fires.
    pub condition: Condition,
    /// What the samples of the window are folded to; needs one, unless it is the newest value.
    #[serde(default)]
    pub fold: Fold,
    /// The evaluation window; none: the newest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Length>,
    /// How long the condition has to hold before the alert fires.
    #[serde(default, rename = "for", skip_serializing_if = "Length::is_zero")]
    pub hold: Length,
    /// How long the alert goes on firing after the condition is over.
    #[serde(default, skip_serializing_if = "Length::is_zero")]
    pub keep_firing_for: Length,
    /// How often it is evaluated; none: as the server is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Length>,
    /// The label `severity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// More labels; templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The annotation `summary`; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// The annotation `description`; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The annotation `runbook_url`: what to do, as a link or as a text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub runbook: String,
    /// The uid of a dashboard to look at: the annotation `dashboard`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<String>,
    /// Which of its panels: the annotation `panel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<u32>,
    /// More annotations; templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Whether it is kept, but not evaluated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

impl Form {
    /// The rule that it means.
    ///
    /// # Errors
    ///
    /// All that is wrong, by field; of the query with the place in it.
    pub fn compile(&self) -> Result<Rule, Flaws> {
        let mut flaws = Vec::new();
        let mut add = |field: &str, message: &str| flaws.push(flaw(0, "", field, message));
        if let Some((field, message)) = self.condition.flaw() {
            add(field, message);
        }
        if self.window.is_none() && self.fold != Fold::Last {
            add("window", "a window is needed to fold the values of: write 5m, for example");
        }
        for (field, length) in [("window", self.window), ("interval", self.interval)] {
            if length.is_some_and(|length| length.0 <= 0) {
                add(field, "a time must be longer than 0");
            }
        }
        if self.severity.is_some() && self.labels.contains_key("severity") {
            add("labels.severity", "the severity stands twice; choose it above, or set the label");
        }
        let expr = self.expr(&mut flaws);
        let mut labels = self.labels.clone();
        if let Some(severity) = self.severity {
            labels.insert("severity".to_owned(), severity.word().to_owned());
        }
        let mut annotations = self.annotations.clone();
        let panel = self.panel.map(|panel| panel.to_string()).unwrap_or_default();
        for (name, text) in [
            ("summary", self.summary.as_str()),
            ("description", &self.description),
            ("runbook_url", &self.runbook),
            ("dashboard", self.dashboard.as_deref().unwrap_or_default()),
            ("panel", &panel),
        ] {
            if !text.is_empty() {
                annotations.insert(name.to_owned(), text.to_owned());
            }
        }
        let kind = Kind::Alerting { hold: self.hold.0, keep_firing: self.keep_firing_for.0, annotations };
        let rule = Rule {
            name: self.name.clone(),
            expr,
            labels,
            kind,
            line: 0,
            usual: self.condition.usual().cloned(),
        };
        if flaws.is_empty() {
            rule.check("", &mut flaws);
        } else if rule.name.trim().is_empty() {
            flaws.push(flaw(0, "", "name", "an alert needs a name"));
        }
        for flaw in flaws.iter_mut().filter(|flaw| flaw.field == "alert") {
            "name".clone_into(&mut flaw.field);
        }
        if flaws.is_empty() { Ok(rule) } else { Err(Flaws(flaws)) }
    }

    /// The query with the condition; nothing where the query has flaws.
    fn expr(&self, flaws: &mut Vec<Flaw>) -> String {
        let mut refuse = |message: String, span| {
            flaws.push(Flaw { span, ..flaw(0, "", "query", &message) });
            String::new()
        };
        if self.query.trim().is_empty() {
            return refuse("a rule needs a query: a metric, or PromQL".to_owned(), None);
        }
        let query = match parse(&self.query) {
            Ok(query) => query,
            Err(error) => return refuse(error.to_string(), Some((error.span.start, error.span.end))),
        };
        match value_type(&query) {
            ValueType::Vector => self.condition.promql(&query, self.fold, self.window),
            // A number cannot be compared with a number; a series without labels can.
            ValueType::Scalar => match parse(&format!("vector({query})")) {
                Ok(query) => self.condition.promql(&query, self.fold, self.window),
                Err(error) => refuse(error.to_string(), None),
            },
            ValueType::Matrix => refuse(
                "the query brings samples over time; leave the brackets out and say what to fold them to, or write a function around it"
                    .to_owned(),
                None,
            ),
            ValueType::String => refuse("the query is a text; a rule needs numbers".to_owned(), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        serde_saphyr::from_str(text).unwrap()
    }

    #[test]
    fn a_form_becomes_a_rule() {
        let form = form(
            "{name: Hot, query: temp, condition: {is: above, threshold: 80}, fold: max, window: 5m, for: 2m, severity: critical, \
             labels: {team: ops}, summary: 'It is {{ $value }}', runbook: https://wiki/hot, dashboard: host, panel: 3}",
        );
        let rule = form.compile().unwrap();
        assert_eq!(rule.expr, "max_over_time(temp[5m]) > 80");
        let labels: Vec<_> = rule.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(labels, ["severity=critical", "team=ops"]);
        let Kind::Alerting { hold, keep_firing, annotations } = &rule.kind else { panic!("{rule:?}") };
        assert_eq!((*hold, *keep_firing), (120_000, 0));
        let names: Vec<_> = annotations.keys().map(String::as_str).collect();
        assert_eq!(names, ["dashboard", "panel", "runbook_url", "summary"]);
    }

    #[test]
    fn what_is_wrong_is_told_by_field() {
        let table = [
            ("{name: '', query: up, condition: {is: absent}}", "name"),
            ("{name: a, query: '', condition: {is: absent}}", "query"),
            ("{name: a, query: 'sum(', condition: {is: absent}}", "query"),
            ("{name: a, query: 'up[5m]', condition: {is: absent}}", "query"),
            ("{name: a, query: '\"x\"', condition: {is: absent}}", "query"),
            ("{name: a, query: up, fold: max, condition: {is: absent}}", "window"),
            ("{name: a, query: up, interval: 0s, condition: {is: absent}}", "interval"),
            (
                "{name: a, query: up, severity: high, labels: {severity: x}, condition: {is: absent}}",
                "labels.severity",
            ),
            ("{name: a, query: up, labels: {__name__: x}, condition: {is: absent}}", "labels.__name__"),
        ];
        for (text, field) in table {
            let flaws = form(text).compile().unwrap_err();
            assert_eq!(
                flaws.0.iter().map(|flaw| flaw.field.as_str()).collect::<Vec<_>>(),
                [field],
                "{text}: {flaws}"
            );
        }
        let flaws = form("{name: a, query: 'sum(', condition: {is: absent}}").compile().unwrap_err();
        assert_eq!(flaws.0[0].span, Some((4, 4)));
    }

    #[test]
    fn a_number_can_be_watched() {
        let rule =
            form("{name: a, query: 'time() % 60', condition: {is: above, threshold: 30}}").compile().unwrap();
        assert_eq!(rule.expr, "vector(time() % 60) > 30");
    }
}
