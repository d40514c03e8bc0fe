use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use watchfire_model::{Batch, Matcher, TimeRange};
use watchfire_storage::{Appended, StorageStats};

use crate::cache::Changes;
use crate::{Service, ServiceError};

/// How often to look whether the storage has let go of something by itself.
const LOOK: Duration = Duration::from_secs(10);

/// What shows that stored samples went without being deleted by anyone: their time was over, or they are damaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Extent {
    oldest: Option<i64>,
    partitions: usize,
    expired: u64,
    sealed: u64,
    damaged: usize,
}

impl Extent {
    fn of(stats: &StorageStats) -> Self {
        Self {
            oldest: stats.oldest,
            partitions: stats.partitions,
            expired: stats.expired_by_size,
            sealed: stats.sealed_days,
            damaged: stats.quarantined_blocks,
        }
    }
}

/// When the storage was looked at last, and what it was like.
#[derive(Debug, Default)]
pub(crate) struct Expired(Mutex<Option<(Instant, Extent)>>);

impl Expired {
    /// Whether something may have gone since the last look; looks every ten seconds.
    fn look(&self, stats: impl FnOnce() -> StorageStats) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_some_and(|(at, _)| at.elapsed() < LOOK) {
            return false;
        }
        let extent = Extent::of(&stats());
        seen.replace((Instant::now(), extent)).is_some_and(|(_, before)| before != extent)
    }
}

impl Service {
    /// Stores the good part of a batch. When this returns, that part survives the end of the process. Dropping the future
    /// does not take the batch back.
    pub async fn append(&self, batch: Batch) -> Result<Appended, ServiceError> {
        let (appender, changes, told) = (self.appender.clone(), self.changes.clone(), self.appended.clone());
        // In a task of its own: what is stored must be noted, also when nobody waits for the answer any more.
        let task = tokio::spawn(async move {
            let outcome = appender.append(batch).await?;
            if let Some(least) = outcome.least {
                changes.note(least);
            }
            told.send_modify(|count| *count += 1);
            Ok(outcome)
        });
        joined(task.await)
    }

    /// Changes each time that a batch was stored.
    pub fn appended(&self) -> watch::Receiver<u64> {
        self.appended.subscribe()
    }

    /// Which points of time are no longer as they were.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Deletes the samples of `range` of the series that meet all matchers. Dropping the future does not stop it.
    pub async fn delete_series(&self, matchers: Vec<Matcher>, range: TimeRange) -> Result<(), ServiceError> {
        let (querier, changes, cache) = (self.querier.clone(), self.changes.clone(), self.cache.clone());
        let task = tokio::spawn(async move {
            let deleted = querier.delete(matchers, range).await;
            // A deletion that failed may have come half way.
            changes.note_all();
            if let Some(cache) = cache {
                cache.clear();
            }
            Ok(deleted?)
        });
        joined(task.await)
    }

    /// Notes when samples went because their time was over.
    pub(crate) fn note_expired(&self) {
        if self.expired.look(|| self.querier.stats()) {
            self.changes.note_all();
        }
    }
}

/// What a task came to. Its panic goes on here; that it was cancelled means that the program ends.
fn joined<T>(result: Result<Result<T, ServiceError>, tokio::task::JoinError>) -> Result<T, ServiceError> {
    match result {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => Err(ServiceError::Internal(error.to_string())),
    }
}
