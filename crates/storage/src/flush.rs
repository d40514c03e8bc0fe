use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock::{self, Day};
use crate::cut::cut;
use crate::head::Layer;
use crate::shared::Shared;
use crate::{StorageError, disk};

/// What a flush did.
pub(crate) struct Flushed {
    /// The last row of the journal whose samples are in partitions now.
    pub(crate) seq: i64,
    pub(crate) blocks: usize,
    pub(crate) took: Duration,
}

/// Writes a frozen layer into partitions, one transaction a partition, then deletes what is older than the retention.
/// When it fails half way it can be run again: a partition takes the same layer only once.
pub(crate) async fn run(
    shared: Arc<Shared>,
    frozen: Option<Arc<Layer>>,
) -> Result<Option<Flushed>, StorageError> {
    let flushed = match frozen {
        Some(layer) => Some(write(&shared, layer).await?),
        None => None,
    };
    let now = clock::now();
    shared.partitions.expire(shared.settings.oldest(now), Day::of(now)).await;
    if let Err(error) = shared.note_partition_span().await {
        tracing::warn!(%error, "the oldest or newest timestamp is not known");
    }
    let counting = shared.clone();
    tokio::task::spawn_blocking(move || {
        counting.counters.disk_bytes.set(disk::used_bytes(&counting.settings.dir));
    });
    Ok(flushed)
}

async fn write(shared: &Shared, layer: Arc<Layer>) -> Result<Flushed, StorageError> {
    let started = Instant::now();
    let (seq, window) = (layer.seq(), shared.settings.window());
    let cut = tokio::task::spawn_blocking(move || cut(&layer, window));
    let by_day = cut.await.map_err(|error| StorageError::task(&error)).flatten()?;
    let mut written = 0;
    for (day, blocks) in &by_day {
        shared.partitions.get_or_add(*day).write(blocks, seq).await?;
        written += blocks.len();
    }
    Ok(Flushed { seq, blocks: written, took: started.elapsed() })
}
