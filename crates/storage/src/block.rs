use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use watchfire_model::TimeRange;

use crate::chunk::{Chunk, push_signed, push_varint, take_signed, take_varint};
use crate::clock::hull;
use crate::compressed::{compress, decompress};
use crate::index::SeriesId;
use crate::quarantine::Quarantine;

/// A block is closed with so many series...
const FULL_SERIES: usize = 256;
/// ...or so many bytes before compression: what a reader of one series has to decompress.
const FULL_BYTES: usize = 128 << 10;

/// The most that a block's body may be decompressed to: more means that it is damaged.
const LARGEST: usize = 64 << 20;

/// A compressed block on its way into a partition.
#[derive(Debug)]
pub(crate) struct NewBlock {
    pub(crate) first: SeriesId,
    pub(crate) last: SeriesId,
    pub(crate) span: TimeRange,
    pub(crate) samples: usize,
    pub(crate) directory: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

impl NewBlock {
    pub(crate) fn checksum(&self, seq: i64) -> u32 {
        checksum(seq, self.first, &self.directory, &self.body)
    }
}

/// Over all that says which samples the block holds of which series, and which of several is right.
fn checksum(seq: i64, first: SeriesId, directory: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&seq.to_le_bytes());
    hasher.update(&first.to_le_bytes());
    hasher.update(directory);
    hasher.update(body);
    hasher.finalize()
}

/// Puts the chunks of series, in the order of their numbers, into blocks.
#[derive(Default)]
pub(crate) struct BlockWriter {
    directory: Vec<u8>,
    body: Vec<u8>,
    series: usize,
    first: SeriesId,
    last: SeriesId,
    span: Option<TimeRange>,
    samples: usize,
    finished: Vec<NewBlock>,
}

impl BlockWriter {
    /// Adds a series. The numbers rise strictly, and there is at least one chunk.
    pub(crate) fn add(&mut self, id: SeriesId, chunks: &[Arc<Chunk>]) -> std::io::Result<()> {
        if self.series == 0 {
            self.first = id;
            self.last = id;
        }
        push_varint(&mut self.directory, u64::from(id - self.last));
        push_varint(&mut self.directory, chunks.len() as u64);
        let mut before = 0;
        for chunk in chunks {
            push_signed(&mut self.directory, chunk.span.start - before);
            push_varint(&mut self.directory, (chunk.span.end - chunk.span.start) as u64);
            push_varint(&mut self.directory, u64::from(chunk.samples));
            push_varint(&mut self.directory, chunk.bytes.len() as u64);
            self.body.extend_from_slice(&chunk.bytes);
            before = chunk.span.start;
            self.samples += chunk.samples as usize;
            self.span = Some(self.span.map_or(chunk.span, |span| hull(span, chunk.span)));
        }
        self.last = id;
        self.series += 1;
        if self.series >= FULL_SERIES || self.body.len() >= FULL_BYTES {
            self.close()?;
        }
        Ok(())
    }

    fn close(&mut self) -> std::io::Result<()> {
        let Some(span) = self.span.take() else { return Ok(()) };
        let body = compress(&self.body)?;
        let directory = compress(&self.directory)?;
        let (first, last, samples) = (self.first, self.last, self.samples);
        self.finished.push(NewBlock { first, last, span, samples, directory, body });
        self.directory.clear();
        self.body.clear();
        (self.series, self.samples) = (0, 0);
        Ok(())
    }

    /// The blocks.
    pub(crate) fn finish(mut self) -> std::io::Result<Vec<NewBlock>> {
        self.close()?;
        Ok(self.finished)
    }
}

/// One chunk as a block's directory has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) series: SeriesId,
    pub(crate) span: TimeRange,
    pub(crate) samples: u32,
    /// Its bytes in the decompressed body.
    pub(crate) at: Range<usize>,
}

/// Reads a directory; `None` when it is damaged.
pub(crate) fn read_directory(first: SeriesId, directory: &[u8], mut each: impl FnMut(Place)) -> Option<()> {
    let directory = decompress(directory, LARGEST)?;
    let mut rest = directory.as_slice();
    let (mut series, mut end) = (first, 0_usize);
    while !rest.is_empty() {
        series = series.checked_add(SeriesId::try_from(take_varint(&mut rest)?).ok()?)?;
        let mut start = 0_i64;
        for _ in 0..take_varint(&mut rest)? {
            start = start.checked_add(take_signed(&mut rest)?)?;
            let length = i64::try_from(take_varint(&mut rest)?).ok()?;
            let samples = u32::try_from(take_varint(&mut rest)?).ok()?;
            let bytes = usize::try_from(take_varint(&mut rest)?).ok()?;
            let span = TimeRange { start, end: start.checked_add(length)? };
            let from = end;
            end = end.checked_add(bytes)?;
            each(Place { series, span, samples, at: from..end });
        }
    }
    Some(())
}

/// A block that was read; decompressed when its first sample is asked for.
pub(crate) struct StoredBlock {
    pub(crate) file: Arc<PathBuf>,
    pub(crate) id: i64,
    pub(crate) seq: i64,
    pub(crate) checksum: i64,
    pub(crate) compressed: Vec<u8>,
    pub(crate) quarantine: Arc<Quarantine>,
    pub(crate) body: OnceLock<Vec<u8>>,
}

impl StoredBlock {
    pub(crate) fn seq(&self) -> i64 {
        self.seq
    }

    /// Whether the number of its first series, its directory and its body are what was written.
    pub(crate) fn is_whole(&self, first: SeriesId, directory: &[u8]) -> bool {
        i64::from(checksum(self.seq, first, directory, &self.compressed)) == self.checksum
    }

    /// A part of the body; `None` when it is damaged.
    pub(crate) fn bytes(&self, at: Range<usize>) -> Option<&[u8]> {
        // A body that cannot be decompressed is empty, so that no part of it can be had.
        let body = self.body.get_or_init(|| decompress(&self.compressed, LARGEST).unwrap_or_default());
        body.get(at)
    }

    pub(crate) fn note_damage(&self, reason: &str) {
        self.quarantine.add(&self.file, Some(self.id), reason);
    }
}

impl std::fmt::Debug for StoredBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredBlock({} of {})", self.id, self.file.display())
    }
}
