//! Maintenance windows: times, once or again and again, at which nobody hears of alerts that match. They are described as
//! calendars do it (RFC 5545, <https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10>), so that they come from there and go
//! there.

mod days;
mod rule;
mod schedule;
mod text;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use rule::{ByDay, End, Frequency, Rule, RuleError};
use schedule::Spell;
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
    /// What was found out about it.
    #[serde(skip)]
    pub known: Known,
}

/// What was found out about a window: its calendar is read once for each time that it opens or closes, and not for each question. It
/// says nothing that the calendar does not say.
#[derive(Debug, Default)]
pub struct Known(Mutex<Option<Spell>>);

impl Known {
    fn spell(&self) -> MutexGuard<'_, Option<Spell>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Known {
    fn clone(&self) -> Self {
        Self(Mutex::new(*self.spell()))
    }
}

impl PartialEq for Known {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Window {
    /// Whether it is open at `at`, milliseconds since the epoch.
    pub fn is_open(&self, at: i64) -> bool {
        let mut known = self.known.spell();
        if let Some(spell) = known.filter(|spell| (spell.from..spell.until).contains(&at)) {
            return spell.open;
        }
        known.insert(self.schedule.spell(at)).open
    }
}

/// The windows that are open at one instant, to be asked for many alerts.
#[derive(Clone, Debug)]
pub struct OpenWindows<'a> {
    windows: Vec<&'a Window>,
}

impl<'a> OpenWindows<'a> {
    /// Those of `windows` that are open at `now`, milliseconds since the epoch.
    pub fn new(windows: &'a [Window], now: i64) -> Self {
        Self { windows: windows.iter().filter(|window| window.is_open(now)).collect() }
    }

    /// The first one that mutes an alert with these labels.
    pub fn muting(&self, labels: &Labels) -> Option<&'a Window> {
        self.windows.iter().find(|window| window.matchers.matches(labels)).copied()
    }
}
