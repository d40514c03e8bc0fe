//! For how long after a start a series that is missing says nothing.

use super::plan::GroupPlan;

/// What is known of the time before the start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    /// Whether nothing was evaluated for so long that pending alerts say nothing any more.
    pub(super) outage: bool,
    /// When rules were evaluated last, milliseconds since the epoch; `None`: not known.
    pub(super) last: Option<i64>,
}

/// Samples come about as often as rules are evaluated: after so many rounds all that send are back.
const ROUNDS: i64 = 2;

/// How many rounds of samples from before the stop a query has to see still, so that what it gives is what it would have given
/// without a stop: a rate needs two of them.
const SEEN: i64 = 2;

/// Until when a series that is missing says nothing, milliseconds since the epoch: the alerts of a group that goes on at `now` stay as
/// they are. `None` where all its queries look back beyond the stop: what was stored before counts still, so what is missing is gone.
/// Selectors without a range look back `lookback` milliseconds.
pub(super) fn settling_until(plan: &GroupPlan, before: Before, now: i64, lookback: i64) -> Option<i64> {
    let reach = plan.rules.iter().map(|rule| rule.prepared.reach(lookback)).min().unwrap_or(i64::MAX);
    until(plan.interval, reach, before.last, now, lookback)
}

fn until(interval: i64, reach: i64, last: Option<i64>, now: i64, lookback: i64) -> Option<i64> {
    // Where samples come so rarely, none of before would count by then anyway.
    let rounds = interval.saturating_mul(ROUNDS).min(lookback);
    let away = last.map_or(i64::MAX, |last| now.saturating_sub(last).max(0));
    let needed = away.saturating_add(rounds).saturating_add(interval.saturating_mul(SEEN).min(lookback));
    (reach < needed).then(|| now.saturating_add(rounds))
}

#[cfg(test)]
mod tests {
    use super::until;

    #[test]
    fn only_what_cannot_be_seen_any_more_is_waited_for() {
        const NOW: i64 = 1_000_000;
        const LOOKBACK: i64 = 300;
        // Interval, how far back, how long away, until how long after the start.
        let table = [
            (15, LOOKBACK, Some(10), None),
            (15, LOOKBACK, Some(240), None),
            (15, LOOKBACK, Some(241), Some(30)),
            (15, LOOKBACK, None, Some(30)),
            // A rate over a minute.
            (15, 60, Some(0), None),
            (15, 60, Some(1), Some(30)),
            // It reads nothing.
            (15, i64::MAX, Some(1_000_000), None),
            (15, i64::MAX, None, None),
            // The clock was set back.
            (15, LOOKBACK, Some(-50), None),
            (3600, LOOKBACK, Some(10), Some(300)),
            (3600, 86_400, Some(10), None),
        ];
        for (interval, reach, away, settles) in table {
            let last = away.map(|away| NOW - away);
            let found = until(interval, reach, last, NOW, LOOKBACK).map(|until| until - NOW);
            assert_eq!(found, settles, "{interval} {reach} {away:?}");
        }
    }
}
