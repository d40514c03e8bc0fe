//! What people say of alerts: that somebody looks after one, or that it is over, whatever its source says.
//!
//! - An alert that is **acknowledged** is not told again while nothing changes: a group whose firing alerts all are sends no
//!   repetition. What is new in the group, and that it is over, is told all the same.
//! - An alert that was **resolved** by hand is over, and what its source goes on to say of it is left out. It is a new alert
//!   again when its source says that it began later, or has been silent for so long that it had ended by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use watchfire_model::Labels;

use crate::alert::{Alert, Fingerprint};

/// What was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Somebody looks after it.
    Acknowledged,
    /// It is over.
    Resolved,
}

/// What somebody said of an alert. Times are milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handling {
    /// What.
    pub act: Act,
    /// The alert's labels.
    pub labels: Labels,
    /// Who.
    pub by: String,
    /// Why, or what is done about it; may be empty.
    pub comment: String,
    /// When.
    pub at: i64,
    /// Until when it counts; `None`: as long as the alert fires.
    pub until: Option<i64>,
    /// Until when the alert would fire by the last word of its source.
    pub heard_until: i64,
}

/// What was said of all alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handlings {
    known: BTreeMap<Fingerprint, Handling>,
    /// Those that changed since they were last taken.
    changed: BTreeSet<Fingerprint>,
}

impl FromIterator<Handling> for Handlings {
    fn from_iter<I: IntoIterator<Item = Handling>>(all: I) -> Self {
        let known = all.into_iter().map(|handling| (Fingerprint::of(&handling.labels), handling));
        Self { known: known.collect(), changed: BTreeSet::new() }
    }
}

impl Handlings {
    /// Notes what was said, in place of what was said before.
    pub fn set(&mut self, handling: Handling) {
        let fingerprint = Fingerprint::of(&handling.labels);
        self.changed.insert(fingerprint);
        self.known.insert(fingerprint, handling);
    }

    /// What was said of an alert.
    pub fn get(&self, fingerprint: Fingerprint) -> Option<&Handling> {
        self.known.get(&fingerprint)
    }

    /// Takes back what was said; what it was.
    pub fn remove(&mut self, fingerprint: Fingerprint) -> Option<Handling> {
        let removed = self.known.remove(&fingerprint);
        if removed.is_some() {
            self.changed.insert(fingerprint);
        }
        removed
    }

    /// All, in the order of fingerprints.
    pub fn iter(&self) -> impl Iterator<Item = (Fingerprint, &Handling)> {
        self.known.iter().map(|(fingerprint, handling)| (*fingerprint, handling))
    }

    /// The acknowledgement of an alert that counts at `now`.
    pub fn acknowledgement(&self, fingerprint: Fingerprint, now: i64) -> Option<&Handling> {
        let handling = self.get(fingerprint)?;
        let counts = handling.act == Act::Acknowledged && handling.until.is_none_or(|until| now < until);
        counts.then_some(handling)
    }

    /// Whether an alert that arrives at `now` is to be left out, since somebody said that it is over. `said_start` is since when it
    /// fires in the words of its source. `was_firing` says whether it was known as one that fires.
    pub fn withholds(&mut self, alert: &Alert, said_start: Option<i64>, was_firing: bool, now: i64) -> bool {
        let fingerprint = alert.fingerprint();
        let Some(handling) = self.known.get_mut(&fingerprint) else { return false };
        if handling.act == Act::Acknowledged {
            // It is over, or a new one.
            if alert.is_resolved(now) || !was_firing {
                self.remove(fingerprint);
            }
            return false;
        }
        let is_new = said_start.is_some_and(|start| start > handling.at) || now > handling.heard_until;
        if alert.is_resolved(now) || is_new {
            self.remove(fingerprint);
            return false;
        }
        handling.heard_until = handling.heard_until.max(alert.ends_at);
        self.changed.insert(fingerprint);
        true
    }

    /// Lets ends by hand go on until `until`, whose sources could not be heard before `now`.
    pub fn revive(&mut self, now: i64, until: i64) {
        for (fingerprint, handling) in &mut self.known {
            if handling.act == Act::Resolved && handling.heard_until <= now {
                handling.heard_until = until;
                self.changed.insert(*fingerprint);
            }
        }
    }

    /// Goes on by a clock that was set back to `now`: nothing was said later.
    pub fn set_back(&mut self, now: i64) {
        for (fingerprint, handling) in &mut self.known {
            if handling.at > now {
                handling.heard_until = handling.heard_until.saturating_sub(handling.at.saturating_sub(now));
                handling.at = now;
                self.changed.insert(*fingerprint);
            }
        }
    }

    /// Forgets what says nothing any more at `now`: acknowledgements of alerts that do not fire, and ends of those whose
    /// source is silent.
    pub fn forget(&mut self, now: i64, fires: impl Fn(Fingerprint) -> bool) {
        let over = |(fingerprint, handling): &(&Fingerprint, &Handling)| match handling.act {
            Act::Acknowledged => !fires(**fingerprint) || handling.until.is_some_and(|until| until <= now),
            Act::Resolved => handling.heard_until < now,
        };
        let gone: Vec<Fingerprint> = self.known.iter().filter(over).map(|(of, _)| *of).collect();
        for fingerprint in gone {
            self.remove(fingerprint);
        }
    }

    /// What changed since the last call, each with what is known now.
    pub fn take_changes(&mut self) -> Vec<(Fingerprint, Option<Handling>)> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|fingerprint| (fingerprint, self.known.get(&fingerprint).cloned())).collect()
    }

    /// Takes these for changed: they could not be stored.
    pub fn touch(&mut self, fingerprints: impl IntoIterator<Item = Fingerprint>) {
        self.changed.extend(fingerprints);
    }
}
