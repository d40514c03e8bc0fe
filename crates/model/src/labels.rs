use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The label that holds a metric's name, as Prometheus has it.
pub const METRIC_NAME: &str = "__name__";

/// One name and its value, borrowed from its set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label<'a> {
    /// The label's name; never empty.
    pub name: &'a str,
    /// The label's value; never empty, since an empty value means that the label is absent.
    pub value: &'a str,
}

/// A set of labels, sorted by name, which identifies a series. Cloning shares the set.
///
/// All names and values lie in one allocation, each after its length (see [`Labels::packed`]): a server holds hundreds
/// of thousands of these, and equality and hashing are those of one string.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Labels(Arc<str>);

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
    /// Bytes that no encoder of this version wrote.
    #[error("the encoded label set is damaged")]
    Damaged,
}

impl Labels {
    /// A label set from pairs of name and value: sorts them by name and drops those with an empty value.
    pub fn new<N, V>(labels: impl IntoIterator<Item = (N, V)>) -> Result<Self, LabelsError>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let labels: Vec<(N, V)> = labels.into_iter().collect();
        let mut sorted: Vec<Label<'_>> =
            labels.iter().map(|(name, value)| Label { name: name.as_ref(), value: value.as_ref() }).collect();
        if let Some(label) = sorted.iter().find(|label| label.name.is_empty()) {
            return Err(LabelsError::EmptyName { value: label.value.to_owned() });
        }
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(LabelsError::Duplicate { name: pair[0].name.to_owned() });
        }
        Ok(Self::from_sorted(sorted))
    }

    /// A label set from labels that rise strictly by name, none of them empty: what another set's iterator gives, also
    /// when some are left out.
    pub fn from_sorted<'a>(labels: impl IntoIterator<Item = Label<'a>>) -> Self {
        let mut packed = String::with_capacity(128);
        let mut before = "";
        for label in labels {
            debug_assert!(before < label.name, "labels must rise by name: {before} then {}", label.name);
            before = label.name;
            if !label.value.is_empty() {
                push_text(&mut packed, label.name);
                push_text(&mut packed, label.value);
            }
        }
        Self(packed.into())
    }

    /// The set without any label.
    pub fn empty() -> Self {
        Self("".into())
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
        Self::new(std::iter::once((METRIC_NAME, metric)).chain(others))
    }

    /// The set in one text: for each label the length of its name, the name, the length of its value, the value. Lengths
    /// are counted in bytes and written as 6-bit groups, the lowest first, in one ASCII character each, all but the last
    /// with 64 added. So the whole is valid UTF-8, and the same set is always the same text.
    pub fn packed(&self) -> &str {
        &self.0
    }

    /// Reads what [`packed`](Self::packed) gave, and checks it.
    pub fn from_packed(packed: &str) -> Result<Self, LabelsError> {
        let (mut rest, mut before) = (packed, "");
        while !rest.is_empty() {
            let name = checked_text(&mut rest).ok_or(LabelsError::Damaged)?;
            let value = checked_text(&mut rest).ok_or(LabelsError::Damaged)?;
            if name <= before || value.is_empty() {
                return Err(LabelsError::Damaged);
            }
            before = name;
        }
        Ok(Self(packed.into()))
    }

    /// The value of the label `name`, or `None` where the set lacks it.
    pub fn get(&self, name: &str) -> Option<&str> {
        // Sets are short, and each step is a comparison of a few bytes: a search from the start is the fastest one.
        self.iter().take_while(|label| label.name <= name).find(|label| label.name == name).map(|l| l.value)
    }

    /// The metric's name; empty for a set without one.
    pub fn metric(&self) -> &str {
        self.get(METRIC_NAME).unwrap_or_default()
    }

    /// All labels in the order of their names, the metric's name included.
    pub fn iter(&self) -> LabelsIter<'_> {
        LabelsIter { rest: &self.0 }
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The set with those labels alone whose name `keep` accepts.
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(&str) -> bool) -> Self {
        Self::from_sorted(self.iter().filter(|label| keep(label.name)))
    }

    /// The set with the label `name` set to `value`, or without it where `value` is empty.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let before = self.iter().take_while(|label| label.name < name);
        let after = self.iter().skip_while(|label| label.name <= name);
        Self::from_sorted(before.chain([Label { name, value }]).chain(after))
    }
}

/// The labels of a set in the order of their names.
#[derive(Clone, Debug)]
pub struct LabelsIter<'a> {
    rest: &'a str,
}

impl<'a> Iterator for LabelsIter<'a> {
    type Item = Label<'a>;

    fn next(&mut self) -> Option<Label<'a>> {
        let name = checked_text(&mut self.rest)?;
        let value = checked_text(&mut self.rest)?;
        Some(Label { name, value })
    }
}

impl<'a> IntoIterator for &'a Labels {
    type Item = Label<'a>;
    type IntoIter = LabelsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn push_text(packed: &mut String, text: &str) {
    let mut length = text.len();
    while length >= 64 {
        packed.push(char::from((length % 64) as u8 + 64));
        length /= 64;
    }
    packed.push(char::from(length as u8));
    packed.push_str(text);
}

/// Takes one text with its length off the front of `rest`.
fn checked_text<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let bytes = rest.as_bytes();
    let (mut length, mut shift, mut read) = (0_usize, 0_u32, 0_usize);
    loop {
        let byte = *bytes.get(read)?;
        read += 1;
        if byte >= 128 || shift > 30 {
            return None;
        }
        length |= usize::from(byte & 63) << shift;
        if byte < 64 {
            break;
        }
        shift += 6;
    }
    let text = rest.get(read..read.checked_add(length)?)?;
    *rest = &rest[read + length..];
    Some(text)
}

/// As the sequences of their labels compare: first by the first label's name, then by its value, and so on.
impl Ord for Labels {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Not `collect_seq`: some formats must know the length beforehand.
        let pairs: Vec<(&str, &str)> = self.iter().map(|label| (label.name, label.value)).collect();
        pairs.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs: Vec<(String, String)> = Deserialize::deserialize(deserializer)?;
        Self::new(pairs).map_err(D::Error::custom)
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The PromQL form: `name{a="b"}`, with `\`, `"` and line ends escaped in values, and names in quotes that are no plain
/// identifiers.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metric = self.metric();
        let quoted_metric = !metric.is_empty() && !is_plain_metric_name(metric);
        if !quoted_metric {
            f.write_str(metric)?;
        }
        let mut others = self.iter().filter(|label| label.name != METRIC_NAME).peekable();
        if others.peek().is_none() && !metric.is_empty() && !quoted_metric {
            return Ok(());
        }
        f.write_str("{")?;
        let mut comma = "";
        if quoted_metric {
            write!(f, "\"{}\"", Escaped(metric))?;
            comma = ",";
        }
        for label in others {
            if is_plain_label_name(label.name) {
                write!(f, "{comma}{}=\"{}\"", label.name, Escaped(label.value))?;
            } else {
                write!(f, "{comma}\"{}\"=\"{}\"", Escaped(label.name), Escaped(label.value))?;
            }
            comma = ",";
        }
        f.write_str("}")
    }
}

struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.0.split_inclusive(['\\', '"', '\n']) {
            match part.as_bytes().last() {
                Some(last @ (b'\\' | b'"')) => {
                    write!(f, "{}\\{}", &part[..part.len() - 1], char::from(*last))?;
                }
                Some(b'\n') => write!(f, "{}\\n", &part[..part.len() - 1])?,
                _ => f.write_str(part)?,
            }
        }
        Ok(())
    }
}

/// Whether a metric's name can stand in PromQL without quotes: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
pub fn is_plain_metric_name(name: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    name.bytes().next().is_some_and(|first| !first.is_ascii_digit()) && name.as_bytes().iter().all(plain)
}

/// Whether a label's name can stand in PromQL without quotes: `[a-zA-Z_][a-zA-Z0-9_]*`.
pub fn is_plain_label_name(name: &str) -> bool {
    is_plain_metric_name(name) && !name.contains(':')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sorts_and_drops_empty_values() {
        let labels = Labels::of("up", [("z", "1"), ("a", "2"), ("gone", "")]).unwrap();
        assert_eq!(labels.to_string(), r#"up{a="2",z="1"}"#);
        assert_eq!(labels.get("z"), Some("1"));
        assert_eq!(labels.get("gone"), None);
        assert_eq!(labels.metric(), "up");
        assert_eq!(labels.with("b", "3").to_string(), r#"up{a="2",b="3",z="1"}"#);
        assert_eq!(labels.with("z", "").to_string(), r#"up{a="2"}"#);
        assert_eq!(labels.filtered(|name| name != METRIC_NAME).to_string(), r#"{a="2",z="1"}"#);
    }

    #[test]
    fn refuses_what_is_no_set() {
        assert_eq!(Labels::of("up", [("", "1")]), Err(LabelsError::EmptyName { value: "1".into() }));
        assert_eq!(
            Labels::of("up", [("a", "1"), ("a", "2")]),
            Err(LabelsError::Duplicate { name: "a".into() })
        );
        for damaged in ["\u{1}", "\u{1}a", "\u{1}a\u{0}", "é", "\u{1}b\u{1}1\u{1}a\u{1}1", "\u{2}é"] {
            assert_eq!(Labels::from_packed(damaged), Err(LabelsError::Damaged), "{damaged:?}");
        }
    }

    #[test]
    fn decoding_checks_the_order_too() {
        let bytes = postcard::to_stdvec(&[("b", "1"), ("a", "2")].as_slice()).unwrap();
        let labels: Labels = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(labels.get("a"), Some("2"));
    }

    #[test]
    fn escapes_and_quotes() {
        let labels = Labels::of("m", [("path", "C:\\a\n\"b\"")]).unwrap();
        assert_eq!(labels.to_string(), r#"m{path="C:\\a\n\"b\""}"#);
        let labels = Labels::of("my.metric", [("a.b", "1"), ("c", "2")]).unwrap();
        assert_eq!(labels.to_string(), r#"{"my.metric","a.b"="1",c="2"}"#);
    }

    proptest! {
        #[test]
        fn packing_keeps_every_label(pairs in proptest::collection::btree_map("\\PC{1,90}", "\\PC{1,5000}", 0..6)) {
            let labels = Labels::new(&pairs).unwrap();
            prop_assert_eq!(&Labels::from_packed(labels.packed()).unwrap(), &labels);
            let back: Vec<_> = labels.iter().map(|l| (l.name.to_owned(), l.value.to_owned())).collect();
            prop_assert_eq!(back, pairs.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn reading_never_panics(text in "\\PC*") {
            let _ = Labels::from_packed(&text);
        }
    }
}
