//! Label sets: found again by what was given, in any order, without copying it.

use std::hash::{BuildHasherDefault, Hasher};

use opentelemetry::{KeyValue, Value};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A name and a value.
pub type Label<'a> = (&'a str, &'a str);

/// Names and values longer than this many bytes are cut, so that nothing can fill the memory with one label.
const LONGEST: usize = 1024;

/// A number that equal sets share, whatever their order: the sum of numbers of the labels.
pub(crate) fn hash(seed: u64, labels: &[Label<'_>]) -> u64 {
    labels.iter().fold(seed, |sum, (name, value)| {
        let name = xxh3_64_with_seed(cut(name).as_bytes(), seed);
        sum.wrapping_add(xxh3_64_with_seed(cut(value).as_bytes(), name))
    })
}

/// Whether `held`, which names no label twice, is the set that was given.
pub(crate) fn same(held: &[KeyValue], given: &[Label<'_>]) -> bool {
    if held.len() != given.len() {
        return false;
    }
    // Programs give labels in the same order again and again: that of the first time is held.
    held.iter().zip(given).all(|(one, label)| is(one, *label))
        // A name given twice must not stand for another that is not given: hence both ways.
        || (given.iter().all(|label| held.iter().any(|one| is(one, *label)))
            && held.iter().all(|one| given.iter().any(|label| is(one, *label))))
}

fn is(held: &KeyValue, (name, value): Label<'_>) -> bool {
    let Value::String(text) = &held.value else { return false };
    held.key.as_str() == cut(name) && text.as_str() == cut(value)
}

/// Whether a label is to be left out: it has no name, or a later one has its name.
pub(crate) fn has_surplus(labels: &[Label<'_>]) -> bool {
    (0..labels.len()).any(|place| is_surplus(labels, place))
}

/// The set without those.
pub(crate) fn without_surplus<'a>(labels: &[Label<'a>]) -> Vec<Label<'a>> {
    let kept = (0..labels.len()).filter(|place| !is_surplus(labels, *place));
    kept.map(|place| labels[place]).collect()
}

fn is_surplus(labels: &[Label<'_>], place: usize) -> bool {
    let name = cut(labels[place].0);
    name.is_empty() || labels[place + 1..].iter().any(|(other, _)| cut(other) == name)
}

/// A copy to keep.
pub(crate) fn owned(labels: &[Label<'_>]) -> Box<[KeyValue]> {
    labels.iter().map(|(name, value)| KeyValue::new(cut(name).to_owned(), cut(value).to_owned())).collect()
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// For maps whose keys are hashes already.
pub(crate) type Hashed = BuildHasherDefault<Identity>;

/// Takes a number for its own hash.
#[derive(Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |number, byte| number << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the set means, by name.
    fn meaning<'a>(labels: &[Label<'a>]) -> std::collections::BTreeMap<&'a str, &'a str> {
        labels.iter().copied().filter(|(name, _)| !name.is_empty()).collect()
    }

    proptest! {
        #[test]
        fn sets_are_the_same_where_they_mean_the_same(
            one in proptest::collection::vec(("[ab]{0,2}", "[xy]{0,1}"), 0..4),
            other in proptest::collection::vec(("[ab]{0,2}", "[xy]{0,1}"), 0..4),
        ) {
            let pairs = |set: &'_ [(String, String)]| -> Vec<(String, String)> { set.to_vec() };
            let (one, other) = (pairs(&one), pairs(&other));
            let one: Vec<Label<'_>> = one.iter().map(|(name, value)| (&**name, &**value)).collect();
            let other: Vec<Label<'_>> = other.iter().map(|(name, value)| (&**name, &**value)).collect();
            let (one, other) = (without_surplus(&one), without_surplus(&other));
            prop_assert!(!has_surplus(&one));
            let equal = meaning(&one) == meaning(&other);
            prop_assert_eq!(same(&owned(&one), &other), equal);
            prop_assert_eq!(hash(7, &one) == hash(7, &other), equal);
        }

        #[test]
        fn of_twins_the_last_is_meant(set in proptest::collection::vec(("[ab]{0,2}", "[xy]{0,1}"), 0..6)) {
            let set: Vec<Label<'_>> = set.iter().map(|(name, value)| (&**name, &**value)).collect();
            let single = without_surplus(&set);
            prop_assert_eq!(meaning(&single), meaning(&set));
            prop_assert_eq!(single.len(), meaning(&set).len());
            prop_assert_eq!(has_surplus(&set), single.len() < set.len());
        }
    }

    #[test]
    fn twins_are_no_other_set() {
        assert!(!same(&owned(&[("a", "1"), ("b", "2")]), &[("a", "1"), ("a", "1")]));
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let long = "ä".repeat(LONGEST);
        let held = owned(&[("a", &long)]);
        assert_eq!(held[0].value.as_str().len(), LONGEST);
        assert!(same(&held, &[("a", &long)]));
        let odd = format!("x{long}");
        assert_eq!(owned(&[("a", &odd)])[0].value.as_str().len(), LONGEST - 1);
    }
}
