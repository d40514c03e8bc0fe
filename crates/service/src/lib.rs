//! The use cases: every action of a person, a token or the server itself passes here once. HTTP handlers, the live hub and
//! the pages' first render are thin shells over [`Service`], so that what holds for one road holds for all.

mod collection;
mod evaluate;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// The query matches more series than one answer may have.
    #[error("the query matches {found} series, {most} are allowed (query.max_series); name more labels")]
    TooManySeries {
        /// How many it matches.
        found: usize,
        /// How many it may match.
        most: usize,
    },
}

impl ServiceError {
    /// Whether the same action may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_retryable(),
            Self::Unbounded | Self::TooManySeries { .. } => false,
        }
    }
}

/// The longest range in milliseconds that is decoded on the thread that asks.
const SHORT: i64 = 15 * 60_000;

/// The way to everything that Watchfire does. Cloning is cheap.
#[derive(Clone)]
pub struct Service {
    appender: Arc<dyn Appender>,
    querier: Arc<dyn Querier>,
    /// Counts the batches, so that whoever watches learns that there is something new.
    appended: watch::Sender<u64>,
    max_series: usize,
    /// Queries that a limit refused.
    rejected: Arc<AtomicU64>,
}

impl Service {
    /// A service over one storage.
    pub fn new(appender: Arc<dyn Appender>, querier: Arc<dyn Querier>) -> Self {
        Self {
            appender,
            querier,
            appended: watch::Sender::new(0),
            max_series: usize::MAX,
            rejected: Arc::default(),
        }
    }

    /// Refuses queries that match more than `max_series` series.
    #[must_use]
    pub fn with_max_series(self, max_series: usize) -> Self {
        Self { max_series, ..self }
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
            return Err(self.reject(ServiceError::Unbounded));
        }
        let range = evaluate::samples_needed(query.function, grid);
        let selected = self.querier.select(&query.matchers, range).await?;
        if selected.len() > self.max_series {
            return Err(
                self.reject(ServiceError::TooManySeries { found: selected.len(), most: self.max_series })
            );
        }
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
        if range.length() <= SHORT {
            return Ok(work());
        }
        match tokio::task::spawn_blocking(work).await {
            Ok(answer) => Ok(answer),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn reject(&self, error: ServiceError) -> ServiceError {
        self.rejected.fetch_add(1, Ordering::Relaxed);
        error
    }

    /// How many queries a limit has refused.
    pub fn rejected_queries(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
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

#[cfg(test)]
mod tests {
    use watchfire_model::{Function, Labels, Matcher, TimeRange};
    use watchfire_storage::{Engine, Settings};

    use super::*;

    async fn service(dir: &std::path::Path) -> Service {
        let engine = Engine::open(Settings { dir: dir.to_owned(), retention: None, ..Settings::default() })
            .await
            .unwrap();
        Service::new(Arc::new(engine.clone()), Arc::new(engine))
    }

    fn query(matchers: Vec<Matcher>) -> SeriesQuery {
        SeriesQuery { matchers, function: Function::Mean }
    }

    #[tokio::test]
    async fn what_was_appended_is_found_and_told_of() {
        let dir = tempfile::tempdir().unwrap();
        let service = service(dir.path()).await;
        let appended = service.appended();
        let mut batch = Batch::default();
        for second in 0..10 {
            batch.push(Labels::of("up", [("host", "a")]).unwrap(), second * 1000, f64::from(second as i32));
        }
        service.append(batch).await.unwrap();
        assert!(appended.has_changed().unwrap());
        let grid = Grid::covering(TimeRange { start: 0, end: 9999 }, 5000).unwrap();
        let answer = service.query(&query(vec![Matcher::metric("up")]), grid).await.unwrap();
        assert_eq!(answer.len(), 1);
        assert_eq!(answer[0].values, [2.0, 7.0]);
        assert!(service.query(&query(vec![Matcher::metric("down")]), grid).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn limits_refuse_and_count() {
        let dir = tempfile::tempdir().unwrap();
        let service = service(dir.path()).await.with_max_series(2);
        let mut batch = Batch::default();
        for host in ["a", "b", "c"] {
            batch.push(Labels::of("up", [("host", host)]).unwrap(), 1000, 1.0);
        }
        service.append(batch).await.unwrap();
        let grid = Grid { start: 0, step: 1000, len: 2 };
        let too_many = service.query(&query(vec![Matcher::metric("up")]), grid).await.unwrap_err();
        assert!(too_many.to_string().contains("matches 3 series, 2 are allowed"), "{too_many}");
        let unbounded = service.query(&query(Vec::new()), grid).await.unwrap_err();
        assert!(matches!(unbounded, ServiceError::Unbounded), "{unbounded}");
        assert_eq!(service.rejected_queries(), 2);
    }
}
