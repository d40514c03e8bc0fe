//! The values of alerts as they were evaluated: what rules saw then, also where the samples below were changed or deleted since.
//!
//! Each evaluation stores the value of each alert that is pending or fires as a sample of [`ALERTS_VALUE`], beside `ALERTS`; series
//! whose condition does not hold cost nothing.

use watchfire_model::{Labels, METRIC_NAME, Series, TimeRange};
use watchfire_promql::Value;
use watchfire_rules::{ALERTNAME, ALERTS_VALUE};

use super::plan::RulePlan;
use super::usual::named;
use super::{Alerting, AlertingError};
use crate::PromQuery;
use crate::clock::now;

/// The longest range of which every evaluation is told, in milliseconds.
const LONGEST: i64 = 86_400_000;

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
    /// The last one of each so many milliseconds; `None`: every one.
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
        let selector = match (&labels, uid, rule) {
            (_, Some(_), Some(_)) | (None, None, None) => {
                return Err(AlertingError::BadInput("uid, rule, labels: name a rule or an alert".to_owned()));
            }
            (Some(labels), ..) => {
                let own = labels.filtered(|name| !self.is_external(labels, name));
                own.with(METRIC_NAME, ALERTS_VALUE)
            }
            (None, Some(uid), _) => {
                let kept = self.form(&uid).await?;
                let plan = self.check("values", &kept.rule)?;
                let rule = plan.rules.first().ok_or(AlertingError::NotFound(uid))?;
                selector(rule)
            }
            (None, None, Some(key)) => self.selector_of(&key)?,
        };
        let start = range.start;
        let end = range.end.min(now());
        if start >= end {
            return Err(AlertingError::BadInput("from, to: the range must begin before now".to_owned()));
        }
        let query = query(&selector, (start, end), step)?;
        let Value::Matrix(mut found) = self.service().evaluate(query).await?.answer.value else {
            return Err(AlertingError::BadInput("the values of alerts are no series".to_owned()));
        };
        if let Some(alert) = &labels {
            found.retain(|series| self.is_of(&named(&series.labels), alert));
        }
        found.sort_by(|one, other| one.labels.cmp(&other.labels));
        let left_out = found.len().saturating_sub(self.settings().max_backtest_series);
        found.truncate(self.settings().max_backtest_series);
        let limit = limit.unwrap_or(TOLD).min(MOST);
        let series = found.into_iter().map(|series| told(series, limit)).collect();
        Ok(EvaluatedValues { series, left_out })
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

fn query(selector: &Labels, (start, end): (i64, i64), step: Option<i64>) -> Result<PromQuery, AlertingError> {
    let length = end.saturating_sub(start);
    let (text, start, step) = match step {
        Some(step) if step < 1 => {
            return Err(AlertingError::BadInput("step: write milliseconds, 1 or more".to_owned()));
        }
        Some(step) => {
            let text = format!("last_over_time({selector}[{step}ms])");
            (text, start.saturating_add(step.min(length)), step)
        }
        None if length > LONGEST => {
            let text = "from, to: every evaluation is told of up to 1d; ask for less, or name a step";
            return Err(AlertingError::BadInput(text.to_owned()));
        }
        // A range of PromQL is open at its beginning.
        None => (format!("{selector}[{}ms]", length.saturating_add(1)), end, 0),
    };
    Ok(PromQuery { text, start, end, step, lookback: None, timeout: None })
}

fn told(series: Series, limit: usize) -> EvaluatedSeries {
    let Series { labels, timestamps, values } = series;
    let beyond = timestamps.len().saturating_sub(limit);
    let points = timestamps.into_iter().zip(values).skip(beyond).collect();
    EvaluatedSeries { labels: named(&labels), points }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_ask_for_all_or_for_the_last_of_each_step() {
        let selector = Labels::of(ALERTS_VALUE, [("alertname", "A")]).unwrap();
        let told = |range, step| {
            query(&selector, range, step).map(|query| {
                let PromQuery { text, start, end, step, .. } = query;
                format!("{text} {start} {end} {step}")
            })
        };
        assert_eq!(told((0, 1000), None).unwrap(), r#"ALERTS_VALUE{alertname="A"}[1001ms] 1000 1000 0"#);
        assert_eq!(
            told((0, 1000), Some(100)).unwrap(),
            r#"last_over_time(ALERTS_VALUE{alertname="A"}[100ms]) 100 1000 100"#
        );
        assert!(told((0, LONGEST + 1), None).unwrap_err().to_string().starts_with("from, to: "));
        assert!(told((0, 10), Some(0)).unwrap_err().to_string().starts_with("step: "));
    }

    #[test]
    fn the_newest_are_told() {
        let labels = Labels::of(ALERTS_VALUE, [("alertname", "A")]).unwrap();
        let series = Series { labels, timestamps: vec![1, 2, 3], values: vec![4.0, 5.0, 6.0] };
        let told = told(series, 2);
        assert_eq!(told.labels.to_string(), r#"{alertname="A"}"#);
        assert_eq!(told.points, [(2, 5.0), (3, 6.0)]);
    }
}
