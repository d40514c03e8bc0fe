//! Relabelling: rules that rewrite label sets, drop targets and drop series
//! (<https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config>).

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use regex::Regex;

/// Labels while they are rewritten. One with an empty value is as good as absent.
pub type LabelMap = BTreeMap<String, String>;

/// What a rule does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// Writes `replacement` to `target_label` where the regex matches the source.
    #[default]
    Replace,
    /// Drops what does not match.
    Keep,
    /// Drops what matches.
    Drop,
    /// Drops that whose source differs from `target_label`.
    KeepEqual,
    /// Drops that whose source is equal to `target_label`.
    DropEqual,
    /// Writes the source's hash modulo `modulus`.
    HashMod,
    /// Copies each label whose name matches to the name `replacement`.
    LabelMap,
    /// Removes labels whose name matches.
    LabelDrop,
    /// Removes labels whose name does not match.
    LabelKeep,
    /// Writes the source in small letters.
    Lowercase,
    /// Writes the source in capitals.
    Uppercase,
}

impl Action {
    /// All actions with their words.
    pub const ALL: [(&'static str, Self); 11] = [
        ("replace", Self::Replace),
        ("keep", Self::Keep),
        ("drop", Self::Drop),
        ("keepequal", Self::KeepEqual),
        ("dropequal", Self::DropEqual),
        ("hashmod", Self::HashMod),
        ("labelmap", Self::LabelMap),
        ("labeldrop", Self::LabelDrop),
        ("labelkeep", Self::LabelKeep),
        ("lowercase", Self::Lowercase),
        ("uppercase", Self::Uppercase),
    ];
}

/// A regular expression that must match the whole text.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

impl Pattern {
    /// Compiles it. `.` matches line ends, too, as in Prometheus.
    pub fn new(text: &str) -> Result<Self, regex::Error> {
        // The text alone first, so that the error shows what the user wrote.
        Regex::new(text)?;
        Ok(Self { text: text.to_owned(), regex: Regex::new(&format!("^(?s:{text})$"))? })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches all of `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// One relabelling rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Labels whose values make the source.
    pub source_labels: Vec<String>,
    /// What stands between them.
    pub separator: String,
    /// What the source (or a label's name) is compared with.
    pub regex: Pattern,
    /// The divisor of [`Action::HashMod`].
    pub modulus: u64,
    /// Which label is written; `$1` and `${name}` stand for groups of the regex.
    pub target_label: String,
    /// What is written, with groups as well.
    pub replacement: String,
    /// What is done.
    pub action: Action,
}

/// Applies `rules` one after another. `false`: the target or the series is dropped, and `labels` are of no use.
pub fn relabel(rules: &[Rule], labels: &mut LabelMap) -> bool {
    rules.iter().all(|rule| rule.apply(labels))
}

impl Rule {
    fn apply(&self, labels: &mut LabelMap) -> bool {
        let source = self.source(labels);
        match self.action {
            Action::Keep => return self.regex.is_match(&source),
            Action::Drop => return !self.regex.is_match(&source),
            Action::KeepEqual => return get(labels, &self.target_label) == source,
            Action::DropEqual => return get(labels, &self.target_label) != source,
            Action::Replace => self.replace(&source, labels),
            Action::Lowercase => set(labels, &self.target_label, source.to_lowercase()),
            Action::Uppercase => set(labels, &self.target_label, source.to_uppercase()),
            Action::HashMod => {
                let digest = Md5::digest(source.as_bytes());
                // The last 8 of its 16 bytes, as Prometheus takes them.
                let last = digest.iter().skip(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
                set(labels, &self.target_label, (last % self.modulus.max(1)).to_string());
            }
            Action::LabelMap => {
                let mapped: Vec<(String, String)> = labels
                    .iter()
                    .filter(|(name, value)| !value.is_empty() && self.regex.is_match(name))
                    .map(|(name, value)| {
                        let to = self.regex.regex.replace_all(name, self.replacement.as_str());
                        (to.into_owned(), value.clone())
                    })
                    .collect();
                for (name, value) in mapped {
                    if !name.is_empty() {
                        labels.insert(name, value);
                    }
                }
            }
            Action::LabelDrop => labels.retain(|name, _| !self.regex.is_match(name)),
            Action::LabelKeep => labels.retain(|name, _| self.regex.is_match(name)),
        }
        true
    }

    fn source(&self, labels: &LabelMap) -> String {
        let mut source = String::new();
        for (at, name) in self.source_labels.iter().enumerate() {
            if at > 0 {
                source.push_str(&self.separator);
            }
            source.push_str(get(labels, name));
        }
        source
    }

    fn replace(&self, source: &str, labels: &mut LabelMap) {
        let Some(found) = self.regex.regex.captures(source) else { return };
        let (mut target, mut value) = (String::new(), String::new());
        found.expand(&self.target_label, &mut target);
        found.expand(&self.replacement, &mut value);
        // Prometheus leaves the labels alone where the groups make no name.
        if !target.is_empty() {
            set(labels, &target, value);
        }
    }
}

fn get<'a>(labels: &'a LabelMap, name: &str) -> &'a str {
    labels.get(name).map_or("", String::as_str)
}

fn set(labels: &mut LabelMap, name: &str, value: String) {
    if value.is_empty() {
        labels.remove(name);
    } else {
        labels.insert(name.to_owned(), value);
    }
}
