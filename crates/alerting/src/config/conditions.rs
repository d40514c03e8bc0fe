//! Conditions on labels as they stand in the configuration: lists of matchers, and the deprecated mappings.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use watchfire_model::{MatchOp, is_plain_label_name};

use crate::matcher::{Matcher, Matchers, Parsed, Syntax, parse_matchers};

/// One entry of a list of matchers, which may hold several.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    text: String,
    parsed: Parsed,
}

impl Condition {
    /// What to write instead, where the entry has a form that newer versions of Alertmanager do not read.
    pub(super) fn advice(&self) -> Option<&str> {
        self.parsed.advice.as_deref()
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = parse_matchers(&text, Syntax::Fallback)
            .map_err(|error| D::Error::custom(format!("{text:?} can't be read: {error}")))?;
        Ok(Self { text, parsed })
    }
}

/// The deprecated `match` (without `REGEX`) and `match_re` (with it): a mapping of names to values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs<const REGEX: bool>(Vec<Matcher>);

impl<const REGEX: bool> Pairs<REGEX> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const REGEX: bool> Serialize for Pairs<REGEX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|matcher| (matcher.name(), matcher.value())))
    }
}

impl<'de, const REGEX: bool> Deserialize<'de> for Pairs<REGEX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor<const REGEX: bool>;

impl<'de, const REGEX: bool> Visitor<'de> for PairsVisitor<REGEX> {
    type Value = Pairs<REGEX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of labels to values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Pairs<REGEX>, A::Error> {
        let op = if REGEX { MatchOp::Regex } else { MatchOp::Equal };
        let mut matchers = Vec::new();
        while let Some((name, value)) = entries.next_entry::<String, Option<String>>()? {
            if !is_plain_label_name(&name) {
                let mend = "write it as an entry of matchers, where it may stand in quotes";
                return Err(A::Error::custom(format!("{name:?} can't be a label's name here; {mend}")));
            }
            if REGEX && value.is_none() {
                return Err(A::Error::custom(format!("{name} needs a regular expression")));
            }
            let matcher = Matcher::new(&name, op, &value.unwrap_or_default()).map_err(A::Error::custom)?;
            matchers.push(matcher);
        }
        Ok(Pairs(matchers))
    }
}

/// All conditions of one place, in Alertmanager's order.
pub(super) fn all(equal: &Pairs<false>, regex: &Pairs<true>, conditions: &[Condition]) -> Matchers {
    let listed = conditions.iter().flat_map(|condition| &condition.parsed.matchers);
    Matchers::new(equal.0.iter().chain(&regex.0).chain(listed).cloned().collect())
}
