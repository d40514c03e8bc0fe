//! What one series of a query makes of a rule's alert.

use std::collections::BTreeMap;

use watchfire_model::Series;
use watchfire_rules::{AlertState, RuleState, Seen, Terms};

use super::backtest::{BacktestSeries, Firing, Steps};

/// The states that one series goes through.
pub(super) fn replay(series: &Series, (start, end, step): Steps, terms: Terms) -> BacktestSeries {
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
        // As long as the series stays there and the alert is as it was, there is nothing to tell.
        let since = state.alerts().next().map_or(at, |(_, held)| held.active_at);
        let is_firing = state.state() == AlertState::Firing;
        let is_same = |time: i64| is_firing || time - since < terms.hold;
        while point.is_some() && points.next_if(|(time, _)| **time == at && is_same(at)).is_some() {
            at += step;
        }
    }
    BacktestSeries { labels: series.labels.clone(), fired: intervals.len(), intervals }
}

#[cfg(test)]
mod tests {
    use watchfire_model::Labels;

    use super::*;

    #[test]
    fn a_series_is_replayed() {
        // Points that are there, `for`, `keep_firing_for`; when it would have fired.
        type Case<'a> = (&'a [i64], i64, i64, &'a [(i64, i64, Option<i64>)]);
        let table: [Case<'_>; 8] = [
            (&[], 0, 0, &[]),
            (&[0, 10, 20], 0, 0, &[(0, 0, Some(30))]),
            (&[0, 10, 20], 20, 0, &[(0, 20, Some(30))]),
            (&[0, 10, 20], 30, 0, &[]),
            (&[10, 20, 40, 90, 100], 10, 20, &[(10, 20, Some(70)), (90, 100, None)]),
            (&[50], 0, 0, &[(50, 50, Some(60))]),
            (&[0, 10, 20, 30, 40, 60, 70, 80], 30, 0, &[(0, 30, Some(50))]),
            (&[20, 30, 40, 50, 60, 70, 80, 90, 100], 45, 0, &[(20, 70, None)]),
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
