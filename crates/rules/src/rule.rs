use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Usual;

/// Rules that are evaluated one after the other, at the same instants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Unique in its file.
    pub name: String,
    /// How often it is evaluated, in milliseconds; none: as the server is set.
    pub interval: Option<i64>,
    /// How much earlier than the instant of evaluation its queries look, in milliseconds, so that samples that come late are there.
    pub query_offset: Option<i64>,
    /// How many alerts, or series, one of its rules may make; 0 for any number.
    pub limit: usize,
    /// Added to all of its rules; theirs win.
    pub labels: BTreeMap<String, String>,
    /// The rules, in the order in which they are evaluated.
    pub rules: Vec<Rule>,
}

impl Group {
    /// The labels that a rule of the group adds, the group's included.
    pub fn labels_of(&self, rule: &Rule) -> BTreeMap<String, String> {
        let mut labels = self.labels.clone();
        labels.extend(rule.labels.iter().map(|(name, value)| (name.clone(), value.clone())));
        labels
    }
}

/// What is evaluated again and again.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Of an alert its name, of a recording the metric.
    pub name: String,
    /// The query.
    pub expr: String,
    /// Added to what the query brings; of alerts they are templates.
    pub labels: BTreeMap<String, String>,
    /// What becomes of the answer.
    pub kind: Kind,
    /// Where it stands in its file, from 1; 0 where it stands in none.
    pub line: u32,
    /// Only what is not usual for the query counts; of rules by form alone.
    pub usual: Option<Usual>,
}

/// What becomes of a rule's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Its series are written back.
    Recording,
    /// Each of its series is an alert.
    Alerting {
        /// How long a series has to be there before its alert fires, in milliseconds.
        hold: i64,
        /// How long an alert goes on firing after its series is gone, in milliseconds.
        keep_firing: i64,
        /// What people read: templates.
        annotations: BTreeMap<String, String>,
    },
}

impl Rule {
    /// Whether it makes alerts.
    pub fn is_alerting(&self) -> bool {
        matches!(self.kind, Kind::Alerting { .. })
    }

    /// How grave its alerts are, as far as its labels say so.
    pub fn severity(&self) -> Option<Severity> {
        self.labels.get("severity").and_then(|word| Severity::of(word))
    }
}

/// How grave something is; the later the graver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will have to be looked at.
    Warning,
    /// Has to be looked at soon.
    High,
    /// Has to be looked at now.
    Critical,
}

impl Severity {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::High, Self::Critical];

    /// The value of the label `severity`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity that a label means; other words for the same are known, too.
    pub fn of(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        Some(match word.as_str() {
            "info" | "information" | "informational" | "low" | "none" => Self::Info,
            "warning" | "warn" | "medium" | "moderate" => Self::Warning,
            "high" | "error" | "major" => Self::High,
            "critical" | "page" | "emergency" | "disaster" | "outage" => Self::Critical,
            _ => return None,
        })
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
