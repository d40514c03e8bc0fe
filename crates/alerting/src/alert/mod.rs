//! Alerts as they are kept between their arrival and the notification.

mod fingerprint;

pub use fingerprint::{Fingerprint, FingerprintError};
use serde::{Deserialize, Serialize};
use watchfire_model::Labels;

/// How long an alert without an end counts as firing after it was last heard of, where nothing else is set:
/// `resolve_timeout` of Alertmanager, in milliseconds.
pub const RESOLVE_TIMEOUT: i64 = 5 * 60 * 1000;

/// Whether an alert comes from the data of `watchfire demo`, all of which bears this label.
pub fn is_made_up(labels: &Labels) -> bool {
    labels.get("demo") == Some("true")
}

/// An alert as it comes in: from a rule, or from Prometheus over the API. Times are milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What identifies it; at least one.
    pub labels: Labels,
    /// What people read.
    pub annotations: Labels,
    /// Since when it fires; absent where the sender does not say.
    pub starts_at: Option<i64>,
    /// Until when it fires, in the past for one that is resolved; absent where the sender does not say.
    pub ends_at: Option<i64>,
    /// Where it comes from; may be empty.
    pub generator_url: String,
}

/// An alert. Its labels identify it: two with the same labels are the same alert at different times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What identifies it.
    pub labels: Labels,
    /// What people read.
    pub annotations: Labels,
    /// Since when it fires, milliseconds since the epoch.
    pub starts_at: i64,
    /// From when on it is resolved, milliseconds since the epoch; in the future while it fires.
    pub ends_at: i64,
    /// Where it comes from; may be empty.
    pub generator_url: String,
    /// When it was heard of last, milliseconds since the epoch.
    pub updated_at: i64,
    /// Whether `ends_at` is no word of the sender but the time after which silence means that it is resolved.
    pub timeout: bool,
}

/// Why an alert is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlertError {
    /// Nothing identifies it.
    #[error("the alert has no labels; at least one is needed, such as alertname")]
    NoLabels,
    /// It ends before it starts.
    #[error("the alert ends before it starts; endsAt must not be earlier than startsAt")]
    EndsBeforeStart,
}

impl Alert {
    /// Takes an alert that arrives at `now`. What the sender leaves open is filled in as Alertmanager does it: it starts
    /// now (or when it ends), and ends `resolve_timeout` milliseconds from now unless it is heard of again.
    pub fn new(received: Received, now: i64, resolve_timeout: i64) -> Result<Self, AlertError> {
        let Received { labels, annotations, starts_at, ends_at, generator_url } = received;
        if labels.is_empty() {
            return Err(AlertError::NoLabels);
        }
        let starts_at = starts_at.or(ends_at).unwrap_or(now);
        let timeout = ends_at.is_none();
        let ends_at = ends_at.unwrap_or_else(|| now.saturating_add(resolve_timeout));
        // An end that nobody gave can't be wrong.
        if ends_at < starts_at && !timeout {
            return Err(AlertError::EndsBeforeStart);
        }
        Ok(Self {
            labels,
            annotations,
            starts_at,
            ends_at: ends_at.max(starts_at),
            generator_url,
            updated_at: now,
            timeout,
        })
    }

    /// What names it; computed anew each time.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.labels)
    }

    /// Whether it is resolved at `now`.
    pub fn is_resolved(&self, now: i64) -> bool {
        self.ends_at <= now
    }

    /// What becomes of an alert that is known as `self` when `newer` arrives at `now`, as Alertmanager's store has it:
    /// where the two overlap in time they are one alert, else `newer` is a new one with the same labels.
    #[must_use]
    pub fn updated(&self, newer: Self, now: i64) -> Self {
        let inside = |at: i64| self.starts_at < at && at < self.ends_at;
        if inside(newer.starts_at) || inside(newer.ends_at) { self.merged(newer, now) } else { newer }
    }

    /// Two reports on the same alert as one (`Alert.Merge` of Alertmanager). What was heard last counts, but it starts
    /// when it was first said to start; and of two ends
    ///
    /// - the later one counts where both are past,
    /// - a later end that a sender gave counts where the alert still fires; one by timeout does not.
    #[must_use]
    pub fn merged(&self, other: Self, now: i64) -> Self {
        if other.updated_at < self.updated_at {
            return other.merged(self.clone(), now);
        }
        let mut merged = other;
        merged.starts_at = merged.starts_at.min(self.starts_at);
        let counts = if merged.is_resolved(now) { self.is_resolved(now) } else { !self.timeout };
        if counts {
            merged.ends_at = merged.ends_at.max(self.ends_at);
        }
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn received(starts_at: Option<i64>, ends_at: Option<i64>) -> Received {
        let labels = Labels::new([("alertname", "Fire")]).unwrap();
        let minutes = |at: Option<i64>| at.map(|at| at * MINUTE);
        Received {
            labels,
            annotations: Labels::empty(),
            starts_at: minutes(starts_at),
            ends_at: minutes(ends_at),
            generator_url: String::new(),
        }
    }

    #[test]
    fn what_the_sender_leaves_open() {
        // (starts, ends) as sent at minute 100; (starts, ends, timeout) as kept; all in minutes.
        for (starts, ends, expected) in [
            (None, None, (100, 105, true)),
            (Some(90), None, (90, 105, true)),
            (Some(90), Some(95), (90, 95, false)),
            (Some(90), Some(120), (90, 120, false)),
            (None, Some(80), (80, 80, false)),
            // It starts in the future, after its end by timeout.
            (Some(200), None, (200, 200, true)),
        ] {
            let alert = Alert::new(received(starts, ends), 100 * MINUTE, RESOLVE_TIMEOUT).unwrap();
            let kept = (alert.starts_at / MINUTE, alert.ends_at / MINUTE, alert.timeout);
            assert_eq!(kept, expected, "{starts:?} {ends:?}");
        }
        let refused = Alert::new(received(Some(90), Some(80)), 0, RESOLVE_TIMEOUT);
        assert_eq!(refused, Err(AlertError::EndsBeforeStart));
        let unnamed = Received { labels: Labels::empty(), ..received(None, None) };
        assert_eq!(Alert::new(unnamed, 0, RESOLVE_TIMEOUT), Err(AlertError::NoLabels));
    }

    #[test]
    fn two_reports_become_one() {
        // The older report, the newer one, each as (starts, ends, timeout); what becomes of them at minute 100 as
        // (starts, ends). All in minutes.
        let table = [
            // The same alert goes on.
            ((90, 105, false), (90, 106, false), (90, 106)),
            // The earlier start stays.
            ((90, 105, false), (95, 106, false), (90, 106)),
            // A later end of a sender stays, one by timeout goes.
            ((90, 110, false), (90, 106, false), (90, 110)),
            ((90, 110, true), (90, 106, false), (90, 106)),
            // It is resolved, whatever was announced before.
            ((90, 110, false), (90, 99, false), (90, 99)),
            // Both are past: the later end counts.
            ((80, 98, false), (85, 95, false), (80, 98)),
            // It was resolved and fires again: no overlap, so it is new.
            ((80, 90, false), (95, 106, false), (95, 106)),
            // It follows at once.
            ((80, 90, false), (90, 106, false), (90, 106)),
        ];
        for (older, newer, expected) in table {
            let alert = |(starts, ends, timeout): (i64, i64, bool), updated: i64| Alert {
                timeout,
                updated_at: updated * MINUTE,
                ..Alert::new(received(Some(starts), Some(ends)), 0, 0).unwrap()
            };
            let merged = alert(older, 98).updated(alert(newer, 100), 100 * MINUTE);
            let got = (merged.starts_at / MINUTE, merged.ends_at / MINUTE);
            assert_eq!(got, expected, "{older:?} {newer:?}");
            assert_eq!(merged.updated_at, 100 * MINUTE);
        }
    }

    #[test]
    fn the_order_of_merging_does_not_matter() {
        let alert = |starts, ends, updated| Alert {
            updated_at: updated * MINUTE,
            ..Alert::new(received(Some(starts), Some(ends)), 0, 0).unwrap()
        };
        let (older, newer) = (alert(90, 110, 98), alert(95, 106, 100));
        assert_eq!(older.merged(newer.clone(), 100 * MINUTE), newer.merged(older, 100 * MINUTE));
    }
}
