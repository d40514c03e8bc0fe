use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::append::{Reason, Refusals};

/// How storage is doing. Counts start with the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageStats {
    /// Series in memory.
    pub head_series: usize,
    /// Samples in memory, those that were flushed last included.
    pub head_samples: usize,
    /// Samples stored since the start.
    pub appended_samples: u64,
    /// Samples refused since the start, by reason.
    pub refused_samples: [u64; Reason::ALL.len()],
    /// The most series that memory takes.
    pub max_series: usize,
    /// Days deleted since the start because all together took too many bytes.
    pub expired_by_size: u64,
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
    /// Days finished since the start: merged, with their rollups.
    pub sealed_days: u64,
    /// How long the last flush took.
    pub last_flush: Option<Duration>,
    /// The oldest timestamp: milliseconds since the epoch.
    pub oldest: Option<i64>,
    /// The newest timestamp: milliseconds since the epoch.
    pub newest: Option<i64>,
    /// Blocks, groups of series, commits of the journal and whole files that turned out damaged when they were read, and
    /// are left out of answers.
    pub quarantined_blocks: usize,
}

/// How many series there are in memory, and what they are made of. Each list has the largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cardinality {
    /// Series.
    pub series: usize,
    /// Label names.
    pub names: usize,
    /// Pairs of a label's name and value.
    pub pairs: usize,
    /// Chunks, those included that still grow.
    pub chunks: usize,
    /// Samples.
    pub samples: usize,
    /// The oldest timestamp: milliseconds since the epoch.
    pub oldest: Option<i64>,
    /// The newest timestamp.
    pub newest: Option<i64>,
    /// Series of each metric.
    pub series_by_metric: Vec<(String, u64)>,
    /// Different values of each label.
    pub values_by_label: Vec<(String, u64)>,
    /// Bytes that the values of each label take, over all series.
    pub bytes_by_label: Vec<(String, u64)>,
    /// Series of each pair, as `name=value`.
    pub series_by_pair: Vec<(String, u64)>,
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
    pub(crate) refused: [Counter; Reason::ALL.len()],
    pub(crate) expired_by_size: Counter,
    pub(crate) disk_bytes: Counter,
    pub(crate) journal_rows: Counter,
    pub(crate) journal_bytes: Counter,
    pub(crate) blocks_written: Counter,
    pub(crate) flushes: Counter,
    pub(crate) sealed_days: Counter,
    pub(crate) last_flush_micros: Counter,
}

impl Counters {
    pub(crate) fn note_flush(&self, blocks: usize, took: Duration) {
        self.blocks_written.add(blocks as u64);
        self.last_flush_micros.set(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        self.flushes.add(1);
    }

    pub(crate) fn note_refused(&self, refused: &Refusals) {
        for reason in Reason::ALL {
            self.refused[reason as usize].add(refused.count(reason));
        }
    }
}
