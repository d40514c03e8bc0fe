use std::sync::Arc;

use regex::Regex;
use watchfire_model::{Labels, MatchOp, Matcher};

use crate::StorageError;

/// Matchers made ready: regular expressions compiled, once for a select. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Filter(Arc<[Condition]>);

/// One matcher made ready.
pub(crate) struct Condition {
    name: String,
    test: Test,
}

impl Condition {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether a value meets it.
    pub(crate) fn matches(&self, value: &str) -> bool {
        match &self.test {
            Test::Equal(wanted) => value == wanted,
            Test::NotEqual(unwanted) => value != unwanted,
            Test::Regex(regex) => regex.is_match(value),
            Test::NotRegex(regex) => !regex.is_match(value),
        }
    }

    /// Whether a series without the label meets it: an absent label has the empty value, as in Prometheus.
    pub(crate) fn matches_empty(&self) -> bool {
        self.matches("")
    }

    /// The one value that meets it.
    pub(crate) fn equal_to(&self) -> Option<&str> {
        match &self.test {
            Test::Equal(value) => Some(value),
            _ => None,
        }
    }
}

enum Test {
    Equal(String),
    NotEqual(String),
    Regex(Regex),
    NotRegex(Regex),
}

impl Filter {
    pub(crate) fn new(matchers: &[Matcher]) -> Result<Self, StorageError> {
        let condition = |matcher: &Matcher| {
            let test = match matcher.op {
                MatchOp::Equal => Test::Equal(matcher.value.clone()),
                MatchOp::NotEqual => Test::NotEqual(matcher.value.clone()),
                MatchOp::Regex => Test::Regex(anchored(matcher)?),
                MatchOp::NotRegex => Test::NotRegex(anchored(matcher)?),
            };
            Ok(Condition { name: matcher.name.clone(), test })
        };
        matchers.iter().map(condition).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn conditions(&self) -> &[Condition] {
        &self.0
    }

    /// Whether a series meets every condition.
    pub(crate) fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|condition| condition.matches(labels.get(&condition.name).unwrap_or_default()))
    }
}

/// Compiles a pattern so that it must match the whole value and `.` any character, as in Prometheus
/// (`model/labels/regexp.go`).
fn anchored(matcher: &Matcher) -> Result<Regex, StorageError> {
    let pattern = &matcher.value;
    // Alone first: `a)(b` becomes valid between the parentheses of the anchored form.
    Regex::new(pattern)
        .and_then(|_| Regex::new(&format!("^(?s:{pattern})$")))
        .map_err(|error| StorageError::Regex { matcher: matcher.to_string(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_prometheus_does() {
        let labels = Labels::of("up", [("job", "api"), ("note", "a\nb")]).unwrap();
        let matcher = |name: &str, op, value: &str| Matcher { name: name.into(), op, value: value.into() };
        let table = [
            ("job", MatchOp::Equal, "api", true),
            ("job", MatchOp::Equal, "ap", false),
            ("job", MatchOp::NotEqual, "api", false),
            ("job", MatchOp::NotEqual, "web", true),
            ("gone", MatchOp::Equal, "", true),
            ("gone", MatchOp::NotEqual, "", false),
            ("job", MatchOp::NotEqual, "", true),
            ("job", MatchOp::Regex, "a.*", true),
            ("job", MatchOp::Regex, "ap", false),
            ("job", MatchOp::Regex, "web|api", true),
            ("job", MatchOp::Regex, "a|api", true),
            ("job", MatchOp::NotRegex, "ap", true),
            ("gone", MatchOp::Regex, ".*", true),
            ("gone", MatchOp::Regex, ".+", false),
            ("gone", MatchOp::NotRegex, ".+", true),
            ("note", MatchOp::Regex, "a.b", true),
            ("__name__", MatchOp::Equal, "up", true),
        ];
        for (name, op, value, expected) in table {
            let matcher = matcher(name, op, value);
            let filter = Filter::new(std::slice::from_ref(&matcher)).unwrap();
            assert_eq!(filter.matches(&labels), expected, "{matcher}");
        }
    }

    #[test]
    fn names_the_bad_expression() {
        for pattern in ["(", "a)(b"] {
            let error = Filter::new(&[Matcher::regex("job", pattern)]).err().unwrap();
            assert!(error.to_string().contains(&format!("job=~{pattern:?}")), "{error}");
        }
    }
}
