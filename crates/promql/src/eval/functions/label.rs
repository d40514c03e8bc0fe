//! Functions that change labels.

use regex::Regex;
use watchfire_model::Labels;

use crate::eval::node::Relabel;

impl Relabel {
    /// The labels after the change.
    pub(crate) fn apply(&self, labels: &Labels) -> Labels {
        match self {
            Self::Replace { target, replacement, source, pattern } => {
                let value = labels.get(source).unwrap_or_default();
                let Some(found) = pattern.captures(value) else { return labels.clone() };
                let mut expanded = String::new();
                found.expand(replacement, &mut expanded);
                labels.with(target, &expanded)
            }
            Self::Join { target, separator, sources } => {
                let values: Vec<&str> =
                    sources.iter().map(|source| labels.get(source).unwrap_or_default()).collect();
                labels.with(target, &values.join(separator))
            }
        }
    }
}

/// A pattern that must match the whole value, in which `.` matches line ends, too.
pub(crate) fn whole_pattern(pattern: &str) -> Result<Regex, regex::Error> {
    // Compiled alone first: `a)(b` would be fine between the parentheses.
    Regex::new(pattern)?;
    Regex::new(&format!("^(?s:{pattern})$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_whole_values_alone() {
        let labels = Labels::of("m", [("src", "source-value-10"), ("dst", "old")]).unwrap();
        let table = [
            ("dst", "value-$1", "src", "source-value-(.*)", r#"m{dst="value-10",src="source-value-10"}"#),
            ("dst", "${1}x", "src", "value-(.*)", r#"m{dst="old",src="source-value-10"}"#),
            ("dst", "", "src", ".*", r#"m{src="source-value-10"}"#),
            ("dst", "$2", "missing", "(.*)", r#"m{src="source-value-10"}"#),
            ("new", "x", "missing", "", r#"m{dst="old",new="x",src="source-value-10"}"#),
            ("__name__", "n", "src", ".+", r#"n{dst="old",src="source-value-10"}"#),
        ];
        for (target, replacement, source, pattern, expected) in table {
            let relabel = Relabel::Replace {
                target: target.into(),
                replacement: replacement.into(),
                source: source.into(),
                pattern: whole_pattern(pattern).unwrap(),
            };
            assert_eq!(relabel.apply(&labels).to_string(), expected);
        }
        assert!(whole_pattern("a)(b").is_err());
    }

    #[test]
    fn joins_also_what_is_missing() {
        let labels = Labels::of("m", [("a", "1"), ("b", "2")]).unwrap();
        let sources = ["a", "missing", "b"].map(str::to_owned).to_vec();
        let relabel = Relabel::Join { target: "c".into(), separator: "-".into(), sources };
        assert_eq!(relabel.apply(&labels).to_string(), r#"m{a="1",b="2",c="1--2"}"#);
    }
}
