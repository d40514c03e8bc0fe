use std::sync::Arc;

use watchfire_model::TimeRange;

/// The most samples of a chunk. Small, since a writer copies a chunk once when a reader holds it.
const FULL: usize = 256;

/// A stretch of one series: two columns of equal length, sorted by time, no time twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// Milliseconds since the epoch.
    pub timestamps: Vec<i64>,
    /// The value at each timestamp.
    pub values: Vec<f64>,
}

impl Chunk {
    /// First and last timestamp; `None` for an empty chunk.
    pub(crate) fn span(&self) -> Option<TimeRange> {
        Some(TimeRange { start: *self.timestamps.first()?, end: *self.timestamps.last()? })
    }

    /// The two columns within `range`.
    pub(crate) fn within(&self, range: TimeRange) -> (&[i64], &[f64]) {
        let from = self.timestamps.partition_point(|timestamp| *timestamp < range.start);
        let to = self.timestamps.partition_point(|timestamp| *timestamp <= range.end).max(from);
        (&self.timestamps[from..to], &self.values[from..to])
    }

    pub(crate) fn push(&mut self, timestamp: i64, value: f64) {
        self.timestamps.push(timestamp);
        self.values.push(value);
    }

    /// Whether all samples are before `timestamp`.
    fn ends_before(&self, timestamp: i64) -> bool {
        self.timestamps.last().is_none_or(|last| *last < timestamp)
    }

    /// Puts a sample in its place and says whether it is one more: at a known time the new value replaces the old.
    fn insert(&mut self, timestamp: i64, value: f64) -> bool {
        match self.timestamps.binary_search(&timestamp) {
            Ok(index) => {
                self.values[index] = value;
                false
            }
            Err(index) => {
                self.timestamps.insert(index, timestamp);
                self.values.insert(index, value);
                true
            }
        }
    }
}

/// The samples of one series in memory: chunks in time order that do not overlap. Readers share them by cloning the
/// pointers; a chunk that a reader holds is copied before it changes.
#[derive(Debug, Default)]
pub(crate) struct Columns(Vec<Arc<Chunk>>);

impl Columns {
    /// Puts a sample in its place and says whether it is one more: at a known time the new value replaces the old.
    pub(crate) fn insert(&mut self, timestamp: i64, value: f64) -> bool {
        let index = match self.0.last() {
            // In order: the usual case.
            Some(last) if last.ends_before(timestamp) => {
                if last.timestamps.len() < FULL {
                    self.0.len() - 1
                } else {
                    self.0.len()
                }
            }
            _ => self.0.partition_point(|chunk| chunk.ends_before(timestamp)),
        };
        if index == self.0.len() {
            self.0.push(Arc::default());
        }
        let chunk = Arc::make_mut(&mut self.0[index]);
        let added = chunk.insert(timestamp, value);
        if chunk.timestamps.len() > FULL {
            let half = FULL / 2;
            let later =
                Chunk { timestamps: chunk.timestamps.split_off(half), values: chunk.values.split_off(half) };
            self.0.insert(index + 1, Arc::new(later));
        }
        added
    }

    /// All chunks in time order.
    pub(crate) fn chunks(&self) -> &[Arc<Chunk>] {
        &self.0
    }

    /// The chunks that may hold samples of `range`.
    pub(crate) fn overlapping(&self, range: TimeRange) -> &[Arc<Chunk>] {
        let from = self.0.partition_point(|chunk| chunk.ends_before(range.start));
        let starts_in_time =
            |chunk: &Arc<Chunk>| chunk.timestamps.first().is_some_and(|first| *first <= range.end);
        let to = self.0.partition_point(starts_in_time).max(from);
        &self.0[from..to]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn samples(chunks: &[Arc<Chunk>]) -> Vec<(i64, f64)> {
        chunks
            .iter()
            .flat_map(|chunk| chunk.timestamps.iter().copied().zip(chunk.values.iter().copied()))
            .collect()
    }

    #[test]
    fn a_reader_keeps_what_it_saw() {
        let mut columns = Columns::default();
        (0..300).for_each(|time| assert!(columns.insert(time, 1.0)));
        let seen = columns.chunks().to_vec();
        assert!(!columns.insert(299, 2.0));
        assert!(columns.insert(300, 3.0));
        assert_eq!(samples(&seen).last(), Some(&(299, 1.0)));
        assert_eq!(samples(columns.chunks())[299..], [(299, 2.0), (300, 3.0)]);
    }

    proptest! {
        #[test]
        fn equals_a_map(inserts in prop::collection::vec((0_i64..2000, 0_u8..9), 0..1500), start in 0_i64..2000, length in -1_i64..500) {
            let mut columns = Columns::default();
            let mut model = BTreeMap::new();
            for (timestamp, value) in inserts {
                let added = columns.insert(timestamp, f64::from(value));
                prop_assert_eq!(added, model.insert(timestamp, f64::from(value)).is_none());
            }
            let all: Vec<_> = model.iter().map(|(timestamp, value)| (*timestamp, *value)).collect();
            prop_assert_eq!(samples(columns.chunks()), all.clone());
            prop_assert!(columns.chunks().iter().all(|chunk| chunk.timestamps.len() <= FULL));

            let range = TimeRange { start, end: start + length };
            let within: Vec<_> = all.into_iter().filter(|(timestamp, _)| range.contains(*timestamp)).collect();
            let mut found = Vec::new();
            for chunk in columns.overlapping(range) {
                let (timestamps, values) = chunk.within(range);
                found.extend(timestamps.iter().copied().zip(values.iter().copied()));
            }
            prop_assert_eq!(found, within);
        }
    }
}
