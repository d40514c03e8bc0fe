use std::collections::HashMap;

use watchfire_model::{Batch, BatchSeries, Labels};

use crate::append::{Appended, Reason};
use crate::entry::EntryWriter;
use crate::head::Head;
use crate::index::SeriesId;
use crate::keys::{KeyHash, Keys};
use crate::series::Known;
use crate::{Refusals, Settings};

/// A batch on its way to the writer: which series its keys name, as far as that was known when it came.
pub(crate) struct Resolved {
    pub(crate) batch: Batch,
    pub(crate) series: Vec<(KeyHash, Option<SeriesId>)>,
}

/// Looks at each sample of batches before they go into the journal: takes it into the row, or refuses it with a reason.
/// Whatever was admitted must reach the head, or be taken back by [`undo`].
pub(crate) struct Admission<'a> {
    pub(crate) head: &'a mut Head,
    pub(crate) settings: &'a Settings,
    /// The oldest and the newest timestamp that is taken.
    pub(crate) oldest: i64,
    pub(crate) newest: i64,
    /// Series that were not defined since then are defined in this row.
    pub(crate) epoch: u32,
    /// The samples of the row and the bits of their values, from when the first late one had to be compared with them.
    pub(crate) in_row: Option<HashMap<(SeriesId, i64), u64>>,
}

impl Admission<'_> {
    /// Admits a batch. `keys` gives access to the known keys, for those that are new.
    pub(crate) fn admit(
        &mut self,
        resolved: &Resolved,
        keys: &std::sync::RwLock<Keys>,
        entry: &mut EntryWriter,
    ) -> Appended {
        let mut appended = Appended::default();
        let mut ids =
            Vec::with_capacity(if resolved.batch.exemplars.is_empty() { 0 } else { resolved.series.len() });
        let mut accepted: Vec<(i64, f64)> = Vec::new();
        for (series, (hash, id)) in resolved.batch.series.iter().zip(&resolved.series) {
            let known = id.filter(|id| self.head.get(*id).is_some());
            let id = match known {
                Some(id) => Some(id),
                None => self.find_or_add(&resolved.batch, series, *hash, keys, &mut appended.refused),
            };
            if !resolved.batch.exemplars.is_empty() {
                ids.push(id);
            }
            if let Some(id) = id {
                self.admit_series(id, &resolved.batch, series, entry, &mut accepted, &mut appended);
            }
        }
        for (series, exemplar) in &resolved.batch.exemplars {
            if let Some(Some(id)) = ids.get(*series as usize)
                && (self.oldest..=self.newest).contains(&exemplar.timestamp)
            {
                self.define(*id, entry);
                entry.extras.exemplars.push((*id, exemplar.clone()));
                appended.exemplars += 1;
            }
        }
        entry.extras.metadata.extend_from_slice(&resolved.batch.metadata);
        appended
    }

    fn admit_series(
        &mut self,
        id: SeriesId,
        batch: &Batch,
        series: &BatchSeries,
        entry: &mut EntryWriter,
        accepted: &mut Vec<(i64, f64)>,
        appended: &mut Appended,
    ) {
        let Some(state) = self.head.get_mut(id) else { return };
        let range = series.samples.start as usize..series.samples.end as usize;
        let window = self.settings.out_of_order_window.unwrap_or(i64::MAX);
        accepted.clear();
        // Whether `accepted` rises, so that a timestamp can be searched in it.
        let mut rises = true;
        for (&timestamp, &value) in batch.timestamps[range.clone()].iter().zip(&batch.values[range]) {
            let reason = if timestamp < self.oldest {
                Reason::TooOld
            } else if timestamp > self.newest {
                Reason::InFuture
            } else if timestamp > state.newest {
                (state.newest, state.newest_bits) = (timestamp, value.to_bits());
                accepted.push((timestamp, value));
                continue;
            } else if timestamp < state.newest.saturating_sub(window) {
                Reason::OutOfOrder
            } else {
                let known = match state.look(timestamp, value) {
                    Known::Nothing => look_in(accepted, rises, timestamp, value),
                    known => known,
                };
                let known = match known {
                    Known::Nothing => look_in_row(&mut self.in_row, entry, (id, timestamp), value),
                    known => known,
                };
                match known {
                    Known::Nothing => {
                        rises &= accepted.last().is_none_or(|(last, _)| *last < timestamp);
                        accepted.push((timestamp, value));
                        continue;
                    }
                    Known::Same => {
                        appended.stored += 1;
                        continue;
                    }
                    Known::Other => Reason::Duplicate,
                }
            };
            let labels = &state.labels;
            appended.refused.add(reason, 1, || words(reason, labels, timestamp, value, window));
        }
        if accepted.is_empty() {
            return;
        }
        self.define(id, entry);
        entry.series(id, accepted.len());
        let mut least = appended.least.unwrap_or(i64::MAX);
        for (timestamp, value) in accepted.iter() {
            least = least.min(*timestamp);
            entry.sample(*timestamp, *value);
        }
        appended.least = Some(least);
        if let Some(in_row) = &mut self.in_row {
            in_row.extend(accepted.iter().map(|(timestamp, value)| ((id, *timestamp), value.to_bits())));
        }
        appended.stored += accepted.len();
    }

    /// Defines a series in the row, when no row of the journal that will be replayed has it.
    fn define(&mut self, id: SeriesId, entry: &mut EntryWriter) {
        if let Some(state) = self.head.get_mut(id).filter(|state| state.defined_in != self.epoch) {
            state.defined_in = self.epoch;
            entry.define(id, &state.labels);
        }
    }

    /// The series of a key that is new, or whose series left memory.
    fn find_or_add(
        &mut self,
        batch: &Batch,
        series: &BatchSeries,
        hash: KeyHash,
        keys: &std::sync::RwLock<Keys>,
        refused: &mut Refusals,
    ) -> Option<SeriesId> {
        let mut keys = keys.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let lives = |head: &Head, id: &SeriesId| head.get(*id).is_some();
        if let Some(id) = keys.get(hash).filter(|id| lives(self.head, id)) {
            return Some(id);
        }
        // A series without samples counts as one refusal.
        let samples = series.samples.len().max(1);
        let labels = match batch.labels(series) {
            Ok(labels) => labels,
            Err(error) => {
                refused.add(Reason::InvalidLabels, samples, || error.to_string());
                return None;
            }
        };
        if let Some((reason, words)) = self.settings.broken_rule(&labels) {
            refused.add(reason, samples, || words);
            return None;
        }
        let own_hash = keys.hash_labels(&labels);
        let id = if let Some(id) = keys.get(own_hash).filter(|id| lives(self.head, id)) {
            id
        } else if self.head.series() >= self.settings.max_series {
            let most = self.settings.max_series;
            refused.add(Reason::SeriesLimit, samples, || {
                format!("the series {labels} is new, and there are {most} already (storage.max_series); remove labels with many values, or allow more")
            });
            return None;
        } else if !self.has_good_time(batch, series, &labels, refused) {
            // It would take a place in memory without a sample.
            return None;
        } else {
            self.head.add(labels)
        };
        keys.insert(own_hash, id);
        keys.insert(hash, id);
        Some(id)
    }
}

impl Admission<'_> {
    /// Whether a sample of a new series can be taken; refuses all of them when not.
    fn has_good_time(
        &self,
        batch: &Batch,
        series: &BatchSeries,
        labels: &Labels,
        refused: &mut Refusals,
    ) -> bool {
        let range = series.samples.start as usize..series.samples.end as usize;
        let (timestamps, values) = (&batch.timestamps[range.clone()], &batch.values[range]);
        if timestamps.iter().any(|timestamp| (self.oldest..=self.newest).contains(timestamp)) {
            return true;
        }
        for (&timestamp, &value) in timestamps.iter().zip(values) {
            let reason = if timestamp < self.oldest { Reason::TooOld } else { Reason::InFuture };
            refused.add(reason, 1, || words(reason, labels, timestamp, value, 0));
        }
        false
    }
}

/// What is known of a late timestamp by the samples of the row, which are not in memory yet.
fn look_in_row(
    in_row: &mut Option<HashMap<(SeriesId, i64), u64>>,
    entry: &EntryWriter,
    at: (SeriesId, i64),
    value: f64,
) -> Known {
    let in_row = in_row.get_or_insert_with(|| {
        let mut samples = HashMap::with_capacity(entry.len());
        entry.samples(|id, timestamp, value| {
            samples.insert((id, timestamp), value.to_bits());
        });
        samples
    });
    match in_row.get(&at) {
        Some(bits) if *bits == value.to_bits() => Known::Same,
        Some(_) => Known::Other,
        None => Known::Nothing,
    }
}

/// What is known of a late timestamp by the samples that were admitted just before.
fn look_in(accepted: &[(i64, f64)], rises: bool, timestamp: i64, value: f64) -> Known {
    let found = if rises {
        accepted.binary_search_by_key(&timestamp, |(timestamp, _)| *timestamp).ok()
    } else {
        accepted.iter().position(|(known, _)| *known == timestamp)
    };
    match found {
        Some(at) if accepted[at].1.to_bits() == value.to_bits() => Known::Same,
        Some(_) => Known::Other,
        None => Known::Nothing,
    }
}

/// Takes back what was admitted into a row that the journal refused.
pub(crate) fn undo(head: &mut Head, entry: &EntryWriter) {
    let mut last = None;
    entry.samples(|id, _, _| {
        if last.replace(id) != Some(id)
            && let Some(series) = head.get_mut(id)
        {
            series.forget_admitted();
        }
    });
}

fn words(reason: Reason, labels: &Labels, timestamp: i64, value: f64, window: i64) -> String {
    // Milliseconds of 1973 and of the year 5138. Nobody means these.
    const FIRST: i64 = 100_000_000_000;
    const LAST: i64 = 100_000_000_000_000;
    match reason {
        Reason::TooOld | Reason::InFuture if (1..FIRST).contains(&timestamp) || timestamp > LAST => {
            let unit = if timestamp < FIRST { "seconds" } else { "micro- or nanoseconds" };
            format!(
                "out of bounds: the timestamp {timestamp} of {labels} looks like {unit}; send milliseconds since the epoch"
            )
        }
        Reason::TooOld => format!(
            "out of bounds: the sample of {labels} at {timestamp} is older than the retention; lengthen storage.retention to take it"
        ),
        Reason::InFuture => format!(
            "out of bounds: the sample of {labels} at {timestamp} is too far in the future; set the sender's clock"
        ),
        Reason::OutOfOrder => format!(
            "out of order sample: that of {labels} at {timestamp} is more than {window} ms behind the newest one; widen storage.out_of_order_window to take it"
        ),
        _ => format!(
            "duplicate sample for timestamp: {labels} has another value than {value} at {timestamp}; send each timestamp once"
        ),
    }
}
