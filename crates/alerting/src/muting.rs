//! Why nobody hears of an alert: silences, inhibition and maintenance windows at one instant.

use serde::Serialize;
use watchfire_model::Labels;

use crate::alert::Fingerprint;
use crate::inhibition::Inhibition;
use crate::maintenance::{OpenWindows, Window};
use crate::silence::Silences;

/// All that mutes at one instant.
#[derive(Clone, Debug)]
pub struct Muting<'a> {
    silences: &'a Silences,
    inhibition: &'a Inhibition,
    windows: OpenWindows<'a>,
    now: i64,
}

/// What mutes an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MutedBy {
    /// Ids of silences.
    pub silenced_by: Vec<String>,
    /// Alerts by which it is inhibited.
    pub inhibited_by: Vec<Fingerprint>,
    /// The id of a maintenance window.
    pub maintained_by: Option<String>,
}

impl MutedBy {
    /// Whether nothing does.
    pub fn is_empty(&self) -> bool {
        self.silenced_by.is_empty() && self.inhibited_by.is_empty() && self.maintained_by.is_none()
    }
}

impl<'a> Muting<'a> {
    /// At `now`, milliseconds since the epoch.
    pub fn new(silences: &'a Silences, inhibition: &'a Inhibition, windows: &'a [Window], now: i64) -> Self {
        Self { silences, inhibition, windows: OpenWindows::new(windows, now), now }
    }

    /// Whether anything mutes an alert with these labels.
    pub fn is_muted(&self, labels: &Labels) -> bool {
        self.silences.is_muted(labels, self.now)
            || self.inhibition.is_muted(labels, self.now)
            || self.windows.muting(labels).is_some()
    }

    /// What mutes it.
    pub fn muted_by(&self, labels: &Labels) -> MutedBy {
        MutedBy {
            silenced_by: self.silences.muting(labels, self.now).into_iter().map(str::to_owned).collect(),
            inhibited_by: self.inhibition.muting(labels, self.now),
            maintained_by: self.windows.muting(labels).map(|window| window.id.clone()),
        }
    }
}
