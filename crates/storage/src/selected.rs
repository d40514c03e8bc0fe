use std::borrow::Cow;
use std::sync::Arc;

use watchfire_model::{Labels, Series, TimeRange};

use crate::block::Block;
use crate::columns::Chunk;

/// One series of an answer. It holds compressed blocks and shared memory; samples are decoded as they are read, one
/// block at a time, so that a long range never lies decoded in memory as a whole. Decoding is work for the CPU: on an
/// async thread, read only short ranges.
#[derive(Debug)]
pub struct SelectedSeries {
    labels: Labels,
    /// Sorted by their first timestamp.
    pieces: Vec<Piece>,
}

/// A part of a series. Pieces may overlap in time; then the one that arrived last is right.
#[derive(Debug)]
pub(crate) struct Piece {
    span: TimeRange,
    arrival: Arrival,
    data: Data,
}

/// When the samples of a piece arrived, in comparison with the other pieces of its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Arrival {
    /// In a partition, up to this row of the journal.
    Flushed(i64),
    /// In memory, in the layer with this number; all of them are at least as new as any block.
    Memory(u8),
}

#[derive(Debug)]
enum Data {
    Chunk(Arc<Chunk>),
    Block(Block),
}

impl Piece {
    pub(crate) fn block(block: Block, seq: i64) -> Self {
        Self { span: block.span, arrival: Arrival::Flushed(seq), data: Data::Block(block) }
    }

    /// `None` for an empty chunk.
    pub(crate) fn memory(chunk: Arc<Chunk>, layer: u8) -> Option<Self> {
        Some(Self { span: chunk.span()?, arrival: Arrival::Memory(layer), data: Data::Chunk(chunk) })
    }

    /// `None` for a damaged block.
    fn decode(&self) -> Option<Cow<'_, Chunk>> {
        match &self.data {
            Data::Chunk(chunk) => Some(Cow::Borrowed(chunk)),
            Data::Block(block) => block.decode().map(Cow::Owned),
        }
    }
}

impl SelectedSeries {
    pub(crate) fn new(labels: Labels, mut pieces: Vec<Piece>) -> Self {
        pieces.sort_by_key(|piece| (piece.span.start, piece.arrival));
        Self { labels, pieces }
    }

    /// A series that lies in memory already: for other implementations of [`Querier`](crate::Querier).
    pub fn from_series(series: Series) -> Self {
        let chunk = Chunk { timestamps: series.timestamps, values: series.values };
        Self::new(series.labels, Piece::memory(Arc::new(chunk), 0).into_iter().collect())
    }

    /// Which series this is.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Hands the samples of `range` to `each` in time order: two columns of equal length, never empty, strictly
    /// rising timestamps over all calls. Ask for no more than was selected. Damaged blocks are left out; they are
    /// counted in [`StorageStats::quarantined_blocks`](crate::StorageStats::quarantined_blocks).
    pub fn read(&self, range: TimeRange, mut each: impl FnMut(&[i64], &[f64])) {
        let asked = |piece: &&Piece| piece.span.start <= range.end && piece.span.end >= range.start;
        let mut pieces = self.pieces.iter().filter(asked).peekable();
        let mut together = Vec::new();
        while let Some(piece) = pieces.next() {
            // Pieces that overlap are settled together.
            let mut end = piece.span.end;
            together.push(piece);
            while let Some(piece) = pieces.next_if(|piece| piece.span.start <= end) {
                end = end.max(piece.span.end);
                together.push(piece);
            }
            if let Some(chunk) = settle(&mut together) {
                let (timestamps, values) = chunk.within(range);
                if !timestamps.is_empty() {
                    each(timestamps, values);
                }
            }
            together.clear();
        }
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

/// One chunk of overlapping pieces: of samples with the same timestamp the one that arrived last stays.
fn settle<'a>(pieces: &mut [&'a Piece]) -> Option<Cow<'a, Chunk>> {
    if let [piece] = pieces {
        return piece.decode();
    }
    pieces.sort_by_key(|piece| piece.arrival);
    let mut samples = Vec::new();
    for chunk in pieces.iter().filter_map(|piece| piece.decode()) {
        samples.extend(chunk.timestamps.iter().copied().zip(chunk.values.iter().copied()));
    }
    // Stable: samples with the same timestamp stay in the order of their arrival.
    samples.sort_by_key(|(timestamp, _)| *timestamp);
    let mut settled = Chunk::default();
    for (index, (timestamp, value)) in samples.iter().enumerate() {
        if samples.get(index + 1).is_none_or(|(next, _)| next != timestamp) {
            settled.push(*timestamp, *value);
        }
    }
    Some(Cow::Owned(settled))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALWAYS: TimeRange = TimeRange { start: i64::MIN, end: i64::MAX };

    fn piece(samples: &[(i64, f64)], layer: u8) -> Piece {
        let (timestamps, values) = samples.iter().copied().unzip();
        Piece::memory(Arc::new(Chunk { timestamps, values }), layer).unwrap()
    }

    fn up(pieces: Vec<Piece>) -> SelectedSeries {
        SelectedSeries::new(Labels::of("up", []).unwrap(), pieces)
    }

    #[test]
    fn the_last_arrival_wins() {
        let old = [(1, 1.0), (2, 1.0), (9, 1.0)];
        let new = [(2, 2.0), (3, 2.0)];
        for pieces in [vec![piece(&old, 0), piece(&new, 1)], vec![piece(&new, 1), piece(&old, 0)]] {
            let series = up(pieces).to_series(ALWAYS);
            assert_eq!(series.timestamps, [1, 2, 3, 9]);
            assert_eq!(series.values, [1.0, 2.0, 2.0, 1.0]);
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
