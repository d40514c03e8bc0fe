use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow, SqliteTransaction};
use tokio::sync::OnceCell;
use watchfire_model::{Labels, TimeRange};

use crate::block::{self, NewBlock, StoredBlock};
use crate::catalogue::{self, Catalogue, GROUP, unpack};
use crate::filter::Filter;
use crate::piece::Piece;
use crate::quarantine::Quarantine;
use crate::{Durability, StorageError, database};

/// Readers at the same time in one partition.
const CONNECTIONS: u32 = 4;

/// How long the series of a partition stay in memory after the last query.
const UNUSED: Duration = Duration::from_mins(10);

/// The blocks of one UTC day: one SQLite file, opened when it is needed.
pub(crate) struct Partition {
    file: Arc<PathBuf>,
    durability: Durability,
    pool: OnceCell<SqlitePool>,
    /// Read when the first query or flush needs it; replaced by a longer one with each flush that brings new series.
    catalogue: Mutex<Option<(Arc<Catalogue>, Instant)>>,
}

/// What a partition says about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meta {
    /// It holds all samples of its day up to this row of the journal.
    pub(crate) flushed_seq: i64,
    /// From the first to the last timestamp; `None` while there is no block.
    pub(crate) span: Option<TimeRange>,
}

/// Which blocks and which series of them are wanted.
pub(crate) struct Wanted<'a> {
    pub(crate) series: &'a RoaringBitmap,
    pub(crate) range: TimeRange,
    /// Blocks of later flushes hold what memory has given already.
    pub(crate) seq: i64,
}

impl Partition {
    pub(crate) fn new(file: PathBuf, durability: Durability) -> Self {
        Self { file: Arc::new(file), durability, pool: OnceCell::new(), catalogue: Mutex::default() }
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

    pub(crate) async fn meta(&self) -> Result<Meta, StorageError> {
        let (flushed_seq, start, end): (i64, Option<i64>, Option<i64>) =
            sqlx::query_as("SELECT flushed_seq, min_time, max_time FROM meta")
                .fetch_one(self.pool().await?)
                .await
                .map_err(|error| self.failed(error))?;
        let span = start.zip(end).map(|(start, end)| TimeRange { start, end });
        Ok(Meta { flushed_seq, span })
    }

    /// The series of this day.
    pub(crate) async fn catalogue(&self, quarantine: &Quarantine) -> Result<Arc<Catalogue>, StorageError> {
        if let Some(catalogue) = self.loaded() {
            return Ok(catalogue);
        }
        let rows: Vec<(i64, i64, i64, Vec<u8>)> =
            sqlx::query_as("SELECT first_id, count, checksum, body FROM series ORDER BY first_id")
                .fetch_all(self.pool().await?)
                .await
                .map_err(|error| self.failed(error))?;
        let file = self.file.clone();
        let read = tokio::task::spawn_blocking(move || {
            let (mut catalogue, mut damaged) = (Catalogue::default(), Vec::new());
            for (first, count, checksum, body) in rows {
                let checked = i64::from(catalogue::checksum(first as u32, &body)) == checksum;
                let Some(all) =
                    checked.then(|| unpack(&body)).flatten().filter(|all| all.len() as i64 == count)
                else {
                    damaged.push(first);
                    // Its numbers stay taken: blocks use them, and a new group must not.
                    catalogue.skip(first as u32 + GROUP as u32 - 1);
                    continue;
                };
                for (id, labels) in (first..).zip(all) {
                    match labels {
                        Some(labels) => catalogue.insert(id as u32, labels),
                        None => catalogue.skip(id as u32),
                    }
                }
            }
            (catalogue, damaged)
        });
        let (catalogue, damaged) = read.await.map_err(|error| StorageError::task(&error))?;
        for first in damaged {
            quarantine.add(&file, Some(-1 - first), "a group of series does not fit its checksum");
        }
        let catalogue = Arc::new(catalogue);
        self.replace_catalogue(Some(catalogue.clone()));
        Ok(catalogue)
    }

    pub(crate) fn loaded(&self) -> Option<Arc<Catalogue>> {
        let mut place = self.catalogue.lock().unwrap_or_else(PoisonError::into_inner);
        place.as_mut().map(|(catalogue, used)| {
            *used = Instant::now();
            catalogue.clone()
        })
    }

    /// Forgets the series when nobody asked for them lately; the next query reads them again.
    pub(crate) fn unload_unused(&self) {
        let mut place = self.catalogue.lock().unwrap_or_else(PoisonError::into_inner);
        place.take_if(|(_, used)| used.elapsed() > UNUSED);
    }

    pub(crate) fn replace_catalogue(&self, catalogue: Option<Arc<Catalogue>>) {
        *self.catalogue.lock().unwrap_or_else(PoisonError::into_inner) =
            catalogue.map(|catalogue| (catalogue, Instant::now()));
    }

    /// The matching series with their chunks that may hold samples of `range`, of flushes up to `seq`; no more than
    /// `max_samples` samples.
    pub(crate) async fn select(
        &self,
        filter: &Filter,
        range: TimeRange,
        seq: i64,
        max_samples: usize,
        quarantine: &Arc<Quarantine>,
    ) -> Result<Vec<(Labels, Piece)>, StorageError> {
        let catalogue = self.catalogue(quarantine).await?;
        let found = catalogue.select(filter);
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let blocks = self.blocks(&Wanted { series: &found, range, seq }, quarantine).await?;
        let read = tokio::task::spawn_blocking(move || {
            let (mut pieces, mut samples) = (Vec::new(), 0_usize);
            for (block, first, directory) in blocks {
                if !block.is_whole(first, &directory) {
                    block.note_damage("it does not fit its checksum");
                    continue;
                }
                let read = block::read_directory(first, &directory, |place| {
                    let overlaps = place.span.start <= range.end && place.span.end >= range.start;
                    if overlaps
                        && found.contains(place.series)
                        && let Some(labels) = catalogue.labels(place.series)
                    {
                        samples += place.samples as usize;
                        let piece = Piece::stored(&block, place.span, place.samples, place.at);
                        pieces.push((labels.clone(), piece));
                    }
                });
                if read.is_none() {
                    block.note_damage("its directory cannot be read");
                }
                if samples > max_samples {
                    return Err(StorageError::TooMuch { what: "samples", found: samples, most: max_samples });
                }
            }
            Ok(pieces)
        });
        read.await.map_err(|error| StorageError::task(&error))?
    }

    /// The blocks that may have what is wanted, with their first series and directories.
    pub(crate) async fn blocks(
        &self,
        wanted: &Wanted<'_>,
        quarantine: &Arc<Quarantine>,
    ) -> Result<Vec<(Arc<StoredBlock>, u32, Vec<u8>)>, StorageError> {
        let pool = self.pool().await?;
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT id, first_series, last_series FROM block WHERE min_time <= ? AND max_time >= ? AND seq <= ?",
        )
        .bind(wanted.range.end)
        .bind(wanted.range.start)
        .bind(wanted.seq)
        .fetch_all(pool)
        .await
        .map_err(|error| self.failed(error))?;
        let has_one = |first: i64, last: i64| wanted.series.range_cardinality(first as u32..=last as u32) > 0;
        let ids: Vec<String> = rows
            .into_iter()
            .filter(|(_, first, last)| has_one(*first, *last))
            .map(|(id, _, _)| id.to_string())
            .collect();
        let rows = sqlx::query(
            "SELECT id, seq, first_series, checksum, directory, body FROM block \
             WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        )
        .bind(format!("[{}]", ids.join(",")))
        .fetch_all(pool)
        .await
        .map_err(|error| self.failed(error))?;
        let blocks = rows.into_iter().map(|row| self.block(&row, quarantine));
        blocks.collect::<Result<_, _>>().map_err(|error| self.failed(error))
    }

    fn block(
        &self,
        row: &SqliteRow,
        quarantine: &Arc<Quarantine>,
    ) -> Result<(Arc<StoredBlock>, u32, Vec<u8>), sqlx::Error> {
        let block = StoredBlock {
            file: self.file.clone(),
            id: row.try_get("id")?,
            seq: row.try_get("seq")?,
            checksum: row.try_get("checksum")?,
            compressed: row.try_get("body")?,
            quarantine: quarantine.clone(),
            body: OnceLock::new(),
        };
        let first: i64 = row.try_get("first_series")?;
        Ok((Arc::new(block), first as u32, row.try_get("directory")?))
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
