use std::sync::Arc;

use watchfire_model::{Labels, TimeRange};

use crate::chunk::{Chunk, Writer, decode};
use crate::clock::Day;

/// A chunk is finished with so many samples...
const FULL_SAMPLES: u32 = 240;
/// ...or so many bytes: what a reader of one sample has to decode.
const FULL_BYTES: usize = 2048;
/// So many late samples are sorted in memory before they become chunks.
const FULL_LATE: usize = 256;

/// What memory has of one series.
#[derive(Debug)]
pub(crate) struct HeadSeries {
    pub(crate) labels: Labels,
    /// The newest sample that was admitted, also when it is only on its way into the journal: `i64::MIN` without one.
    pub(crate) newest: i64,
    /// The bits of its value.
    pub(crate) newest_bits: u64,
    /// Samples in the order of time. Readers share it; the next sample then goes into a copy.
    open: Option<Arc<Writer>>,
    /// Samples that were older than the newest one on arrival, sorted by time.
    late: Vec<(i64, f64)>,
    /// Finished chunks in the order in which they were finished. A chunk never spans two days; chunks of late samples may
    /// overlap with others.
    finished: Vec<Arc<Chunk>>,
    /// So many of `finished` are in partitions.
    flushed: u32,
    /// So many of `finished` are in partitions or are being written.
    frozen: u32,
    /// The epoch of the journal in which the series was defined there.
    pub(crate) defined_in: u32,
    /// Whether the next samples may lie on another day than `open`: the end of that day.
    open_until: i64,
}

/// What a series has at a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Nothing,
    Same,
    Other,
}

impl HeadSeries {
    pub(crate) fn new(labels: Labels) -> Self {
        Self {
            labels,
            newest: i64::MIN,
            newest_bits: 0,
            open: None,
            late: Vec::new(),
            finished: Vec::new(),
            flushed: 0,
            frozen: 0,
            defined_in: 0,
            open_until: i64::MIN,
        }
    }

    /// Adds a sample. One at a timestamp that is there already changes nothing: the first one stays. Answers whether it is new
    /// here, and how many bytes more the series takes.
    pub(crate) fn push(&mut self, timestamp: i64, value: f64) -> bool {
        if let Some(open) = &mut self.open {
            if timestamp <= open.last() {
                return self.push_late(timestamp, value);
            }
            if timestamp <= self.open_until
                && open.samples() < FULL_SAMPLES
                && open.bytes().len() < FULL_BYTES
            {
                // Copied only while a reader holds it.
                Arc::make_mut(open).push(timestamp, value);
                return true;
            }
            self.finish_open();
        } else if self.finished.iter().any(|chunk| chunk.span.end >= timestamp) {
            return self.push_late(timestamp, value);
        }
        self.open = Some(Arc::new(Writer::new(timestamp, value)));
        self.open_until = Day::of(timestamp).range().end;
        true
    }

    fn push_late(&mut self, timestamp: i64, value: f64) -> bool {
        match self.late.binary_search_by_key(&timestamp, |(timestamp, _)| *timestamp) {
            Ok(_) => return false,
            Err(place) => self.late.insert(place, (timestamp, value)),
        }
        if self.late.len() >= FULL_LATE {
            self.finish_late();
        }
        true
    }

    fn finish_open(&mut self) {
        if let Some(open) = self.open.take() {
            self.add_finished(Arc::unwrap_or_clone(open).finish());
        }
    }

    fn finish_late(&mut self) {
        let late = std::mem::take(&mut self.late);
        for day in late.chunk_by(|one, next| Day::of(one.0) == Day::of(next.0)) {
            for part in day.chunks(FULL_SAMPLES as usize) {
                let [(timestamp, value), rest @ ..] = part else { continue };
                let mut writer = Writer::new(*timestamp, *value);
                for (timestamp, value) in rest {
                    writer.push(*timestamp, *value);
                }
                self.add_finished(writer.finish());
            }
        }
    }

    fn add_finished(&mut self, chunk: Chunk) {
        // One more at a time: most series have few.
        self.finished.reserve_exact(1);
        self.finished.push(Arc::new(chunk));
    }

    /// What is known at a timestamp that is not newer than the newest one.
    pub(crate) fn look(&self, timestamp: i64, value: f64) -> Known {
        let same = |found: f64| if found.to_bits() == value.to_bits() { Known::Same } else { Known::Other };
        if timestamp == self.newest {
            return same(f64::from_bits(self.newest_bits));
        }
        if let Ok(at) = self.late.binary_search_by_key(&timestamp, |(timestamp, _)| *timestamp) {
            return same(self.late[at].1);
        }
        let inside = |span: TimeRange| (span.start..=span.end).contains(&timestamp);
        let finished = self.finished.iter().filter(|chunk| inside(chunk.span)).map(|chunk| &*chunk.bytes);
        let open = self.open.iter().filter(|open| inside(open.span())).map(|open| open.bytes());
        let (mut timestamps, mut values) = (Vec::new(), Vec::new());
        for bytes in finished.chain(open) {
            timestamps.clear();
            values.clear();
            // What memory holds was written by this process and cannot be damaged.
            let _ = decode(bytes, &mut timestamps, &mut values);
            if let Ok(at) = timestamps.binary_search(&timestamp) {
                return same(values[at]);
            }
        }
        Known::Nothing
    }

    /// Takes `newest` back to what memory holds: after samples were admitted that the journal then refused.
    pub(crate) fn forget_admitted(&mut self) {
        (self.newest, self.newest_bits) = (i64::MIN, 0);
        if let Some(open) = &self.open {
            (self.newest, self.newest_bits) = (open.last(), open.last_bits());
        } else if let Some(chunk) = self.finished.iter().max_by_key(|chunk| chunk.span.end) {
            let (mut timestamps, mut values) = (Vec::new(), Vec::new());
            let _ = decode(&chunk.bytes, &mut timestamps, &mut values);
            if let (Some(timestamp), Some(value)) = (timestamps.last(), values.last()) {
                (self.newest, self.newest_bits) = (*timestamp, value.to_bits());
            }
        }
    }

    /// Finishes all that is open, so that a flush can take it.
    pub(crate) fn freeze(&mut self) {
        self.finish_open();
        self.finish_late();
        self.frozen = self.finished.len() as u32;
    }

    /// What a flush has to write.
    pub(crate) fn unflushed(&self) -> &[Arc<Chunk>] {
        &self.finished[self.flushed as usize..self.frozen as usize]
    }

    /// After the flush.
    pub(crate) fn settle(&mut self) {
        self.flushed = self.frozen;
    }

    /// Drops flushed chunks that end before `oldest`. Returns the end of the newest one that was dropped.
    pub(crate) fn drop_flushed(&mut self, oldest: i64) -> Option<i64> {
        let (flushed, mut index, mut newest) = (self.flushed, 0_u32, None);
        self.finished.retain(|chunk| {
            let dropped = index < flushed && chunk.span.end < oldest;
            index += 1;
            if dropped {
                newest = newest.max(Some(chunk.span.end));
                self.flushed -= 1;
                self.frozen -= 1;
            }
            !dropped
        });
        newest
    }

    /// Whether memory has something of it in `range`.
    pub(crate) fn overlaps(&self, range: TimeRange) -> bool {
        let inside = |span: TimeRange| span.start <= range.end && span.end >= range.start;
        self.open.as_ref().is_some_and(|open| inside(open.span()))
            || self.finished.iter().any(|chunk| inside(chunk.span))
            || self.late.iter().any(|(timestamp, _)| (range.start..=range.end).contains(timestamp))
    }

    /// Whether nothing is left in memory, and nothing is on its way.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_none() && self.late.is_empty() && self.finished.is_empty()
    }

    pub(crate) fn open(&self) -> Option<&Arc<Writer>> {
        self.open.as_ref()
    }

    pub(crate) fn late(&self) -> &[(i64, f64)] {
        &self.late
    }

    pub(crate) fn finished(&self) -> &[Arc<Chunk>] {
        &self.finished
    }

    /// The chunks of memory rewritten without the samples of `range`; all of them must be flushed.
    pub(crate) fn delete(&mut self, range: TimeRange) {
        let overlaps = |chunk: &Chunk| chunk.span.start <= range.end && chunk.span.end >= range.start;
        self.finished = std::mem::take(&mut self.finished)
            .into_iter()
            .filter_map(
                |chunk| if overlaps(&chunk) { without(&chunk, range).map(Arc::new) } else { Some(chunk) },
            )
            .collect();
        self.flushed = self.finished.len() as u32;
        self.frozen = self.flushed;
        self.forget_admitted();
    }
}

/// A chunk without the samples of `range`; `None` when none is left.
pub(crate) fn without(chunk: &Chunk, range: TimeRange) -> Option<Chunk> {
    let (mut timestamps, mut values) = (Vec::new(), Vec::new());
    let _ = decode(&chunk.bytes, &mut timestamps, &mut values);
    let mut kept = timestamps
        .into_iter()
        .zip(values)
        .filter(|(timestamp, _)| !(range.start..=range.end).contains(timestamp));
    let (timestamp, value) = kept.next()?;
    let mut writer = Writer::new(timestamp, value);
    kept.for_each(|(timestamp, value)| writer.push(timestamp, value));
    Some(writer.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;

    fn series() -> HeadSeries {
        HeadSeries::new(Labels::of("up", []).unwrap())
    }

    #[test]
    fn late_samples_and_duplicates() {
        let mut up = series();
        for (timestamp, value) in [(10, 1.0), (20, 2.0), (15, 1.5)] {
            assert!(up.push(timestamp, value));
            up.newest = up.newest.max(timestamp);
        }
        up.newest_bits = 2.0_f64.to_bits();
        assert!(!up.push(15, 9.0), "the first one stays");
        let known = [
            (10, 1.0, Known::Same),
            (10, 2.0, Known::Other),
            (15, 1.5, Known::Same),
            (20, 1.0, Known::Other),
        ];
        for (timestamp, value, expected) in known {
            assert_eq!(up.look(timestamp, value), expected, "{timestamp}");
        }
        assert_eq!(up.look(11, 1.0), Known::Nothing);
        up.freeze();
        assert_eq!(up.look(15, 1.5), Known::Same, "in a finished chunk");
        assert_eq!(up.unflushed().len(), 2);
    }

    #[test]
    fn chunks_end_with_their_day_and_when_full() {
        let mut up = series();
        for timestamp in (DAY - 3)..(DAY + 300) {
            up.push(timestamp, timestamp as f64);
        }
        up.freeze();
        let samples: Vec<u32> = up.finished().iter().map(|chunk| chunk.samples).collect();
        assert_eq!(samples, [3, FULL_SAMPLES, 60]);
        up.settle();
        assert_eq!(up.drop_flushed(DAY), Some(DAY - 1));
        assert_eq!((up.finished().len(), up.unflushed().len()), (2, 0));
        up.delete(TimeRange { start: 0, end: DAY + 298 });
        assert_eq!(up.finished().len(), 1);
        up.forget_admitted();
        assert_eq!(up.newest, DAY + 299);
    }
}
