use serde::{Deserialize, Serialize};

use crate::config::period::Period;

/// Who is told, too, of alerts that nobody looks after: `escalation_configs`. An addition of Watchfire; Alertmanager does not know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EscalationConfig {
    /// After how long an alert that fires still, and that nobody has acknowledged; counted from when it began.
    pub after: Period,
    /// The receiver; its own escalations do not count.
    pub receiver: String,
    /// In place of it the one who is on call by this schedule. It may be told at once: `after` is not needed then.
    pub schedule: String,
}

/// How often all steps are told again while nobody has acknowledged an alert that fires still: `escalation_repeat`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EscalationRepeat {
    /// How often, 1 to 20.
    pub times: u32,
    /// How long after a round the next one begins; nothing: the time of the last step.
    pub after: Period,
}
