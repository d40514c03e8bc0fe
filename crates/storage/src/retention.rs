use std::sync::Arc;

use watchfire_model::TimeRange;

use crate::StorageError;
use crate::clock::{DAY, Day};
use crate::delete::delete_stored;
use crate::filter::Filter;
use crate::shared::Shared;

/// Deletes what is older than the retention, by age, by rule and by size.
pub(crate) async fn enforce(shared: &Arc<Shared>, now: i64) -> Result<(), StorageError> {
    let settings = &shared.settings;
    shared.partitions.unload_unused();
    expire_samples(shared, now).await;
    for tier in &shared.tiers {
        tier.partitions.unload_unused();
        tier.partitions.expire(tier.oldest(now), Day::of(now)).await;
    }
    for rule in &settings.retention_rules {
        let filter = Filter::new(&rule.matchers)?;
        // A rule that keeps longer than the general retention cannot bring back what that deleted.
        let end = now.saturating_sub(rule.keep);
        delete_stored(shared, &filter, TimeRange { start: i64::MIN, end }).await?;
    }
    if let Some(most) = settings.max_bytes {
        while shared.bytes() > most {
            // Samples first: they take the most, and their rollups stay. The newest file of each kind is being written to.
            let kinds =
                std::iter::once(&shared.partitions).chain(shared.tiers.iter().map(|tier| &tier.partitions));
            let mut with_more = kinds.filter(|partitions| partitions.len() > 1);
            let Some((partitions, day)) = with_more.find_map(|kind| Some((kind, kind.oldest()?))) else {
                break;
            };
            tracing::warn!(
                most,
                "the data takes more bytes than storage.max_bytes; the oldest part is deleted"
            );
            shared.counters.expired_by_size.add(1);
            if !partitions.remove(day).await {
                break;
            }
        }
    }
    Ok(())
}

/// Days whose rollups are still to be made wait for that, but no longer than a day.
async fn expire_samples(shared: &Arc<Shared>, now: i64) {
    let oldest = shared.settings.oldest(now);
    shared.partitions.expire(oldest.saturating_sub(DAY), Day::of(now)).await;
    let before = TimeRange { start: i64::MIN, end: oldest.saturating_sub(1) };
    for (day, partition) in shared.partitions.overlapping(before) {
        if day.range().end >= oldest || day >= Day::of(now) {
            continue;
        }
        let is_done = match shared.is_sealed(day, &partition).await {
            Ok(sealed) => sealed || !shared.settings.rollups,
            // A damaged file of samples has nothing to wait for.
            Err(StorageError::Corrupt { file, .. }) => file == *partition.file().as_path(),
            Err(error) => {
                tracing::warn!(%error, "whether a day has its rollups is not known; its samples wait");
                false
            }
        };
        if is_done {
            shared.partitions.remove(day).await;
        }
    }
}

impl Shared {
    /// The bytes of all files of samples and rollups.
    fn bytes(&self) -> u64 {
        self.partitions.bytes() + self.tiers.iter().map(|tier| tier.partitions.bytes()).sum::<u64>()
    }
}
