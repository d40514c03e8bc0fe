//! One file of a period's blocks: what it says about itself, and how it is opened and closed. [`series`] finds its series,
//! [`read`] its samples.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqlitePool, SqliteTransaction};
use tokio::sync::OnceCell;
use watchfire_model::TimeRange;

use crate::block::NewBlock;
use crate::catalogue::Catalogue;
use crate::clock::Day;
use crate::{Durability, StorageError, database};

pub(crate) mod postings;
mod read;
mod series;

pub(crate) use read::{ReadBlock, Wanted};

/// Readers at the same time in one partition.
const CONNECTIONS: u32 = 4;

/// How long the series of a partition stay in memory after the last query.
const UNUSED: Duration = Duration::from_mins(10);

/// The blocks of one period: one SQLite file, opened when it is needed.
pub(crate) struct Partition {
    file: Arc<PathBuf>,
    durability: Durability,
    pool: OnceCell<SqlitePool>,
    /// Read when the first query or flush needs it; replaced by a longer one with each flush that brings new series.
    catalogue: Mutex<Option<(Arc<Catalogue>, Instant)>>,
    known: Mutex<Known>,
    /// Counts the changes of this process: whoever rewrites the file in several steps sees that something else happened.
    generation: AtomicU64,
}

/// What of the file is remembered, so that a query need not ask for it.
#[derive(Default)]
struct Known {
    flushed_seq: Option<i64>,
    sealed: Option<HashMap<Day, i64>>,
    written: Option<Instant>,
}

/// What a partition says about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meta {
    /// It holds all samples of its day up to this row of the journal.
    pub(crate) flushed_seq: i64,
    /// From the first to the last timestamp; `None` while there is no block.
    pub(crate) span: Option<TimeRange>,
}

impl Partition {
    pub(crate) fn new(file: PathBuf, durability: Durability) -> Self {
        Self {
            file: Arc::new(file),
            durability,
            pool: OnceCell::new(),
            catalogue: Mutex::default(),
            known: Mutex::default(),
            generation: AtomicU64::new(0),
        }
    }

    pub(crate) fn file(&self) -> &PathBuf {
        &self.file
    }

    pub(crate) async fn pool(&self) -> Result<&SqlitePool, StorageError> {
        self.pool.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<SqlitePool, StorageError> {
        let pool = database::pool(database::options(&self.file, self.durability), CONNECTIONS);
        database::migrate(&pool, &database::PARTITION, &self.file).await?;
        Ok(pool)
    }

    pub(crate) fn failed(&self, error: sqlx::Error) -> StorageError {
        StorageError::sqlite(&self.file, error)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn meta(&self) -> Result<Meta, StorageError> {
        let (flushed_seq, start, end): (i64, Option<i64>, Option<i64>) =
            sqlx::query_as("SELECT flushed_seq, min_time, max_time FROM meta")
                .fetch_one(self.pool().await?)
                .await
                .map_err(|error| self.failed(error))?;
        let span = start.zip(end).map(|(start, end)| TimeRange { start, end });
        Ok(Meta { flushed_seq, span })
    }

    /// Up to which row of the journal it has the samples of its day.
    pub(crate) async fn flushed_seq(&self) -> Result<i64, StorageError> {
        if let Some(seq) = self.known().flushed_seq {
            return Ok(seq);
        }
        let seq = self.meta().await?.flushed_seq;
        self.known().flushed_seq.get_or_insert(seq);
        Ok(seq)
    }

    /// After samples were added up to this row of the journal.
    pub(crate) fn note_flushed(&self, seq: i64) {
        let mut known = self.known();
        known.flushed_seq = Some(seq);
        known.written = Some(Instant::now());
        drop(known);
        self.note_change();
    }

    /// After anything about its samples changed.
    pub(crate) fn note_change(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Whether this process added samples to it within the last `time`.
    pub(crate) fn was_written_within(&self, time: Duration) -> bool {
        self.known().written.is_some_and(|when| when.elapsed() < time)
    }

    /// The days that are finished in this file, each with the row of the journal up to which they were then.
    pub(crate) async fn sealed(&self) -> Result<HashMap<Day, i64>, StorageError> {
        if let Some(sealed) = &self.known().sealed {
            return Ok(sealed.clone());
        }
        let rows: Vec<(i64, i64)> = sqlx::query_as("SELECT day, seq FROM sealed")
            .fetch_all(self.pool().await?)
            .await
            .map_err(|error| self.failed(error))?;
        let sealed: HashMap<Day, i64> =
            rows.into_iter().map(|(day, seq)| (Day::from_number(day), seq)).collect();
        self.known().sealed = Some(sealed.clone());
        Ok(sealed)
    }

    /// Up to which row of the journal a finished day was finished.
    pub(crate) async fn sealed_seq(&self, day: Day) -> Result<Option<i64>, StorageError> {
        if let Some(sealed) = &self.known().sealed {
            return Ok(sealed.get(&day).copied());
        }
        Ok(self.sealed().await?.get(&day).copied())
    }

    /// Marks a day as finished, or, without a row, as not.
    pub(crate) async fn seal(&self, day: Day, seq: Option<i64>) -> Result<(), StorageError> {
        // Known for sure before the file changes: a reader must not find a day finished that is not.
        if let Some(sealed) = &mut self.known().sealed {
            sealed.remove(&day);
        }
        let query = match seq {
            Some(seq) => sqlx::query("INSERT OR REPLACE INTO sealed (day, seq) VALUES (?, ?)")
                .bind(day.number())
                .bind(seq),
            None => sqlx::query("DELETE FROM sealed WHERE day = ?").bind(day.number()),
        };
        query.execute(self.pool().await?).await.map_err(|error| self.failed(error))?;
        self.known().sealed = None;
        Ok(())
    }

    pub(crate) async fn begin(&self) -> Result<SqliteTransaction<'static>, StorageError> {
        self.pool().await?.begin_with("BEGIN IMMEDIATE").await.map_err(|error| self.failed(error))
    }

    /// Waits for its readers and closes the file for good, also for those who come to open it only now: the file may
    /// be about to be deleted.
    pub(crate) async fn close(&self) {
        let unopened = async || database::pool(database::options(&self.file, self.durability), 1);
        self.pool.get_or_init(unopened).await.close().await;
    }
}

pub(crate) async fn insert_block(
    transaction: &mut SqliteTransaction<'_>,
    seq: i64,
    block: &NewBlock,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO block (seq, first_series, last_series, min_time, max_time, samples, checksum, directory, body) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(seq)
    .bind(block.first)
    .bind(block.last)
    .bind(block.span.start)
    .bind(block.span.end)
    .bind(block.samples as i64)
    .bind(block.checksum(seq))
    .bind(block.directory.as_slice())
    .bind(block.body.as_slice())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
