use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use watchfire_model::{BatchSample, Labels};

/// Names a series in the head and in the journal.
pub(crate) type SeriesId = u32;

/// One row of the journal: the samples of a group commit. In postcard a sample takes nine to eleven bytes.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Series that no earlier row since the last flush defines.
    pub(crate) definitions: Vec<(SeriesId, Labels)>,
    /// The samples in the order of their arrival.
    pub(crate) runs: Vec<Run>,
}

/// Samples that arrived one after the other and share their timestamp.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Milliseconds since the epoch.
    pub(crate) timestamp: i64,
    pub(crate) samples: Vec<(SeriesId, f64)>,
}

impl Entry {
    /// How many samples it holds.
    pub(crate) fn len(&self) -> usize {
        self.runs.iter().map(|run| run.samples.len()).sum()
    }
}

/// The writer's memory of which series has which id. The journal must stay readable when rows up to a flush are
/// deleted; so each series is defined again in the first row after a freeze that has a sample of it.
#[derive(Default)]
pub(crate) struct Registry {
    known: HashMap<Labels, Known>,
    next: SeriesId,
    epoch: u64,
}

struct Known {
    id: SeriesId,
    /// The epoch in which the journal got its last definition.
    defined: u64,
}

impl Registry {
    /// Names the series of `samples` and groups them into a row for the journal.
    pub(crate) fn entry<'a>(&mut self, samples: impl IntoIterator<Item = &'a BatchSample>) -> Entry {
        let mut entry = Entry::default();
        for BatchSample { labels, sample } in samples {
            let id = self.name(labels, &mut entry.definitions);
            match entry.runs.last_mut() {
                Some(run) if run.timestamp == sample.timestamp => run.samples.push((id, sample.value)),
                _ => entry.runs.push(Run { timestamp: sample.timestamp, samples: vec![(id, sample.value)] }),
            }
        }
        entry
    }

    fn name(&mut self, labels: &Labels, definitions: &mut Vec<(SeriesId, Labels)>) -> SeriesId {
        let id = match self.known.get_mut(labels) {
            Some(known) if known.defined == self.epoch => return known.id,
            Some(known) => {
                known.defined = self.epoch;
                known.id
            }
            None => {
                let id = self.next;
                self.next += 1;
                self.known.insert(labels.clone(), Known { id, defined: self.epoch });
                id
            }
        };
        definitions.push((id, labels.clone()));
        id
    }

    /// Takes over the definitions of a row that the journal had already.
    pub(crate) fn learn(&mut self, definitions: &[(SeriesId, Labels)]) {
        for (id, labels) in definitions {
            self.known.insert(labels.clone(), Known { id: *id, defined: self.epoch });
            self.next = self.next.max(id + 1);
        }
    }

    /// From now on every series is defined again at its next sample: after a freeze, and after a row that was lost.
    pub(crate) fn start_epoch(&mut self) {
        self.epoch += 1;
    }

    /// Forgets series that left the head.
    pub(crate) fn forget(&mut self, gone: &[Labels]) {
        for labels in gone {
            self.known.remove(labels);
        }
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::Batch;

    use super::*;

    fn batch(metrics: &[&str], timestamp: i64) -> Vec<BatchSample> {
        let mut batch = Batch::default();
        for metric in metrics {
            batch.push(Labels::of(metric, []).unwrap(), timestamp, 0.5);
        }
        batch.samples
    }

    #[test]
    fn a_row_defines_what_is_new_since_the_freeze() {
        let mut registry = Registry::default();
        let ids = |entry: &Entry| entry.definitions.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        assert_eq!(ids(&registry.entry(&batch(&["a", "b", "a"], 1))), [0, 1]);
        assert_eq!(ids(&registry.entry(&batch(&["b", "c"], 2))), [2]);
        registry.start_epoch();
        assert_eq!(ids(&registry.entry(&batch(&["b", "d"], 3))), [1, 3]);
        registry.forget(&[Labels::of("a", []).unwrap()]);
        assert_eq!(ids(&registry.entry(&batch(&["a"], 4))), [4]);
    }

    #[test]
    fn learned_ids_are_not_given_twice() {
        let mut registry = Registry::default();
        registry.learn(&[(7, Labels::of("a", []).unwrap())]);
        let entry = registry.entry(&batch(&["a", "b"], 1));
        assert_eq!(entry.definitions, [(8, Labels::of("b", []).unwrap())]);
        assert_eq!(entry.runs, [Run { timestamp: 1, samples: vec![(7, 0.5), (8, 0.5)] }]);
    }

    #[test]
    fn a_sample_takes_about_ten_bytes() {
        let mut registry = Registry::default();
        let metrics: Vec<String> = (0..200).map(|index| format!("m{index}")).collect();
        let metrics: Vec<&str> = metrics.iter().map(String::as_str).collect();
        registry.entry(&batch(&metrics, 1_795_000_000_000));
        let entry = registry.entry(&batch(&metrics, 1_795_000_001_000));
        let bytes = postcard::to_stdvec(&entry).unwrap();
        assert!(bytes.len() <= 200 * 10 + 20, "{}", bytes.len());
        assert_eq!(postcard::from_bytes::<Entry>(&bytes).unwrap(), entry);
    }
}
