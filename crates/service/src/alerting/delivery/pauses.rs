use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use watchfire_alerting::channel::Backoff;

use super::lane::LaneId;

/// Lanes that send nothing for a while: their services asked to wait, or refused who logged in. What one delivery was told counts for all
/// that go the same way; each of them would be turned away, and services count that, too.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<HashMap<LaneId, Pause>>);

#[derive(Clone, Copy, Debug)]
struct Pause {
    /// Milliseconds since the epoch.
    until: i64,
    /// How many pauses there were since the login is refused.
    logins: u32,
}

impl Pause {
    /// How many milliseconds are left at `now`. One that was to last for longer than `most` has seen the clock set back, and is over.
    fn left(self, now: i64, most: i64) -> Option<i64> {
        Some(self.until.saturating_sub(now)).filter(|left| (1..=most).contains(left))
    }
}

impl Pauses {
    fn lanes(&self) -> MutexGuard<'_, HashMap<LaneId, Pause>> {
        // Times are good whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes at `now` that nothing of a lane is to go before `until`. One that was to wait for longer than `most` has seen the clock set
    /// back.
    pub(super) fn note(&self, lane: LaneId, until: i64, now: i64, most: i64) {
        let mut lanes = self.lanes();
        let pause = lanes.entry(lane).or_insert(Pause { until, logins: 0 });
        let known = pause.until;
        pause.until = if known.saturating_sub(now) > most { until } else { until.max(known) };
    }

    /// Notes at `now` that the login of a lane was refused: nothing goes for a while, twice as long each time, so that nobody's account
    /// is locked. Those that were under way at the same time count once.
    pub(super) fn login_refused(&self, lane: LaneId, now: i64, backoff: &Backoff) {
        let mut lanes = self.lanes();
        let pause = lanes.entry(lane).or_insert(Pause { until: now, logins: 0 });
        if pause.logins > 0 && pause.left(now, backoff.most_asked).is_some() {
            return;
        }
        let doubled = 1_i64.checked_shl(pause.logins.min(40)).unwrap_or(i64::MAX);
        pause.logins = pause.logins.saturating_add(1);
        pause.until = now.saturating_add(backoff.most.saturating_mul(doubled).min(backoff.most_asked));
    }

    /// A lane's login is good.
    pub(super) fn login_taken(&self, lane: &LaneId) {
        let mut lanes = self.lanes();
        if lanes.get(lane).is_some_and(|pause| pause.logins > 0) {
            lanes.remove(lane);
        }
    }

    /// Logins may be others now.
    pub(super) fn forget_logins(&self) {
        self.lanes().retain(|_, pause| pause.logins == 0);
    }

    /// How many milliseconds a lane waits still at `now`, if it does. One that was to wait for longer than `most` has seen the clock set
    /// back, and waits no more.
    pub(super) fn left(&self, lane: &LaneId, now: i64, most: i64) -> Option<i64> {
        self.lanes().get(lane)?.left(now, most)
    }

    /// Forgets those that are over at `now`; called now and then. How often a login was refused stays.
    pub(super) fn tidy(&self, now: i64) {
        self.lanes().retain(|_, pause| pause.until > now || pause.logins > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(receiver: &str) -> LaneId {
        (receiver.to_owned(), "slack[0]".to_owned())
    }

    #[test]
    fn a_lane_waits_as_long_as_its_service_asks() {
        let pauses = Pauses::default();
        pauses.note(lane("a"), 1000, 0, 5000);
        // A shorter time that another one was told changes nothing.
        pauses.note(lane("a"), 400, 0, 5000);
        for (receiver, now, left) in [
            ("a", 0, Some(1000)),
            ("a", 999, Some(1)),
            ("a", 1000, None),
            ("b", 0, None),
            // The clock was set back.
            ("a", -9000, None),
        ] {
            assert_eq!(pauses.left(&lane(receiver), now, 5000), left, "{receiver} {now}");
        }
        pauses.tidy(1000);
        assert!(pauses.lanes().is_empty());
    }

    #[test]
    fn a_login_that_is_refused_is_tried_seldom_and_ever_more_seldom() {
        let backoff = Backoff { first: 1, most: 100, most_asked: 500 };
        let pauses = Pauses::default();
        let mut now = 0;
        for wait in [100, 200, 400, 500, 500] {
            pauses.login_refused(lane("a"), now, &backoff);
            // Another one that was under way.
            pauses.login_refused(lane("a"), now + 1, &backoff);
            assert_eq!(pauses.left(&lane("a"), now, 500), Some(wait));
            now += wait;
            pauses.tidy(now);
        }
        assert_eq!(pauses.left(&lane("a"), now, 500), None);
        pauses.login_taken(&lane("a"));
        pauses.login_refused(lane("a"), now, &backoff);
        assert_eq!(pauses.left(&lane("a"), now, 500), Some(100), "from the beginning");
        // What a service asked for has nothing to do with logins.
        pauses.note(lane("b"), now + 50, now, 500);
        pauses.login_taken(&lane("b"));
        pauses.forget_logins();
        assert_eq!((pauses.left(&lane("a"), now, 500), pauses.left(&lane("b"), now, 500)), (None, Some(50)));
    }
}
