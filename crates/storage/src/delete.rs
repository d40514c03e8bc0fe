use std::collections::HashSet;
use std::sync::Arc;

use roaring::RoaringBitmap;
use watchfire_model::TimeRange;

use crate::StorageError;
use crate::block::{self, BlockWriter, NewBlock, Place, StoredBlock};
use crate::catalogue::{self, Catalogue, GROUP, pack};
use crate::chunk::Chunk;
use crate::clock::Day;
use crate::filter::Filter;
use crate::index::SeriesId;
use crate::partition::{Partition, ReadBlock, Wanted, insert_block, postings};
use crate::rollup::Rolled;
use crate::series::without;
use crate::shared::Shared;

/// Deletes the samples of `range` of the matching series from all partitions. Blocks are written anew without them, one
/// transaction a partition; the space is used again by later blocks. Damaged partitions are left out: nobody sees what
/// they hold.
pub(crate) async fn delete_stored(
    shared: &Arc<Shared>,
    filter: &Filter,
    range: TimeRange,
) -> Result<(), StorageError> {
    let _held = shared.rewriting.lock().await;
    let mut changed: HashSet<Day> = HashSet::new();
    for (day, partition) in shared.partitions.overlapping(range) {
        match delete_from(shared, day, &partition, filter, range).await {
            Ok(true) => {
                changed.insert(day);
            }
            Ok(false) => {}
            Err(StorageError::Corrupt { file, reason }) => shared.quarantine.add(&file, None, &reason),
            Err(error) => return Err(error),
        }
    }
    for tier in &shared.tiers {
        let period = tier.partitions.period();
        for (first, partition) in tier.partitions.overlapping(range) {
            let cleared = changed.iter().any(|day| period.of(day.range().start) == first);
            match delete_rollups(shared, &partition, tier.width, (filter, range), cleared).await {
                Err(StorageError::Corrupt { file, reason }) => shared.quarantine.add(&file, None, &reason),
                outcome => outcome?,
            }
        }
    }
    Ok(())
}

/// Of days whose samples are gone, deletes every bucket that overlaps `range`: what of it remains can no longer be said. Where
/// samples are left, deleting those made the day due again.
async fn delete_rollups(
    shared: &Arc<Shared>,
    partition: &Partition,
    width: i64,
    (filter, range): (&Filter, TimeRange),
    cleared: bool,
) -> Result<(), StorageError> {
    let (doomed, _) = partition.find(filter, &shared.quarantine).await?;
    if doomed.is_empty() {
        return Ok(());
    }
    let reach = TimeRange { start: range.start.saturating_sub(width - 1), end: range.end };
    let with_samples: HashSet<Day> = shared.partitions.with_days().into_iter().map(|(day, _)| day).collect();
    let edit = move |block: &Arc<StoredBlock>, places: Vec<Place>| {
        if with_samples.contains(&Day::of(places.first()?.span.start)) {
            return None;
        }
        let columns = Rolled::new(block, width, &places)?.without(range)?;
        Some(columns.into_iter().map(Arc::new).collect())
    };
    let wanted = Wanted { range: reach, only_sealed: true, ..Wanted::all_of(&doomed) };
    let changed = rewritten(shared, partition, &wanted, edit).await?;
    if changed.is_empty() && !cleared {
        return Ok(());
    }
    replace(partition, changed).await?;
    let catalogue = partition.catalogue(&shared.quarantine).await?;
    forget_empty(shared, partition, &catalogue, &doomed).await
}

/// Whether there was something to delete.
async fn delete_from(
    shared: &Arc<Shared>,
    day: Day,
    partition: &Partition,
    filter: &Filter,
    range: TimeRange,
) -> Result<bool, StorageError> {
    let (doomed, _) = partition.find(filter, &shared.quarantine).await?;
    if doomed.is_empty() {
        return Ok(false);
    }
    delete_exemplars(partition, &doomed, range).await?;
    let edit = move |block: &Arc<StoredBlock>, places: Vec<Place>| {
        let overlaps = |place: &Place| place.span.start <= range.end && place.span.end >= range.start;
        if !places.iter().any(overlaps) {
            return None;
        }
        let chunks = places.into_iter().map(|place| {
            let cut = overlaps(&place);
            let bytes = block.bytes(place.at)?.into();
            let chunk = Chunk { span: place.span, samples: place.samples, bytes };
            Some(if cut { without(&chunk, range) } else { Some(chunk) })
        });
        let chunks: Option<Vec<Option<Chunk>>> = chunks.collect();
        Some(chunks?.into_iter().flatten().map(Arc::new).collect())
    };
    let wanted = Wanted { range, ..Wanted::all_of(&doomed) };
    let changed = rewritten(shared, partition, &wanted, edit).await?;
    if changed.is_empty() {
        return Ok(false);
    }
    // Before the samples change: rollups of what is deleted must not be read for a moment.
    for tier in &shared.tiers {
        if let Some(rollups) = tier.partitions.get(tier.partitions.period().of(day.range().start)) {
            rollups.unseal(day).await?;
            rollups.clear_unsealed(day).await?;
            rollups.note_change();
        }
    }
    partition.unseal(day).await?;
    replace(partition, changed).await?;
    let catalogue = partition.catalogue(&shared.quarantine).await?;
    forget_empty(shared, partition, &catalogue, &doomed).await?;
    Ok(true)
}

async fn delete_exemplars(
    partition: &Partition,
    doomed: &RoaringBitmap,
    range: TimeRange,
) -> Result<(), StorageError> {
    let ids: Vec<String> = doomed.iter().map(|id| id.to_string()).collect();
    sqlx::query(
        "DELETE FROM exemplar WHERE timestamp BETWEEN ? AND ? AND series IN (SELECT value FROM json_each(?))",
    )
    .bind(range.start)
    .bind(range.end)
    .bind(format!("[{}]", ids.join(",")))
    .execute(partition.pool().await?)
    .await
    .map(drop)
    .map_err(|error| partition.failed(error))
}

/// A block's number, its row of the journal, and what comes in its place.
type Rewritten = (i64, i64, Vec<NewBlock>);

/// The blocks of the wanted series, written anew where `edit` changes the chunks of a series; `None` leaves them.
async fn rewritten(
    shared: &Arc<Shared>,
    partition: &Partition,
    wanted: &Wanted<'_>,
    edit: impl Fn(&Arc<StoredBlock>, Vec<Place>) -> Option<Vec<Arc<Chunk>>> + Send + 'static,
) -> Result<Vec<Rewritten>, StorageError> {
    let blocks = partition.blocks(wanted, &shared.quarantine).await?;
    let chosen = wanted.series.clone();
    let rewritten = tokio::task::spawn_blocking(move || {
        let one = |(block, first, directory): &ReadBlock| {
            Some((block.id, block.seq, rewrite(block, *first, directory, &chosen, &edit)?))
        };
        blocks.iter().filter_map(one).collect::<Vec<_>>()
    });
    rewritten.await.map_err(|error| StorageError::task(&error))
}

async fn replace(partition: &Partition, changed: Vec<Rewritten>) -> Result<(), StorageError> {
    let replaced = async {
        let pool = partition.pool().await.map_err(|_| sqlx::Error::PoolClosed)?;
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        for (id, seq, blocks) in &changed {
            sqlx::query("DELETE FROM block WHERE id = ?").bind(id).execute(&mut *transaction).await?;
            for block in blocks {
                insert_block(&mut transaction, *seq, block).await?;
            }
        }
        transaction.commit().await
    };
    replaced.await.map_err(|error| partition.failed(error))?;
    partition.note_change();
    Ok(())
}

/// A block with the chunks of the chosen series edited; `None` when nothing changes, or it is damaged.
fn rewrite(
    block: &Arc<StoredBlock>,
    first: SeriesId,
    directory: &[u8],
    chosen: &RoaringBitmap,
    edit: &impl Fn(&Arc<StoredBlock>, Vec<Place>) -> Option<Vec<Arc<Chunk>>>,
) -> Option<Vec<NewBlock>> {
    if !block.is_whole(first, directory) {
        return None;
    }
    let mut series: Vec<(SeriesId, Vec<Place>)> = Vec::new();
    block::read_directory(first, directory, |place| match series.last_mut() {
        Some((id, places)) if *id == place.series => places.push(place),
        _ => series.push((place.series, vec![place])),
    })?;
    let mut changed = false;
    let mut writer = BlockWriter::default();
    for (id, places) in series {
        let as_it_is = |places: &[Place]| -> Option<Vec<Arc<Chunk>>> {
            let chunk = |place: &Place| {
                let bytes = block.bytes(place.at.clone())?.into();
                Some(Arc::new(Chunk { span: place.span, samples: place.samples, bytes }))
            };
            places.iter().map(chunk).collect()
        };
        let before = as_it_is(&places)?;
        let after = if chosen.contains(id) { edit(block, places) } else { None };
        changed |= after.is_some();
        let chunks = after.unwrap_or(before);
        if !chunks.is_empty() {
            writer.add(id, &chunks).ok()?;
        }
    }
    if changed { writer.finish().ok() } else { None }
}

/// Takes series out of the catalogue that have no sample left in the partition.
async fn forget_empty(
    shared: &Arc<Shared>,
    partition: &Partition,
    catalogue: &Arc<Catalogue>,
    doomed: &RoaringBitmap,
) -> Result<(), StorageError> {
    let wanted = Wanted::all_of(doomed);
    let mut empty = doomed.clone();
    for (_, first, directory) in partition.blocks(&wanted, &shared.quarantine).await? {
        let read = block::read_directory(first, &directory, |place| {
            empty.remove(place.series);
        });
        if read.is_none() {
            // Nobody knows whose samples are in there.
            return Ok(());
        }
    }
    if empty.is_empty() {
        return Ok(());
    }
    let failed = |error| partition.failed(error);
    let groups: Vec<(i64, i64)> = sqlx::query_as("SELECT first_id, count FROM series")
        .fetch_all(partition.pool().await?)
        .await
        .map_err(failed)?;
    let mut transaction = partition.pool().await?.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    for (first, count) in groups {
        let ids = first as SeriesId..(first + count.min(GROUP as i64)) as SeriesId;
        if empty.range_cardinality(ids.clone()) == 0 {
            continue;
        }
        let labels = ids.map(|id| catalogue.labels(id).filter(|_| !empty.contains(id)));
        let body = pack(labels).map_err(|error| StorageError::Encode { reason: error.to_string() })?;
        sqlx::query("UPDATE series SET body = ?, checksum = ? WHERE first_id = ?")
            .bind(&body)
            .bind(catalogue::checksum(first as SeriesId, &body))
            .bind(first)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    postings::forget(&mut transaction).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    partition.note_change();
    Ok(())
}
