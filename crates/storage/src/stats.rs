use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Samples that were not stored, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// Older than the retention, or before 1970.
    pub too_old: u64,
    /// More than ten minutes ahead of the server's clock.
    pub in_future: u64,
}

/// How storage is doing. Counts start with the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageStats {
    /// Series in memory.
    pub head_series: usize,
    /// Samples in memory, those that were flushed last included.
    pub head_samples: usize,
    /// Samples stored since the start.
    pub appended_samples: u64,
    /// Samples refused since the start.
    pub refused_samples: Refused,
    /// Partitions: UTC days that have a file.
    pub partitions: usize,
    /// Bytes of all files; up to ten seconds old.
    pub disk_bytes: u64,
    /// Group commits in the journal.
    pub journal_rows: u64,
    /// Bytes of those.
    pub journal_bytes: u64,
    /// Blocks written since the start.
    pub blocks_written: u64,
    /// Flushes since the start.
    pub flushes: u64,
    /// How long the last flush took.
    pub last_flush: Option<Duration>,
    /// The oldest timestamp: milliseconds since the epoch.
    pub oldest: Option<i64>,
    /// The newest timestamp: milliseconds since the epoch.
    pub newest: Option<i64>,
    /// Blocks and partitions that turned out damaged when they were read, and are left out of answers.
    pub quarantined_blocks: usize,
}

/// A number that many may write and read.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The part of [`StorageStats`] that is counted as it happens.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) appended: Counter,
    pub(crate) too_old: Counter,
    pub(crate) in_future: Counter,
    pub(crate) disk_bytes: Counter,
    pub(crate) journal_rows: Counter,
    pub(crate) journal_bytes: Counter,
    pub(crate) blocks_written: Counter,
    pub(crate) flushes: Counter,
    pub(crate) last_flush_micros: Counter,
}

impl Counters {
    pub(crate) fn note_flush(&self, blocks: usize, took: Duration) {
        self.blocks_written.add(blocks as u64);
        self.last_flush_micros.set(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        self.flushes.add(1);
    }

    pub(crate) fn note_refused(&self, refused: Refused) {
        self.too_old.add(refused.too_old);
        self.in_future.add(refused.in_future);
    }
}
