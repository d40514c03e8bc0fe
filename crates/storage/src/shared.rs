use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use sqlx::sqlite::SqlitePool;
use watchfire_model::TimeRange;

use crate::clock::hull;
use crate::control::SqliteControl;
use crate::details::Details;
use crate::head::Head;
use crate::keys::Keys;
use crate::lock::DirectoryLock;
use crate::partitions::Partitions;
use crate::quarantine::Quarantine;
use crate::rollup::Tier;
use crate::stats::Counters;
use crate::{Settings, StorageError, StorageStats};

/// What readers, the writer and the flush share.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) control: SqliteControl,
    pub(crate) partitions: Partitions,
    /// Rollups, the narrowest first; none when they are not kept.
    pub(crate) tiers: Vec<Tier>,
    /// Held while files are changed in more than one step, and never by who only adds samples.
    pub(crate) rewriting: tokio::sync::Mutex<()>,
    pub(crate) counters: Counters,
    pub(crate) quarantine: Arc<Quarantine>,
    /// The journal's file, to see that it answers; another one after a damaged one was replaced.
    journal: Mutex<SqlitePool>,
    closed: AtomicBool,
    not_before: AtomicI64,
    pub(crate) keys: RwLock<Keys>,
    head: RwLock<Head>,
    details: Mutex<Details>,
    /// From the first to the last timestamp in partitions.
    partition_span: Mutex<Option<TimeRange>>,
    lock: DirectoryLock,
}

impl Shared {
    pub(crate) fn new(
        settings: Settings,
        (partitions, tiers): (Partitions, Vec<Tier>),
        partition_span: Option<TimeRange>,
        quarantine: Quarantine,
        journal: SqlitePool,
        head: Head,
        (control, lock): (SqliteControl, DirectoryLock),
    ) -> Self {
        Self {
            settings,
            control,
            partitions,
            tiers,
            rewriting: tokio::sync::Mutex::default(),
            counters: Counters::default(),
            quarantine: Arc::new(quarantine),
            journal: Mutex::new(journal),
            closed: AtomicBool::new(false),
            not_before: AtomicI64::new(i64::MIN),
            keys: RwLock::new(Keys::new()),
            head: RwLock::new(head),
            details: Mutex::default(),
            partition_span: Mutex::new(partition_span),
            lock,
        }
    }

    pub(crate) fn journal(&self) -> SqlitePool {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn replace_journal(&self, pool: SqlitePool) {
        *self.journal.lock().unwrap_or_else(PoisonError::into_inner) = pool;
    }

    /// Whether the engine was told to close.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// From now on queries are refused.
    pub(crate) fn note_closed(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// For a moment, never over an await.
    pub(crate) fn head(&self) -> RwLockReadGuard<'_, Head> {
        self.head.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// For a moment, never over an await; only the writer changes the head.
    pub(crate) fn head_mut(&self) -> RwLockWriteGuard<'_, Head> {
        self.head.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the series that are in memory known by their labels: after a start, before the first batch.
    pub(crate) fn learn_keys(&self) {
        let head = self.head();
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        for (id, series) in head.all_with_ids() {
            let hash = keys.hash_labels(&series.labels);
            keys.insert(hash, id);
        }
    }

    /// Exemplars and metadata; for a moment, never over an await.
    pub(crate) fn details(&self) -> MutexGuard<'_, Details> {
        self.details.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn partition_span(&self) -> MutexGuard<'_, Option<TimeRange>> {
        self.partition_span.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads again from when to when partitions reach, and from when on samples are taken.
    pub(crate) async fn note_partition_span(&self) -> Result<(), StorageError> {
        let samples = self.partitions.span().await?;
        let rolled = self.rolled_away().await?;
        // A late sample there would stand for the day in place of its rollups.
        self.not_before
            .store(rolled.map_or(i64::MIN, |rolled| rolled.end.saturating_add(1)), Ordering::Release);
        *self.partition_span() = rolled.into_iter().chain(samples).reduce(hull);
        Ok(())
    }

    /// The oldest timestamp that is taken at `now`.
    pub(crate) fn oldest_taken(&self, now: i64) -> i64 {
        self.settings.oldest(now).max(self.not_before.load(Ordering::Acquire))
    }

    pub(crate) fn stats(&self) -> StorageStats {
        let (head_series, head_samples, head_span) = {
            let head = self.head();
            (head.series(), head.samples(), head.span())
        };
        let span = head_span.into_iter().chain(*self.partition_span()).reduce(hull);
        let counters = &self.counters;
        let flushes = counters.flushes.get();
        StorageStats {
            head_series,
            head_samples,
            appended_samples: counters.appended.get(),
            refused_samples: std::array::from_fn(|reason| counters.refused[reason].get()),
            max_series: self.settings.max_series,
            expired_by_size: counters.expired_by_size.get(),
            partitions: self.partitions.len(),
            disk_bytes: counters.disk_bytes.get(),
            journal_rows: counters.journal_rows.get(),
            journal_bytes: counters.journal_bytes.get(),
            blocks_written: counters.blocks_written.get(),
            flushes,
            sealed_days: counters.sealed_days.get(),
            last_flush: (flushes > 0).then(|| Duration::from_micros(counters.last_flush_micros.get())),
            oldest: span.map(|span| span.start),
            newest: span.map(|span| span.end),
            quarantined_blocks: self.quarantine.len(),
        }
    }

    /// Closes all files and lets the directory go.
    pub(crate) async fn close(&self) {
        self.control.close().await;
        self.partitions.close().await;
        for tier in &self.tiers {
            tier.partitions.close().await;
        }
        self.lock.release();
    }
}
