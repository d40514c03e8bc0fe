use std::collections::{BTreeMap, BTreeSet};

use watchfire_model::Labels;

use crate::alert::Fingerprint;
use crate::routing::{RouteId, RouteOptions};

/// What tells a group from all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct GroupId {
    pub(super) route: RouteId,
    pub(super) labels: Labels,
}

/// How long a group without alerts stays, in milliseconds: an alert that comes then does not wait anew.
const LINGER: i64 = 30 * 1000;

/// Alerts that go into one notification.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// Since when it is there.
    pub(super) since: i64,
    /// When it is looked at next.
    pub(super) next: i64,
    /// Whether it was looked at already.
    pub(super) flushed: bool,
    /// Its alerts; they are all known to the dispatcher.
    pub(super) alerts: BTreeSet<Fingerprint>,
    /// Since when it has none.
    pub(super) empty_since: Option<i64>,
    /// When a step of an escalation is due, where that is before `next`.
    pub(super) step_at: Option<i64>,
    /// Those of its alerts that were muted at a look: since which look they no longer are, `None` while they are.
    pub(super) heard_since: BTreeMap<Fingerprint, Option<i64>>,
}

impl Group {
    /// A group from `now` on that is looked at after `wait` milliseconds.
    pub(super) fn new(now: i64, wait: i64) -> Self {
        let next = now.saturating_add(wait);
        Self {
            since: now,
            next,
            flushed: false,
            alerts: BTreeSet::new(),
            empty_since: None,
            step_at: None,
            heard_since: BTreeMap::new(),
        }
    }

    /// Notes at a look whether an alert is muted. While it is nobody can look after it, so the time until others are told begins anew
    /// when it is over.
    pub(super) fn note_muted(&mut self, fingerprint: Fingerprint, is_muted: bool, now: i64) {
        if is_muted {
            self.heard_since.insert(fingerprint, None);
        } else if let Some(since) = self.heard_since.get_mut(&fingerprint) {
            since.get_or_insert(now);
        }
    }

    /// Whether an alert was muted at the last tick.
    pub(super) fn is_muted(&self, fingerprint: Fingerprint) -> bool {
        self.heard_since.get(&fingerprint).is_some_and(Option::is_none)
    }

    /// When something is to be done of it.
    pub(super) fn due(&self) -> i64 {
        self.step_at.map_or(self.next, |at| at.min(self.next))
    }

    /// Since when people could hear of an alert that began at `starts_at`.
    pub(super) fn heard_since(&self, fingerprint: Fingerprint, starts_at: i64) -> i64 {
        self.heard_since.get(&fingerprint).copied().flatten().map_or(starts_at, |since| since.max(starts_at))
    }

    /// How long it waits at most for the next look, in milliseconds.
    pub(super) fn longest_wait(&self, options: &RouteOptions) -> i64 {
        if self.flushed { options.group_interval.millis() } else { options.group_wait.millis() }
    }

    /// Whether nothing is left of it at `now`.
    pub(super) fn is_gone(&self, now: i64) -> bool {
        self.empty_since.is_some_and(|since| since.saturating_add(LINGER) <= now)
    }
}
