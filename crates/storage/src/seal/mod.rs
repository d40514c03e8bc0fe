//! Finishing a day: its blocks are merged, so that a series lies in one place, its postings are written, and its rollups.
//!
//! It goes on while samples come and queries run, some series at a time. The day counts as finished only when the last
//! mark is set, with the row of the journal up to which its samples were there when it began: late ones make it due again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use sqlx::sqlite::SqliteTransaction;
use watchfire_model::Labels;

use crate::StorageError;
use crate::block::BlockWriter;
use crate::catalogue::{self, Catalogue, GROUP, pack};
use crate::chunk::Chunk;
use crate::clock::{self, Day};
use crate::index::SeriesId;
use crate::partition::{Partition, Wanted, insert_block, postings};
use crate::rollup::Tier;
use crate::shared::Shared;

mod merge;

use merge::{MergeError, merge};

/// How long after the last samples of a day its turn comes.
const QUIET: Duration = Duration::from_hours(1);

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
            Err(StorageError::Corrupt { file, reason }) => {
                shared.quarantine.add(&file, None, &reason);
                if let Err(error) = replace_rollups(shared, &file).await {
                    failure = Err(error);
                }
            }
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
            day.range().end.saturating_add(late) < clock::now() && !partition.was_changed_within(QUIET)
        }
    };
    if !ready || shared.head().in_memory().unflushed_from <= day.range().end {
        return Ok(false);
    }
    Ok(!shared.is_sealed(day, partition).await?)
}

/// Moves a damaged file of rollups aside. Days whose samples are there are rolled up again; of others stays what can be read.
async fn replace_rollups(shared: &Shared, file: &std::path::Path) -> Result<(), StorageError> {
    for tier in &shared.tiers {
        for (first, partition) in tier.partitions.with_days() {
            if partition.file().as_path() == file {
                let is_gone = |day| shared.partitions.get(day).is_none();
                tier.partitions.replace_damaged(first, is_gone).await?;
            }
        }
    }
    Ok(())
}

impl Shared {
    /// The rollups that are to be made of a day.
    fn kept_tiers(&self, day: Day) -> impl Iterator<Item = &Tier> {
        let (now, wanted) = (clock::now(), self.settings.rollups);
        self.tiers.iter().filter(move |tier| wanted && tier.oldest(now) <= day.range().end)
    }

    /// Whether a day is merged and all its rollups are there that are kept.
    pub(crate) async fn is_sealed(&self, day: Day, partition: &Partition) -> Result<bool, StorageError> {
        let flushed = Some(partition.flushed_seq().await?);
        if partition.sealed_seq(day).await? != flushed {
            return Ok(false);
        }
        for tier in self.kept_tiers(day) {
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
    generation: u64,
    catalogue: Arc<Catalogue>,
}

/// Finishes one day; `false` when it changed meanwhile.
async fn seal_day(shared: &Arc<Shared>, day: Day, partition: &Arc<Partition>) -> Result<bool, StorageError> {
    let (generation, seq, catalogue, mut outputs) = {
        let _held = shared.rewriting.lock().await;
        let generation = partition.generation();
        let seq = partition.flushed_seq().await?;
        let catalogue = partition.catalogue(&shared.quarantine).await?;
        let mut outputs = Vec::new();
        for tier in shared.kept_tiers(day) {
            let rollups = tier.partitions.get_or_add(tier.partitions.period().of(day.range().start));
            if partition.sealed_seq(day).await?.is_none() && rollups.sealed_seq(day).await?.is_some() {
                // The file of samples is younger than the rollups: what those were made of is gone.
                return Ok(false);
            }
            outputs.push(begin(shared, tier.width, rollups, day, &catalogue).await?);
        }
        (generation, seq, catalogue, outputs)
    };
    let changed = |outputs: &[Output]| {
        let other = |output: &Output| output.partition.generation() != output.generation;
        partition.generation() != generation || outputs.iter().any(other)
    };
    let all: Vec<SeriesId> = (0..catalogue.next_id()).collect();
    for ids in all.chunks(GROUP) {
        let _held = shared.rewriting.lock().await;
        if changed(&outputs) {
            return Ok(false);
        }
        step(shared, partition, &catalogue, (ids[0], ids[ids.len() - 1]), seq, &outputs).await?;
    }
    let _held = shared.rewriting.lock().await;
    if changed(&outputs) {
        return Ok(false);
    }
    for output in &mut outputs {
        write_postings(&output.partition, std::mem::take(&mut output.catalogue)).await?;
        output.partition.seal_rollups(day, seq).await?;
    }
    write_postings(partition, catalogue).await?;
    partition.seal(day, seq).await?;
    // What the old blocks took goes back to the disk.
    let vacuum = sqlx::query("PRAGMA incremental_vacuum").fetch_all(partition.pool().await?).await;
    vacuum.map_err(|error| partition.failed(error))?;
    Ok(true)
}

/// Makes a file ready for the rollups of a day: without what an earlier attempt left, and with all series of the day.
async fn begin(
    shared: &Shared,
    width: i64,
    partition: Arc<Partition>,
    day: Day,
    of_day: &Arc<Catalogue>,
) -> Result<Output, StorageError> {
    partition.clear_unsealed(day).await?;
    let known = partition.catalogue(&shared.quarantine).await?;
    // Nobody else has it then, and it need not be copied to grow.
    partition.forget();
    let (first_new, of_day) = (known.next_id(), of_day.clone());
    let work = tokio::task::spawn_blocking(move || {
        let catalogue = known.with_new((0..of_day.next_id()).filter_map(|id| of_day.labels(id)));
        let new: Vec<SeriesId> = (first_new..catalogue.next_id()).collect();
        let group =
            |ids: &[SeriesId]| Ok((ids[0], ids.len(), pack(ids.iter().map(|id| catalogue.labels(*id)))?));
        let groups = new.chunks(GROUP).map(group).collect::<std::io::Result<Vec<_>>>()?;
        Ok::<_, std::io::Error>((groups, catalogue))
    });
    let (groups, catalogue) = work
        .await
        .map_err(|error| StorageError::task(&error))?
        .map_err(|error| StorageError::Encode { reason: error.to_string() })?;
    if !groups.is_empty() {
        let mut transaction = partition.begin().await?;
        for (first, count, body) in groups {
            let inserted = insert_group(&mut transaction, first, count, &body).await;
            inserted.map_err(|error| partition.failed(error))?;
        }
        transaction.commit().await.map_err(|error| partition.failed(error))?;
    }
    let generation = partition.generation();
    Ok(Output { width, partition, generation, catalogue })
}

/// Merges the blocks of the series from `first` to `last` and writes their rollups.
async fn step(
    shared: &Shared,
    partition: &Partition,
    catalogue: &Arc<Catalogue>,
    (first, last): (SeriesId, SeriesId),
    seq: i64,
    outputs: &[Output],
) -> Result<(), StorageError> {
    let ids: RoaringBitmap = (first..=last).collect();
    let blocks = partition.blocks(&Wanted::all_of(&ids), &shared.quarantine).await?;
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
    for (output, series) in outputs.iter().zip(merged.rollups) {
        write_rollups(output, series, seq).await?;
    }
    Ok(())
}

async fn write_rollups(
    output: &Output,
    series: Vec<(Labels, Vec<Arc<Chunk>>)>,
    seq: i64,
) -> Result<(), StorageError> {
    let catalogue = output.catalogue.clone();
    let work = tokio::task::spawn_blocking(move || {
        let mut numbered: Vec<(SeriesId, &Vec<Arc<Chunk>>)> =
            series.iter().filter_map(|(labels, columns)| Some((catalogue.id(labels)?, columns))).collect();
        numbered.sort_unstable_by_key(|(id, _)| *id);
        let mut writer = BlockWriter::default();
        for (id, columns) in numbered {
            writer.add(id, columns)?;
        }
        writer.finish()
    });
    let blocks = work
        .await
        .map_err(|error| StorageError::task(&error))?
        .map_err(|error| StorageError::Encode { reason: error.to_string() })?;
    let partition = &output.partition;
    let mut transaction = partition.begin().await?;
    for block in &blocks {
        insert_block(&mut transaction, seq, block).await.map_err(|error| partition.failed(error))?;
    }
    transaction.commit().await.map_err(|error| partition.failed(error))
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
    partition.forget();
    Ok(())
}
