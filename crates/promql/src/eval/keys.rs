//! Which labels tell series apart, and tables that number the distinct sets of them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use watchfire_model::{Label, Labels, METRIC_NAME};

use crate::ast::Grouping;

/// A choice among the labels of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picker {
    /// Whether `names` are those to keep, or those to leave out.
    keep: bool,
    /// Sorted.
    names: Vec<String>,
}

impl Picker {
    /// These labels alone.
    pub(crate) fn on<'a>(names: impl IntoIterator<Item = &'a String>) -> Self {
        Self::new(true, names.into_iter().cloned().collect())
    }

    /// All labels but these and the metric's name.
    pub(crate) fn ignoring<'a>(names: impl IntoIterator<Item = &'a String>) -> Self {
        let mut names: Vec<String> = names.into_iter().cloned().collect();
        names.push(METRIC_NAME.to_owned());
        Self::new(false, names)
    }

    /// All labels but these; the metric's name stays unless it is named.
    pub(crate) fn all_but<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(false, names.into_iter().map(str::to_owned).collect())
    }

    pub(crate) fn grouping(grouping: &Grouping) -> Self {
        match grouping {
            Grouping::By(names) => Self::on(names),
            Grouping::Without(names) => Self::ignoring(names),
        }
    }

    fn new(keep: bool, mut names: Vec<String>) -> Self {
        names.sort_unstable();
        names.dedup();
        Self { keep, names }
    }

    /// Whether every series falls into one and the same group, whatever its labels.
    pub(crate) fn picks_nothing(&self) -> bool {
        self.keep && self.names.is_empty()
    }

    /// Whether the metric's name is among the chosen labels.
    pub(crate) fn picks_name(&self) -> bool {
        self.picks(METRIC_NAME)
    }

    fn picks(&self, name: &str) -> bool {
        self.keep == self.names.iter().any(|known| known == name)
    }

    fn picked<'a>(&'a self, labels: &'a Labels, nameless: bool) -> impl Iterator<Item = Label<'a>> {
        // Labels come in order: behind the last name to keep there is nothing to find.
        let last = if self.keep { self.names.last().map(String::as_str).or(Some("")) } else { None };
        labels
            .iter()
            .take_while(move |label| last.is_none_or(|last| label.name <= last))
            .filter(move |label| self.picks(label.name) && !(nameless && label.name == METRIC_NAME))
    }

    /// The chosen labels.
    pub(crate) fn labels(&self, labels: &Labels, nameless: bool) -> Labels {
        Labels::from_sorted(self.picked(labels, nameless))
    }

    /// Writes bytes that are equal exactly where the chosen labels are.
    fn write_key(&self, labels: &Labels, nameless: bool, key: &mut Vec<u8>) {
        key.clear();
        for label in self.picked(labels, nameless) {
            for text in [label.name, label.value] {
                key.extend_from_slice(&(text.len() as u32).to_le_bytes());
                key.extend_from_slice(text.as_bytes());
            }
        }
    }
}

/// Numbers distinct keys from 0 on, in the order in which they come.
#[derive(Debug, Default)]
pub(crate) struct KeyTable {
    numbers: HashMap<Box<[u8]>, usize, BuildHasherDefault<KeyHasher>>,
    scratch: Vec<u8>,
}

impl KeyTable {
    /// The number of the labels that `picker` chooses, and whether they are new.
    pub(crate) fn insert(&mut self, picker: &Picker, labels: &Labels, nameless: bool) -> (usize, bool) {
        picker.write_key(labels, nameless, &mut self.scratch);
        if let Some(&number) = self.numbers.get(self.scratch.as_slice()) {
            return (number, false);
        }
        let number = self.numbers.len();
        self.numbers.insert(self.scratch.as_slice().into(), number);
        (number, true)
    }

    /// The number of the labels that `picker` chooses, where they are known.
    pub(crate) fn find(&mut self, picker: &Picker, labels: &Labels, nameless: bool) -> Option<usize> {
        picker.write_key(labels, nameless, &mut self.scratch);
        self.numbers.get(self.scratch.as_slice()).copied()
    }

    /// The number of a whole label set, and whether it is new.
    pub(crate) fn insert_all(&mut self, labels: &Labels) -> (usize, bool) {
        let bytes = labels.packed().as_bytes();
        if let Some(&number) = self.numbers.get(bytes) {
            return (number, false);
        }
        let number = self.numbers.len();
        self.numbers.insert(bytes.into(), number);
        (number, true)
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }
}

/// Hashes short byte strings eight bytes at a time. Keys are compared after, so a collision costs time alone.
#[derive(Debug, Default)]
pub(crate) struct KeyHasher(u64);

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut add = |word: u64| self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(FACTOR);
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            add(word.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
        // The length tells a rest from the same bytes with zeros behind.
        let rest = words.remainder().iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        add(rest ^ (bytes.len() as u64) << 56);
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0.rotate_left(23) ^ number as u64).wrapping_mul(FACTOR);
    }

    /// Spreads every bit over the whole word: the finalizer of `MurmurHash3`.
    fn finish(&self) -> u64 {
        let mut hash = self.0;
        hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^ hash >> 33
    }
}

/// A number for a label set that stays the same over runs and machines, spread over all of `u64`.
pub(crate) fn stable_hash(labels: &Labels) -> u64 {
    let mut hasher = KeyHasher::default();
    hasher.write(labels.packed().as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        Labels::of("m", pairs.iter().copied()).unwrap()
    }

    #[test]
    fn keys_are_equal_where_the_chosen_labels_are() {
        let (one, two) = (labels(&[("a", "1"), ("b", "2")]), labels(&[("a", "1"), ("b", "3")]));
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let table = [
            (Picker::on(&names(&["a"])), true, r#"{a="1"}"#),
            (Picker::on(&names(&["b", "a"])), false, r#"{a="1",b="2"}"#),
            (Picker::on(&names(&[])), true, "{}"),
            (Picker::ignoring(&names(&["b"])), true, r#"{a="1"}"#),
            (Picker::ignoring(&names(&[])), false, r#"{a="1",b="2"}"#),
            (Picker::all_but(["b"]), true, r#"m{a="1"}"#),
        ];
        for (picker, same, picked) in table {
            let mut keys = KeyTable::default();
            let (first, is_new) = keys.insert(&picker, &one, false);
            assert!(is_new);
            assert_eq!(keys.find(&picker, &two, false) == Some(first), same, "{picker:?}");
            assert_eq!(picker.labels(&one, false).to_string(), picked, "{picker:?}");
        }
        assert_eq!(Picker::all_but(["b"]).labels(&one, true).to_string(), r#"{a="1"}"#);
    }

    #[test]
    fn hashes_are_spread() {
        let hashes = (0..10_000).map(|n: u32| stable_hash(&labels(&[("n", &n.to_string())])));
        let low = hashes.filter(|hash| *hash < u64::MAX / 4).count();
        assert!((2300..2700).contains(&low), "{low} of 10000 in the first quarter");
    }
}
