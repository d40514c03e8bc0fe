use serde::{Deserialize, Serialize};

use super::period::Period;
use crate::routing::{GROUP_INTERVAL, GROUP_WAIT};

/// Who is told of whole incidents: `incidents`. An addition of Watchfire; Alertmanager does not know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IncidentsConfig {
    /// The receiver; its escalations do not count.
    pub receiver: String,
    /// How long an incident is there before it is told, so that alerts that come together are told together; and how long what is
    /// told next waits at least.
    pub group_wait: Period,
    /// How long one that was over and goes on waits before it is told anew.
    pub group_interval: Period,
    /// How many alerts it has at least before it is told.
    pub min_alerts: usize,
}

impl Default for IncidentsConfig {
    fn default() -> Self {
        Self {
            receiver: String::new(),
            group_wait: GROUP_WAIT,
            group_interval: GROUP_INTERVAL,
            min_alerts: 1,
        }
    }
}
