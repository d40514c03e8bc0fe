//! A rule that is being written.

use leptos::prelude::*;
use serde_json::{Map, Value, json};
use watchfire_promql::parse;

use super::condition::Condition;
use super::flaws::Flaw;
use super::receivers::{LABEL, read};
use crate::alerts::alert::LabelMap;
use crate::explore::QueryBox;

/// The fields that hold a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Query,
    Condition,
    Threshold,
    Low,
    High,
    Percent,
    Ago,
    Side,
    Deviations,
    Quantile,
    Weeks,
    Fold,
    Window,
    Hold,
    Keep,
    Interval,
    Severity,
    Summary,
    Description,
    Runbook,
    Dashboard,
    Panel,
    /// Not a field of its own: what is wrong with the labels stands there.
    Labels,
}

/// How many of them hold a text.
const TEXTS: usize = 23;

impl Field {
    pub(super) const ALL: [Self; TEXTS] = [
        Self::Name,
        Self::Query,
        Self::Condition,
        Self::Threshold,
        Self::Low,
        Self::High,
        Self::Percent,
        Self::Ago,
        Self::Side,
        Self::Deviations,
        Self::Quantile,
        Self::Weeks,
        Self::Fold,
        Self::Window,
        Self::Hold,
        Self::Keep,
        Self::Interval,
        Self::Severity,
        Self::Summary,
        Self::Description,
        Self::Runbook,
        Self::Dashboard,
        Self::Panel,
    ];

    /// Where its value stands in a rule of the API.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Query => "query",
            Self::Condition => "condition.is",
            Self::Threshold => "condition.threshold",
            Self::Low => "condition.low",
            Self::High => "condition.high",
            Self::Percent => "condition.percent",
            Self::Ago => "condition.ago",
            Self::Side => "condition.side",
            Self::Deviations => "condition.deviations",
            Self::Quantile => "condition.quantile",
            Self::Weeks => "condition.weeks",
            Self::Fold => "fold",
            Self::Window => "window",
            Self::Hold => "for",
            Self::Keep => "keep_firing_for",
            Self::Interval => "interval",
            Self::Severity => "severity",
            Self::Summary => "summary",
            Self::Description => "description",
            Self::Runbook => "runbook",
            Self::Dashboard => "dashboard",
            Self::Panel => "panel",
            Self::Labels => "labels",
        }
    }

    /// The id of its element.
    pub(super) fn id(self) -> String {
        format!("rule-{}", self.path().replace(['.', '_'], "-"))
    }

    /// The field that a flaw of the server is about.
    pub(super) fn of_flaw(place: &str) -> Option<Self> {
        let place = match place {
            "annotations.runbook_url" => "runbook",
            "expr" => "query",
            other => other.strip_prefix("annotations.").unwrap_or(other),
        };
        if place.starts_with("labels") {
            return Some(Self::Labels);
        }
        Self::ALL.into_iter().find(|field| field.path() == place)
    }

    pub(super) fn is_number(self) -> bool {
        matches!(
            self,
            Self::Threshold
                | Self::Low
                | Self::High
                | Self::Percent
                | Self::Deviations
                | Self::Quantile
                | Self::Weeks
        )
    }

    pub(super) fn is_length(self) -> bool {
        matches!(self, Self::Ago | Self::Window | Self::Hold | Self::Keep | Self::Interval)
    }
}

/// What is typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Typed {
    texts: [String; TEXTS],
    pub(super) labels: Vec<(String, String)>,
    /// Who is told; none: whom the routing says.
    pub(super) receivers: Vec<String>,
    /// What the form has no field for: annotations, whether it is paused.
    rest: Map<String, Value>,
}

impl Default for Typed {
    /// A new rule.
    fn default() -> Self {
        let (labels, receivers) = (Vec::new(), Vec::new());
        let mut typed = Self { texts: Default::default(), labels, receivers, rest: Map::new() };
        for (field, text) in [
            (Field::Condition, "above"),
            (Field::Fold, "last"),
            (Field::Hold, "2m"),
            (Field::Severity, "warning"),
            (Field::Percent, "20"),
            (Field::Ago, "1h"),
            (Field::Side, "both"),
            (Field::Deviations, "3"),
        ] {
            text.clone_into(&mut typed.texts[field as usize]);
        }
        typed
    }
}

impl Typed {
    pub(super) fn text(&self, field: Field) -> &str {
        self.texts.get(field as usize).map(|text| text.trim()).unwrap_or_default()
    }

    pub(super) fn with(mut self, field: Field, text: &str) -> Self {
        if let Some(own) = self.texts.get_mut(field as usize) {
            text.clone_into(own);
        }
        self
    }

    pub(super) fn condition(&self) -> Condition {
        Condition::of(self.text(Field::Condition))
    }

    /// What the fields of a condition begin with that is chosen now: where all of them are empty, as in a rule that had another one, with
    /// what a new rule has.
    fn begun(&self, condition: Condition) -> Vec<(Field, String)> {
        let fields = condition.fields();
        if !fields.iter().all(|field| self.text(*field).is_empty()) {
            return Vec::new();
        }
        let fresh = Self::default();
        fields.iter().map(|field| (*field, fresh.text(*field).to_owned())).collect()
    }

    /// Reads a rule as the API has it.
    pub(super) fn of(rule: &Value) -> Self {
        let mut typed = Self { rest: Map::new(), labels: Vec::new(), ..Self::default() };
        for field in Field::ALL {
            let value = field.path().split('.').fold(rule, |value, name| &value[name]);
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Null if field == Field::Fold => "last".to_owned(),
                Value::Null => String::new(),
                // Without the `.0` of whole numbers.
                Value::Number(number) => {
                    number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
                }
                other => other.to_string(),
            };
            typed = typed.with(field, &text);
        }
        if let Some(labels) = rule["labels"].as_object() {
            let pair = |(name, value): (&String, &Value)| {
                (name.clone(), value.as_str().unwrap_or_default().to_owned())
            };
            typed.labels = labels.iter().filter(|(name, _)| *name != LABEL).map(pair).collect();
        }
        typed.receivers = read(&rule["labels"]);
        for name in ["annotations", "paused"] {
            if !rule[name].is_null() {
                typed.rest.insert(name.to_owned(), rule[name].clone());
            }
        }
        typed
    }

    /// The labels and the texts that it gives to all of its alerts; nothing while it has no name. Templates are left out of labels.
    pub(super) fn told(&self) -> (LabelMap, LabelMap) {
        let name = self.text(Field::Name);
        if name.is_empty() {
            return Default::default();
        }
        let severity = ("severity".to_owned(), self.text(Field::Severity).to_owned());
        let own = self.labels.iter().map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        let labels = own.chain([severity, ("alertname".to_owned(), name.to_owned())]).chain(self.named());
        let labels =
            labels.filter(|(name, value)| !name.is_empty() && !value.is_empty() && !value.contains("{{"));
        let notes = [("summary", Field::Summary), ("description", Field::Description)];
        let notes = notes.map(|(name, field)| (name.to_owned(), self.text(field).to_owned()));
        (labels.collect(), notes.into_iter().filter(|(_, text)| !text.is_empty()).collect())
    }

    /// The label that names who is told.
    fn named(&self) -> Option<(String, String)> {
        (!self.receivers.is_empty()).then(|| (LABEL.to_owned(), self.receivers.join(",")))
    }

    /// The numbers of its condition, as far as they can be read.
    pub(super) fn numbers(&self) -> Vec<f64> {
        let fields = self.condition().fields().iter().filter(|field| field.is_number());
        fields.filter_map(|field| self.text(*field).parse().ok()).collect()
    }

    /// As the API takes it, or what is wrong.
    pub(super) fn rule(&self) -> Result<Value, Vec<Flaw>> {
        let flaws = self.flaws();
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let condition = self.condition();
        let mut told = json!({"is": condition.word()});
        for field in condition.fields() {
            let (name, text) = (field.path().trim_start_matches("condition."), self.text(*field));
            if text.is_empty() {
                continue;
            }
            told[name] = match text.parse::<i64>() {
                _ if !field.is_number() => text.into(),
                Ok(whole) => whole.into(),
                Err(_) => json!(text.parse::<f64>().unwrap_or_default()),
            };
        }
        let mut rule = Map::from_iter([
            ("name".to_owned(), self.text(Field::Name).into()),
            ("query".to_owned(), self.text(Field::Query).into()),
            ("condition".to_owned(), told),
        ]);
        for field in Field::ALL {
            let (path, text) = (field.path(), self.text(field));
            if text.is_empty() || path.contains('.') || rule.contains_key(path) {
                continue;
            }
            let value = match field {
                // What is absent has no samples that could be folded, whatever was chosen for another condition.
                Field::Fold if condition == Condition::Absent => "last".into(),
                Field::Panel => text.parse::<u32>().map(Value::from).unwrap_or_default(),
                _ => text.into(),
            };
            rule.insert(path.to_owned(), value);
        }
        let labels = self.labels.iter().filter(|(name, _)| !name.trim().is_empty());
        let labels = labels.map(|(name, value)| (name.trim().to_owned(), value.clone())).chain(self.named());
        let labels: Map<String, Value> = labels.map(|(name, value)| (name, value.into())).collect();
        if !labels.is_empty() {
            rule.insert("labels".to_owned(), labels.into());
        }
        rule.extend(self.rest.clone());
        Ok(rule.into())
    }
}

/// A label that is being written.
#[derive(Clone, Copy)]
pub(super) struct LabelLine {
    /// Apart from the others on the page.
    pub(super) id: u32,
    pub(super) name: RwSignal<String>,
    pub(super) value: RwSignal<String>,
}

/// The form's fields as signals.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    texts: StoredValue<[RwSignal<String>; TEXTS]>,
    pub(super) labels: RwSignal<Vec<LabelLine>>,
    pub(super) receivers: RwSignal<Vec<String>>,
    rest: StoredValue<Map<String, Value>>,
    pub(super) query_box: StoredValue<QueryBox>,
    next: StoredValue<u32>,
    /// What stood here when it was opened or saved.
    clean: RwSignal<Typed>,
}

impl Draft {
    pub(super) fn new(typed: &Typed) -> Self {
        let query_box = QueryBox::with_check(typed.text(Field::Query), "query".to_owned(), |text| {
            if text.trim().is_empty() { None } else { parse(text).err() }
        });
        let mut texts = typed.texts.clone().map(RwSignal::new);
        texts[Field::Query as usize] = query_box.text;
        let draft = Self {
            texts: StoredValue::new(texts),
            labels: RwSignal::new(Vec::new()),
            receivers: RwSignal::new(typed.receivers.clone()),
            rest: StoredValue::new(typed.rest.clone()),
            query_box: StoredValue::new(query_box),
            next: StoredValue::new(0),
            clean: RwSignal::new(typed.clone()),
        };
        typed.labels.iter().for_each(|(name, value)| draft.add_label(name, value));
        draft
    }

    /// The signal of a field's text.
    pub(super) fn text(self, field: Field) -> RwSignal<String> {
        self.texts.with_value(|texts| texts[(field as usize).min(TEXTS - 1)])
    }

    pub(super) fn add_label(self, name: &str, value: &str) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let line =
            LabelLine { id, name: RwSignal::new(name.to_owned()), value: RwSignal::new(value.to_owned()) };
        self.labels.update(|labels| labels.push(line));
    }

    pub(super) fn remove_label(self, id: u32) {
        self.labels.update(|labels| labels.retain(|line| line.id != id));
    }

    /// Chooses the condition.
    pub(super) fn choose(self, condition: Condition) {
        let begun = untrack(|| self.typed().begun(condition));
        self.text(Field::Condition).set(condition.word().to_owned());
        for (field, text) in begun {
            self.text(field).set(text);
        }
    }

    /// What stands in the fields now.
    pub(super) fn typed(self) -> Typed {
        let pair = |line: &LabelLine| (line.name.get(), line.value.get());
        Typed {
            texts: self.texts.get_value().map(|text| text.get()),
            labels: self.labels.with(|labels| labels.iter().map(pair).collect()),
            receivers: self.receivers.get(),
            rest: self.rest.get_value(),
        }
    }

    /// Whether something was typed that is not saved.
    pub(super) fn is_changed(self) -> bool {
        untrack(|| self.clean.try_with(|clean| *clean != self.typed()).unwrap_or(false))
    }

    /// What stands here is saved.
    pub(super) fn saved(self) {
        let typed = untrack(|| self.typed());
        self.clean.set(typed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(Field, &str)]) -> Typed {
        fields.iter().fold(Typed::default(), |typed, (field, text)| typed.with(*field, text))
    }

    #[test]
    fn a_rule_is_read_and_written() {
        let rule = json!({
            "name": "Hot", "query": "temp", "condition": {"is": "outside", "low": 1.5, "high": 80},
            "fold": "max", "window": "5m", "for": "2m", "severity": "critical", "labels": {"team": "ops"},
            "summary": "s", "runbook": "https://wiki", "dashboard": "host", "panel": 3,
            "annotations": {"x": "y"}, "paused": true,
        });
        assert_eq!(Typed::of(&rule).rule(), Ok(rule));
        let least = json!({"name": "A", "query": "up", "condition": {"is": "absent"}, "fold": "last"});
        assert_eq!(Typed::of(&least).rule(), Ok(least));
        let changed = json!({"name": "A", "query": "up", "condition": {"is": "changed", "percent": 20, "ago": "1h"}, "fold": "last"});
        assert_eq!(Typed::of(&changed).rule(), Ok(changed));
        let condition = json!({"is": "unusual", "side": "above", "quantile": 0.99, "weeks": 4});
        let unusual = json!({"name": "A", "query": "up", "condition": condition, "fold": "last"});
        assert_eq!(Typed::of(&unusual).rule(), Ok(unusual));
        let folded =
            json!({"name": "A", "query": "up", "condition": {"is": "absent"}, "fold": "max", "window": "5m"});
        assert_eq!(Typed::of(&folded).rule().unwrap()["fold"], "last", "absent samples are not folded");
    }

    #[test]
    fn another_condition_begins_with_what_a_new_rule_has() {
        let rule = json!({"name": "A", "query": "up", "condition": {"is": "above", "threshold": 1}});
        let begun = Typed::of(&rule).begun(Condition::Unusual);
        let text = |field: Field| begun.iter().find(|(of, _)| *of == field).map(|(_, text)| text.as_str());
        assert_eq!((text(Field::Deviations), text(Field::Quantile)), (Some("3"), Some("")));
        // What somebody wrote stays.
        assert!(Typed::of(&rule).begun(Condition::Above).is_empty());
        let rule = json!({"name": "A", "query": "up", "condition": {"is": "unusual", "quantile": 0.99}});
        assert!(Typed::of(&rule).begun(Condition::Unusual).is_empty());
    }

    #[test]
    fn what_its_alerts_have_for_sure() {
        let mut rule =
            typed(&[(Field::Name, "Hot"), (Field::Severity, "high"), (Field::Summary, "It is hot")]);
        rule.labels =
            vec![("team".to_owned(), "ops".to_owned()), ("host".to_owned(), "{{ $labels.h }}".to_owned())];
        let (labels, notes) = rule.told();
        let pairs =
            |map: &LabelMap| map.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        assert_eq!(pairs(&labels), ["alertname=Hot", "severity=high", "team=ops"]);
        assert_eq!(pairs(&notes), ["summary=It is hot"]);
        assert!(typed(&[]).told().0.is_empty());
    }

    #[test]
    fn flaws_of_the_server_find_their_field() {
        for (place, field) in [
            ("query", Some(Field::Query)),
            ("expr", Some(Field::Query)),
            ("condition.low", Some(Field::Low)),
            ("labels.severity", Some(Field::Labels)),
            ("annotations.summary", Some(Field::Summary)),
            ("annotations.runbook_url", Some(Field::Runbook)),
            ("annotations.other", None),
        ] {
            assert_eq!(Field::of_flaw(place), field, "{place}");
        }
    }
}
