//! How much fires, in short.

use watchfire_alerting::alert::is_made_up;
use watchfire_rules::Severity;

use super::Alertmanager;

/// How long a count is good for, in milliseconds: each page and each tab asks, and to count means to look at all alerts.
const GOOD_FOR: i64 = 1000;

/// What was counted last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    /// When, milliseconds since the epoch.
    at: i64,
    count: usize,
    gravest: Option<Severity>,
}

impl Alertmanager {
    /// How many alerts fire at `now` that nothing mutes, and how grave the gravest of them is: a [word](Severity::word), by the label
    /// `severity`. Those that only the times of their routes keep back count. They are counted once a second at most.
    pub fn firing_count(&self, now: i64) -> (usize, Option<&'static str>) {
        let mut state = self.state();
        // A clock may have been set back.
        let is_good = |counted: &Counted| (0..GOOD_FOR).contains(&now.saturating_sub(counted.at));
        if let Some(counted) = state.counted.filter(is_good) {
            return (counted.count, counted.gravest.map(Severity::word));
        }
        let (count, gravest) = {
            let muting = state.muting(now);
            let firing = state.dispatcher.alerts().filter(|alert| !alert.is_resolved(now));
            let told = firing.filter(|alert| state.tells_of_demo || !is_made_up(&alert.labels));
            let told = told.filter(|alert| !muting.is_muted(&alert.labels));
            told.fold((0, None::<Severity>), |(count, gravest), alert| {
                let severity = alert.labels.get("severity").and_then(Severity::of);
                (count + 1, gravest.max(severity))
            })
        };
        state.counted = Some(Counted { at: now, count, gravest });
        (count, gravest.map(Severity::word))
    }
}
