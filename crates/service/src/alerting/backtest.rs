//! What a rule does now, and what it would have done.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use watchfire_model::{Labels, Series};
use watchfire_promql::Value;
use watchfire_rules::{AlertState, Band, Flaw, Form, Kind, RuleState, Seen, Terms, Usual};

use super::expand::{Surroundings, alerts, vector};
use super::plan::GroupPlan;
use super::usual::{Baseline, bands, named};
use super::{Alerting, AlertingError};
use crate::clock::now;
use crate::{PromQuery, ServiceError};

/// Points of a backtest, at about which a longer range gets a longer step.
const POINTS: i64 = 2880;

/// What a rule does now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// The query with its condition; empty where there is none because of flaws.
    pub expr: String,
    /// What is wrong with the rule; of a query with the place in it.
    pub flaws: Vec<Flaw>,
    /// Why it could not be evaluated now.
    pub failed: Option<String>,
    /// The alerts that there would be now, `for` aside, with annotations expanded.
    pub alerts: Vec<Seen>,
    /// How many there are besides.
    pub left_out: usize,
}

/// What a rule would have done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Backtest {
    /// From when: milliseconds since the epoch.
    pub start: i64,
    /// Until when.
    pub end: i64,
    /// The distance of the evaluations in milliseconds: the rule's interval, or more over a long range.
    pub step: i64,
    /// How often an alert would have begun to fire, all series together.
    pub fired: usize,
    /// Those that were pending at least, the most frequent first.
    pub series: Vec<BacktestSeries>,
    /// How many there are besides.
    pub left_out: usize,
}

/// What one alert would have done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BacktestSeries {
    /// Of the query's series.
    pub labels: Labels,
    /// How often it would have begun to fire.
    pub fired: usize,
    /// When.
    pub intervals: Vec<Firing>,
}

/// A time in which an alert would have fired: milliseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Firing {
    /// Since when the condition held.
    pub active_at: i64,
    /// The start.
    pub from: i64,
    /// The end; `None`: it fires still.
    pub to: Option<i64>,
}

impl Alerting {
    /// What a rule that is typed just now means and does.
    pub async fn preview(&self, form: &Form) -> Preview {
        let plan = match self.check("preview", form) {
            Ok(plan) => plan,
            Err(AlertingError::Invalid(flaws)) => return Preview { flaws: flaws.0, ..Preview::default() },
            Err(error) => return Preview { failed: Some(error.to_string()), ..Preview::default() },
        };
        let Some(rule) = plan.rules.first() else { return Preview::default() };
        let expr = rule.query.clone();
        let at = now() - plan.query_offset;
        match self.alerts_now(&plan, at).await {
            Ok((alerts, left_out)) => Preview { expr, alerts, left_out, ..Preview::default() },
            Err(reason) => Preview { expr, failed: Some(reason), ..Preview::default() },
        }
    }

    async fn alerts_now(&self, plan: &GroupPlan, at: i64) -> Result<(Vec<Seen>, usize), String> {
        let Some(rule) = plan.rules.first() else { return Ok((Vec::new(), 0)) };
        let service = self.service();
        let answer =
            service.evaluate_prepared(&rule.prepared, at).await.map_err(|error| error.to_string())?;
        let mut found = vector(answer.value)?;
        if let Some(usual) = &rule.rule.usual {
            let known = Baseline::read(service, &rule.query, usual, at).await;
            known.map_err(|error| error.to_string())?.unusual(&mut found);
        }
        let most = self.settings().max_backtest_series;
        let left_out = found.len().saturating_sub(most);
        found.truncate(most);
        let external_url = self.settings().external_url.as_str().into();
        let external_labels = self.shared().external_labels();
        let around = Surroundings { service: service.clone(), at, external_url, external_labels };
        let alerts = alerts(rule, found, around).await.map_err(|error| error.to_string())?;
        Ok((alerts, left_out))
    }

    /// What a rule would have done over the last `range` milliseconds.
    pub async fn backtest(&self, form: &Form, range: i64) -> Result<Backtest, AlertingError> {
        let plan = self.check("backtest", form)?;
        let Some(rule) = plan.rules.first() else {
            return Err(AlertingError::BadInput("there is nothing to evaluate".to_owned()));
        };
        let interval = plan.interval;
        let step = interval * ((range / POINTS + interval - 1) / interval).max(1);
        let end = now().div_euclid(step) * step;
        let start = end - range.div_euclid(step).max(1) * step;
        let Kind::Alerting { hold, keep_firing, .. } = rule.rule.kind else {
            return Err(AlertingError::BadInput("only alerts can be tried".to_owned()));
        };
        let query = PromQuery { text: rule.query.clone(), start, end, step, lookback: None, timeout: None };
        let answer = self.service().evaluate(query).await?.answer;
        let Value::Matrix(mut found) = answer.value else {
            return Err(AlertingError::BadInput("rule result is not a vector or scalar".to_owned()));
        };
        if let Some(usual) = &rule.rule.usual {
            let bands = bands(self.service(), &rule.query, usual, (start, end)).await?;
            for series in &mut found {
                leave_unusual(series, &bands);
            }
            found.retain(|series| !series.timestamps.is_empty());
        }
        let most = self.settings().max_backtest_series;
        let work = move || {
            let terms = Terms { hold, keep_firing, ..Terms::default() };
            let told = found.iter().map(|series| replay(series, (start, end, step), terms));
            let mut series: Vec<BacktestSeries> = told.collect();
            series.sort_by(|one, other| {
                other.fired.cmp(&one.fired).then_with(|| one.labels.cmp(&other.labels))
            });
            let fired = series.iter().map(|series| series.fired).sum();
            let left_out = series.len().saturating_sub(most);
            series.truncate(most);
            Backtest { start, end, step, fired, series, left_out }
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| ServiceError::Internal(error.to_string()).into())
    }
}

/// Leaves the points that are not usual.
fn leave_unusual(series: &mut Series, bands: &HashMap<Labels, Vec<(i64, Band)>>) {
    let known = bands.get(&named(&series.labels)).map_or(&[][..], Vec::as_slice);
    let is_unusual = |at: i64, value: f64| {
        let found = known.binary_search_by_key(&Usual::hour(at), |(hour, _)| *hour);
        found.is_ok_and(|place| known[place].1.excludes(value))
    };
    let points = series.timestamps.iter().copied().zip(series.values.iter().copied());
    let (timestamps, values) = points.filter(|(at, value)| is_unusual(*at, *value)).unzip();
    (series.timestamps, series.values) = (timestamps, values);
}

/// The states that one series goes through.
fn replay(series: &Series, (start, end, step): (i64, i64, i64), terms: Terms) -> BacktestSeries {
    let mut state = RuleState::default();
    let mut points = series.timestamps.iter().zip(&series.values).peekable();
    let mut intervals: Vec<Firing> = Vec::new();
    let mut at = start;
    while at <= end {
        let point = points.next_if(|(time, _)| **time == at);
        if point.is_none() && state.state() == AlertState::Inactive {
            // Nothing happens until the next sample.
            match points.peek() {
                Some((time, _)) => at = **time,
                None => break,
            }
            continue;
        }
        let seen = point.map(|(_, value)| Seen {
            labels: series.labels.clone(),
            annotations: BTreeMap::new(),
            value: *value,
        });
        // One series is never twice there, and any number of alerts may be.
        let Ok(outcome) = state.step(at, seen.into_iter().collect(), terms) else { break };
        for change in outcome.changes {
            match (change.from, change.to) {
                (_, Some(AlertState::Firing)) => {
                    let active_at = state.alerts().next().map_or(at, |(_, held)| held.active_at);
                    intervals.push(Firing { active_at, from: at, to: None });
                }
                (Some(AlertState::Firing), _) => {
                    if let Some(last) = intervals.last_mut() {
                        last.to = Some(at);
                    }
                }
                _ => {}
            }
        }
        at += step;
    }
    BacktestSeries { labels: series.labels.clone(), fired: intervals.len(), intervals }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_replayed() {
        // Points that are there, `for`, `keep_firing_for`; when it would have fired.
        type Case<'a> = (&'a [i64], i64, i64, &'a [(i64, i64, Option<i64>)]);
        let table: [Case<'_>; 6] = [
            (&[], 0, 0, &[]),
            (&[0, 10, 20], 0, 0, &[(0, 0, Some(30))]),
            (&[0, 10, 20], 20, 0, &[(0, 20, Some(30))]),
            (&[0, 10, 20], 30, 0, &[]),
            (&[10, 20, 40, 90, 100], 10, 20, &[(10, 20, Some(70)), (90, 100, None)]),
            (&[50], 0, 0, &[(50, 50, Some(60))]),
        ];
        for (timestamps, hold, keep_firing, expected) in table {
            let series = Series {
                labels: Labels::empty(),
                timestamps: timestamps.to_vec(),
                values: vec![1.0; timestamps.len()],
            };
            let terms = Terms { hold, keep_firing, ..Terms::default() };
            let told = replay(&series, (0, 100, 10), terms);
            let intervals: Vec<_> =
                told.intervals.iter().map(|one| (one.active_at, one.from, one.to)).collect();
            assert_eq!(intervals, expected, "{timestamps:?} {hold} {keep_firing}");
        }
    }
}
