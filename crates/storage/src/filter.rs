use regex::Regex;
use watchfire_model::{Label, Labels, METRIC_NAME, MatchOp, Matcher};

use crate::StorageError;

/// Matchers made ready: regular expressions compiled, once for a select.
pub(crate) struct Filter(Vec<Condition>);

struct Condition {
    name: String,
    test: Test,
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

    /// Whether a series meets every condition. An absent label has the empty value, as in Prometheus.
    pub(crate) fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|condition| {
            let value = labels.get(&condition.name).unwrap_or_default();
            match &condition.test {
                Test::Equal(wanted) => value == wanted,
                Test::NotEqual(unwanted) => value != unwanted,
                Test::Regex(regex) => regex.is_match(value),
                Test::NotRegex(regex) => !regex.is_match(value),
            }
        })
    }

    /// The labels that a matching series surely has.
    pub(crate) fn required(&self) -> impl Iterator<Item = Label> {
        self.0.iter().filter_map(|condition| match &condition.test {
            Test::Equal(value) if !value.is_empty() => {
                Some(Label { name: condition.name.clone(), value: value.clone() })
            }
            _ => None,
        })
    }

    /// The one metric that matching series belong to, if the conditions say so.
    pub(crate) fn metric(&self) -> Option<String> {
        self.required().find(|label| label.name == METRIC_NAME).map(|label| label.value)
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
            (METRIC_NAME, MatchOp::Equal, "up", true),
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

    #[test]
    fn an_empty_value_requires_no_label() {
        let matchers = [Matcher::metric("up"), Matcher::equal("gone", ""), Matcher::regex("job", "a")];
        let filter = Filter::new(&matchers).unwrap();
        assert_eq!(filter.required().count(), 1);
        assert_eq!(filter.metric().as_deref(), Some("up"));
    }
}
