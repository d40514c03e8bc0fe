//! The values of alerts as they were evaluated: what rules saw then, also where the samples below were changed or deleted since.
//!
//! Each evaluation stores the value of each alert that is pending or fires as a sample of [`ALERTS_VALUE`], beside `ALERTS`; series
//! whose condition does not hold cost nothing.

use std::collections::HashSet;

use watchfire_model::{Labels, METRIC_NAME, Matcher, Series, TimeRange};
use watchfire_promql::Value;
use watchfire_rules::{ALERTNAME, ALERTS_VALUE};
use watchfire_storage::AlertEventFilter;

use super::history::MOST as MOST_EVENTS;
use super::plan::{RulePlan, form_key};
use super::usual::named;
use super::{Alerting, AlertingError};
use crate::PromQuery;
use crate::clock::now;

/// The longest range of which every evaluation is told, in milliseconds.
const LONGEST: i64 = 86_400_000;

/// How far back the newest evaluations are looked for first, in milliseconds.
const NEAR: i64 = 3_600_000;

/// Evaluations of one alert, where it is not said how many.
const TOLD: usize = 1000;

/// The most that can be asked for.
const MOST: usize = 10_000;

/// Which values are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluatedQuestion {
    /// Those of the rule with this key.
    pub rule: Option<String>,
    /// Those of the rule that a form made under this uid.
    pub uid: Option<String>,
    /// Those of this alert.
    pub labels: Option<Labels>,
    /// Those at these times; milliseconds since the epoch.
    pub range: TimeRange,
    /// The last one of each so many milliseconds, counted back from the end; `None`: every one.
    pub step: Option<i64>,
    /// So many of each alert at most, the newest.
    pub limit: Option<usize>,
}

/// The values of alerts as they were evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedValues {
    /// In the order of their labels.
    pub series: Vec<EvaluatedSeries>,
    /// How many alerts there are besides.
    pub left_out: usize,
}

/// The values of one alert.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedSeries {
    /// The alert.
    pub labels: Labels,
    /// When it was evaluated, milliseconds since the epoch, and the value; where a step was asked for, the end of the step.
    pub points: Vec<(i64, f64)>,
}

impl Alerting {
    /// The values of alerts as they were evaluated, as far as samples are kept.
    ///
    /// # Errors
    ///
    /// There is no such rule, the question is a wrong one, or the storage can't be read.
    pub async fn evaluated(&self, question: EvaluatedQuestion) -> Result<EvaluatedValues, AlertingError> {
        let EvaluatedQuestion { rule, uid, labels, range, step, limit } = question;
        let (selector, key) = match (&labels, uid, rule) {
            (_, Some(_), Some(_)) | (None, None, None) => {
                return Err(AlertingError::BadInput("uid, rule, labels: name a rule or an alert".to_owned()));
            }
            (Some(labels), ..) => {
                let own = labels.filtered(|name| !self.is_external(labels, name));
                (own.with(METRIC_NAME, ALERTS_VALUE), None)
            }
            (None, Some(uid), _) => {
                let kept = self.form(&uid).await?;
                let plan = self.check("values", &kept.rule)?;
                let key = form_key(&uid);
                (plan.rules.first().map(selector).ok_or(AlertingError::NotFound(uid))?, Some(key))
            }
            (None, None, Some(key)) => (self.selector_of(&key)?, Some(key)),
        };
        let start = range.start;
        let end = range.end.min(now());
        if start >= end {
            return Err(AlertingError::BadInput("from, to: the range must begin before now".to_owned()));
        }
        check((start, end), step)?;
        // Which alerts there are comes first, so that no values are read that are not told.
        let matchers = selector.iter().map(|label| Matcher::equal(label.name, label.value)).collect();
        let found = self.service().series(&[matchers], TimeRange { start, end }).await?;
        let mut found: Vec<Labels> = found.iter().map(named).collect();
        if let Some(alert) = &labels {
            found.retain(|series| self.is_of(series, alert));
        }
        if let Some(key) = &key {
            self.leave_own(&mut found, key, &selector).await?;
        }
        found.sort_unstable();
        let left_out = found.len().saturating_sub(self.settings().max_backtest_series);
        found.truncate(self.settings().max_backtest_series);
        let limit = limit.unwrap_or(TOLD).min(MOST);
        let mut series = Vec::with_capacity(found.len());
        for labels in found {
            let points = self.points_of(&labels, (start, end), step, limit).await?;
            if !points.is_empty() {
                series.push(EvaluatedSeries { labels, points });
            }
        }
        Ok(EvaluatedValues { series, left_out })
    }

    /// The newest values of one alert: the last hour is asked first, and more where that has too few.
    async fn points_of(
        &self,
        labels: &Labels,
        (start, end): (i64, i64),
        step: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, f64)>, AlertingError> {
        let selector = labels.with(METRIC_NAME, ALERTS_VALUE);
        let mut from = if step.is_some() { start } else { start.max(end.saturating_sub(NEAR)) };
        loop {
            let query = query(&selector, (from, end), step, limit);
            let Value::Matrix(found) = self.service().evaluate_once(query).await?.answer.value else {
                return Err(AlertingError::BadInput("the values of alerts are no series".to_owned()));
            };
            // Others may have these labels and more.
            let own = found.into_iter().find(|series| named(&series.labels) == *labels);
            let points = own.map(|series| newest(series, limit)).unwrap_or_default();
            if points.len() >= limit || from <= start {
                return Ok(points);
            }
            from = start.max(end.saturating_sub(8 * (end - from)));
        }
    }

    /// Leaves the alerts of a rule: those of others with the same name go, as far as their states and the history know them.
    async fn leave_own(
        &self,
        found: &mut Vec<Labels>,
        key: &str,
        selector: &Labels,
    ) -> Result<(), AlertingError> {
        let name = selector.get(ALERTNAME).unwrap_or_default();
        let (mut own, mut others) = (HashSet::new(), HashSet::new());
        let mut keys = vec![key.to_owned()];
        {
            let groups = self.shared().loaded().groups.clone();
            for group in groups.iter() {
                for (index, rule) in group.plan.rules.iter().enumerate() {
                    if !rule.rule.is_alerting() || rule.rule.name != name {
                        continue;
                    }
                    let known = if *rule.key == *key { &mut own } else { &mut others };
                    known.extend(group.rule(index).state.alerts().map(|(labels, _)| labels.clone()));
                    if *rule.key != *key {
                        keys.push(rule.key.to_string());
                    }
                }
            }
        }
        // Nearly always.
        if keys.len() == 1 {
            return Ok(());
        }
        if let Some(store) = &self.shared().store {
            for of in keys {
                let known = if of == key { &mut own } else { &mut others };
                let range = TimeRange { start: 0, end: i64::MAX };
                let (labels, deliveries, limit) = (Vec::new(), Some(false), MOST_EVENTS);
                let filter = AlertEventFilter { rule: Some(of), labels, range, deliveries, limit };
                known.extend(store.alert_events(&filter).await?.into_iter().map(|event| event.labels));
            }
        }
        found.retain(|labels| own.contains(labels) || !others.contains(labels));
        Ok(())
    }

    /// Whether a series is that of an alert, which may have external labels besides.
    fn is_of(&self, series: &Labels, alert: &Labels) -> bool {
        series.iter().all(|label| alert.get(label.name) == Some(label.value))
            && alert
                .iter()
                .all(|label| series.get(label.name).is_some() || self.is_external(alert, label.name))
    }

    /// Whether a label of an alert may be one that it got when it was handed over.
    fn is_external(&self, alert: &Labels, name: &str) -> bool {
        let external = &self.settings().external_labels;
        external.iter().any(|(other, value)| other == name && alert.get(name) == Some(value.as_str()))
    }

    /// What finds the alerts of the rule that history names so.
    fn selector_of(&self, key: &str) -> Result<Labels, AlertingError> {
        let groups = self.shared().loaded().groups.clone();
        let mut rules = groups.iter().flat_map(|group| &group.plan.rules);
        let found = rules.find(|rule| &*rule.key == key).map(selector);
        found.ok_or_else(|| AlertingError::NotFound(key.to_owned()))
    }
}

/// What all alerts of a rule have; what a template gives is known only of an alert.
fn selector(rule: &RulePlan) -> Labels {
    let plain = rule.labels.filtered(|name| rule.labels.get(name).is_some_and(|value| !value.contains("{{")));
    plain.with(ALERTNAME, &rule.rule.name).with(METRIC_NAME, ALERTS_VALUE)
}

/// Whether so much can be asked for.
fn check((start, end): (i64, i64), step: Option<i64>) -> Result<(), AlertingError> {
    let text = match step {
        Some(step) if step < 1 => "step: write milliseconds, 1 or more",
        None if end.saturating_sub(start) > LONGEST => {
            "from, to: every evaluation is told of up to 1d; ask for less, or name a step"
        }
        _ => return Ok(()),
    };
    Err(AlertingError::BadInput(text.to_owned()))
}

/// What asks for the newest `limit` values of a range.
fn query(selector: &Labels, (start, end): (i64, i64), step: Option<i64>, limit: usize) -> PromQuery {
    let length = end.saturating_sub(start);
    let (text, start, step) = match step {
        // From the end on, so that the newest value is there.
        Some(step) => {
            let most = i64::try_from(limit).unwrap_or(i64::MAX).max(1);
            let steps = (length / step + i64::from(length % step > 0)).clamp(1, most);
            let text = format!("last_over_time({selector}[{step}ms])");
            (text, end.saturating_sub((steps - 1).saturating_mul(step)), step)
        }
        // A range of PromQL is open at its beginning.
        None => (format!("{selector}[{}ms]", length.saturating_add(1)), end, 0),
    };
    PromQuery { text, start, end, step, lookback: None, timeout: None }
}

fn newest(series: Series, limit: usize) -> Vec<(i64, f64)> {
    let Series { timestamps, values, .. } = series;
    let beyond = timestamps.len().saturating_sub(limit);
    timestamps.into_iter().zip(values).skip(beyond).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_ask_for_all_or_for_the_last_of_each_step() {
        let selector = Labels::of(ALERTS_VALUE, [("alertname", "A")]).unwrap();
        let told = |range, step, limit| {
            let PromQuery { text, start, end, step, .. } = query(&selector, range, step, limit);
            format!("{text} {start} {end} {step}")
        };
        assert_eq!(told((0, 1000), None, 9), r#"ALERTS_VALUE{alertname="A"}[1001ms] 1000 1000 0"#);
        // The last step ends where the range does, and there are no more steps than are told.
        for (end, limit, expected) in [
            (1000, 99, "100 1000 100"),
            (1050, 99, "50 1050 100"),
            (1000, 3, "800 1000 100"),
            (40, 9, "40 40 100"),
        ] {
            let text = format!(r#"last_over_time(ALERTS_VALUE{{alertname="A"}}[100ms]) {expected}"#);
            assert_eq!(told((0, end), Some(100), limit), text);
        }
        assert!(check((0, LONGEST), None).is_ok());
        assert!(check((0, LONGEST + 1), Some(1)).is_ok());
        assert!(check((0, LONGEST + 1), None).unwrap_err().to_string().starts_with("from, to: "));
        assert!(check((0, 10), Some(0)).unwrap_err().to_string().starts_with("step: "));
    }

    #[test]
    fn the_newest_are_told() {
        let labels = Labels::of(ALERTS_VALUE, [("alertname", "A")]).unwrap();
        let series = Series { labels, timestamps: vec![1, 2, 3], values: vec![4.0, 5.0, 6.0] };
        assert_eq!(newest(series, 2), [(2, 5.0), (3, 6.0)]);
    }
}
