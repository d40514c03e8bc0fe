use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fields::{fields, words};
use crate::is_default;

/// What a reader of a dashboard may choose, and queries then hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Variable {
    /// What queries call it: letters, digits and underscores, not first a digit.
    pub name: String,
    /// What readers see instead of the name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where its choices come from.
    pub kind: VariableKind,
    /// Of a query: `label_values(metric{...}, label)`, `label_values(label)`, `label_names()`, `metrics(regex)` or
    /// `query_result(promql)`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// Of a query: keeps what matches; its first group, or the groups `value` and `text`, are what is kept of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub regex: String,
    /// Of a query: the order of what it brings.
    #[serde(skip_serializing_if = "is_default")]
    pub sort: Sort,
    /// Of a list, of intervals: the choices. Of a constant and a text box: the first is the value; without one
    /// the first of `current` is.
    #[serde(skip_serializing_if = "is_default")]
    pub choices: Vec<Choice>,
    /// Whether several can be chosen at once.
    #[serde(skip_serializing_if = "is_default")]
    pub multi: bool,
    /// Whether there is a choice for all of them.
    #[serde(skip_serializing_if = "is_default")]
    pub include_all: bool,
    /// What stands in queries for all of them, as it is written: `.*`. Left out: the choices, one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_value: Option<String>,
    /// What is chosen at first; [`Variable::ALL`] for all. Empty: the first choice.
    #[serde(skip_serializing_if = "is_default")]
    pub current: Vec<String>,
    /// Whether readers don't see it.
    #[serde(skip_serializing_if = "is_default")]
    pub hide: bool,
    /// What this version does not know; kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fields! { Variable { name, label, description, kind, query, regex, sort, choices, multi, include_all, all_value, current, hide } keeps other }

/// Where the choices of a variable come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// From what is stored.
    #[default]
    Query,
    /// From a list.
    List,
    /// From a list of durations; `auto` is a part of the range.
    Interval,
    /// There is no choice.
    Constant,
    /// What the reader writes.
    Text,
}

/// The order of choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// As they come.
    None,
    /// By the alphabet; numbers in them by their size.
    #[default]
    Natural,
    /// The same, turned around.
    NaturalDescending,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What stands in queries.
    pub value: String,
    /// What readers see.
    pub text: String,
}

impl Choice {
    /// One that readers see as it stands in queries.
    pub fn plain(value: impl Into<String>) -> Self {
        let value = value.into();
        Self { text: value.clone(), value }
    }
}

/// A choice is a text or `{"value": ..., "text": ...}`.
impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Choice;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a text, or an object with value and text")
            }

            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Choice, E> {
                Ok(Choice::plain(value))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Choice, A::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Whole {
                    value: String,
                    text: Option<String>,
                }
                let Whole { value, text } =
                    Whole::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Choice { text: text.unwrap_or_else(|| value.clone()), value })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl Variable {
    /// What stands for all choices, in [`Variable::current`] and in links.
    pub const ALL: &'static str = "$__all";

    /// Whether `name` can be a variable's.
    pub fn is_name(name: &str) -> bool {
        let mut letters = name.chars();
        letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    }

    /// What readers see it called.
    pub fn shown(&self) -> &str {
        if self.label.is_empty() { &self.name } else { &self.label }
    }
}

words! {
    VariableKind { Query = "query", List = "list", Interval = "interval", Constant = "constant", Text = "text" }
    Sort { None = "none", Natural = "natural", NaturalDescending = "natural_descending" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_queries_can_hold() {
        for (name, good) in
            [("job", true), ("_a1", true), ("1a", false), ("", false), ("a-b", false), ("ä", false)]
        {
            assert_eq!(Variable::is_name(name), good, "{name:?}");
        }
    }
}
