//! The blocks of a partition.

use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use watchfire_model::{Labels, TimeRange};

use super::Partition;
use crate::StorageError;
use crate::block::{self, Place, StoredBlock};
use crate::filter::Filter;
use crate::piece::Piece;
use crate::quarantine::Quarantine;
use crate::rollup::Rolled;
use crate::rollup::columns::COLUMNS;

/// Which blocks and which series of them are wanted.
pub(crate) struct Wanted<'a> {
    pub(crate) series: &'a RoaringBitmap,
    pub(crate) range: TimeRange,
    /// Blocks of later flushes hold what memory has given already.
    pub(crate) seq: i64,
    /// Of rollups, only those that count: a seal that goes on writes others beside them.
    pub(crate) only_sealed: bool,
}

impl<'a> Wanted<'a> {
    /// Everything that there is of some series.
    pub(crate) fn all_of(series: &'a RoaringBitmap) -> Self {
        let range = TimeRange { start: i64::MIN, end: i64::MAX };
        Self { series, range, seq: i64::MAX, only_sealed: false }
    }
}

/// A block that was read, its first series and its directory.
pub(crate) type ReadBlock = (Arc<StoredBlock>, u32, Vec<u8>);

impl Partition {
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
        let (found, names) = self.find(filter, quarantine).await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let blocks =
            self.blocks(&Wanted { series: &found, range, seq, only_sealed: false }, quarantine).await?;
        let read = tokio::task::spawn_blocking(move || {
            let (mut pieces, mut samples) = (Vec::new(), 0_usize);
            for (block, first, directory) in blocks {
                each_place(&block, first, &directory, |place| {
                    let overlaps = place.span.start <= range.end && place.span.end >= range.start;
                    if overlaps
                        && found.contains(place.series)
                        && let Some(labels) = names.labels(place.series)
                    {
                        samples += place.samples as usize;
                        let piece = Piece::stored(&block, place.span, place.samples, place.at);
                        pieces.push((labels.clone(), piece));
                    }
                });
                too_many(samples, max_samples)?;
            }
            Ok(pieces)
        });
        read.await.map_err(|error| StorageError::task(&error))?
    }

    /// The matching series with their buckets of `width` that start in `range`; no more than `max_samples` buckets.
    pub(crate) async fn select_rollups(
        &self,
        filter: &Filter,
        range: TimeRange,
        width: i64,
        max_samples: usize,
        quarantine: &Arc<Quarantine>,
    ) -> Result<Vec<(Labels, Rolled)>, StorageError> {
        let (found, names) = self.find(filter, quarantine).await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let blocks = self
            .blocks(&Wanted { series: &found, range, seq: i64::MAX, only_sealed: true }, quarantine)
            .await?;
        let read = tokio::task::spawn_blocking(move || {
            let (mut pieces, mut samples) = (Vec::new(), 0_usize);
            for (block, first, directory) in blocks {
                let mut columns: Vec<Place> = Vec::with_capacity(COLUMNS);
                each_place(&block, first, &directory, |place| {
                    columns.push(place);
                    if columns.len() < COLUMNS {
                        return;
                    }
                    let series = columns[0].series;
                    if found.contains(series)
                        && let Some(labels) = names.labels(series)
                    {
                        match Rolled::new(&block, width, &columns) {
                            Some(rolled) => {
                                samples += rolled.buckets as usize;
                                pieces.push((labels.clone(), rolled));
                            }
                            None => block.note_damage("its columns do not belong together"),
                        }
                    }
                    columns.clear();
                });
                too_many(samples, max_samples)?;
            }
            Ok(pieces)
        });
        read.await.map_err(|error| StorageError::task(&error))?
    }

    /// The blocks that may have what is wanted.
    pub(crate) async fn blocks(
        &self,
        wanted: &Wanted<'_>,
        quarantine: &Arc<Quarantine>,
    ) -> Result<Vec<ReadBlock>, StorageError> {
        // One transaction: between the two reads, blocks may be merged or rewritten.
        let mut transaction = self.pool().await?.begin().await.map_err(|error| self.failed(error))?;
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT id, first_series, last_series FROM block WHERE min_time <= ? AND max_time >= ? AND seq <= ? \
             AND (? OR seq = (SELECT seq FROM sealed WHERE day = min_time / 86400000))",
        )
        .bind(wanted.range.end)
        .bind(wanted.range.start)
        .bind(wanted.seq)
        .bind(!wanted.only_sealed)
        .fetch_all(&mut *transaction)
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
        .fetch_all(&mut *transaction)
        .await
        .map_err(|error| self.failed(error))?;
        transaction.commit().await.map_err(|error| self.failed(error))?;
        let blocks = rows.into_iter().map(|row| self.block(&row, quarantine));
        blocks.collect::<Result<_, _>>().map_err(|error| self.failed(error))
    }

    fn block(&self, row: &SqliteRow, quarantine: &Arc<Quarantine>) -> Result<ReadBlock, sqlx::Error> {
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
}

/// Calls `each` with every chunk of a block, unless the block is damaged, which is noted.
fn each_place(block: &StoredBlock, first: u32, directory: &[u8], each: impl FnMut(Place)) {
    if !block.is_whole(first, directory) {
        block.note_damage("it does not fit its checksum");
    } else if block::read_directory(first, directory, each).is_none() {
        block.note_damage("its directory cannot be read");
    }
}

fn too_many(found: usize, most: usize) -> Result<(), StorageError> {
    if found > most { Err(StorageError::TooMuch { what: "samples", found, most }) } else { Ok(()) }
}
