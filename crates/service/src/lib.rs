//! The use cases: every action of a person, a token or the server itself passes here once. HTTP handlers, the live hub and
//! the pages' first render are thin shells over [`Service`], so that what holds for one road holds for all.

pub mod alerting;
pub mod alertmanager;
mod cache;
mod clock;
mod collection;
pub mod dashboards;
mod error;
mod evaluate;
pub mod heartbeats;
pub mod notify_config;
mod points;
mod prepared;
mod promql;
mod queried;
mod seen;
mod stored;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, watch};
use watchfire_model::{Exemplar, Grid, GridSeries, Labels, Matcher, Metadata, SeriesQuery, TimeRange};
use watchfire_storage::{
    AlertStore, Appender, Cardinality, ControlStore, Querier, SelectOptions, StorageStats,
};

use alerting::{Alerting, AlertingSettings};
use dashboards::{Control, DashboardSettings, Dashboards};

pub use cache::{CacheStats, Changes, Mark, Nature, nature};
pub use collection::{CollectionStats, Collectors, collect};
pub use error::ServiceError;
pub use evaluate::{LOOKBACK, evaluate};
pub use points::{Columns, Refusal, Source};
pub use prepared::Prepared;
pub use promql::{Evaluated, PromQuery, QueryLimits, parse_selector};
pub use seen::PanelAnswers;

/// The longest range in milliseconds that is decoded on the thread that asks.
const SHORT: i64 = 15 * 60_000;

/// The way to everything that Watchfire does. Cloning is cheap.
#[derive(Clone)]
pub struct Service {
    appender: Arc<dyn Appender>,
    querier: Arc<dyn Querier>,
    /// Counts the batches, so that whoever watches learns that there is something new.
    appended: watch::Sender<u64>,
    /// Series of one chart.
    max_series: usize,
    limits: QueryLimits,
    /// A permit for each query that may be evaluated now.
    evaluating: Arc<Semaphore>,
    queried: Arc<queried::Queried>,
    /// Queries that a limit refused.
    rejected: Arc<AtomicU64>,
    control: Arc<Control>,
    /// Range answers that are kept; `None` where the setting says so.
    cache: Option<cache::QueryCache>,
    changes: Arc<Changes>,
    alerting: Arc<alerting::Shared>,
    expired: Arc<stored::Expired>,
}

impl Service {
    /// A service over one storage.
    pub fn new(appender: Arc<dyn Appender>, querier: Arc<dyn Querier>) -> Self {
        Self {
            appender,
            querier,
            appended: watch::Sender::new(0),
            max_series: usize::MAX,
            limits: QueryLimits::default(),
            evaluating: Arc::new(Semaphore::new(QueryLimits::default().max_concurrent)),
            queried: Arc::default(),
            rejected: Arc::default(),
            control: Arc::default(),
            cache: None,
            changes: Arc::default(),
            alerting: Arc::default(),
            expired: Arc::default(),
        }
    }

    /// Keeps answers of range queries in up to `bytes` of memory; 0 keeps none, which is what a new service does.
    #[must_use]
    pub fn with_cache(self, bytes: u64) -> Self {
        Self { cache: cache::QueryCache::new(bytes), ..self }
    }

    /// What the cache of range queries holds and was good for; zeros where there is none.
    pub fn cache_stats(&self) -> CacheStats {
        self.cache.as_ref().map(cache::QueryCache::stats).unwrap_or_default()
    }

    /// Refuses charts whose query matches more than `max_series` series.
    #[must_use]
    pub fn with_max_series(self, max_series: usize) -> Self {
        Self { max_series, ..self }
    }

    /// Bounds PromQL queries.
    #[must_use]
    pub fn with_limits(self, limits: QueryLimits) -> Self {
        Self { limits, evaluating: Arc::new(Semaphore::new(limits.max_concurrent)), ..self }
    }

    /// Keeps dashboards in a store. Without, everything about them is refused.
    #[must_use]
    pub fn with_control(self, store: Arc<dyn ControlStore>, settings: DashboardSettings) -> Self {
        Self { control: Arc::new(Control::new(store, settings)), ..self }
    }

    /// Keeps the states of alerts in a store, and evaluates rules as `settings` say.
    #[must_use]
    pub fn with_alerting(self, store: Arc<dyn AlertStore>, settings: AlertingSettings) -> Self {
        Self { alerting: Arc::new(alerting::Shared::new(Some(store), settings)), ..self }
    }

    /// The way to rules and alerts.
    pub fn alerting(&self) -> Alerting {
        Alerting::new(self.clone())
    }

    /// The way to dashboards and what belongs to them.
    pub fn dashboards(&self) -> Dashboards {
        Dashboards::new(self.clone())
    }

    /// The bounds of PromQL queries.
    pub fn limits(&self) -> QueryLimits {
        self.limits
    }

    /// Reads the series that `query` picks, one value a point of `grid`; series without a value are left out, the others
    /// come in the order of their labels.
    pub async fn query(&self, query: &SeriesQuery, grid: Grid) -> Result<Vec<GridSeries>, ServiceError> {
        if query.matchers.is_empty() {
            return Err(self.reject(ServiceError::Unbounded));
        }
        self.queried.note_matchers(&query.matchers);
        let range = evaluate::samples_needed(query.function, grid);
        let mut selected = self.querier.select(&query.matchers, range, SelectOptions::ALL).await?;
        if selected.len() > self.max_series {
            return Err(
                self.reject(ServiceError::TooManySeries { found: selected.len(), most: self.max_series })
            );
        }
        selected.sort_by(|one, other| one.labels().cmp(other.labels()));
        let function = query.function;
        let work = move || {
            let mut answer = Vec::with_capacity(selected.len());
            for series in &selected {
                let values = evaluate::evaluate_selected(function, grid, range, series);
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

    /// The series that meet all matchers of one of the sets and may have samples in `range`, sorted.
    pub async fn series(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<Vec<Labels>, ServiceError> {
        Ok(self.querier.series(sets, range).await?)
    }

    /// The names of labels, sorted; of the series that meet one of `sets`, or of all where there is none.
    pub async fn label_names(
        &self,
        sets: &[Vec<Matcher>],
        range: TimeRange,
    ) -> Result<Vec<String>, ServiceError> {
        if sets.is_empty() {
            return Ok(self.querier.label_names(range).await?);
        }
        let series = self.querier.series(sets, range).await?;
        let names: BTreeSet<&str> =
            series.iter().flat_map(|labels| labels.iter().map(|label| label.name)).collect();
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    /// The values of a label, sorted; of the series that meet one of `sets`, or of all where there is none.
    pub async fn label_values(
        &self,
        name: &str,
        sets: &[Vec<Matcher>],
        range: TimeRange,
    ) -> Result<Vec<String>, ServiceError> {
        if sets.is_empty() {
            return Ok(self.querier.label_values(name, range).await?);
        }
        let series = self.querier.series(sets, range).await?;
        let values: BTreeSet<&str> = series.iter().filter_map(|labels| labels.get(name)).collect();
        Ok(values.into_iter().map(str::to_owned).collect())
    }

    /// Reads raw samples: for remote read and federation, which do their own encoding.
    pub async fn select(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
    ) -> Result<Vec<watchfire_storage::SelectedSeries>, ServiceError> {
        let limits = SelectOptions {
            max_series: self.limits.max_series,
            max_samples: self.limits.max_samples,
            buckets: None,
        };
        Ok(self.querier.select(matchers, range, limits).await?)
    }

    /// What senders said of one metric, or of all.
    pub async fn metadata(&self, metric: Option<&str>) -> Result<Vec<Metadata>, ServiceError> {
        Ok(self.querier.metadata(metric).await?)
    }

    /// The exemplars in `range` of the series that meet all matchers, by series and time.
    pub async fn exemplars(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
    ) -> Result<Vec<(Labels, Exemplar)>, ServiceError> {
        Ok(self.querier.exemplars(matchers, range).await?)
    }

    /// How many series there are in memory, and what they are made of.
    pub async fn cardinality(&self, most: usize) -> Result<Cardinality, ServiceError> {
        Ok(self.querier.cardinality(most).await?)
    }

    /// When a metric was last queried by its name since the start, in milliseconds since the epoch.
    pub fn last_queried(&self, metric: &str) -> Option<i64> {
        self.queried.when(metric)
    }

    /// Copies everything that was acknowledged before to `dir`, which must not exist.
    pub async fn snapshot(&self, dir: &Path) -> Result<(), ServiceError> {
        Ok(self.querier.snapshot(dir).await?)
    }

    /// Counts an error that a limit made.
    fn note(&self, error: ServiceError) -> ServiceError {
        use watchfire_promql::EvalError;
        match &error {
            ServiceError::Eval(
                EvalError::TooManySamples(_) | EvalError::TooManySeries { .. } | EvalError::Timeout(_),
            ) => self.reject(error),
            _ => error,
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
    use watchfire_model::{Batch, Function, Labels, Matcher, TimeRange};
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
            batch.push(&Labels::of("up", [("host", "a")]).unwrap(), second * 1000, f64::from(second as i32));
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
            batch.push(&Labels::of("up", [("host", host)]).unwrap(), 1000, 1.0);
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
