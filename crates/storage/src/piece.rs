use std::sync::Arc;

use watchfire_model::TimeRange;

use crate::block::StoredBlock;
use crate::chunk::{Chunk, Damaged, Writer, decode};
use crate::series::HeadSeries;

/// A part of a series. Pieces may overlap in time; then the one that arrived first is right.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) span: TimeRange,
    pub(crate) samples: u32,
    pub(crate) arrival: Arrival,
    data: Data,
}

/// When the samples of a piece arrived, in comparison with the other pieces of its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Arrival {
    /// In a partition, in the flush up to this row of the journal.
    Flushed(i64),
    /// In memory, in this order; none of them is older than any block.
    Memory(u32),
}

#[derive(Debug)]
enum Data {
    Open(Arc<Writer>),
    Finished(Arc<Chunk>),
    Columns(Vec<i64>, Vec<f64>),
    Stored(Arc<StoredBlock>, std::ops::Range<usize>),
}

impl Piece {
    /// What memory has of a series in `range`.
    pub(crate) fn of_head(series: &HeadSeries, range: TimeRange) -> Vec<Self> {
        let overlaps = |span: TimeRange| span.start <= range.end && span.end >= range.start;
        let mut pieces = Vec::new();
        for (number, chunk) in (0..).zip(series.finished()) {
            if overlaps(chunk.span) {
                let (span, samples) = (chunk.span, chunk.samples);
                let data = Data::Finished(chunk.clone());
                pieces.push(Self { span, samples, arrival: Arrival::Memory(number), data });
            }
        }
        let last = series.finished().len() as u32;
        if let Some(open) = series.open().filter(|open| overlaps(open.span())) {
            let (span, samples) = (open.span(), open.samples());
            let data = Data::Open(open.clone());
            pieces.push(Self { span, samples, arrival: Arrival::Memory(last), data });
        }
        let late = series.late();
        let from = late.partition_point(|(timestamp, _)| *timestamp < range.start);
        let to = late.partition_point(|(timestamp, _)| *timestamp <= range.end);
        if from < to {
            let (timestamps, values) = late[from..to].iter().copied().unzip();
            pieces.extend(Self::columns(timestamps, values, last + 1));
        }
        pieces
    }

    /// Columns as they are; `None` when they are empty.
    pub(crate) fn columns(timestamps: Vec<i64>, values: Vec<f64>, order: u32) -> Option<Self> {
        let span = TimeRange { start: *timestamps.first()?, end: *timestamps.last()? };
        let samples = values.len() as u32;
        Some(Self { span, samples, arrival: Arrival::Memory(order), data: Data::Columns(timestamps, values) })
    }

    /// A chunk of a partition's block.
    pub(crate) fn stored(
        block: &Arc<StoredBlock>,
        span: TimeRange,
        samples: u32,
        at: std::ops::Range<usize>,
    ) -> Self {
        let arrival = Arrival::Flushed(block.seq());
        Self { span, samples, arrival, data: Data::Stored(block.clone(), at) }
    }

    /// The newest sample, where it is known without decoding.
    pub(crate) fn known_newest(&self) -> Option<(i64, f64)> {
        match &self.data {
            Data::Open(writer) => Some((writer.last(), f64::from_bits(writer.last_bits()))),
            Data::Columns(timestamps, values) => Some((*timestamps.last()?, *values.last()?)),
            Data::Finished(_) | Data::Stored(..) => None,
        }
    }

    /// Appends the samples to both columns. A damaged piece adds nothing; it is noted where it lies.
    pub(crate) fn decode(&self, timestamps: &mut Vec<i64>, values: &mut Vec<f64>) {
        let before = timestamps.len();
        let decoded = match &self.data {
            Data::Open(writer) => decode(writer.bytes(), timestamps, values),
            Data::Finished(chunk) => decode(&chunk.bytes, timestamps, values),
            Data::Columns(times, numbers) => {
                timestamps.extend_from_slice(times);
                values.extend_from_slice(numbers);
                Ok(())
            }
            Data::Stored(block, at) => match block.bytes(at.clone()) {
                Some(bytes) => decode(bytes, timestamps, values),
                None => Err(Damaged),
            },
        };
        if decoded.is_err() {
            if let Data::Stored(block, _) = &self.data {
                block.note_damage("its samples cannot be decoded");
            }
            timestamps.truncate(before);
            values.truncate(before);
        }
    }
}
