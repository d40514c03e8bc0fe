use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use watchfire_model::Labels;

use crate::alert::Alert;
use crate::config::receiver::Integration;
use crate::incident::Incident;

/// Why a notification is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The receiver has not heard of the group, or last that all was resolved.
    First,
    /// Alerts fire that did not.
    NewAlerts,
    /// Some alerts are resolved, others fire still.
    SomeResolved,
    /// All alerts are resolved.
    AllResolved,
    /// Nothing changed for `repeat_interval`.
    Repeat,
    /// An incident began.
    IncidentOpened,
    /// An incident became graver.
    IncidentWorse,
    /// Another alert is guessed to have begun an incident.
    IncidentCause,
    /// An incident is over.
    IncidentOver,
    /// An incident is part of another now, where its alerts go on.
    IncidentMerged,
}

/// An alert of a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notified {
    /// The alert as it was then.
    pub alert: Arc<Alert>,
    /// Whether it was resolved then; where not, its end says nothing.
    pub resolved: bool,
}

/// A notification of a group of alerts for one channel of a receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// What names the group: `{}/{team="web"}:{alertname="Fire"}`.
    pub group_key: String,
    /// What its alerts have in common.
    pub group_labels: Labels,
    /// The name of the route (see [`RouteTree::name`](crate::RouteTree::name)).
    pub route: String,
    /// Who is told.
    pub receiver: String,
    /// By which channel.
    pub integration: Integration,
    /// The tick of the group, milliseconds since the epoch. No two notifications for the same channel of the same group
    /// have the same one.
    pub at: i64,
    /// Why.
    pub reason: Reason,
    /// The alerts, without those that are muted: those that fire and, where the channel tells it, those that are resolved.
    /// In Alertmanager's order: by the labels `job` and `instance`, then by all others.
    pub alerts: Vec<Notified>,
    /// The incident that it tells of, where it is no group of a route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Arc<Incident>>,
}

impl Notification {
    /// Whether any of its alerts fires, and not for another incident.
    pub fn is_firing(&self) -> bool {
        self.reason != Reason::IncidentMerged && self.alerts.iter().any(|notified| !notified.resolved)
    }

    /// The alerts that fire.
    pub fn firing(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter(|notified| !notified.resolved).map(|notified| &*notified.alert)
    }

    /// The alerts that are resolved.
    pub fn resolved(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter(|notified| notified.resolved).map(|notified| &*notified.alert)
    }
}

/// The order of alerts in a notification.
pub(crate) fn order(one: &Labels, other: &Labels) -> Ordering {
    // An alert without the label comes after those with it.
    let first = |name: &str| match (one.get(name), other.get(name)) {
        (Some(one), Some(other)) => one.cmp(other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    };
    first("job").then_with(|| first("instance")).then_with(|| one.cmp(other))
}
