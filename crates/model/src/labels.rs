use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The label that holds a metric's name, as Prometheus has it.
pub const METRIC_NAME: &str = "__name__";

/// One name and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Label {
    /// The label's name; never empty.
    pub name: String,
    /// The label's value; never empty, since an empty value means that the label is absent.
    pub value: String,
}

/// A set of labels, sorted by name, which identifies a series. Cloning shares the set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Label>", into = "Vec<Label>")]
pub struct Labels(Arc<[Label]>);

/// Why a list of labels is not a label set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelsError {
    /// A label without a name.
    #[error("a label with the value {value:?} has no name; give it one")]
    EmptyName {
        /// The value that stands without a name.
        value: String,
    },
    /// The same name twice.
    #[error("the label {name:?} is there twice; keep one of them")]
    Duplicate {
        /// The repeated name.
        name: String,
    },
}

impl Labels {
    /// Sorts `labels` by name and drops those with an empty value.
    pub fn new(mut labels: Vec<Label>) -> Result<Self, LabelsError> {
        if let Some(label) = labels.iter().find(|label| label.name.is_empty()) {
            return Err(LabelsError::EmptyName { value: label.value.clone() });
        }
        labels.retain(|label| !label.value.is_empty());
        labels.sort();
        if let Some(pair) = labels.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(LabelsError::Duplicate { name: pair[0].name.clone() });
        }
        Ok(Self(labels.into()))
    }

    /// A label set from a metric's name and the other labels.
    ///
    /// ```
    /// use watchfire_model::Labels;
    /// let labels = Labels::of("system_load1", [("host", "a")])?;
    /// assert_eq!(labels.to_string(), r#"system_load1{host="a"}"#);
    /// # Ok::<(), watchfire_model::LabelsError>(())
    /// ```
    pub fn of<'a>(
        metric: &'a str,
        others: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, LabelsError> {
        let label = |(name, value): (&str, &str)| Label { name: name.to_owned(), value: value.to_owned() };
        Self::new(std::iter::once((METRIC_NAME, metric)).chain(others).map(label).collect())
    }

    /// The value of the label `name`, or `None` where the set lacks it.
    pub fn get(&self, name: &str) -> Option<&str> {
        let index = self.0.binary_search_by(|label| label.name.as_str().cmp(name)).ok()?;
        Some(&self.0[index].value)
    }

    /// The metric's name; empty for a set without one.
    pub fn metric(&self) -> &str {
        self.get(METRIC_NAME).unwrap_or_default()
    }

    /// All labels in the order of their names, the metric's name included.
    pub fn iter(&self) -> std::slice::Iter<'_, Label> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Labels {
    type Item = &'a Label;
    type IntoIter = std::slice::Iter<'a, Label>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl TryFrom<Vec<Label>> for Labels {
    type Error = LabelsError;

    fn try_from(labels: Vec<Label>) -> Result<Self, LabelsError> {
        Self::new(labels)
    }
}

impl From<Labels> for Vec<Label> {
    fn from(labels: Labels) -> Self {
        labels.0.to_vec()
    }
}

/// The PromQL form: `name{a="b"}`, with `\`, `"` and line ends escaped in values.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metric = self.metric();
        f.write_str(metric)?;
        let mut others = self.iter().filter(|label| label.name != METRIC_NAME).peekable();
        if others.peek().is_none() && !metric.is_empty() {
            return Ok(());
        }
        f.write_str("{")?;
        for (index, label) in others.enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let value = label.value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            write!(f, "{comma}{}=\"{value}\"", label.name)?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_and_drops_empty_values() {
        let labels = Labels::of("up", [("z", "1"), ("a", "2"), ("gone", "")]).unwrap();
        assert_eq!(labels.to_string(), r#"up{a="2",z="1"}"#);
        assert_eq!(labels.get("z"), Some("1"));
        assert_eq!(labels.get("gone"), None);
        assert_eq!(labels.metric(), "up");
    }

    #[test]
    fn refuses_what_is_no_set() {
        assert_eq!(Labels::of("up", [("", "1")]), Err(LabelsError::EmptyName { value: "1".into() }));
        assert_eq!(
            Labels::of("up", [("a", "1"), ("a", "2")]),
            Err(LabelsError::Duplicate { name: "a".into() })
        );
    }

    #[test]
    fn decoding_checks_the_order_too() {
        let unsorted = vec![
            Label { name: "b".into(), value: "1".into() },
            Label { name: "a".into(), value: "2".into() },
        ];
        let bytes = postcard::to_stdvec(&unsorted).unwrap();
        let labels: Labels = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(labels.get("a"), Some("2"));
    }

    #[test]
    fn escapes_values() {
        let labels = Labels::of("m", [("path", "C:\\a\n\"b\"")]).unwrap();
        assert_eq!(labels.to_string(), r#"m{path="C:\\a\n\"b\""}"#);
    }
}
