//! Incidents: alerts that belong together, from the first to the end of the last, with what people say of them.
//!
//! An alert joins an incident where it shares a host, a service, a trace or a change with one of its alerts, and begins within a
//! window of time of what happened there last; else it opens one. One that belongs to two makes them one. The same alert again within the
//! window is still the same. No clock: time comes in as milliseconds since the epoch.

mod book;
mod cause;
mod people;
mod relation;
mod telling;

use std::collections::{BTreeMap, BTreeSet};

pub use book::{Book, IncidentError, Observed};
pub use people::{Change, Changed, SaidOfAlert};
use serde::{Deserialize, Serialize};
pub use telling::Told;

/// How alerts are put together, and how much is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How far apart in time what belongs together may be, in milliseconds.
    pub window: i64,
    /// Services, each with one that it depends on.
    pub dependencies: Vec<(String, String)>,
    /// How long an incident is kept after its end, in milliseconds; `None`: for ever.
    pub keep: Option<i64>,
    /// Incidents that are kept.
    pub max_count: usize,
    /// Alerts of one that are told one by one.
    pub max_alerts: usize,
    /// Notes of one.
    pub max_notes: usize,
    /// Bytes of a note.
    pub max_note_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: 3_600_000,
            dependencies: Vec::new(),
            keep: Some(90 * 86_400_000),
            max_count: 10_000,
            max_alerts: 1000,
            max_notes: 1000,
            max_note_bytes: 16 << 10,
        }
    }
}

/// Where an incident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IncidentState {
    /// Nobody has said that they look at it.
    Open,
    /// Somebody has.
    Acknowledged,
    /// All its alerts are over, or somebody said so.
    Resolved,
}

impl IncidentState {
    /// As the API and the metrics have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }
}

/// An alert of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Names the alert, as Alertmanager's API does.
    pub fingerprint: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What people read.
    pub summary: String,
    /// When it began for the first time.
    pub starts_at: i64,
    /// When it was over; `None` while it fires.
    pub ends_at: Option<i64>,
    /// How often it has fired.
    pub times: u32,
}

/// What is guessed to have begun it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Which alert.
    pub fingerprint: String,
    /// Why.
    pub why: String,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: i64,
    /// Who.
    pub author: String,
    /// What.
    pub text: String,
}

/// Another incident that is part of this one, since an alert belonged to both or somebody said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// Since when.
    pub at: i64,
    /// What names it.
    pub id: String,
    /// What it was called.
    pub title: String,
    /// The fingerprint of the alert that belonged to both; empty where somebody put them together.
    pub fingerprint: String,
    /// Who put them together; nobody where an alert belonged to both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Who looks after this one since, as after the other before; nobody where somebody did already.
    #[serde(default)]
    pub assignee: Option<String>,
    /// Who does what else since, as in the other before: roles that nobody had.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// What names it.
    pub id: String,
    /// What its first cause says.
    pub title: String,
    /// The gravest word of its alerts.
    pub severity: Option<String>,
    /// Where it is.
    pub state: IncidentState,
    /// When its first alert began.
    pub opened_at: i64,
    /// When an alert began, came again or ended last.
    pub changed_at: i64,
    /// When it was over.
    pub resolved_at: Option<i64>,
    /// Who looks after it.
    pub assignee: Option<String>,
    /// Who does what else, such as `communication`.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
    /// What people changed, the oldest first; the newest [`Change::MOST_KEPT`].
    #[serde(default)]
    pub changes: Vec<Changed>,
    /// What people said of its alerts, the oldest first; the newest [`Change::MOST_KEPT`].
    #[serde(default)]
    pub said: Vec<SaidOfAlert>,
    /// Those that are part of it, the oldest first; the newest [`Change::MOST_KEPT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<Merged>,
    /// The id of the one that it is part of; it is over then, and its alerts go on there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// The ids of those that people put apart from it, by taking alerts out of one for the other: no alert that belongs to both makes
    /// them one. Each stands in the other, too.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub apart: BTreeSet<String>,
    /// What its alerts have in common with others, such as `host=a`.
    pub relations: Vec<String>,
    /// Its alerts, in the order in which they were seen.
    pub alerts: Vec<Member>,
    /// How many there were besides.
    pub left_out: usize,
    /// The fingerprints of those of them that fire.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub left_out_firing: BTreeSet<String>,
    /// What is guessed to have begun it.
    pub cause: Option<Cause>,
    /// What was said, the oldest first.
    pub notes: Vec<Note>,
    /// What was told of it last to the receiver of incidents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
}
