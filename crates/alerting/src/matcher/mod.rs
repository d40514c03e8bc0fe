//! Conditions on labels, in Alertmanager's syntax
//! (<https://prometheus.io/docs/alerting/latest/configuration/#label-matchers>).

mod classic;
mod parse;
mod print;
mod utf8;

use std::cmp::Ordering;

pub use parse::{Parsed, Syntax, parse_matcher, parse_matchers};
pub(crate) use print::quoted;
use regex::Regex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use watchfire_model::{Labels, MatchOp};

/// Why a text is not a list of matchers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("character {at}: {reason}")]
pub struct MatcherError {
    /// Where, counted in characters from 1.
    pub at: usize,
    /// What is wrong and what mends it.
    pub reason: String,
}

/// A condition on one label, ready to be used. An absent label has the empty value.
#[derive(Clone, Debug)]
pub struct Matcher {
    name: String,
    op: MatchOp,
    value: String,
    /// Of the two operators that need it.
    regex: Option<Regex>,
}

impl Matcher {
    /// A matcher; the error says why the regular expression can't be read, or that the name is empty.
    ///
    /// A regular expression has to match the whole value, and its `.` stands for no line end: `^(?:value)$`.
    pub fn new(name: &str, op: MatchOp, value: &str) -> Result<Self, String> {
        if name.is_empty() {
            return Err("a matcher needs the name of a label".to_owned());
        }
        let regex = match op {
            MatchOp::Equal | MatchOp::NotEqual => None,
            MatchOp::Regex | MatchOp::NotRegex => Some(compile(value)?),
        };
        Ok(Self { name: name.to_owned(), op, value: value.to_owned(), regex })
    }

    /// The label's name; never empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it compares.
    pub fn op(&self) -> MatchOp {
        self.op
    }

    /// What it compares with.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether the label set fulfils it.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.matches_value(labels.get(&self.name).unwrap_or_default())
    }

    /// Whether a label's value fulfils it.
    pub fn matches_value(&self, value: &str) -> bool {
        match (&self.regex, self.op) {
            (Some(regex), MatchOp::Regex) => regex.is_match(value),
            (Some(regex), _) => !regex.is_match(value),
            (None, MatchOp::Equal) => value == self.value,
            (None, _) => value != self.value,
        }
    }

    /// What it is compared by.
    fn key(&self) -> (&str, &str, u8) {
        (&self.name, &self.value, self.op as u8)
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&format!("^(?:{pattern})$")).map_err(|error| {
        let error = error.to_string();
        let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("the regular expression {pattern:?} can't be read: {reason}")
    })
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Matcher {}

/// By name, then by value, then by operator: Alertmanager's order, in which a route's matchers stand in its key.
impl Ord for Matcher {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Matcher {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Conditions that all have to be fulfilled; an empty list is fulfilled by everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matchers(Vec<Matcher>);

impl Matchers {
    /// A list in Alertmanager's order.
    pub fn new(mut matchers: Vec<Matcher>) -> Self {
        matchers.sort();
        Self(matchers)
    }

    /// Whether the label set fulfils all of them.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|matcher| matcher.matches(labels))
    }

    /// The first one that the label set does not fulfil.
    pub fn first_unfulfilled(&self, labels: &Labels) -> Option<&Matcher> {
        self.0.iter().find(|matcher| !matcher.matches(labels))
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Matcher> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Matchers {
    type Item = &'a Matcher;
    type IntoIter = std::slice::Iter<'a, Matcher>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A matcher as Alertmanager's API writes it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    name: String,
    value: String,
    is_regex: bool,
    // Absent in what older clients send.
    #[serde(default = "yes")]
    is_equal: bool,
}

fn yes() -> bool {
    true
}

impl Serialize for Matcher {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_regex = matches!(self.op, MatchOp::Regex | MatchOp::NotRegex);
        let is_equal = matches!(self.op, MatchOp::Regex | MatchOp::Equal);
        let written = Written { name: self.name.clone(), value: self.value.clone(), is_regex, is_equal };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Matcher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { name, value, is_regex, is_equal } = Deserialize::deserialize(deserializer)?;
        let op = match (is_regex, is_equal) {
            (false, true) => MatchOp::Equal,
            (false, false) => MatchOp::NotEqual,
            (true, true) => MatchOp::Regex,
            (true, false) => MatchOp::NotRegex,
        };
        Self::new(&name, op, &value).map_err(D::Error::custom)
    }
}

impl Serialize for Matchers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Matchers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(Deserialize::deserialize(deserializer)?))
    }
}
