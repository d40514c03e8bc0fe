use std::fmt;

use serde::Serialize;
use watchfire_model::Labels;

use super::{GROUP_INTERVAL, GROUP_WAIT, REPEAT_INTERVAL};
use crate::config::{GROUP_BY_ALL, Period, Route};

/// By which labels alerts come into one notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// By all: each alert for itself.
    All,
    /// By these, in the order of their names; by none all of a route are one group.
    Labels(Vec<String>),
}

/// What holds for a route, what it has from its parents included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteOptions {
    /// Who is told.
    pub receiver: String,
    /// What comes into one notification.
    pub group_by: GroupBy,
    /// How long the first notification of a group waits.
    pub group_wait: Period,
    /// How long the next one waits.
    pub group_interval: Period,
    /// After how long a notification comes again where nothing changes.
    pub repeat_interval: Period,
    /// The policy of escalation that counts in place of what the receiver says.
    pub escalation_policy: Option<String>,
    /// Names of time intervals in which nothing is sent; not inherited.
    pub mute_time_intervals: Vec<String>,
    /// Names of time intervals outside of which nothing is sent; not inherited.
    pub active_time_intervals: Vec<String>,
}

impl RouteOptions {
    /// The options of the root's parent, which there is not.
    pub(super) fn nobodys() -> Self {
        Self {
            receiver: String::new(),
            group_by: GroupBy::Labels(Vec::new()),
            group_wait: GROUP_WAIT,
            group_interval: GROUP_INTERVAL,
            repeat_interval: REPEAT_INTERVAL,
            escalation_policy: None,
            mute_time_intervals: Vec::new(),
            active_time_intervals: Vec::new(),
        }
    }

    /// The options of a route below this one.
    pub(super) fn below(&self, route: &Route) -> Self {
        let receiver = if route.receiver.is_empty() { &self.receiver } else { &route.receiver };
        Self {
            receiver: receiver.clone(),
            group_by: GroupBy::of(route).unwrap_or_else(|| self.group_by.clone()),
            group_wait: route.group_wait.unwrap_or(self.group_wait),
            group_interval: route.group_interval.unwrap_or(self.group_interval),
            repeat_interval: route.repeat_interval.unwrap_or(self.repeat_interval),
            escalation_policy: Some(route.escalation_policy.clone())
                .filter(|name| !name.is_empty())
                .or_else(|| self.escalation_policy.clone()),
            mute_time_intervals: route.mute_time_intervals.clone(),
            active_time_intervals: route.active_time_intervals.clone(),
        }
    }
}

impl GroupBy {
    /// `None` where the route has it from its parent. An empty list is none, as in Alertmanager.
    fn of(route: &Route) -> Option<Self> {
        let labels = route.group_by.as_ref().filter(|labels| !labels.is_empty())?;
        if labels.iter().any(|label| label == GROUP_BY_ALL) {
            return Some(Self::All);
        }
        let mut labels = labels.clone();
        labels.sort();
        labels.dedup();
        Some(Self::Labels(labels))
    }

    /// The labels that an alert has in common with all others of its group.
    pub fn labels(&self, labels: &Labels) -> Labels {
        match self {
            Self::All => labels.clone(),
            Self::Labels(names) => {
                labels.filtered(|name| names.binary_search_by(|known| (**known).cmp(name)).is_ok())
            }
        }
    }
}

/// `alertname, cluster`, `...` for all, and nothing for none.
impl fmt::Display for GroupBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str(GROUP_BY_ALL),
            Self::Labels(labels) => f.write_str(&labels.join(", ")),
        }
    }
}
