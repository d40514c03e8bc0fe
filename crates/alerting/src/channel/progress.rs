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
    /// Whether an attempt ended without an answer: nobody knows whether it was heard.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
    /// Addresses that have a mail which the server did not take for all: they do not get it again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub told: BTreeSet<String>,
    /// What only this delivery has to know, such as a token that a service gave.
    #[serde(skip)]
    pub scratch: Memory,
}

impl Progress {
    /// What stays of it where a delivery begins anew: who has it already.
    #[must_use]
    pub fn anew(self) -> Self {
        Self { told: self.told, ..Self::default() }
    }
}
