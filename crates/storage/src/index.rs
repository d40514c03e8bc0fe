use std::collections::HashMap;

use roaring::RoaringBitmap;
use watchfire_model::Labels;

use crate::filter::{Condition, Filter};

/// A series within one index: the head's or a partition's.
pub(crate) type SeriesId = u32;

/// Which series have which label: for each name and value the set of series (postings).
#[derive(Clone, Default)]
pub(crate) struct Index {
    names: HashMap<Box<str>, Values>,
    all: RoaringBitmap,
}

type Values = HashMap<Box<str>, RoaringBitmap>;

impl Index {
    pub(crate) fn insert(&mut self, id: SeriesId, labels: &Labels) {
        self.all.insert(id);
        for label in labels {
            // Borrowed first: nearly every name and value is known.
            if !self.names.contains_key(label.name) {
                self.names.insert(label.name.into(), Values::new());
            }
            let Some(values) = self.names.get_mut(label.name) else { continue };
            match values.get_mut(label.value) {
                Some(ids) => {
                    ids.insert(id);
                }
                None => {
                    values.insert(label.value.into(), RoaringBitmap::from_iter([id]));
                }
            }
        }
    }

    pub(crate) fn remove(&mut self, id: SeriesId, labels: &Labels) {
        self.all.remove(id);
        for label in labels {
            let Some(values) = self.names.get_mut(label.name) else { continue };
            if let Some(ids) = values.get_mut(label.value) {
                ids.remove(id);
                if ids.is_empty() {
                    values.remove(label.value);
                }
            }
            if values.is_empty() {
                self.names.remove(label.name);
            }
        }
    }

    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len() as usize
    }

    /// The names of all labels with their values and the number of series of each.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = (&str, u64)>)> {
        self.names
            .iter()
            .map(|(name, values)| (&**name, values.iter().map(|(value, ids)| (&**value, ids.len()))))
    }

    /// All series.
    pub(crate) fn all(&self) -> &RoaringBitmap {
        &self.all
    }

    /// Each name and value with its series.
    pub(crate) fn postings(&self) -> impl Iterator<Item = (&str, &str, &RoaringBitmap)> {
        self.names
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |(value, ids)| (&**name, &**value, ids)))
    }

    /// The values of a label.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.names.get(name).into_iter().flat_map(|values| values.keys().map(|value| &**value))
    }

    /// The series that meet every condition. `labels` says the labels of a series, for conditions that are faster to test
    /// on few series than on many values.
    pub(crate) fn select<'a>(
        &self,
        filter: &Filter,
        labels: impl Fn(SeriesId) -> Option<&'a Labels>,
    ) -> RoaringBitmap {
        let mut conditions: Vec<&Condition> = filter.conditions().iter().collect();
        // Equality first: it finds few series by one look.
        conditions.sort_by_key(|condition| (condition.equal_to().is_none(), condition.matches_empty()));
        let mut found: Option<RoaringBitmap> = None;
        for condition in conditions {
            let empty = Values::new();
            let values = self.names.get(condition.name()).unwrap_or(&empty);
            if let Some(value) = condition.equal_to().filter(|value| !value.is_empty()) {
                let Some(ids) = values.get(value) else { return RoaringBitmap::new() };
                match &mut found {
                    Some(found) => *found &= ids,
                    None => found = Some(ids.clone()),
                }
                continue;
            }
            if let Some(found) = found.as_mut().filter(|found| found.len() < values.len() as u64) {
                let meets = |id: &SeriesId| {
                    labels(*id)
                        .is_some_and(|l| condition.matches(l.get(condition.name()).unwrap_or_default()))
                };
                *found = found.iter().filter(meets).collect();
                continue;
            }
            // A label that is absent has the empty value. Where that is right, the series with a wrong value leave.
            let wanted = !condition.matches_empty();
            let mut ids = RoaringBitmap::new();
            for (_, of_value) in values.iter().filter(|(value, _)| condition.matches(value) == wanted) {
                ids |= of_value;
            }
            let found = found.get_or_insert_with(|| self.all.clone());
            if wanted {
                *found &= ids;
            } else {
                *found -= ids;
            }
        }
        found.unwrap_or_else(|| self.all.clone())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use watchfire_model::{MatchOp, Matcher};

    use super::*;

    fn labels() -> impl Strategy<Value = Labels> {
        proptest::collection::btree_map("[abc]", "[xyz]{0,2}", 0..4)
            .prop_map(|pairs| Labels::new(pairs).unwrap())
    }

    fn matcher() -> impl Strategy<Value = Matcher> {
        let op = prop_oneof![
            Just(MatchOp::Equal),
            Just(MatchOp::NotEqual),
            Just(MatchOp::Regex),
            Just(MatchOp::NotRegex)
        ];
        (
            "[abcd]",
            op,
            prop_oneof!["[xyz]{0,2}", "[xyz]\\.\\*", Just("x|yz|".to_owned()), Just(".+".to_owned())],
        )
            .prop_map(|(name, op, value)| Matcher { name, op, value })
    }

    proptest! {
        #[test]
        fn finds_what_a_look_at_each_series_finds(
            all in proptest::collection::vec(labels(), 0..40),
            matchers in proptest::collection::vec(matcher(), 0..4),
            gone in proptest::collection::vec(any::<proptest::sample::Index>(), 0..5),
        ) {
            let mut all: Vec<Option<Labels>> = all.into_iter().map(Some).collect();
            let mut index = Index::default();
            for (id, labels) in all.iter().enumerate() {
                index.insert(id as u32, labels.as_ref().unwrap());
            }
            for at in gone {
                if !all.is_empty() {
                    let at = at.index(all.len());
                    if let Some(labels) = all[at].take() {
                        index.remove(at as u32, &labels);
                    }
                }
            }
            let filter = Filter::new(&matchers).unwrap();
            let expected: Vec<u32> = (0..).zip(&all)
                .filter(|(_, labels)| labels.as_ref().is_some_and(|labels| filter.matches(labels)))
                .map(|(id, _)| id)
                .collect();
            let found = index.select(&filter, |id| all[id as usize].as_ref());
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
        }
    }
}
