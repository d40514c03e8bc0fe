use std::sync::Arc;

use watchfire_model::TimeRange;

use crate::StorageError;
use crate::clock::Day;
use crate::delete::delete_stored;
use crate::filter::Filter;
use crate::shared::Shared;

/// Deletes what is older than the retention, by age, by rule and by size.
pub(crate) async fn enforce(shared: &Arc<Shared>, now: i64) -> Result<(), StorageError> {
    let settings = &shared.settings;
    shared.partitions.unload_unused();
    shared.partitions.expire(settings.oldest(now), Day::of(now)).await;
    for rule in &settings.retention_rules {
        let filter = Filter::new(&rule.matchers)?;
        // A rule that keeps longer than the general retention cannot bring back what that deleted.
        let end = now.saturating_sub(rule.keep);
        delete_stored(shared, &filter, TimeRange { start: i64::MIN, end }).await?;
    }
    if let Some(most) = settings.max_bytes {
        while shared.partitions.len() > 1 && shared.partitions.bytes() > most {
            let Some(day) = shared.partitions.oldest() else { break };
            tracing::warn!(
                most,
                "the data takes more bytes than storage.max_bytes; the oldest day is deleted"
            );
            shared.counters.expired_by_size.add(1);
            if !shared.partitions.remove(day).await {
                break;
            }
        }
    }
    Ok(())
}
