use std::sync::Arc;

use roaring::RoaringBitmap;
use watchfire_model::{Labels, TimeRange};

use crate::chunk::Chunk;
use crate::filter::Filter;
use crate::index::{Index, SeriesId};
use crate::piece::Piece;
use crate::series::HeadSeries;
use crate::sources::InMemory;

/// Series are kept in segments of so many, so that those of a long gone time can leave memory together.
const SEGMENT: usize = 1024;

/// What was appended lately, by series, and which series there are.
pub(crate) struct Head {
    segments: Vec<Option<Segment>>,
    next_id: SeriesId,
    index: Index,
    /// Memory holds all samples from here on.
    complete_from: i64,
    /// The last row of the journal that is in memory.
    seq: i64,
    samples: usize,
    unflushed: usize,
    /// The oldest of the unflushed samples; `i64::MAX` without one.
    unflushed_from: i64,
    /// The same of those that are being written.
    frozen_from: i64,
    span: Option<TimeRange>,
}

struct Segment {
    series: Vec<Option<HeadSeries>>,
    live: usize,
}

/// What a query gets of memory.
pub(crate) struct Snapshot {
    pub(crate) series: Vec<(Labels, Vec<Piece>)>,
    /// What partitions need not give.
    pub(crate) memory: InMemory,
    /// Partitions hold nothing newer than this row that the snapshot lacks.
    pub(crate) seq: i64,
}

impl Head {
    pub(crate) fn new(complete_from: i64, seq: i64) -> Self {
        Self {
            segments: Vec::new(),
            next_id: 0,
            index: Index::default(),
            complete_from,
            seq,
            samples: 0,
            unflushed: 0,
            unflushed_from: i64::MAX,
            frozen_from: i64::MAX,
            span: None,
        }
    }

    pub(crate) fn get(&self, id: SeriesId) -> Option<&HeadSeries> {
        let segment = self.segments.get(id as usize / SEGMENT)?.as_ref()?;
        segment.series.get(id as usize % SEGMENT)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: SeriesId) -> Option<&mut HeadSeries> {
        let segment = self.segments.get_mut(id as usize / SEGMENT)?.as_mut()?;
        segment.series.get_mut(id as usize % SEGMENT)?.as_mut()
    }

    /// Adds a series under the next free number.
    pub(crate) fn add(&mut self, labels: Labels) -> SeriesId {
        let id = self.next_id;
        self.define(id, labels);
        id
    }

    /// Adds a series under its number, when that is not there yet.
    pub(crate) fn define(&mut self, id: SeriesId, labels: Labels) {
        if self.get(id).is_some() {
            return;
        }
        let (segment, place) = (id as usize / SEGMENT, id as usize % SEGMENT);
        if self.segments.len() <= segment {
            self.segments.resize_with(segment + 1, || None);
        }
        let new = || Segment { series: Vec::with_capacity(SEGMENT), live: 0 };
        let segment = self.segments[segment].get_or_insert_with(new);
        if segment.series.len() <= place {
            segment.series.resize_with(place + 1, || None);
        }
        self.index.insert(id, &labels);
        segment.series[place] = Some(HeadSeries::new(labels));
        segment.live += 1;
        self.next_id = self.next_id.max(id + 1);
    }

    /// Adds one sample to a series. `false` when that was never defined.
    pub(crate) fn push(&mut self, id: SeriesId, timestamp: i64, value: f64) -> bool {
        let Some(series) = self.get_mut(id) else { return false };
        if timestamp >= series.newest {
            (series.newest, series.newest_bits) = (timestamp, value.to_bits());
        }
        if series.push(timestamp, value) {
            self.samples += 1;
            self.unflushed += 1;
            self.unflushed_from = self.unflushed_from.min(timestamp);
            let span = self.span.get_or_insert(TimeRange { start: timestamp, end: timestamp });
            span.start = span.start.min(timestamp);
            span.end = span.end.max(timestamp);
        }
        true
    }

    pub(crate) fn set_seq(&mut self, seq: i64) {
        // Never back: partitions may know later rows than a journal that is replayed.
        self.seq = self.seq.max(seq);
    }

    pub(crate) fn find(&self, filter: &Filter) -> RoaringBitmap {
        self.index.select(filter, |id| self.get(id).map(|series| &series.labels))
    }

    /// The matching series with what memory holds of them in `range`.
    pub(crate) fn select(&self, filter: &Filter, range: TimeRange) -> Snapshot {
        let found = self.find(filter);
        let mut series = Vec::with_capacity(found.len() as usize);
        for id in &found {
            let Some(one) = self.get(id) else { continue };
            let pieces = Piece::of_head(one, range);
            if !pieces.is_empty() {
                series.push((one.labels.clone(), pieces));
            }
        }
        Snapshot { series, memory: self.in_memory(), seq: self.seq }
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut HeadSeries> {
        self.segments.iter_mut().flatten().flat_map(|segment| segment.series.iter_mut().flatten())
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &HeadSeries> {
        self.segments.iter().flatten().flat_map(|segment| segment.series.iter().flatten())
    }

    /// All series with their numbers.
    pub(crate) fn all_with_ids(&self) -> impl Iterator<Item = (SeriesId, &HeadSeries)> {
        let numbered =
            self.segments.iter().enumerate().filter_map(|(at, segment)| Some((at, segment.as_ref()?)));
        numbered.flat_map(|(segment, of)| {
            let places = of.series.iter().enumerate();
            places.filter_map(move |(at, series)| {
                Some(((segment * SEGMENT + at) as SeriesId, series.as_ref()?))
            })
        })
    }

    /// Finishes what is open. `None` when there is nothing to flush.
    pub(crate) fn freeze(&mut self) -> Option<i64> {
        if self.unflushed == 0 && self.all().all(|series| series.unflushed().is_empty()) {
            return None;
        }
        self.all_mut().for_each(HeadSeries::freeze);
        self.unflushed = 0;
        self.frozen_from = self.frozen_from.min(std::mem::replace(&mut self.unflushed_from, i64::MAX));
        Some(self.seq)
    }

    /// What a flush has to write: series with their chunks.
    pub(crate) fn frozen(&self) -> Vec<(Labels, Vec<Arc<Chunk>>)> {
        let all = self.all().filter(|series| !series.unflushed().is_empty());
        all.map(|series| (series.labels.clone(), series.unflushed().to_vec())).collect()
    }

    /// After a flush: chunks that end before `oldest` leave memory, and series with nothing left, too.
    pub(crate) fn settle(&mut self, oldest: i64) -> usize {
        let mut dropped = None;
        self.frozen_from = i64::MAX;
        for series in self.all_mut() {
            series.settle();
            dropped = dropped.max(series.drop_flushed(oldest));
        }
        if let Some(end) = dropped {
            self.complete_from = self.complete_from.max(end.saturating_add(1));
        }
        self.drop_empty()
    }

    /// Series without samples leave. Returns how many.
    fn drop_empty(&mut self) -> usize {
        let before = self.index.len();
        for (number, place) in self.segments.iter_mut().enumerate() {
            let Some(segment) = place else { continue };
            for (at, series) in segment.series.iter_mut().enumerate() {
                if let Some(gone) = series.take_if(|series| series.is_empty()) {
                    self.index.remove((number * SEGMENT + at) as SeriesId, &gone.labels);
                    segment.live -= 1;
                }
            }
            if segment.live == 0 {
                *place = None;
            }
        }
        self.count();
        before - self.index.len()
    }

    fn count(&mut self) {
        let mut samples = 0;
        let mut span: Option<TimeRange> = None;
        let mut add = |part: TimeRange, count: usize| {
            samples += count;
            span = Some(span.map_or(part, |span| crate::clock::hull(span, part)));
        };
        for series in self.segments.iter().flatten().flat_map(|segment| segment.series.iter().flatten()) {
            series.finished().iter().for_each(|chunk| add(chunk.span, chunk.samples as usize));
            series.open().into_iter().for_each(|open| add(open.span(), open.samples() as usize));
            if let [first, .., last] | [first @ last] = series.late() {
                add(TimeRange { start: first.0, end: last.0 }, series.late().len());
            }
        }
        (self.samples, self.span) = (samples, span);
    }

    /// Removes the samples of `range` of the matching series. All of memory must be flushed.
    pub(crate) fn delete(&mut self, filter: &Filter, range: TimeRange) {
        for id in self.find(filter) {
            if let Some(series) = self.get_mut(id) {
                series.delete(range);
            }
        }
        self.drop_empty();
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// Samples that no flush has taken yet.
    pub(crate) fn unflushed_samples(&self) -> usize {
        self.unflushed
    }

    pub(crate) fn samples(&self) -> usize {
        self.samples
    }

    pub(crate) fn series(&self) -> usize {
        self.index.len()
    }

    /// From the first to the last timestamp in memory.
    pub(crate) fn span(&self) -> Option<TimeRange> {
        self.span
    }

    pub(crate) fn in_memory(&self) -> InMemory {
        let unflushed_from = self.unflushed_from.min(self.frozen_from);
        InMemory { complete_from: self.complete_from, unflushed_from }
    }
}
