use std::fmt;

use serde::{Deserialize, Serialize};

use crate::METRIC_NAME;

/// How a matcher compares, as in PromQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MatchOp {
    /// `=`: equal.
    Equal,
    /// `!=`: not equal.
    NotEqual,
    /// `=~`: the regular expression matches the whole value.
    Regex,
    /// `!~`: the regular expression does not match the whole value.
    NotRegex,
}

impl MatchOp {
    /// The operator as PromQL writes it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }
}

/// A condition on one label. An absent label has the empty value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Matcher {
    /// The label's name.
    pub name: String,
    /// How to compare.
    pub op: MatchOp,
    /// The value, or the regular expression, to compare with.
    pub value: String,
}

impl Matcher {
    /// The matcher `name = value`.
    pub fn equal(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), op: MatchOp::Equal, value: value.to_owned() }
    }

    /// The matcher that picks all series of a metric.
    pub fn metric(name: &str) -> Self {
        Self::equal(METRIC_NAME, name)
    }

    /// The matcher `name =~ pattern`.
    pub fn regex(name: &str, pattern: &str) -> Self {
        Self { name: name.to_owned(), op: MatchOp::Regex, value: pattern.to_owned() }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:?}", self.name, self.op.symbol(), self.value)
    }
}
