//! What is usual for a rule's query: its values in the same hour of the weeks before, asked once an hour.

use std::collections::HashMap;

use watchfire_model::{Labels, METRIC_NAME};
use watchfire_promql::Value;
use watchfire_rules::{Band, HOUR, STEP, Usual, WEEK};

use crate::{PromQuery, Service, ServiceError};

/// What is usual in one hour.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Baseline {
    /// The start of the hour: milliseconds since the epoch.
    hour: i64,
    /// Of what.
    expr: String,
    usual: Usual,
    /// By the labels of the series, without the metric's name.
    bands: HashMap<Labels, Band>,
}

/// The values of a query by series, without the metric's name, and by the hour that they belong to.
type History = HashMap<Labels, HashMap<i64, Vec<f64>>>;

impl Baseline {
    /// Whether it is the one that counts for a query at a time.
    pub(super) fn serves(&self, expr: &str, usual: &Usual, at: i64) -> bool {
        self.hour == Usual::hour(at) && self.expr == expr && self.usual == *usual
    }

    /// Asks what is usual at a time.
    ///
    /// # Errors
    ///
    /// The query cannot be evaluated over the weeks before.
    pub(super) async fn read(
        service: &Service,
        expr: &str,
        usual: &Usual,
        at: i64,
    ) -> Result<Self, ServiceError> {
        let hour = Usual::hour(at);
        let ranges: Vec<(i64, i64)> = usual.hours(hour).map(|hour| (hour, hour + HOUR - STEP)).collect();
        let history = history(service, expr, &ranges).await?;
        let bands = history.into_iter().filter_map(|(labels, mut hours)| {
            let mut values = usual.hours(hour).filter_map(|hour| hours.remove(&hour)).flatten().collect();
            Some((labels, usual.band(&mut values)?))
        });
        Ok(Self { hour, expr: expr.to_owned(), usual: usual.clone(), bands: bands.collect() })
    }

    /// Leaves what is not usual. Of a series without enough history nothing is known.
    pub(super) fn unusual(&self, found: &mut Vec<(Labels, f64)>) {
        found.retain(|(labels, value)| {
            self.bands.get(&named(labels)).is_some_and(|band| band.excludes(*value))
        });
    }
}

/// What was usual in each hour of a range, by series; in the order of the hours.
pub(super) async fn bands(
    service: &Service,
    expr: &str,
    usual: &Usual,
    (start, end): (i64, i64),
) -> Result<HashMap<Labels, Vec<(i64, Band)>>, ServiceError> {
    let (first, last) = (Usual::hour(start), Usual::hour(end));
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    // From the earliest on; what overlaps is asked for once.
    for shift in usual.hours(0).collect::<Vec<_>>().into_iter().rev() {
        let (from, to) = (first + shift, last + shift + HOUR - STEP);
        let from = ranges.last().map_or(from, |(_, before)| from.max(before + STEP));
        if from <= to {
            ranges.push((from, to));
        }
    }
    let history = history(service, expr, &ranges).await?;
    let work = move |usual: Usual| {
        let bands = history.into_iter().map(|(labels, hours)| {
            let band = |hour: i64| {
                let mut values: Vec<f64> =
                    usual.hours(hour).filter_map(|hour| hours.get(&hour)).flatten().copied().collect();
                Some((hour, usual.band(&mut values)?))
            };
            let bands = (first..=last).step_by(HOUR as usize).filter_map(band).collect();
            (labels, bands)
        });
        bands.collect()
    };
    let usual = usual.clone();
    let done = tokio::task::spawn_blocking(move || work(usual)).await;
    done.map_err(|error| ServiceError::Internal(error.to_string()))
}

/// The values of a query over ranges, both ends included; the longest ones in pieces of a week.
async fn history(service: &Service, expr: &str, ranges: &[(i64, i64)]) -> Result<History, ServiceError> {
    let mut history = History::new();
    for (start, end) in ranges {
        let mut start = *start;
        while start <= *end {
            let until = (start + WEEK - STEP).min(*end);
            let query = PromQuery {
                text: expr.to_owned(),
                start,
                end: until,
                step: STEP,
                lookback: None,
                timeout: None,
            };
            if let Value::Matrix(found) = service.evaluate(query).await?.answer.value {
                for series in found {
                    let hours = history.entry(named(&series.labels)).or_default();
                    for (at, value) in series.timestamps.iter().zip(&series.values) {
                        hours.entry(Usual::hour(*at)).or_default().push(*value);
                    }
                }
            }
            start = until + STEP;
        }
    }
    Ok(history)
}

/// The labels without the metric's name, which a query may or may not keep.
pub(super) fn named(labels: &Labels) -> Labels {
    labels.with(METRIC_NAME, "")
}
