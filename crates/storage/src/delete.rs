use std::sync::Arc;

use roaring::RoaringBitmap;
use watchfire_model::TimeRange;

use crate::StorageError;
use crate::block::{self, BlockWriter, NewBlock, StoredBlock};
use crate::catalogue::{self, Catalogue, GROUP, pack};
use crate::chunk::Chunk;
use crate::filter::Filter;
use crate::index::SeriesId;
use crate::partition::{Partition, Wanted, insert_block};
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
    for (_, partition) in shared.partitions.overlapping(range) {
        match delete_from(shared, &partition, filter, range).await {
            Err(StorageError::Corrupt { file, reason }) => shared.quarantine.add(&file, None, &reason),
            outcome => outcome?,
        }
    }
    Ok(())
}

async fn delete_from(
    shared: &Arc<Shared>,
    partition: &Partition,
    filter: &Filter,
    range: TimeRange,
) -> Result<(), StorageError> {
    let catalogue = partition.catalogue(&shared.quarantine).await?;
    let doomed = catalogue.select(filter);
    if doomed.is_empty() {
        return Ok(());
    }
    delete_exemplars(partition, &doomed, range).await?;
    delete_in(shared, partition, &catalogue, doomed, range).await
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

async fn delete_in(
    shared: &Arc<Shared>,
    partition: &Partition,
    catalogue: &Arc<Catalogue>,
    doomed: RoaringBitmap,
    range: TimeRange,
) -> Result<(), StorageError> {
    let wanted = Wanted { series: &doomed, range, seq: i64::MAX };
    let blocks = partition.blocks(&wanted, &shared.quarantine).await?;
    let doomed = Arc::new(doomed);
    let chosen = doomed.clone();
    let rewritten = tokio::task::spawn_blocking(move || {
        let one = |(block, first, directory): &(Arc<StoredBlock>, SeriesId, Vec<u8>)| {
            Some((block.id, block.seq, rewrite(block, *first, directory, &chosen, range)?))
        };
        blocks.iter().filter_map(one).collect::<Vec<_>>()
    });
    let rewritten = rewritten.await.map_err(|error| StorageError::task(&error))?;
    if rewritten.is_empty() {
        return Ok(());
    }
    let replaced = async {
        let pool = partition.pool().await.map_err(|_| sqlx::Error::PoolClosed)?;
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        for (id, seq, blocks) in &rewritten {
            sqlx::query("DELETE FROM block WHERE id = ?").bind(id).execute(&mut *transaction).await?;
            for block in blocks {
                insert_block(&mut transaction, *seq, block).await?;
            }
        }
        transaction.commit().await
    };
    replaced.await.map_err(|error| partition.failed(error))?;
    forget_empty(shared, partition, catalogue, &doomed).await
}

/// A block without the samples of `range` of the chosen series; `None` when it has none of them, or is damaged.
fn rewrite(
    block: &StoredBlock,
    first: SeriesId,
    directory: &[u8],
    chosen: &RoaringBitmap,
    range: TimeRange,
) -> Option<Vec<NewBlock>> {
    let mut series: Vec<(SeriesId, Vec<Arc<Chunk>>)> = Vec::new();
    let mut changed = false;
    let mut whole = block.is_whole(first, directory);
    block::read_directory(first, directory, |place| {
        let Some(bytes) = block.bytes(place.at) else {
            whole = false;
            return;
        };
        let chunk = Chunk { span: place.span, samples: place.samples, bytes: bytes.into() };
        let overlaps = place.span.start <= range.end && place.span.end >= range.start;
        let kept = if overlaps && chosen.contains(place.series) {
            changed = true;
            without(&chunk, range)
        } else {
            Some(chunk)
        };
        let Some(kept) = kept.map(Arc::new) else { return };
        match series.last_mut() {
            Some((id, chunks)) if *id == place.series => chunks.push(kept),
            _ => series.push((place.series, vec![kept])),
        }
    })?;
    if !whole || !changed {
        return None;
    }
    let mut writer = BlockWriter::default();
    for (id, chunks) in series {
        writer.add(id, &chunks).ok()?;
    }
    writer.finish().ok()
}

/// Takes series out of the catalogue that have no sample left in the partition.
async fn forget_empty(
    shared: &Arc<Shared>,
    partition: &Partition,
    catalogue: &Arc<Catalogue>,
    doomed: &RoaringBitmap,
) -> Result<(), StorageError> {
    let always = TimeRange { start: i64::MIN, end: i64::MAX };
    let wanted = Wanted { series: doomed, range: always, seq: i64::MAX };
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
    transaction.commit().await.map_err(failed)?;
    // Read again by the next query.
    partition.replace_catalogue(None);
    Ok(())
}
