//! Maintenance windows: times, once or again and again, at which nobody hears of alerts that match. They are described as
//! calendars do it (RFC 5545, <https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10>), so that they come from there and go
//! there.

mod days;
mod rule;
mod schedule;
mod text;

pub use rule::{ByDay, End, Frequency, Rule, RuleError};
pub use schedule::{Occurrence, Schedule};
use serde::{Deserialize, Serialize};
pub use text::ScheduleError;
use watchfire_model::Labels;

use crate::matcher::Matchers;

/// A maintenance window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// What names it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The alerts that it mutes; none for all of them.
    pub matchers: Matchers,
    /// When.
    pub schedule: Schedule,
    /// Who made it.
    pub created_by: String,
    /// Why.
    pub comment: String,
}

/// The windows that are open at one instant, to be asked for many alerts.
#[derive(Clone, Debug)]
pub struct OpenWindows<'a> {
    windows: Vec<&'a Window>,
}

impl<'a> OpenWindows<'a> {
    /// Those of `windows` that are open at `now`, milliseconds since the epoch.
    pub fn new(windows: &'a [Window], now: i64) -> Self {
        Self { windows: windows.iter().filter(|window| window.schedule.contains(now)).collect() }
    }

    /// The first one that mutes an alert with these labels.
    pub fn muting(&self, labels: &Labels) -> Option<&'a Window> {
        self.windows.iter().find(|window| window.matchers.matches(labels)).copied()
    }
}
