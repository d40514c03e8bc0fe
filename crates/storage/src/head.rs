use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;
use std::sync::Arc;

use watchfire_model::{Label, Labels, TimeRange};

use crate::columns::Columns;
use crate::entry::{Entry, SeriesId};
use crate::filter::Filter;
use crate::selected::Piece;

/// Recent samples in memory, in three layers, oldest first: `kept` is in partitions already and stays readable here
/// until the next flush, so that live queries never touch the disk; `frozen` is on its way there; `current` takes
/// what comes in.
pub(crate) struct Head {
    series: HashMap<SeriesId, Labels>,
    /// Which series have this label; ids rising.
    postings: HashMap<Label, Vec<SeriesId>>,
    kept: Option<Arc<Layer>>,
    frozen: Option<Arc<Layer>>,
    current: Layer,
    /// From this time on, memory holds every sample that storage has.
    complete_from: i64,
}

/// The samples of some rows of the journal.
#[derive(Default)]
pub(crate) struct Layer {
    columns: HashMap<SeriesId, (Labels, Columns)>,
    /// How many samples.
    samples: usize,
    /// From the first to the last timestamp.
    span: Option<TimeRange>,
    /// The last row of the journal that is in this layer or an older one.
    seq: i64,
}

impl Layer {
    pub(crate) fn seq(&self) -> i64 {
        self.seq
    }

    /// Every series that has samples here.
    pub(crate) fn series(&self) -> impl Iterator<Item = &(Labels, Columns)> {
        self.columns.values()
    }
}

/// What the head knows about a selection.
pub(crate) struct Snapshot {
    pub(crate) series: HashMap<Labels, Vec<Piece>>,
    /// Blocks with a higher number hold only what this snapshot holds already, or what came after it.
    pub(crate) seq: i64,
    /// From this time on, nothing is missing here.
    pub(crate) complete_from: i64,
}

/// What a flush left behind.
pub(crate) struct Settled {
    /// Series that are no longer in memory.
    pub(crate) gone: Vec<Labels>,
    /// To be dropped where no lock is held.
    pub(crate) _dropped: Option<Arc<Layer>>,
}

impl Head {
    /// A head without samples, above partitions that hold none from `complete_from` on.
    pub(crate) fn new(complete_from: i64, seq: i64) -> Self {
        Self {
            series: HashMap::new(),
            postings: HashMap::new(),
            kept: None,
            frozen: None,
            current: Layer { seq, ..Layer::default() },
            complete_from,
        }
    }

    /// Takes the samples of a row of the journal.
    pub(crate) fn apply(&mut self, seq: i64, entry: Entry) {
        for (id, labels) in entry.definitions {
            self.define(id, labels);
        }
        let current = &mut self.current;
        current.seq = seq;
        for run in entry.runs {
            let span = current.span.get_or_insert(TimeRange { start: run.timestamp, end: run.timestamp });
            span.start = span.start.min(run.timestamp);
            span.end = span.end.max(run.timestamp);
            for (id, value) in run.samples {
                let columns = match current.columns.entry(id) {
                    Place::Occupied(place) => place.into_mut(),
                    Place::Vacant(place) => {
                        // Rows use only ids that they or an earlier row define; replay checks that.
                        let Some(labels) = self.series.get(&id) else { continue };
                        place.insert((labels.clone(), Columns::default()))
                    }
                };
                current.samples += usize::from(columns.1.insert(run.timestamp, value));
            }
        }
    }

    fn define(&mut self, id: SeriesId, labels: Labels) {
        if self.series.contains_key(&id) {
            return;
        }
        for label in &labels {
            let ids = self.postings.entry(label.clone()).or_default();
            let place = ids.partition_point(|known| *known < id);
            ids.insert(place, id);
        }
        self.series.insert(id, labels);
    }

    /// Whether a series with this id was defined.
    pub(crate) fn knows(&self, id: SeriesId) -> bool {
        self.series.contains_key(&id)
    }

    /// The matching series with what memory holds of them in `range`.
    pub(crate) fn select(&self, filter: &Filter, range: TimeRange) -> Snapshot {
        let mut series: HashMap<Labels, Vec<Piece>> = HashMap::new();
        let mut add = |id: SeriesId, labels: &Labels| {
            if !filter.matches(labels) {
                return;
            }
            let mut pieces = Vec::new();
            for (number, layer) in (0_u8..).zip(self.layers()) {
                if let Some((_, columns)) = layer.columns.get(&id) {
                    let chunks = columns.overlapping(range).iter().cloned();
                    pieces.extend(chunks.filter_map(|chunk| Piece::memory(chunk, number)));
                }
            }
            if !pieces.is_empty() {
                series.insert(labels.clone(), pieces);
            }
        };
        // The shortest list of series that have a label they must have; without such a label, all.
        let shortest = filter.required().map(|label| self.posting(&label)).min_by_key(|ids| ids.len());
        match shortest {
            Some(ids) => {
                ids.iter()
                    .filter_map(|id| Some((id, self.series.get(id)?)))
                    .for_each(|(id, labels)| add(*id, labels));
            }
            None => self.series.iter().for_each(|(id, labels)| add(*id, labels)),
        }
        Snapshot { series, seq: self.current.seq, complete_from: self.complete_from }
    }

    fn posting(&self, label: &Label) -> &[SeriesId] {
        self.postings.get(label).map_or(&[], Vec::as_slice)
    }

    /// The layers, oldest first.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.kept.iter().chain(&self.frozen).map(Arc::as_ref).chain([&self.current])
    }

    /// Starts a new layer and returns the one to be flushed; the same one again until [`settle`](Self::settle);
    /// `None` when there is nothing to flush.
    pub(crate) fn freeze(&mut self) -> Option<Arc<Layer>> {
        if self.frozen.is_none() && self.current.samples > 0 {
            let empty = Layer { seq: self.current.seq, ..Layer::default() };
            self.frozen = Some(Arc::new(std::mem::replace(&mut self.current, empty)));
        }
        self.frozen.clone()
    }

    /// After the flush of the frozen layer: it becomes the kept one, and the one before leaves memory.
    pub(crate) fn settle(&mut self) -> Settled {
        let dropped = self.kept.take();
        self.kept = self.frozen.take();
        if let Some(span) = dropped.as_ref().and_then(|layer| layer.span) {
            self.complete_from = self.complete_from.max(span.end.saturating_add(1));
        }
        let has_samples = |id: &SeriesId| self.layers().any(|layer| layer.columns.contains_key(id));
        let gone: Vec<SeriesId> = self.series.keys().filter(|id| !has_samples(id)).copied().collect();
        let gone: Vec<Labels> = gone.iter().filter_map(|id| self.series.remove(id)).collect();
        if !gone.is_empty() {
            let series = &self.series;
            self.postings.retain(|_, ids| {
                ids.retain(|id| series.contains_key(id));
                !ids.is_empty()
            });
        }
        Settled { gone, _dropped: dropped }
    }

    /// Samples that no flush has taken yet.
    pub(crate) fn current_samples(&self) -> usize {
        self.current.samples
    }

    /// Samples in all layers.
    pub(crate) fn samples(&self) -> usize {
        self.layers().map(|layer| layer.samples).sum()
    }

    /// Series in all layers.
    pub(crate) fn series(&self) -> usize {
        self.series.len()
    }

    /// From the first to the last timestamp in memory.
    pub(crate) fn span(&self) -> Option<TimeRange> {
        self.layers().filter_map(|layer| layer.span).reduce(crate::clock::hull)
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::Matcher;

    use super::*;
    use crate::entry::Run;

    const ALWAYS: TimeRange = TimeRange { start: i64::MIN, end: i64::MAX };

    fn entry(samples: &[(SeriesId, i64)]) -> Entry {
        let host = |id: SeriesId| Labels::of("up", [("host", id.to_string().as_str())]).unwrap();
        let definitions = samples.iter().map(|(id, _)| (*id, host(*id))).collect();
        let runs =
            samples.iter().map(|(id, timestamp)| Run { timestamp: *timestamp, samples: vec![(*id, 0.5)] });
        Entry { definitions, runs: runs.collect() }
    }

    fn hosts(head: &Head, matchers: &[Matcher], range: TimeRange) -> Vec<String> {
        let snapshot = head.select(&Filter::new(matchers).unwrap(), range);
        let mut hosts: Vec<_> =
            snapshot.series.keys().map(|labels| labels.get("host").unwrap_or_default().to_owned()).collect();
        hosts.sort();
        hosts
    }

    #[test]
    fn selects_by_labels_and_time() {
        let mut head = Head::new(i64::MIN, 0);
        head.apply(1, entry(&[(0, 10), (1, 20), (2, 30)]));
        assert_eq!(hosts(&head, &[], ALWAYS), ["0", "1", "2"]);
        assert_eq!(hosts(&head, &[Matcher::equal("host", "1"), Matcher::metric("up")], ALWAYS), ["1"]);
        assert_eq!(hosts(&head, &[Matcher::regex("host", "[12]")], ALWAYS), ["1", "2"]);
        assert_eq!(hosts(&head, &[Matcher::metric("down")], ALWAYS), [""; 0]);
        assert_eq!(hosts(&head, &[Matcher::metric("up")], TimeRange { start: 15, end: 25 }), ["1"]);
    }

    #[test]
    fn a_flushed_layer_stays_until_the_next_flush() {
        let mut head = Head::new(i64::MIN, 0);
        head.apply(1, entry(&[(0, 10), (1, 11)]));
        let first = head.freeze().unwrap();
        head.apply(2, entry(&[(0, 20)]));
        // Not settled: the same layer again.
        assert_eq!(head.freeze().unwrap().seq(), first.seq());
        assert_eq!((first.seq(), head.samples(), head.current_samples()), (1, 3, 1));

        assert!(head.settle().gone.is_empty());
        assert_eq!(hosts(&head, &[], ALWAYS), ["0", "1"]);
        assert_eq!(head.span(), Some(TimeRange { start: 10, end: 20 }));

        assert_eq!(head.freeze().unwrap().seq(), 2);
        let settled = head.settle();
        assert_eq!(settled.gone, [Labels::of("up", [("host", "1")]).unwrap()]);
        assert_eq!(hosts(&head, &[], ALWAYS), ["0"]);
        assert_eq!((head.series(), head.samples()), (1, 1));
        // Only what is after the dropped layer is complete in memory.
        assert_eq!(head.select(&Filter::new(&[]).unwrap(), ALWAYS).complete_from, 12);
        assert!(head.freeze().is_none());
    }
}
