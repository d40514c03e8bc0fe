use std::cell::Cell;

use watchfire_model::{Labels, Rollup, RollupBuilder, Sample, Series, TimeRange};

use crate::piece::Piece;
use crate::rollup::Rolled;

/// One series of an answer. It holds compressed chunks, shared with memory; samples are decoded as they are read, one
/// chunk at a time, so that a long range never lies decoded in memory as a whole. Decoding is work for the CPU: on an
/// async thread, read only short ranges.
#[derive(Debug)]
pub struct SelectedSeries {
    labels: Labels,
    /// Sorted by their first timestamp.
    pieces: Vec<Piece>,
    /// Sorted by time; of other days than the pieces.
    rolled: Vec<Rolled>,
    widths: Vec<(i64, i64)>,
}

#[derive(Default)]
struct Columns {
    timestamps: Vec<i64>,
    values: Vec<f64>,
}

thread_local! {
    /// What chunks are decoded into, again and again.
    static SCRATCH: Cell<Columns> = Cell::default();
}

impl SelectedSeries {
    pub(crate) fn new(labels: Labels, mut pieces: Vec<Piece>, mut rolled: Vec<Rolled>) -> Self {
        pieces.sort_by_key(|piece| (piece.span.start, piece.arrival));
        rolled.sort_by_key(|rolled| rolled.span.start);
        let mut widths: Vec<(i64, i64)> = Vec::new();
        // From the newest on: an older part counts only where it is wider than all after it.
        for part in rolled.iter().rev() {
            if widths.last().is_none_or(|(_, width)| part.width > *width) {
                widths.push((part.span.end.saturating_add(1), part.width));
            }
        }
        widths.reverse();
        Self { labels, pieces, rolled, widths }
    }

    /// A series that lies in memory already: for other implementations of [`Querier`](crate::Querier).
    pub fn from_series(series: Series) -> Self {
        let piece = Piece::columns(series.timestamps, series.values, 0);
        Self::new(series.labels, piece.into_iter().collect(), Vec::new())
    }

    /// Which series this is.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// How many samples its chunks hold, also outside of what was selected; a bucket of rollups counts as one.
    pub fn samples(&self) -> usize {
        let samples = self.pieces.iter().map(|piece| piece.samples as usize);
        samples.chain(self.rolled.iter().map(|rolled| rolled.buckets as usize)).sum()
    }

    /// Up to when (exclusive) rollups of which width stand for samples, both in milliseconds: the widest first, so times rise
    /// and widths fall. Empty when all samples are there.
    pub fn widths(&self) -> &[(i64, i64)] {
        &self.widths
    }

    /// Hands the samples of `range` to `each` in time order: two columns of equal length, never empty, strictly
    /// rising timestamps over all calls. Ask for no more than was selected. Of rollups it gives each bucket's last sample,
    /// with the staleness marker after it, and the sample at its start. Damaged chunks are left out; they are
    /// counted in [`StorageStats::quarantined_blocks`](crate::StorageStats::quarantined_blocks).
    pub fn read(&self, range: TimeRange, mut each: impl FnMut(&[i64], &[f64])) {
        self.walk(range, |part| match part {
            Part::Samples(timestamps, values) => each(timestamps, values),
            Part::Rolled(rolled) => {
                let (mut timestamps, mut values) = (Vec::new(), Vec::new());
                rolled.last_samples(range, &mut timestamps, &mut values);
                if !timestamps.is_empty() {
                    each(&timestamps, &values);
                }
            }
        });
    }

    /// Hands the rollups of buckets of `width` milliseconds that overlap `range` to `each` in time order, summed up from
    /// samples and narrower buckets. `width` is a whole multiple of the widths that are there.
    pub fn read_rollups(&self, width: i64, range: TimeRange, each: &mut dyn FnMut(&Rollup)) {
        let mut builder = RollupBuilder::new(width);
        self.walk(range, |part| match part {
            Part::Samples(timestamps, values) => {
                for (timestamp, value) in timestamps.iter().zip(values) {
                    if let Some(finished) = builder.push(*timestamp, *value) {
                        each(&finished);
                    }
                }
            }
            Part::Rolled(rolled) => rolled.sum_up(range, &mut builder, each),
        });
        if let Some(last) = builder.finish() {
            each(&last);
        }
    }

    /// Hands out what there is of `range` in time order.
    fn walk(&self, range: TimeRange, mut each: impl FnMut(Part<'_>)) {
        // Taken, not borrowed: `each` may read another series.
        let mut columns = SCRATCH.take();
        let overlaps = |span: TimeRange| span.start <= range.end && span.end >= range.start;
        let mut rolled = self.rolled.iter().filter(|rolled| overlaps(rolled.span)).peekable();
        let mut next = 0;
        while let Some(first) = self.pieces.get(next) {
            // Pieces that overlap are settled together.
            let (from, mut end) = (next, first.span.end);
            next += 1;
            while let Some(piece) = self.pieces.get(next).filter(|piece| piece.span.start <= end) {
                end = end.max(piece.span.end);
                next += 1;
            }
            if first.span.start > range.end {
                break;
            }
            if end < range.start {
                continue;
            }
            while let Some(before) = rolled.next_if(|rolled| rolled.span.start < first.span.start) {
                each(Part::Rolled(before));
            }
            columns.timestamps.clear();
            columns.values.clear();
            match &self.pieces[from..next] {
                [piece] => piece.decode(&mut columns.timestamps, &mut columns.values),
                pieces => settle(pieces, &mut columns),
            }
            let from = columns.timestamps.partition_point(|timestamp| *timestamp < range.start);
            let to = columns.timestamps.partition_point(|timestamp| *timestamp <= range.end);
            if from < to {
                each(Part::Samples(&columns.timestamps[from..to], &columns.values[from..to]));
            }
        }
        rolled.for_each(|rolled| each(Part::Rolled(rolled)));
        SCRATCH.set(columns);
    }

    /// Whether all its chunks can be decoded; those that cannot are noted.
    pub(crate) fn reads_whole(&self) -> bool {
        let mut columns = Columns::default();
        self.pieces.iter().all(|piece| {
            columns.timestamps.clear();
            columns.values.clear();
            piece.decode(&mut columns.timestamps, &mut columns.values);
            columns.values.len() == piece.samples as usize
        })
    }

    /// The newest sample of `range`. Decodes no more than it must.
    pub fn newest(&self, range: TimeRange) -> Option<Sample> {
        let inside = |timestamp: i64| (range.start..=range.end).contains(&timestamp);
        // Sorted by their start, the last piece has the newest samples, unless one before reaches into it.
        if self.rolled.is_empty()
            && let Some((last, before)) = self.pieces.split_last()
            && before.iter().all(|piece| piece.span.end < last.span.start)
        {
            if let Some((timestamp, value)) = last.known_newest().filter(|(timestamp, _)| inside(*timestamp))
            {
                return Some(Sample { timestamp, value });
            }
            let mut columns = SCRATCH.take();
            columns.timestamps.clear();
            columns.values.clear();
            last.decode(&mut columns.timestamps, &mut columns.values);
            let to = columns.timestamps.partition_point(|timestamp| *timestamp <= range.end);
            let found = to.checked_sub(1).map(|at| (columns.timestamps[at], columns.values[at]));
            SCRATCH.set(columns);
            if let Some((timestamp, value)) = found.filter(|(timestamp, _)| inside(*timestamp)) {
                return Some(Sample { timestamp, value });
            }
        }
        let mut newest = None;
        self.read(range, |timestamps, values| {
            if let (Some(timestamp), Some(value)) = (timestamps.last(), values.last()) {
                newest = Some(Sample { timestamp: *timestamp, value: *value });
            }
        });
        newest
    }

    /// All samples of `range` at once. For tests and short ranges; [`read`](Self::read) needs less memory.
    pub fn to_series(&self, range: TimeRange) -> Series {
        let (mut timestamps, mut values) = (Vec::new(), Vec::new());
        self.read(range, |times, numbers| {
            timestamps.extend_from_slice(times);
            values.extend_from_slice(numbers);
        });
        Series { labels: self.labels.clone(), timestamps, values }
    }
}

/// A part of a series.
enum Part<'a> {
    Samples(&'a [i64], &'a [f64]),
    Rolled(&'a Rolled),
}

/// Merges overlapping pieces: of samples with the same timestamp the one that arrived first stays.
fn settle(pieces: &[Piece], columns: &mut Columns) {
    let mut pieces: Vec<&Piece> = pieces.iter().collect();
    pieces.sort_by_key(|piece| piece.arrival);
    for piece in pieces {
        piece.decode(&mut columns.timestamps, &mut columns.values);
    }
    let mut samples: Vec<(i64, f64)> =
        columns.timestamps.iter().copied().zip(columns.values.iter().copied()).collect();
    // Stable: samples with the same timestamp stay in the order of their arrival.
    samples.sort_by_key(|(timestamp, _)| *timestamp);
    samples.dedup_by_key(|(timestamp, _)| *timestamp);
    columns.timestamps.clear();
    columns.values.clear();
    for (timestamp, value) in samples {
        columns.timestamps.push(timestamp);
        columns.values.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::piece::Arrival;

    const ALWAYS: TimeRange = TimeRange { start: i64::MIN, end: i64::MAX };

    fn piece(samples: &[(i64, f64)], order: u32) -> Piece {
        let (timestamps, values) = samples.iter().copied().unzip();
        Piece::columns(timestamps, values, order).unwrap()
    }

    fn up(pieces: Vec<Piece>) -> SelectedSeries {
        SelectedSeries::new(Labels::of("up", []).unwrap(), pieces, Vec::new())
    }

    #[test]
    fn the_first_arrival_wins() {
        let old = [(1, 1.0), (2, 1.0), (9, 1.0)];
        let new = [(2, 2.0), (3, 2.0)];
        for pieces in [vec![piece(&old, 0), piece(&new, 1)], vec![piece(&new, 1), piece(&old, 0)]] {
            let series = up(pieces).to_series(ALWAYS);
            assert_eq!(series.timestamps, [1, 2, 3, 9]);
            assert_eq!(series.values, [1.0, 1.0, 2.0, 1.0]);
        }
        assert!(Arrival::Memory(0) > Arrival::Flushed(i64::MAX));
    }

    #[test]
    fn pieces_apart_are_read_one_by_one_and_cut() {
        let series =
            up(vec![piece(&[(5, 5.0), (6, 6.0)], 0), piece(&[(1, 1.0), (2, 2.0)], 0), piece(&[(9, 9.0)], 0)]);
        let mut calls = Vec::new();
        series.read(TimeRange { start: 2, end: 6 }, |times, values| {
            calls.push((times.to_vec(), values.to_vec()));
        });
        assert_eq!(calls, [(vec![2], vec![2.0]), (vec![5, 6], vec![5.0, 6.0])]);
        series.read(TimeRange { start: 3, end: 4 }, |_, _| panic!("there is nothing in the gap"));
        let newest = |start, end| series.newest(TimeRange { start, end }).map(|sample| sample.timestamp);
        let table = [
            (1, 9, Some(9)),
            (1, 8, Some(6)),
            (1, 5, Some(5)),
            (3, 4, None),
            (10, 11, None),
            (0, 1, Some(1)),
        ];
        for (start, end, expected) in table {
            assert_eq!(newest(start, end), expected, "{start} to {end}");
        }
    }

    #[test]
    fn a_series_in_memory_reads_as_it_is() {
        let given =
            Series { labels: Labels::of("up", []).unwrap(), timestamps: vec![1, 2], values: vec![0.5, 1.5] };
        assert_eq!(SelectedSeries::from_series(given.clone()).to_series(ALWAYS), given);
        let empty = Series { timestamps: vec![], values: vec![], ..given };
        assert_eq!(SelectedSeries::from_series(empty.clone()).to_series(ALWAYS), empty);
    }
}
