use std::ops::Range;
use std::sync::Arc;

use watchfire_model::{Rollup, RollupBuilder, STALE, TimeRange};

use super::columns::{self, COLUMNS, Stored};
use crate::block::{Place, StoredBlock};
use crate::chunk::Chunk;

/// The rollups that a block has of one series.
#[derive(Debug)]
pub(crate) struct Rolled {
    /// From the start of the first bucket to before the end of the last.
    pub(crate) span: TimeRange,
    pub(crate) width: i64,
    /// How many buckets.
    pub(crate) buckets: u32,
    block: Arc<StoredBlock>,
    /// Each column's bytes in the block.
    at: [Range<usize>; COLUMNS],
}

impl Rolled {
    /// `None` when these are not the columns of buckets.
    pub(crate) fn new(block: &Arc<StoredBlock>, width: i64, places: &[Place]) -> Option<Self> {
        let first = places.first()?;
        if places.iter().any(|place| (place.span, place.samples) != (first.span, first.samples)) {
            return None;
        }
        let at: Vec<Range<usize>> = places.iter().map(|place| place.at.clone()).collect();
        let span = TimeRange { start: first.span.start, end: first.span.end.saturating_add(width - 1) };
        Some(Self { span, width, buckets: first.samples, block: block.clone(), at: at.try_into().ok()? })
    }

    /// The buckets; none when they are damaged, which is noted where they lie.
    fn read(&self) -> Vec<Stored> {
        let bytes: Option<Vec<&[u8]>> = self.at.iter().map(|at| self.block.bytes(at.clone())).collect();
        let columns: Option<[&[u8]; COLUMNS]> = bytes.and_then(|bytes| bytes.try_into().ok());
        columns.and_then(|columns| columns::read(&columns, self.width)).unwrap_or_else(|| {
            self.block.note_damage("its rollups cannot be decoded");
            Vec::new()
        })
    }

    /// Its columns without the buckets that overlap `range`; `None` when there are none of those, or it is damaged.
    pub(crate) fn without(&self, range: TimeRange) -> Option<Vec<Chunk>> {
        let all = self.read();
        let overlaps = |bucket: &Stored| {
            bucket.start <= range.end && bucket.start.saturating_add(self.width - 1) >= range.start
        };
        let kept: Vec<Stored> = all.iter().filter(|bucket| !overlaps(bucket)).copied().collect();
        if kept.len() == all.len() {
            return None;
        }
        Some(columns::encode(&kept).unwrap_or_default())
    }

    /// Appends to both columns what stands for the samples of `range`: of each bucket the sample at its start, the last one,
    /// and the staleness marker after it.
    pub(crate) fn last_samples(&self, range: TimeRange, timestamps: &mut Vec<i64>, values: &mut Vec<f64>) {
        for bucket in self.read() {
            let at_start = bucket.at_start.map(|value| (bucket.start, value));
            let last = bucket.inside.map(|inside| (inside.last.timestamp, inside.last.value));
            let ended = bucket.ended.map(|after| (bucket.start.saturating_add(after), STALE));
            for (timestamp, value) in [at_start, last, ended].into_iter().flatten() {
                if (range.start..=range.end).contains(&timestamp) {
                    timestamps.push(timestamp);
                    values.push(value);
                }
            }
        }
    }

    /// Adds the buckets that overlap `range` to `builder`, and hands on those that it finishes.
    pub(crate) fn sum_up(
        &self,
        range: TimeRange,
        builder: &mut RollupBuilder,
        each: &mut dyn FnMut(&Rollup),
    ) {
        for bucket in self.read() {
            let at_start = bucket.at_start.filter(|_| (range.start..=range.end).contains(&bucket.start));
            if let Some(finished) = at_start.and_then(|value| builder.push(bucket.start, value)) {
                each(&finished);
            }
            let overlaps = bucket.start < range.end && bucket.start.saturating_add(self.width) > range.start;
            if let Some(finished) = bucket.inside.filter(|_| overlaps).and_then(|inside| builder.add(&inside))
            {
                each(&finished);
            }
        }
    }
}
