use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use watchfire_model::Labels;

use super::group::{Group, GroupId};
use super::log::{Entry, Sent};
use super::{Dispatcher, Known, Plan};
use crate::alert::{Alert, Fingerprint};
use crate::config::receiver::Integration;

/// A part of a dispatcher's state, to be stored under its [key](Row::key).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Row {
    /// An alert.
    Alert(Alert),
    /// A group.
    Group(GroupRow),
    /// What a channel was told last.
    Sent(SentRow),
}

/// A group as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// The name of its route.
    pub route: String,
    /// What its alerts have in common.
    pub labels: Labels,
    /// Since when there is such a group, milliseconds since the epoch.
    pub since: i64,
    /// When it is looked at next.
    pub next: i64,
    /// Whether it was looked at already.
    pub flushed: bool,
    /// Since when it has no alerts.
    pub empty_since: Option<i64>,
    /// Its alerts.
    pub alerts: Vec<Fingerprint>,
    /// Those of them that were muted: since when they no longer are, `None` while they are.
    #[serde(default)]
    pub heard_since: Vec<(Fingerprint, Option<i64>)>,
    /// When a step of an escalation is due before the next look.
    #[serde(default)]
    pub step_at: Option<i64>,
}

/// What a channel was told last, as it is stored. Times are milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRow {
    /// Of which group.
    pub group_key: String,
    /// Who.
    pub receiver: String,
    /// By which channel.
    pub integration: Integration,
    /// Alerts that fired.
    pub firing: Vec<Fingerprint>,
    /// Alerts that were resolved.
    pub resolved: Vec<Fingerprint>,
    /// When.
    pub at: i64,
    /// From when on it counts no more.
    pub expires_at: i64,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RowId {
    Alert(Fingerprint),
    /// By the name of the route: numbers of routes are those of one plan.
    Group(String, Labels),
    Sent(Sent),
}

impl RowId {
    pub(super) fn group(plan: &Plan, id: &GroupId) -> Self {
        Self::Group(plan.tree().name(id.route).to_owned(), id.labels.clone())
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(fingerprint) => write!(f, "alert {fingerprint}"),
            Self::Group(route, labels) => write!(f, "group {route} {labels}"),
            Self::Sent(sent) => write!(f, "sent {} {} {}", sent.integration, sent.receiver, sent.group_key),
        }
    }
}

impl Row {
    /// What no other row has.
    pub fn key(&self) -> String {
        let id = match self {
            Self::Alert(alert) => RowId::Alert(alert.fingerprint()),
            Self::Group(group) => RowId::Group(group.route.clone(), group.labels.clone()),
            Self::Sent(row) => {
                let (group_key, receiver) = (row.group_key.clone(), row.receiver.clone());
                RowId::Sent(Sent { group_key, receiver, integration: row.integration })
            }
        };
        id.to_string()
    }

    fn group(plan: &Plan, id: &GroupId, group: &Group) -> Self {
        Self::Group(GroupRow {
            route: plan.tree().name(id.route).to_owned(),
            labels: id.labels.clone(),
            since: group.since,
            next: group.next,
            flushed: group.flushed,
            empty_since: group.empty_since,
            alerts: group.alerts.iter().copied().collect(),
            heard_since: group
                .heard_since
                .iter()
                .map(|(fingerprint, since)| (*fingerprint, *since))
                .collect(),
            step_at: group.step_at,
        })
    }

    fn sent(sent: &Sent, entry: &Entry) -> Self {
        Self::Sent(SentRow {
            group_key: sent.group_key.clone(),
            receiver: sent.receiver.clone(),
            integration: sent.integration,
            firing: entry.firing.clone(),
            resolved: entry.resolved.clone(),
            at: entry.at,
            expires_at: entry.expires_at,
        })
    }
}

impl Dispatcher {
    /// The whole state.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        let alerts = self.alerts.values().map(|known| Row::Alert((*known.alert).clone()));
        let groups = self.groups.iter().map(|(id, group)| Row::group(&self.plan, id, group));
        alerts.chain(groups).chain(self.log.iter().map(|(sent, entry)| Row::sent(sent, entry)))
    }

    /// What changed since the last call, or since the dispatcher was made: the keys of rows, each with what the row is now,
    /// `None` for one that is gone.
    pub fn take_changes(&mut self) -> Vec<(String, Option<Row>)> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|id| (id.to_string(), self.row(&id))).collect()
    }

    /// The same of alerts alone. What became of groups is kept back: as long as what was decided of them was not handed on, a restart has
    /// to decide it again.
    pub fn take_alert_changes(&mut self) -> Vec<(String, Option<Row>)> {
        let changed = std::mem::take(&mut self.changed);
        let (alerts, others) = changed.into_iter().partition(|id| matches!(id, RowId::Alert(_)));
        self.changed = alerts;
        let taken = self.take_changes();
        self.changed = others;
        taken
    }

    /// Takes the whole state for changed: what was taken by [`take_changes`](Self::take_changes) may not have been stored. Rows of what is gone
    /// may stay behind then; they say nothing to those that go on from them.
    pub fn touch(&mut self) {
        let groups = self.groups.keys().map(|id| RowId::group(&self.plan, id));
        self.changed.extend(self.alerts.keys().map(|fingerprint| RowId::Alert(*fingerprint)));
        self.changed.extend(groups);
        self.changed.extend(self.log.keys().cloned().map(RowId::Sent));
    }

    fn row(&self, id: &RowId) -> Option<Row> {
        match id {
            RowId::Alert(fingerprint) => self.alert(*fingerprint).map(|alert| Row::Alert((**alert).clone())),
            RowId::Group(route, labels) => {
                let id = GroupId { route: self.plan.tree().find(route)?, labels: labels.clone() };
                self.groups.get(&id).map(|group| Row::group(&self.plan, &id, group))
            }
            RowId::Sent(sent) => self.log.get(sent).map(|entry| Row::sent(sent, entry)),
        }
    }

    /// The dispatcher that had these rows, at `now`. It goes on as if it had never stopped; and where the plan is another
    /// one, every alert that fires is in the groups to which it now belongs.
    pub fn restore(plan: Arc<Plan>, rows: impl IntoIterator<Item = Row>, now: i64) -> Self {
        let mut restored = Self::new(plan);
        let mut groups = Vec::new();
        for row in rows {
            match row {
                Row::Alert(alert) => {
                    let groups = restored.plan.groups(&alert.labels);
                    restored.alerts.insert(alert.fingerprint(), Known { alert: Arc::new(alert), groups });
                }
                Row::Group(group) => groups.push(group),
                Row::Sent(row) => {
                    let SentRow { group_key, receiver, integration, firing, resolved, at, expires_at } = row;
                    let sent = Sent { group_key, receiver, integration };
                    restored.log.insert(sent, Entry { firing, resolved, at, expires_at });
                }
            }
        }
        let left_over = restored.restore_groups(groups, now);
        restored.place(&left_over, now);
        restored
    }

    /// Takes groups as they were, as far as there are such groups still; gives the alerts that lost theirs.
    fn restore_groups(&mut self, rows: Vec<GroupRow>, now: i64) -> BTreeSet<Fingerprint> {
        let plan = self.plan.clone();
        let tree = plan.tree();
        let mut left_over = BTreeSet::new();
        for row in rows {
            let id = tree.find(&row.route).map(|route| GroupId { route, labels: row.labels.clone() });
            let belongs = |fingerprint: &Fingerprint| {
                self.alerts
                    .get(fingerprint)
                    .is_some_and(|known| id.as_ref().is_some_and(|id| known.groups.contains(id)))
            };
            let was_empty = row.alerts.is_empty();
            let (alerts, others): (BTreeSet<_>, Vec<_>) = {
                let (mine, others): (Vec<_>, Vec<_>) = row.alerts.iter().copied().partition(belongs);
                (mine.into_iter().collect(), others)
            };
            left_over.extend(others);
            let Some(id) = id.filter(|_| was_empty || !alerts.is_empty()) else {
                // Its row has to go: a group like it that begins later is a new one.
                self.changed.insert(RowId::Group(row.route, row.labels));
                continue;
            };
            let GroupRow { since, next, flushed, empty_since, heard_since, step_at, .. } = row;
            let heard_since =
                heard_since.into_iter().filter(|(fingerprint, _)| alerts.contains(fingerprint)).collect();
            let mut group = Group { since, next, flushed, alerts, empty_since, step_at, heard_since };
            // No longer than a new group of this plan would wait.
            group.next = next.min(now.saturating_add(group.longest_wait(tree.options(id.route))));
            self.due.insert((group.due(), id.clone()));
            self.groups.insert(id, group);
        }
        left_over
    }

    /// Puts every alert that fires, and those of `left_over`, into the groups that lack them.
    fn place(&mut self, left_over: &BTreeSet<Fingerprint>, now: i64) {
        let mut missing = Vec::new();
        for (fingerprint, known) in &self.alerts {
            if known.alert.is_resolved(now) && !left_over.contains(fingerprint) {
                continue;
            }
            for id in &known.groups {
                if !self.groups.get(id).is_some_and(|group| group.alerts.contains(fingerprint)) {
                    missing.push((id.clone(), *fingerprint, known.alert.starts_at));
                }
            }
        }
        for (id, fingerprint, starts_at) in missing {
            self.join(&id, fingerprint, starts_at, now);
        }
    }

    /// Goes on by another plan from `now` on.
    pub fn replan(&mut self, plan: Arc<Plan>, now: i64) {
        let rows: Vec<Row> = self.rows().collect();
        let mut changed = std::mem::take(&mut self.changed);
        changed.extend(self.groups.keys().map(|id| RowId::group(&self.plan, id)));
        let (doubted, doubted_until) = (std::mem::take(&mut self.doubted), self.doubted_until);
        *self = Self { doubted, doubted_until, ..Self::restore(plan, rows, now) };
        changed.extend(self.groups.keys().map(|id| RowId::group(&self.plan, id)));
        self.changed.append(&mut changed);
    }
}
