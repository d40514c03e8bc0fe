//! The use cases: every action of a person, a token or the server itself passes here once. HTTP handlers, the live hub and
//! the pages' first render are thin shells over [`Service`], so that what holds for one road holds for all.

mod collection;
mod evaluate;

use std::sync::Arc;

use tokio::sync::watch;
use watchfire_model::{Batch, Grid, GridSeries, SeriesQuery};
use watchfire_storage::{Appended, Appender, Querier, StorageError, StorageStats};

pub use collection::{CollectionStats, Collectors, collect};
pub use evaluate::{LOOKBACK, evaluate};

/// Why an action failed.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The storage could not do it.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The query has no condition at all and would read every series.
    #[error("the query matches every series; name a metric or a label")]
    Unbounded,
}

/// The way to everything that Watchfire does. Cloning is cheap.
#[derive(Clone)]
pub struct Service {
    appender: Arc<dyn Appender>,
    querier: Arc<dyn Querier>,
    /// Counts the batches, so that whoever watches learns that there is something new.
    appended: watch::Sender<u64>,
}

impl Service {
    /// A service over one storage.
    pub fn new(appender: Arc<dyn Appender>, querier: Arc<dyn Querier>) -> Self {
        Self { appender, querier, appended: watch::Sender::new(0) }
    }

    /// Stores a batch. When this returns, the batch survives the end of the process.
    pub async fn append(&self, batch: Batch) -> Result<Appended, ServiceError> {
        let appended = self.appender.append(batch).await?;
        self.appended.send_modify(|count| *count += 1);
        Ok(appended)
    }

    /// Changes each time that a batch was stored.
    pub fn appended(&self) -> watch::Receiver<u64> {
        self.appended.subscribe()
    }

    /// Reads the series that `query` picks, one value a point of `grid`; series without a value are left out, the others
    /// come in the order of their labels.
    pub async fn query(&self, query: &SeriesQuery, grid: Grid) -> Result<Vec<GridSeries>, ServiceError> {
        if query.matchers.is_empty() {
            return Err(ServiceError::Unbounded);
        }
        let range = evaluate::samples_needed(query.function, grid);
        let selected = self.querier.select(&query.matchers, range).await?;
        let function = query.function;
        let work = move || {
            let mut answer = Vec::with_capacity(selected.len());
            for series in &selected {
                let values = evaluate(function, grid, |each| series.read(range, each));
                if values.iter().any(|value| !value.is_nan()) {
                    answer.push(GridSeries { labels: series.labels().clone(), values });
                }
            }
            answer
        };
        // A few minutes decode in less time than a thread takes to wake; days must not hold up the async threads.
        const SHORT: i64 = 15 * 60_000;
        if range.length() <= SHORT {
            return Ok(work());
        }
        match tokio::task::spawn_blocking(work).await {
            Ok(answer) => Ok(answer),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Whether the storage answers.
    pub async fn check(&self) -> Result<(), ServiceError> {
        Ok(self.querier.check().await?)
    }

    /// What the storage holds.
    pub fn storage_stats(&self) -> StorageStats {
        self.querier.stats()
    }
}
