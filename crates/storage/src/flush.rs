use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use watchfire_model::{Exemplar, Labels, Metadata};

use crate::block::{BlockWriter, NewBlock};
use crate::catalogue::{Catalogue, GROUP, pack};
use crate::chunk::Chunk;
use crate::clock::{self, Day, hull};
use crate::index::SeriesId;
use crate::partition::{Partition, insert_block};
use crate::quarantine::Quarantine;
use crate::seal::insert_group;
use crate::shared::Shared;
use crate::{StorageError, disk};

/// What was frozen for a flush.
pub(crate) struct Frozen {
    /// The last row of the journal that it has.
    pub(crate) seq: i64,
    pub(crate) exemplars: Vec<(Labels, Exemplar)>,
    pub(crate) metadata: Vec<Metadata>,
}

/// What a flush did.
pub(crate) struct Flushed {
    /// The last row of the journal whose samples are in partitions now.
    pub(crate) seq: i64,
    pub(crate) blocks: usize,
    pub(crate) took: Duration,
}

type Series = Vec<(Labels, Vec<Arc<Chunk>>)>;

/// Writes what is frozen into partitions, one transaction a partition, then deletes what is older than the retention.
/// When it fails half way it can be run again: a partition takes the same rows only once.
pub(crate) async fn run(
    shared: Arc<Shared>,
    frozen: Option<Arc<Frozen>>,
) -> Result<Option<Flushed>, StorageError> {
    let flushed = match frozen {
        Some(frozen) => Some(write(&shared, &frozen).await?),
        None => None,
    };
    // What was written is written: the rows of the journal must go, and the next flush tries to delete again.
    if let Err(error) = crate::retention::enforce(&shared, clock::now()).await {
        tracing::error!(%error, "what is beyond the retention could not be deleted; tried again later");
    }
    if let Err(error) = shared.note_partition_span().await {
        tracing::warn!(%error, "the oldest or newest timestamp is not known");
    }
    let counting = shared.clone();
    tokio::task::spawn_blocking(move || {
        counting.counters.disk_bytes.set(disk::used_bytes(&counting.settings.dir));
    });
    Ok(flushed)
}

async fn write(shared: &Arc<Shared>, frozen: &Frozen) -> Result<Flushed, StorageError> {
    let started = Instant::now();
    let reading = shared.clone();
    let by_day = tokio::task::spawn_blocking(move || split(reading.head().frozen()));
    let by_day = by_day.await.map_err(|error| StorageError::task(&error))?;
    let mut written = 0;
    for (day, series) in by_day {
        let series = Arc::new(series);
        let write = async || {
            let partition = shared.partitions.get_or_add(day);
            write_day(&partition, day, series.clone(), frozen, &shared.quarantine).await
        };
        written += match write().await {
            Err(StorageError::Corrupt { reason, .. }) => {
                // Once: what is damaged now is new, and the disk is to blame.
                if let Some(aside) = shared.partitions.replace_damaged(day, |_| false).await? {
                    shared.quarantine.add(&aside, None, &reason);
                }
                write().await?
            }
            outcome => outcome?,
        };
    }
    Ok(Flushed { seq: frozen.seq, blocks: written, took: started.elapsed() })
}

/// By day, and there in the order of labels, so that similar series become neighbours and compress well.
fn split(frozen: Series) -> BTreeMap<Day, Series> {
    let mut by_day: BTreeMap<Day, Series> = BTreeMap::new();
    for (labels, chunks) in frozen {
        for same_day in chunks.chunk_by(|one, next| Day::of(one.span.start) == Day::of(next.span.start)) {
            let series = by_day.entry(Day::of(same_day[0].span.start)).or_default();
            match series.last_mut() {
                Some((last, more)) if *last == labels => more.extend_from_slice(same_day),
                _ => series.push((labels.clone(), same_day.to_vec())),
            }
        }
    }
    for series in by_day.values_mut() {
        series.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    }
    by_day
}

/// What one partition gets.
struct Work {
    catalogue: Arc<Catalogue>,
    groups: Vec<(SeriesId, usize, Vec<u8>)>,
    blocks: Vec<NewBlock>,
}

async fn write_day(
    partition: &Partition,
    day: Day,
    series: Arc<Series>,
    frozen: &Frozen,
    quarantine: &Arc<Quarantine>,
) -> Result<usize, StorageError> {
    if partition.meta().await?.flushed_seq >= frozen.seq {
        return Ok(0);
    }
    let catalogue = partition.catalogue(quarantine).await?;
    let work = tokio::task::spawn_blocking(move || prepare(catalogue, &series));
    let work = work
        .await
        .map_err(|error| StorageError::task(&error))?
        .map_err(|error| StorageError::Encode { reason: error.to_string() })?;
    store(partition, day, &work, frozen).await.map_err(|error| partition.failed(error))?;
    partition.note_flushed(frozen.seq, work.catalogue);
    Ok(work.blocks.len())
}

/// Numbers and compresses. Work for the CPU.
fn prepare(catalogue: Arc<Catalogue>, series: &[(Labels, Vec<Arc<Chunk>>)]) -> std::io::Result<Work> {
    let first_new = catalogue.next_id();
    let catalogue = catalogue.with_new(series.iter().map(|(labels, _)| labels));
    let new: Vec<SeriesId> = (first_new..catalogue.next_id()).collect();
    let groups = new
        .chunks(GROUP)
        .map(|part| Ok((part[0], part.len(), pack(part.iter().map(|id| catalogue.labels(*id)))?)))
        .collect::<std::io::Result<_>>()?;
    let numbered = series.iter().filter_map(|(labels, chunks)| Some((catalogue.id(labels)?, chunks)));
    let mut numbered: Vec<_> = numbered.collect();
    numbered.sort_unstable_by_key(|(id, _)| *id);
    let mut writer = BlockWriter::default();
    for (id, chunks) in numbered {
        writer.add(id, chunks)?;
    }
    Ok(Work { catalogue, groups, blocks: writer.finish()? })
}

async fn store(partition: &Partition, day: Day, work: &Work, frozen: &Frozen) -> Result<(), sqlx::Error> {
    let pool = partition.pool().await.map_err(|_| sqlx::Error::PoolClosed)?;
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    for (first, count, body) in &work.groups {
        insert_group(&mut transaction, *first, *count, body).await?;
    }
    for block in &work.blocks {
        insert_block(&mut transaction, frozen.seq, block).await?;
    }
    for (labels, exemplar) in &frozen.exemplars {
        let Some(id) = work.catalogue.id(labels).filter(|_| Day::of(exemplar.timestamp) == day) else {
            continue;
        };
        sqlx::query("INSERT OR IGNORE INTO exemplar (series, timestamp, value, labels) VALUES (?, ?, ?, ?)")
            .bind(id)
            .bind(exemplar.timestamp)
            .bind(exemplar.value)
            .bind(exemplar.labels.packed())
            .execute(&mut *transaction)
            .await?;
    }
    for metadata in &frozen.metadata {
        sqlx::query("INSERT OR REPLACE INTO metadata (metric, kind, help, unit) VALUES (?, ?, ?, ?)")
            .bind(&metadata.metric)
            .bind(metadata.kind.as_str())
            .bind(&metadata.help)
            .bind(&metadata.unit)
            .execute(&mut *transaction)
            .await?;
    }
    let span = work.blocks.iter().map(|block| block.span).reduce(hull);
    sqlx::query(
        "UPDATE meta SET flushed_seq = ?1, min_time = min(coalesce(min_time, ?2), ?2), \
         max_time = max(coalesce(max_time, ?3), ?3)",
    )
    .bind(frozen.seq)
    .bind(span.map(|span| span.start))
    .bind(span.map(|span| span.end))
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}
