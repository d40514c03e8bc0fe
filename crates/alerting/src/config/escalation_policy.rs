use serde::{Deserialize, Serialize};

use super::conditions::{self, Condition, Pairs};
use super::period::Period;
use super::receiver::EscalationRepeat;
use crate::matcher::Matchers;

/// Who is told, too, of alerts that nobody looks after, under a name: `escalation_policies`. Receivers and routes refer to it. An
/// addition of Watchfire; Alertmanager does not know it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EscalationPolicy {
    /// What receivers and routes call it.
    pub name: String,
    /// Its steps; each has its own time.
    pub steps: Vec<PolicyStep>,
    /// How often all of them are told again.
    pub repeat: Option<EscalationRepeat>,
}

/// A step of a policy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyStep {
    /// After how long an alert that fires still, and that nobody has acknowledged; counted from when it began. Zero: with the first
    /// message of its group.
    pub after: Period,
    /// The receivers; their own escalations do not count.
    pub receivers: Vec<String>,
    /// And the one who is on call by this schedule.
    pub schedule: String,
    /// Only for alerts whose label `severity` is one of these; none for all.
    pub severities: Vec<String>,
    /// Only for alerts that fulfil all of these.
    pub matchers: Vec<Condition>,
}

impl PolicyStep {
    /// What an alert has to fulfil besides its severity.
    pub fn conditions(&self) -> Matchers {
        conditions::all(&Pairs::default(), &Pairs::default(), &self.matchers)
    }
}
