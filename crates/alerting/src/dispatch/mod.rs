//! Grouping: from alerts that come in to notifications that go out, as Alertmanager does it, as a state machine. Alerts and
//! the time go in, notifications come out; nothing else makes a difference.
//!
//! - An alert joins a group at each route that takes it: the alerts there with the same values of the `group_by` labels.
//! - A new group waits for `group_wait`, then each `group_interval`, and each time looks whether its receiver has something
//!   to hear: what fires and did not, what is resolved, or, after `repeat_interval`, that it still is so. That is decided by
//!   the **log** of what was last sent, for each channel of the receiver.
//! - Steps of an escalation are looked at when they are due, also between the ticks of their group.
//! - What is muted at that moment is not told, and not looked at.
//!
//! Where Alertmanager leaves something to chance, it is fixed here: ticks of a group keep their distance even when they are
//! looked at late, so that `repeat_interval` is exact; and a group without alerts is gone after 30 seconds, the longest that
//! Alertmanager takes to clear it away.

mod clock;
mod escalate;
mod flush;
mod group;
mod log;
mod notification;
mod plan;
mod rows;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use group::{Group, GroupId};
use log::{Entry, Sent};
pub(crate) use notification::order;
pub use notification::{Notification, Notified, Reason};
pub use plan::{ExpectedStep, Plan};
use rows::RowId;
pub use rows::{GroupRow, Row, SentRow};

use crate::alert::{Alert, AlertError, Fingerprint, Received};
use crate::config::receiver::Integration;
use crate::routing::RouteId;

/// How long a resolved alert is known still, in milliseconds: what is heard of it then is not a new alert.
const KEEP_RESOLVED: i64 = 30 * 60 * 1000;

/// The state machine.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    plan: Arc<Plan>,
    alerts: BTreeMap<Fingerprint, Known>,
    groups: BTreeMap<GroupId, Group>,
    /// When each group is due, the earliest first.
    due: BTreeSet<(i64, GroupId)>,
    log: BTreeMap<Sent, Entry>,
    /// The rows that changed since they were last taken.
    changed: BTreeSet<RowId>,
    /// When resolved alerts and old entries are looked for next. It makes no difference but in memory.
    clear_at: i64,
    /// Alerts that fired before nobody listened for a while, and of which nothing was heard since.
    doubted: BTreeSet<Fingerprint>,
    /// Until when that keeps them from being told again, milliseconds since the epoch.
    doubted_until: i64,
}

/// An alert with the groups that it belongs to while it fires.
#[derive(Clone, Debug)]
struct Known {
    alert: Arc<Alert>,
    groups: Vec<GroupId>,
}

/// What a look at a group asks of its alerts.
struct Looks<'a> {
    is_muted: &'a dyn Fn(&Alert) -> bool,
    is_acknowledged: &'a dyn Fn(&Alert) -> bool,
}

/// The times that a look at a group goes by, milliseconds since the epoch.
#[derive(Clone, Copy, Debug)]
struct When {
    /// Since when the group is there.
    since: i64,
    /// When it was due.
    tick: i64,
    /// When it is looked at.
    now: i64,
    /// Since when somebody is to be told once more by a step.
    again_at: Option<i64>,
}

/// A group as it is now.
#[derive(Clone, Debug)]
pub struct GroupView<'a> {
    /// Its route.
    pub route: RouteId,
    /// What its alerts have in common.
    pub labels: &'a watchfire_model::Labels,
    /// Who is told.
    pub receiver: &'a str,
    /// What names it.
    pub group_key: String,
    /// Its alerts, also those that are resolved and not yet told of.
    pub alerts: Vec<&'a Arc<Alert>>,
    /// When it is looked at next, milliseconds since the epoch.
    pub next: i64,
}

impl Dispatcher {
    /// Without any alert.
    pub fn new(plan: Arc<Plan>) -> Self {
        Self {
            plan,
            alerts: BTreeMap::new(),
            groups: BTreeMap::new(),
            due: BTreeSet::new(),
            log: BTreeMap::new(),
            changed: BTreeSet::new(),
            clear_at: i64::MIN,
            doubted: BTreeSet::new(),
            doubted_until: i64::MIN,
        }
    }

    /// What it goes by.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Takes an alert that arrives at `now`; gives it as it is now known.
    pub fn receive(&mut self, received: Received, now: i64) -> Result<Arc<Alert>, AlertError> {
        Ok(self.insert(Alert::new(received, now, self.plan.resolve_timeout())?, now))
    }

    /// The same with an alert that has its end already.
    pub fn insert(&mut self, alert: Alert, now: i64) -> Arc<Alert> {
        let fingerprint = alert.fingerprint();
        let known = self.alerts.remove(&fingerprint);
        let (alert, groups) = match known {
            Some(known) if known.alert.ends_at.saturating_add(KEEP_RESOLVED) > now => {
                (Arc::new(known.alert.updated(alert, now)), known.groups)
            }
            Some(known) => (Arc::new(alert), known.groups),
            None => {
                let groups = self.plan.groups(&alert.labels);
                (Arc::new(alert), groups)
            }
        };
        for id in &groups {
            self.join(id, fingerprint, alert.starts_at, now);
        }
        self.changed.insert(RowId::Alert(fingerprint));
        self.alerts.insert(fingerprint, Known { alert: alert.clone(), groups });
        alert
    }

    /// Puts an alert into a group, which may be new.
    fn join(&mut self, id: &GroupId, fingerprint: Fingerprint, starts_at: i64, now: i64) {
        let options = self.plan.tree().options(id.route);
        let wait = options.group_wait.millis();
        if self.groups.get(id).is_some_and(|group| group.is_gone(now)) {
            self.leave(id);
        }
        let group = self.groups.entry(id.clone()).or_insert_with(|| {
            let group = Group::new(now, wait);
            self.due.insert((group.next, id.clone()));
            group
        });
        group.alerts.insert(fingerprint);
        group.empty_since = None;
        // It has waited elsewhere, perhaps for a restart: the group need not.
        if !group.flushed && starts_at.saturating_add(wait) < now && group.next > now {
            self.due.remove(&(group.due(), id.clone()));
            group.next = now;
            self.due.insert((now, id.clone()));
        }
        self.changed.insert(RowId::group(&self.plan, id));
    }

    /// Takes a group away.
    fn leave(&mut self, id: &GroupId) {
        if let Some(group) = self.groups.remove(id) {
            self.due.remove(&(group.due(), id.clone()));
            self.changed.insert(RowId::group(&self.plan, id));
        }
    }

    /// When [`poll`](Self::poll) has something to do next, milliseconds since the epoch; `None` for not before another alert
    /// arrives.
    pub fn next_deadline(&self) -> Option<i64> {
        self.due.first().map(|(at, _)| *at)
    }

    /// What is to be sent at `now`. What comes out is taken for sent: it belongs into the same transaction as the
    /// [changes](Self::take_changes), and if it can't be delivered at all, into [`not_delivered`](Self::not_delivered).
    ///
    /// `is_muted` says whether nobody may hear of an alert now: by a silence, by inhibition, by a maintenance window. Time
    /// intervals of routes are known here.
    pub fn poll(&mut self, now: i64, is_muted: impl Fn(&Alert) -> bool) -> Vec<Notification> {
        self.poll_handled(now, is_muted, |_| false)
    }

    /// The same where `is_acknowledged` says whether somebody looks after an alert: where that is so of all that fire, nothing
    /// is told again.
    pub fn poll_handled(
        &mut self,
        now: i64,
        is_muted: impl Fn(&Alert) -> bool,
        is_acknowledged: impl Fn(&Alert) -> bool,
    ) -> Vec<Notification> {
        let looks = Looks { is_muted: &is_muted, is_acknowledged: &is_acknowledged };
        let mut notifications = Vec::new();
        while let Some((at, _)) = self.due.first()
            && *at <= now
            && let Some((at, id)) = self.due.pop_first()
        {
            self.flush(&id, at, now, &looks, &mut notifications);
        }
        if self.clear_at <= now {
            self.clear(now);
        }
        notifications
    }

    /// Says that a channel did not get the notification of a group that was decided `at` and will not: where it was told
    /// nothing since, the group tells it everything anew at its next tick.
    pub fn not_delivered(&mut self, group_key: &str, receiver: &str, integration: Integration, at: i64) {
        let sent = Sent { group_key: group_key.to_owned(), receiver: receiver.to_owned(), integration };
        if self.log.get(&sent).is_some_and(|entry| entry.at == at) {
            self.log.remove(&sent);
            self.changed.insert(RowId::Sent(sent));
        }
    }

    /// Forgets alerts that are resolved for long, and entries of the log that say nothing any more.
    fn clear(&mut self, now: i64) {
        self.clear_at = now.saturating_add(KEEP_RESOLVED / 2);
        let held = |known: &Known, fingerprint: &Fingerprint| {
            known
                .groups
                .iter()
                .any(|id| self.groups.get(id).is_some_and(|group| group.alerts.contains(fingerprint)))
        };
        let old = |known: &Known| known.alert.ends_at.saturating_add(KEEP_RESOLVED) <= now;
        let gone = self.alerts.iter().filter(|(fingerprint, known)| old(known) && !held(known, fingerprint));
        let gone: Vec<Fingerprint> = gone.map(|(fingerprint, _)| *fingerprint).collect();
        for fingerprint in gone {
            self.alerts.remove(&fingerprint);
            self.doubted.remove(&fingerprint);
            self.changed.insert(RowId::Alert(fingerprint));
        }
        let tree = self.plan.tree();
        let keys: BTreeSet<String> =
            self.groups.keys().map(|id| tree.group_key(id.route, &id.labels)).collect();
        let changed = &mut self.changed;
        self.log.retain(|sent, entry| {
            // What a group that is there goes by counts however old it is.
            let stays = entry.expires_at > now || keys.contains(&sent.group_key);
            if !stays {
                changed.insert(RowId::Sent(sent.clone()));
            }
            stays
        });
    }

    /// All alerts that are known, also those that were resolved a short while ago.
    pub fn alerts(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.alerts.values().map(|known| &known.alert)
    }

    /// The alert with this fingerprint.
    pub fn alert(&self, fingerprint: Fingerprint) -> Option<&Arc<Alert>> {
        self.alerts.get(&fingerprint).map(|known| &known.alert)
    }

    /// All groups that have alerts.
    pub fn groups(&self) -> impl Iterator<Item = GroupView<'_>> {
        let tree = self.plan.tree();
        self.groups.iter().filter(|(_, group)| !group.alerts.is_empty()).map(move |(id, group)| GroupView {
            route: id.route,
            labels: &id.labels,
            receiver: &tree.options(id.route).receiver,
            group_key: tree.group_key(id.route, &id.labels),
            alerts: group.alerts.iter().filter_map(|fingerprint| self.alert(*fingerprint)).collect(),
            next: group.next,
        })
    }
}
