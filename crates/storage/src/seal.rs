//! Finishing a day: its blocks are merged, so that a series lies in one place, its postings are written, and its rollups.
//!
//! It goes on while samples come and queries run, some series at a time. The day counts as finished only when the last
//! mark is set, with the row of the journal up to which its samples were there when it began: late ones make it due again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use sqlx::sqlite::SqliteTransaction;
use watchfire_model::{Labels, TimeRange};

use crate::StorageError;
use crate::block::{self, BlockWriter, NewBlock};
use crate::catalogue::{self, Catalogue, GROUP, pack};
use crate::chunk::{Chunk, encode_range};
use crate::clock::{self, Day};
use crate::index::SeriesId;
use crate::partition::{Partition, ReadBlock, Wanted, insert_block, postings};
use crate::piece::Piece;
use crate::rollup::columns;
use crate::selected::SelectedSeries;
use crate::shared::Shared;

/// How long after the last samples of a day its turn comes.
const QUIET: Duration = Duration::from_hours(1);

/// Samples of a chunk in a merged block: what a reader of one of them has to decode.
const CHUNK: usize = 1024;

const ALWAYS: TimeRange = TimeRange { start: i64::MIN, end: i64::MAX };

/// Which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Those that get no more samples, as far as one can tell.
    Due,
    /// All that have ended.
    Ended,
}

/// Finishes days that are not. One that fails does not hold up the others; the last failure is the answer.
pub(crate) async fn run(shared: &Arc<Shared>, which: Which) -> Result<(), StorageError> {
    let mut failure = Ok(());
    for (day, partition) in shared.partitions.with_days() {
        if shared.is_closed() {
            return Err(StorageError::Closed);
        }
        let started = Instant::now();
        let outcome = match is_due(shared, day, &partition, which).await {
            Ok(true) => seal_day(shared, day, &partition).await,
            Ok(false) => continue,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(true) => {
                shared.counters.sealed_days.add(1);
                let file = partition.file().display();
                tracing::info!(%file, took = ?started.elapsed(), "a day is finished: merged and rolled up");
            }
            // Something was added or deleted meanwhile, or the retention deleted the file.
            Ok(false) | Err(StorageError::Closed) => {}
            Err(StorageError::Corrupt { file, reason }) => shared.quarantine.add(&file, None, &reason),
            Err(error) => {
                let file = partition.file().display();
                tracing::error!(%file, %error, "a day could not be merged and rolled up; tried again later");
                failure = Err(error);
            }
        }
    }
    failure
}

async fn is_due(
    shared: &Shared,
    day: Day,
    partition: &Partition,
    which: Which,
) -> Result<bool, StorageError> {
    let late = shared.settings.out_of_order_window.unwrap_or_default().clamp(0, clock::DAY);
    let ready = match which {
        Which::Ended => day.range().end < clock::now(),
        Which::Due => {
            day.range().end.saturating_add(late) < clock::now() && !partition.was_written_within(QUIET)
        }
    };
    if !ready || shared.head().in_memory().unflushed_from <= day.range().end {
        return Ok(false);
    }
    Ok(!shared.is_sealed(day, partition).await?)
}

impl Shared {
    /// Whether a day is merged and all its rollups are there that are kept.
    pub(crate) async fn is_sealed(&self, day: Day, partition: &Partition) -> Result<bool, StorageError> {
        let flushed = Some(partition.flushed_seq().await?);
        if partition.sealed_seq(day).await? != flushed {
            return Ok(false);
        }
        for tier in self.tiers.iter().filter(|tier| tier.oldest(clock::now()) <= day.range().end) {
            let first = tier.partitions.period().of(day.range().start);
            let Some(rollups) = tier.partitions.get(first) else { return Ok(false) };
            if rollups.sealed_seq(day).await? != flushed {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Where the rollups of one width go.
struct Output {
    width: i64,
    partition: Arc<Partition>,
    catalogue: Arc<Catalogue>,
}

/// Finishes one day; `false` when it changed meanwhile.
async fn seal_day(shared: &Arc<Shared>, day: Day, partition: &Arc<Partition>) -> Result<bool, StorageError> {
    let generation = partition.generation();
    let seq = partition.flushed_seq().await?;
    let mut outputs = Vec::new();
    for tier in shared.tiers.iter().filter(|tier| tier.oldest(clock::now()) <= day.range().end) {
        let rollups = tier.partitions.get_or_add(tier.partitions.period().of(day.range().start));
        begin(&rollups, day).await?;
        let catalogue = rollups.catalogue(&shared.quarantine).await?;
        outputs.push(Output { width: tier.width, partition: rollups, catalogue });
    }
    let catalogue = partition.catalogue(&shared.quarantine).await?;
    let all: Vec<SeriesId> = (0..catalogue.next_id()).collect();
    for ids in all.chunks(GROUP) {
        let _held = shared.rewriting.lock().await;
        if partition.generation() != generation {
            return Ok(false);
        }
        let (first, last) = (ids[0], ids[ids.len() - 1]);
        step(shared, partition, &catalogue, first, last, &mut outputs).await?;
    }
    let _held = shared.rewriting.lock().await;
    if partition.generation() != generation {
        return Ok(false);
    }
    for output in outputs {
        write_postings(&output.partition, output.catalogue).await?;
        output.partition.seal(day, Some(seq)).await?;
    }
    write_postings(partition, catalogue).await?;
    partition.seal(day, Some(seq)).await?;
    // What the old blocks took goes back to the disk.
    let vacuum = sqlx::query("PRAGMA incremental_vacuum").fetch_all(partition.pool().await?).await;
    vacuum.map_err(|error| partition.failed(error))?;
    Ok(true)
}

/// Takes out what an earlier attempt left of the day.
async fn begin(rollups: &Partition, day: Day) -> Result<(), StorageError> {
    rollups.seal(day, None).await?;
    sqlx::query("DELETE FROM block WHERE min_time BETWEEN ? AND ?")
        .bind(day.range().start)
        .bind(day.range().end)
        .execute(rollups.pool().await?)
        .await
        .map(drop)
        .map_err(|error| rollups.failed(error))
}

/// What comes of the blocks of some series.
#[derive(Default)]
struct Merged {
    /// The numbers of the blocks whose samples are all in the new ones.
    old: Vec<i64>,
    new: Vec<NewBlock>,
    /// The lowest row of the journal of the old ones: later blocks must not win against any of them.
    seq: i64,
    /// For each width the columns of each series.
    rollups: Vec<Vec<(Labels, Vec<Arc<Chunk>>)>>,
}

/// Merges the blocks of the series from `first` to `last` and writes their rollups.
async fn step(
    shared: &Shared,
    partition: &Partition,
    catalogue: &Arc<Catalogue>,
    first: SeriesId,
    last: SeriesId,
    outputs: &mut [Output],
) -> Result<(), StorageError> {
    let ids: RoaringBitmap = (first..=last).collect();
    let blocks =
        partition.blocks(&Wanted { series: &ids, range: ALWAYS, seq: i64::MAX }, &shared.quarantine).await?;
    let widths: Vec<i64> = outputs.iter().map(|output| output.width).collect();
    let names = catalogue.clone();
    let merged = tokio::task::spawn_blocking(move || merge(&blocks, &names, first, last, &widths));
    let merged = merged.await.map_err(|error| StorageError::task(&error))?.map_err(|error| match error {
        MergeError::Encode(error) => StorageError::Encode { reason: error.to_string() },
        MergeError::Damaged => StorageError::corrupt(partition.file(), "a block cannot be merged"),
    })?;
    let failed = |error| partition.failed(error);
    let mut transaction = partition.begin().await?;
    for block in &merged.new {
        insert_block(&mut transaction, merged.seq, block).await.map_err(failed)?;
    }
    for id in &merged.old {
        sqlx::query("DELETE FROM block WHERE id = ?")
            .bind(id)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)?;
    for (output, series) in outputs.iter_mut().zip(merged.rollups) {
        write_rollups(output, series).await?;
    }
    Ok(())
}

enum MergeError {
    Encode(std::io::Error),
    Damaged,
}

impl From<std::io::Error> for MergeError {
    fn from(error: std::io::Error) -> Self {
        Self::Encode(error)
    }
}

/// Work for the CPU.
fn merge(
    blocks: &[ReadBlock],
    catalogue: &Catalogue,
    first: SeriesId,
    last: SeriesId,
    widths: &[i64],
) -> Result<Merged, MergeError> {
    let mut merged =
        Merged { seq: i64::MAX, rollups: widths.iter().map(|_| Vec::new()).collect(), ..Merged::default() };
    let mut by_series: BTreeMap<SeriesId, Vec<Piece>> = BTreeMap::new();
    for (block, first_of_block, directory) in blocks {
        if !block.is_whole(*first_of_block, directory) {
            // It stays for whoever wants to look at it.
            block.note_damage("it does not fit its checksum");
            continue;
        }
        let mut last_of_block = *first_of_block;
        block::read_directory(*first_of_block, directory, |place| {
            last_of_block = place.series;
            if (first..=last).contains(&place.series) {
                let piece = Piece::stored(block, place.span, place.samples, place.at);
                by_series.entry(place.series).or_default().push(piece);
            }
        })
        .ok_or(MergeError::Damaged)?;
        merged.seq = merged.seq.min(block.seq());
        // The series after `last` come in the next step; until then the block gives theirs, and the same samples as the new ones.
        if last_of_block <= last {
            merged.old.push(block.id);
        }
    }
    let mut writer = BlockWriter::default();
    for (id, pieces) in by_series {
        let Some(labels) = catalogue.labels(id) else { continue };
        let series = SelectedSeries::new(labels.clone(), pieces, Vec::new());
        if !series.reads_whole() {
            return Err(MergeError::Damaged);
        }
        let all = series.to_series(ALWAYS);
        let parts = all.timestamps.chunks(CHUNK).zip(all.values.chunks(CHUNK));
        let chunks: Vec<Arc<Chunk>> =
            parts.filter_map(|(timestamps, values)| encode_range(timestamps, values)).map(Arc::new).collect();
        if chunks.is_empty() {
            continue;
        }
        writer.add(id, &chunks)?;
        for (width, rollups) in widths.iter().zip(&mut merged.rollups) {
            let buckets = columns::build(&all.timestamps, &all.values, *width);
            let columns = columns::encode(&buckets).unwrap_or_default();
            rollups.push((labels.clone(), columns.into_iter().map(Arc::new).collect()));
        }
    }
    merged.new = writer.finish()?;
    Ok(merged)
}

async fn write_rollups(
    output: &mut Output,
    series: Vec<(Labels, Vec<Arc<Chunk>>)>,
) -> Result<(), StorageError> {
    let known = output.catalogue.clone();
    let first_new = known.next_id();
    let work = tokio::task::spawn_blocking(move || {
        let catalogue = known.with_new(series.iter().map(|(labels, _)| labels));
        let new: Vec<&Labels> =
            (first_new..catalogue.next_id()).filter_map(|id| catalogue.labels(id)).collect();
        let body = pack(new.iter().map(|labels| Some(*labels)))?;
        let count = new.len();
        let mut numbered: Vec<(SeriesId, &Vec<Arc<Chunk>>)> =
            series.iter().filter_map(|(labels, columns)| Some((catalogue.id(labels)?, columns))).collect();
        numbered.sort_unstable_by_key(|(id, _)| *id);
        let mut writer = BlockWriter::default();
        for (id, columns) in numbered {
            writer.add(id, columns)?;
        }
        Ok::<_, std::io::Error>((writer.finish()?, (count, body), catalogue))
    });
    let (blocks, (count, body), catalogue) = work
        .await
        .map_err(|error| StorageError::task(&error))?
        .map_err(|error| StorageError::Encode { reason: error.to_string() })?;
    let partition = &output.partition;
    let mut transaction = partition.begin().await?;
    let written = async {
        if count > 0 {
            insert_group(&mut transaction, first_new, count, &body).await?;
        }
        for block in &blocks {
            insert_block(&mut transaction, 0, block).await?;
        }
        transaction.commit().await
    };
    written.await.map_err(|error| partition.failed(error))?;
    partition.replace_catalogue(Some(catalogue.clone()));
    output.catalogue = catalogue;
    Ok(())
}

/// Adds series to a file; its postings are out of date then.
pub(crate) async fn insert_group(
    transaction: &mut SqliteTransaction<'_>,
    first: SeriesId,
    count: usize,
    body: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO series (first_id, count, checksum, body) VALUES (?, ?, ?, ?)")
        .bind(first)
        .bind(count as i64)
        .bind(catalogue::checksum(first, body))
        .bind(body)
        .execute(&mut **transaction)
        .await?;
    postings::forget(transaction).await
}

/// Writes the postings of a file, unless they are there.
async fn write_postings(partition: &Partition, catalogue: Arc<Catalogue>) -> Result<(), StorageError> {
    if partition.has_postings().await? {
        return Ok(());
    }
    let next_id = i64::from(catalogue.next_id());
    let rows = tokio::task::spawn_blocking(move || postings::rows(catalogue.index()));
    let rows = rows.await.map_err(|error| StorageError::task(&error))?;
    let mut transaction = partition.begin().await?;
    let end: Option<i64> = sqlx::query_scalar("SELECT max(first_id + count) FROM series")
        .fetch_one(&mut *transaction)
        .await
        .map_err(|error| partition.failed(error))?;
    if end.unwrap_or_default() != next_id {
        // A flush brought new series meanwhile; the day is due again.
        return Ok(());
    }
    postings::write(&mut transaction, &rows).await.map_err(|error| partition.failed(error))?;
    transaction.commit().await.map_err(|error| partition.failed(error))?;
    // From now on queries read only what they need.
    partition.replace_catalogue(None);
    Ok(())
}
