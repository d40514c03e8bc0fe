use serde::{Deserialize, Serialize};
use watchfire_model::Labels;

use crate::alert::Fingerprint;
use crate::dispatch::{Notification, Notified, Reason};

/// The most alerts that are told of one by one.
const MOST: usize = 32;

/// What a notification is about, for lists of what was sent. It says nothing to its receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// What the alerts of the group have in common.
    pub group: Labels,
    /// Why it is sent; `None` for an acknowledgement.
    pub reason: Option<Reason>,
    /// The first of the alerts.
    pub alerts: Vec<AboutAlert>,
    /// How many alerts there are.
    pub count: usize,
}

/// An alert of a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutAlert {
    /// What names it.
    pub fingerprint: Fingerprint,
    /// Its labels.
    pub labels: Labels,
    /// Whether it is resolved.
    pub resolved: bool,
    /// Since when it fires, milliseconds since the epoch.
    pub starts_at: i64,
}

impl Default for About {
    fn default() -> Self {
        Self { group: Labels::empty(), reason: None, alerts: Vec::new(), count: 0 }
    }
}

impl About {
    /// What a notification is about.
    pub fn of(notification: &Notification) -> Self {
        let told = |notified: &Notified| AboutAlert {
            fingerprint: notified.alert.fingerprint(),
            labels: notified.alert.labels.clone(),
            resolved: notified.resolved,
            starts_at: notified.alert.starts_at,
        };
        Self {
            group: notification.group_labels.clone(),
            reason: Some(notification.reason),
            alerts: notification.alerts.iter().take(MOST).map(told).collect(),
            count: notification.alerts.len(),
        }
    }
}
