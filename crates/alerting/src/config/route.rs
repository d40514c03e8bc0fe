use serde::{Deserialize, Serialize};

use super::conditions::{self, Condition, Pairs};
use super::period::Period;
use crate::matcher::Matchers;

/// A node of the routing tree as it is written: what is not given comes from the parent
/// (<https://prometheus.io/docs/alerting/latest/configuration/#route>).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Route {
    /// Who is told; empty for the parent's receiver.
    pub receiver: String,
    /// Labels by which alerts are grouped, or `...` alone for all of them.
    pub group_by: Option<Vec<String>>,
    /// Whether the following siblings are tried, too.
    #[serde(rename = "continue")]
    pub goes_on: bool,
    /// The deprecated form of equality.
    #[serde(rename = "match")]
    pub match_equal: Pairs<false>,
    /// The deprecated form of regular expressions.
    pub match_re: Pairs<true>,
    /// Conditions that all have to be fulfilled.
    pub matchers: Vec<Condition>,
    /// How long the first notification of a group waits for further alerts.
    pub group_wait: Option<Period>,
    /// How long the next one waits.
    pub group_interval: Option<Period>,
    /// After how long a notification comes again where nothing changes.
    pub repeat_interval: Option<Period>,
    /// Names of time intervals in which nothing is sent.
    pub mute_time_intervals: Vec<String>,
    /// Names of time intervals outside of which nothing is sent; none for always.
    pub active_time_intervals: Vec<String>,
    /// The name of one of `escalation_policies`, which counts in place of what receivers say. An addition of Watchfire.
    pub escalation_policy: String,
    /// Tried in their order before this route takes an alert itself.
    pub routes: Vec<Route>,
}

/// What stands in `group_by` for all labels.
pub const GROUP_BY_ALL: &str = "...";

impl Route {
    /// What an alert has to fulfil to get here from the parent.
    pub fn conditions(&self) -> Matchers {
        conditions::all(&self.match_equal, &self.match_re, &self.matchers)
    }
}
