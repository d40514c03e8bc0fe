use serde::{Deserialize, Serialize};

use super::conditions::{self, Condition, Pairs};
use crate::matcher::Matchers;

/// A rule by which one alert mutes another
/// (<https://prometheus.io/docs/alerting/latest/configuration/#inhibit_rule>).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InhibitRule {
    /// What people call it; may be empty.
    pub name: String,
    /// The deprecated form of equality for the alert that mutes.
    pub source_match: Pairs<false>,
    /// The deprecated form of regular expressions for it.
    pub source_match_re: Pairs<true>,
    /// Conditions on the alert that mutes.
    pub source_matchers: Vec<Condition>,
    /// The deprecated form of equality for the alert that is muted.
    pub target_match: Pairs<false>,
    /// The deprecated form of regular expressions for it.
    pub target_match_re: Pairs<true>,
    /// Conditions on the alert that is muted.
    pub target_matchers: Vec<Condition>,
    /// Labels that both must have with the same value, or both lack.
    pub equal: Vec<String>,
}

impl InhibitRule {
    /// What the alert that mutes has to fulfil.
    pub fn source(&self) -> Matchers {
        conditions::all(&self.source_match, &self.source_match_re, &self.source_matchers)
    }

    /// What the alert that is muted has to fulfil.
    pub fn target(&self) -> Matchers {
        conditions::all(&self.target_match, &self.target_match_re, &self.target_matchers)
    }
}
