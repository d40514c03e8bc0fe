use jiff::civil::DateTime;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::period::Period;
use super::secret::SecretUrl;
use crate::time_interval::Location;

/// Who is on call when: `schedules`. An addition of Watchfire; Alertmanager does not know it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleConfig {
    /// What escalations call it.
    pub name: String,
    /// Whose clocks count.
    pub time_zone: Location,
    /// Rotations; where several have somebody, the last one counts.
    pub layers: Vec<LayerConfig>,
    /// Calendars whose events say who is on call; they count before layers.
    pub calendars: Vec<CalendarConfig>,
    /// Who stands in for them; where several do, the last one counts.
    pub overrides: Vec<OverrideConfig>,
}

/// A calendar of another program, in the form of iCalendar (RFC 5545). The summaries of its events name receivers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CalendarConfig {
    /// Its address, which is often a secret.
    pub ical_url: Option<SecretUrl>,
    /// Its file on this machine.
    pub ical_file: String,
    /// What was read of it last: from, until, receiver; milliseconds since the epoch. Whoever reads it fills it in.
    #[serde(skip)]
    pub shifts: Vec<(i64, i64, String)>,
}

/// A rotation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LayerConfig {
    /// When the first shift begins.
    pub start: Local,
    /// How long a shift is by the clock: after `7d` the next one begins at the same time of the day, also where clocks are changed.
    pub every: Period,
    /// Who takes turns: names of receivers.
    pub receivers: Vec<String>,
    /// Names of time intervals outside of which nobody of it is on call; none for always.
    pub time_intervals: Vec<String>,
}

/// Somebody who stands in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OverrideConfig {
    /// From then on.
    pub from: Local,
    /// Until then.
    pub to: Local,
    /// The receiver.
    pub receiver: String,
}

/// A day and a time as clocks show them: `2026-01-05 09:00`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Local(pub DateTime);

impl Serialize for Local {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Local {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = text.parse().map(Self);
        read.map_err(|_| {
            D::Error::custom(format!("{text:?} is no day and time; write 2026-01-05 09:00, for example"))
        })
    }
}
