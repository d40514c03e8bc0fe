use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What an integration has to know of a group from one notification to the next, such as the number of an issue. It is
/// stored with the group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory(pub BTreeMap<String, String>);

impl Memory {
    /// Whether there is nothing to know.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// How far a delivery is. It is stored after each request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How many requests of this delivery are done.
    pub step: u32,
    /// What the integration knows of the group.
    pub memory: Memory,
    /// Whether an attempt failed so that nobody knows whether it was heard.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
    /// Addresses that have a mail which the server did not take for all: they do not get it again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub told: BTreeSet<String>,
    /// Addresses that the server refused for good, each with what it said: they are not asked for again, so that a mail that waits for
    /// others does not ask for them at each attempt.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refused: BTreeMap<String, String>,
    /// What only this delivery has to know, such as a token that a service gave.
    #[serde(skip)]
    pub scratch: Memory,
}

impl Progress {
    /// What stays of it where a delivery begins anew: who has it already, and that it may have been heard.
    #[must_use]
    pub fn anew(self) -> Self {
        Self { unsure: self.may_be_heard(), told: self.told, ..Self::default() }
    }

    /// Whether some of it was heard, or may have been.
    pub fn may_be_heard(&self) -> bool {
        self.unsure || self.step > 0 || !self.told.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_heard_stays_so_where_it_begins_anew() {
        let none = Progress::default();
        let refused = BTreeMap::from([("bob@b".to_owned(), "550: no".to_owned())]);
        for (progress, unsure) in [
            (none.clone(), false),
            (Progress { unsure: true, ..none.clone() }, true),
            (Progress { step: 1, ..none.clone() }, true),
            (Progress { told: ["ann@b".to_owned()].into(), ..none.clone() }, true),
            (Progress { refused, ..none }, false),
        ] {
            let anew = progress.clone().anew();
            assert_eq!((anew.unsure, anew.step, anew.refused.len()), (unsure, 0, 0), "{progress:?}");
            assert_eq!(anew.told, progress.told);
        }
    }
}
