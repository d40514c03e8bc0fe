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
    known: Mutex<Known>,
    /// Counts the changes of this process: whoever rewrites the file in several steps sees that something else happened.
    generation: AtomicU64,
}

/// What of the file is remembered, so that a query need not ask for it.
#[derive(Default)]
struct Known {
    /// Read when the first query or flush needs it; replaced by a longer one with each flush that brings new series.
    catalogue: Option<(Arc<Catalogue>, Instant)>,
    flushed_seq: Option<i64>,
    sealed: Option<Arc<HashMap<Day, i64>>>,
    changed: Option<Instant>,
    /// Rises with each change: who reads the file meanwhile must not remember what it read.
    version: u64,
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
        let version = match &*self.known() {
            Known { flushed_seq: Some(seq), .. } => return Ok(*seq),
            known => known.version,
        };
        let seq = self.meta().await?.flushed_seq;
        self.remember(version, |known| known.flushed_seq = Some(seq));
        Ok(seq)
    }

    /// Remembers what was read of the file, unless it changed since `version`.
    fn remember(&self, version: u64, what: impl FnOnce(&mut Known)) {
        let mut known = self.known();
        if known.version == version {
            what(&mut known);
        }
    }

    /// After samples were added up to this row of the journal, of the series of this catalogue.
    pub(crate) fn note_flushed(&self, seq: i64, catalogue: Arc<Catalogue>) {
        self.note_change();
        let mut known = self.known();
        known.flushed_seq = Some(seq);
        known.catalogue = Some((catalogue, Instant::now()));
    }

    /// After anything about its samples or series changed.
    pub(crate) fn note_change(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.forget();
        self.known().changed = Some(Instant::now());
    }

    /// Forgets what was read of the file.
    pub(crate) fn forget(&self) {
        let mut known = self.known();
        known.version += 1;
        (known.catalogue, known.flushed_seq, known.sealed) = (None, None, None);
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Whether this process changed its samples within the last `time`.
    pub(crate) fn was_changed_within(&self, time: Duration) -> bool {
        self.known().changed.is_some_and(|when| when.elapsed() < time)
    }

    /// The days that are finished in this file, each with the row of the journal up to which they were then.
    pub(crate) async fn sealed(&self) -> Result<Arc<HashMap<Day, i64>>, StorageError> {
        let version = match &*self.known() {
            Known { sealed: Some(sealed), .. } => return Ok(sealed.clone()),
            known => known.version,
        };
        let rows: Vec<(i64, i64)> = sqlx::query_as("SELECT day, seq FROM sealed")
            .fetch_all(self.pool().await?)
            .await
            .map_err(|error| self.failed(error))?;
        let sealed = rows.into_iter().map(|(day, seq)| (Day::from_number(day), seq)).collect();
        let sealed: Arc<HashMap<Day, i64>> = Arc::new(sealed);
        self.remember(version, |known| known.sealed = Some(sealed.clone()));
        Ok(sealed)
    }

    /// Up to which row of the journal a finished day was finished.
    pub(crate) async fn sealed_seq(&self, day: Day) -> Result<Option<i64>, StorageError> {
        Ok(self.sealed().await?.get(&day).copied())
    }

    /// Marks a day as not finished.
    pub(crate) async fn unseal(&self, day: Day) -> Result<(), StorageError> {
        let deleted = sqlx::query("DELETE FROM sealed WHERE day = ?").bind(day.number());
        deleted.execute(self.pool().await?).await.map_err(|error| self.failed(error))?;
        self.forget();
        Ok(())
    }

    /// Marks a day as finished.
    pub(crate) async fn seal(&self, day: Day, seq: i64) -> Result<(), StorageError> {
        let marked = sqlx::query("INSERT OR REPLACE INTO sealed (day, seq) VALUES (?, ?)")
            .bind(day.number())
            .bind(seq);
        marked.execute(self.pool().await?).await.map_err(|error| self.failed(error))?;
        self.forget();
        Ok(())
    }

    /// The same in a file of rollups: those that were made up to this row take the place of earlier ones.
    pub(crate) async fn seal_rollups(&self, day: Day, seq: i64) -> Result<(), StorageError> {
        let mut transaction = self.begin().await?;
        let sealed = async {
            sqlx::query("INSERT OR REPLACE INTO sealed (day, seq) VALUES (?, ?)")
                .bind(day.number())
                .bind(seq)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM block WHERE min_time BETWEEN ? AND ? AND seq != ?")
                .bind(day.range().start)
                .bind(day.range().end)
                .bind(seq)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        };
        sealed.await.map_err(|error| self.failed(error))?;
        self.forget();
        Ok(())
    }

    /// Takes out rollups of a day that do not count: what an earlier attempt left.
    pub(crate) async fn clear_unsealed(&self, day: Day) -> Result<(), StorageError> {
        sqlx::query(
            "DELETE FROM block WHERE min_time BETWEEN ?1 AND ?2 \
             AND seq NOT IN (SELECT seq FROM sealed WHERE day = ?3)",
        )
        .bind(day.range().start)
        .bind(day.range().end)
        .bind(day.number())
        .execute(self.pool().await?)
        .await
        .map(drop)
        .map_err(|error| self.failed(error))
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
