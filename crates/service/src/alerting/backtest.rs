//! What a rule does now, and what it would have done.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Instant;

use serde::Serialize;
use watchfire_model::{Labels, Series};
use watchfire_promql::{EvalError, Value};
use watchfire_rules::{Band, Flaw, Form, Kind, Seen, Terms, Usual};

use super::expand::{Surroundings, alerts, vector};
use super::plan::GroupPlan;
use super::replay::replay;
use super::usual::{Baseline, bands, named};
use super::{Alerting, AlertingError};
use crate::clock::now;
use crate::{PromQuery, ServiceError};

/// So many evaluations a long range has at about, where one for each of the rule's own would be too much.
const FEW: i64 = 2880;

/// The first and the last evaluation, and how far they are apart: milliseconds, the first two since the epoch.
pub(super) type Steps = (i64, i64, i64);

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
    /// The distance of the evaluations in milliseconds: the rule's interval, or more where that would be too many of them
    /// (`rules.max_backtest_points`). What lasted shorter may be missing then.
    pub step: i64,
    /// How often the rule itself is evaluated, in milliseconds.
    pub interval: i64,
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

    /// Until when [`backtest`](Self::backtest) may take for more than a coarse look that begins now: who types waits for it.
    pub fn patience(&self) -> Instant {
        Instant::now() + self.settings().backtest_patience
    }

    /// What a rule would have done over the last `range` milliseconds, if possible at each of its evaluations, where that is done by
    /// `until`. `uid`: of a form that is kept under it, which says when the rule is evaluated.
    ///
    /// # Errors
    ///
    /// The form makes no alerting rule, or its query can't be evaluated.
    pub async fn backtest(
        &self,
        uid: Option<&str>,
        form: &Form,
        range: i64,
        until: Instant,
    ) -> Result<Backtest, AlertingError> {
        let plan = self.check(uid.unwrap_or("backtest"), form)?;
        let Some(rule) = plan.rules.first() else {
            return Err(AlertingError::BadInput("there is nothing to evaluate".to_owned()));
        };
        let interval = plan.interval;
        let Kind::Alerting { hold, keep_firing, .. } = rule.rule.kind else {
            return Err(AlertingError::BadInput("only alerts can be tried".to_owned()));
        };
        let (mut found, (start, end, step)) = self.look_back(&plan, &rule.query, range, until).await?;
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
            Backtest { start, end, step, interval, fired, series, left_out }
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| ServiceError::Internal(error.to_string()).into())
    }

    /// Evaluates a query as often as its rule would have been, or, where that is too much, less often.
    async fn look_back(
        &self,
        plan: &GroupPlan,
        query: &str,
        range: i64,
        until: Instant,
    ) -> Result<(Vec<Series>, Steps), AlertingError> {
        let rhythm = (plan.interval, plan.offset());
        let most = self.settings().max_backtest_points;
        let few = steps(now(), range, rhythm, FEW);
        let all = steps(now(), range, rhythm, i64::try_from(most).unwrap_or(i64::MAX).max(FEW));
        let began = Instant::now();
        let coarse = self.replayed(query, few, None).await?.unwrap_or_default();
        // A coarse look tells what a close one costs, so that none begins that would be thrown away.
        let points = coarse.iter().map(|series| series.timestamps.len()).sum();
        let times = u32::try_from(few.2 / all.2).unwrap_or(u32::MAX);
        let took = began.elapsed().checked_mul(times);
        let left = until.saturating_duration_since(Instant::now());
        let is_affordable = took.is_some_and(|took| took < left) && fits(points, times, most);
        if all.2 < few.2
            && is_affordable
            && let Some(found) = self.replayed(query, all, Some((most, until))).await?
        {
            return Ok((found, all));
        }
        Ok((coarse, few))
    }

    /// The series of a query over a range, asked for in pieces that a query may have. `None`: it is more than so many points, or
    /// takes until later.
    async fn replayed(
        &self,
        text: &str,
        (start, end, step): Steps,
        bounds: Option<(usize, Instant)>,
    ) -> Result<Option<Vec<Series>>, AlertingError> {
        let service = self.service();
        let piece = i64::try_from(service.limits().max_points).unwrap_or(i64::MAX).saturating_mul(step);
        let mut all: HashMap<Labels, Series> = HashMap::new();
        let (mut points, mut from) = (0, start);
        while from <= end {
            let to = end.min(from.saturating_add(piece));
            let timeout = bounds.map(|(_, until)| until.saturating_duration_since(Instant::now()));
            let query =
                PromQuery { text: text.to_owned(), start: from, end: to, step, lookback: None, timeout };
            // Nobody asks for the same again: a minute later it is another range.
            let answer = match service.evaluate_once(query).await {
                Ok(evaluated) => evaluated.answer,
                Err(ServiceError::Eval(EvalError::Timeout(_) | EvalError::TooManySamples(_)))
                    if bounds.is_some() =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            };
            let Value::Matrix(found) = answer.value else {
                return Err(AlertingError::BadInput("rule result is not a vector or scalar".to_owned()));
            };
            for series in found {
                points += series.timestamps.len();
                match all.entry(series.labels.clone()) {
                    Entry::Occupied(mut known) => {
                        known.get_mut().timestamps.extend(series.timestamps);
                        known.get_mut().values.extend(series.values);
                    }
                    Entry::Vacant(place) => {
                        place.insert(series);
                    }
                }
            }
            if bounds.is_some_and(|(most, _)| points > most) {
                return Ok(None);
            }
            from = to + step;
        }
        Ok(Some(all.into_values().collect()))
    }
}

/// About `most` evaluations up to `now` over a range, of a rule that is evaluated in each interval at an offset.
fn steps(now: i64, range: i64, (interval, offset): (i64, i64), most: i64) -> Steps {
    // A multiple of the interval, so that the evaluations are some of the rule's own.
    let step = interval * ((range / most + interval - 1) / interval).max(1);
    let end = (now - offset).div_euclid(step) * step + offset;
    (end - range.div_euclid(step).max(1) * step, end, step)
}

/// Whether so many times as many points are no more than may be.
fn fits(points: usize, times: u32, most: usize) -> bool {
    usize::try_from(times).is_ok_and(|times| points.saturating_mul(times) <= most)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_tried_when_it_is_evaluated() {
        // The offset, how many evaluations there may be; the first, the last and their distance.
        for (offset, most, expected) in [
            (0, 1000, (885, 990, 15)),
            (7, 1000, (892, 997, 15)),
            (14, 1000, (884, 989, 15)),
            (7, 3, (907, 997, 45)),
        ] {
            assert_eq!(steps(1000, 105, (15, offset), most), expected, "{offset} {most}");
        }
    }

    #[test]
    fn what_would_be_too_much_is_not_begun() {
        assert!(fits(100, 14, 1400));
        assert!(!fits(101, 14, 1400));
        assert!(!fits(usize::MAX, 2, 1400));
    }
}
