//! A client: its metrics, the thread that sends them, and how they do.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{Instrument, PeriodicReader, SdkMeterProvider, Stream};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::builder::Builder;
use crate::export::Exporter;
use crate::flush::Flusher;
use crate::guard::{MonitoredOperation, stepped};
use crate::instruments::{Counter, Definition, Gauge, Histogram};
use crate::labels::{self, Hashed, Label};
use crate::operation::{Metrics, Operation};
use crate::recorder::{Reason, Recorder};
use crate::registry::{InstrumentError, Registry};
use crate::settings::{SettingError, Settings};
use crate::usage;

/// The name of the instrumentation scope.
const SCOPE: &str = "watchfire";
/// Operations, by name and labels, that are remembered. Others are looked up piece by piece.
const MOST_KNOWN: usize = 4096;

/// Why a client cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting cannot be.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// What sends cannot be made.
    #[error("the exporter cannot start: {0}")]
    Exporter(String),
    /// The functions of this crate have their client already.
    #[error("there is a client already: install one before the first metric is made, and only one")]
    Installed,
}

/// What a client itself costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overhead {
    /// Mean time of a recorded call, one reading of the clock included; of an operation, of its beginning and its end
    /// together. Zero before the first sample.
    pub mean: Duration,
    /// Calls that the mean is of: one in 1024 of each thread.
    pub sampled_calls: u64,
    /// Time that sending took, most of it waiting for the server.
    pub export_time: Duration,
    /// CPU time of the thread that collects and sends, up to its last sending. That of the HTTP client's thread is not in
    /// it. Zero where the system does not tell.
    pub export_cpu: Duration,
}

/// How a client is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Label sets that are held, of all metrics.
    pub series: usize,
    /// Collections that the server took.
    pub exports: u64,
    /// Data points in them.
    pub sent: u64,
    /// Collections that it did not take, after all attempts.
    pub failures: u64,
    /// Calls and lookups whose labels found no room, and went to the series `otel.metric.overflow="true"`.
    pub overflowed: u64,
    /// What was lost, as [`Client::dropped`] has it.
    pub dropped: BTreeMap<&'static str, u64>,
    /// What last went wrong; empty if nothing did.
    pub last_error: String,
}

/// Counts and times, and sends the sums every 30 seconds from a thread of its own. Clones are handles on the same client.
/// When the last is gone, a thread sends once more; call [`shutdown`](Self::shutdown) to wait for that.
#[derive(Clone)]
pub struct Client(Arc<Core>);

struct Core {
    recorder: Arc<Recorder>,
    registry: Registry,
    operations: RwLock<Known>,
    flusher: Arc<Flusher>,
    provider: SdkMeterProvider,
    warnings: Vec<SettingError>,
}

type Known = HashMap<u64, Vec<Arc<Metrics>>, Hashed>;

impl Drop for Core {
    fn drop(&mut self) {
        end(self.provider.clone());
    }
}

/// Ends the threads of the SDK, without waiting for them.
fn end(provider: SdkMeterProvider) {
    let thread = thread::Builder::new().name("watchfire-shutdown".to_owned());
    // Without a thread the SDK waits for its own as the provider is dropped: five seconds at most.
    let _ = thread.spawn(move || provider.shutdown());
}

impl Client {
    /// Begins with the settings of the environment.
    pub fn builder() -> Builder {
        Builder::from_environment()
    }

    pub(crate) fn start(settings: &Settings, warnings: Vec<SettingError>) -> Result<Self, StartError> {
        let recorder = Arc::new(Recorder::new(!settings.disabled));
        if let Some(warning) = warnings.last() {
            recorder.complain(warning.to_string());
        }
        let counts = Arc::clone(&recorder);
        let sending = settings.clone();
        // On a thread of its own: the caller may be inside of an async runtime.
        let thread = thread::Builder::new().name("watchfire-start".to_owned());
        let made = thread
            .spawn(move || Exporter::new(&sending, counts))
            .map_err(|error| StartError::Exporter(error.to_string()))?;
        let exporter = match made.join() {
            Ok(made) => made.map_err(StartError::Exporter)?,
            Err(_) => return Err(StartError::Exporter("the HTTP client failed".to_owned())),
        };
        let reader = PeriodicReader::builder(exporter).with_interval(settings.interval).build();
        let provider = SdkMeterProvider::builder().with_reader(reader);
        Ok(Self::with(provider, settings, recorder, warnings))
    }

    /// A client that records nothing, for where none can be made.
    pub(crate) fn inert(why: &StartError) -> Self {
        let recorder = Arc::new(Recorder::new(false));
        recorder.stop();
        recorder.complain(why.to_string());
        Self::with(SdkMeterProvider::builder(), &Settings::default(), recorder, Vec::new())
    }

    fn with(
        provider: opentelemetry_sdk::metrics::MeterProviderBuilder,
        settings: &Settings,
        recorder: Arc<Recorder>,
        warnings: Vec<SettingError>,
    ) -> Self {
        let attributes = settings.resource(&usage::host());
        let attributes = attributes.into_iter().map(|(name, value)| KeyValue::new(name, value));
        // Above our own bound, and the overflow series: the SDK's must never hold.
        let limit = settings.max_series + 2;
        let provider = provider
            .with_resource(Resource::builder_empty().with_attributes(attributes).build())
            .with_view(move |_: &Instrument| Stream::builder().with_cardinality_limit(limit).build().ok())
            .build();
        let registry = Registry::new(provider.meter(SCOPE), settings.max_series, &recorder);
        let (operations, flusher) = (RwLock::default(), Arc::default());
        Self(Arc::new(Core { recorder, registry, operations, flusher, provider, warnings }))
    }

    pub(crate) fn parts(&self) -> (&Arc<Recorder>, &Registry) {
        (&self.0.recorder, &self.0.registry)
    }

    /// A counter about to be made.
    pub fn counter(&self, name: &str) -> Definition<'_, Counter> {
        Definition::new(self, name)
    }

    /// A gauge about to be made.
    pub fn gauge(&self, name: &str) -> Definition<'_, Gauge> {
        Definition::new(self, name)
    }

    /// A histogram about to be made: of seconds, in the buckets [`SECONDS`](crate::SECONDS), unless told.
    pub fn histogram(&self, name: &str) -> Definition<'_, Histogram> {
        Definition::new(self, name)
    }

    /// Measures a call as [`monitored_operation`](Self::monitored_operation) does. It is a success unless it panics.
    pub fn timed_operation<T>(&self, name: &str, work: impl FnOnce() -> T) -> T {
        let _run = self.monitored_operation(name, &[]);
        work()
    }

    /// Measures a future. Its CPU time is that of its own steps: what else runs while it waits is not counted. It is a
    /// success unless it panics or is dropped before its end.
    pub fn timed_operation_async<F: Future>(
        &self,
        name: &str,
        future: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        let metrics = if self.0.recorder.enabled() { self.metrics(name, &[]) } else { None };
        stepped(metrics, future, |_| None)
    }

    /// Begins a run of an operation, which ends when the guard is dropped. Recorded are
    ///
    /// - `NAME_duration_seconds`: a histogram of wall time;
    /// - `NAME_total`: runs, by `outcome` (`success`, `failure`) and, where that is known of a failure, `exception`: the
    ///   type of the error, `panic` or `cancelled`;
    /// - `NAME_cpu_seconds_total`: CPU time of the thread, where the system tells it.
    ///
    /// A name that no metric can have is counted as `invalid`, and nothing is recorded.
    #[inline]
    pub fn monitored_operation(&self, name: &str, labels: &[Label<'_>]) -> MonitoredOperation {
        if !self.0.recorder.enabled() {
            return MonitoredOperation::begin(None);
        }
        self.with_known(name, labels, |metrics| MonitoredOperation::begin(Some(metrics)))
            .unwrap_or_else(|| MonitoredOperation::begin(self.metrics(name, labels).as_ref()))
    }

    /// An operation to be kept: its runs cost less.
    pub fn operation(&self, name: &str, labels: &[Label<'_>]) -> Result<Operation, InstrumentError> {
        self.make(name, labels, false).map(Operation)
    }

    /// The same, whose runs also record `NAME_max_rss_growth_bytes_total`: by how much they raised the highest resident
    /// memory of the whole process, in bytes. That is 0 for whatever stays below an earlier peak, and what other threads
    /// take meanwhile is in it. It is read from `/proc/self/status` before and after, some 15 µs each; on Linux only.
    pub fn operation_with_memory(
        &self,
        name: &str,
        labels: &[Label<'_>],
    ) -> Result<Operation, InstrumentError> {
        self.make(name, labels, true).map(Operation)
    }

    fn make(&self, name: &str, labels: &[Label<'_>], memory: bool) -> Result<Arc<Metrics>, InstrumentError> {
        let labels = labels::without_surplus(labels);
        let core = &self.0;
        Metrics::new(&core.recorder, &core.registry, name, memory, &labels).map(Arc::new)
    }

    /// The metrics of an operation: those that were made before, for as many as may be remembered.
    fn metrics(&self, name: &str, labels: &[Label<'_>]) -> Option<Arc<Metrics>> {
        let labels = &labels::without_surplus(labels)[..];
        if let Some(found) = self.with_known(name, labels, Arc::clone) {
            return Some(found);
        }
        let core = &self.0;
        let made = match self.make(name, labels, false) {
            Ok(made) => made,
            Err(error) => {
                core.recorder.lose(Reason::Invalid, 1, format!("operation {name:?}: {error}"));
                return None;
            }
        };
        let mut known = core.operations.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST_KNOWN {
            known.entry(self.key(name, labels)).or_default().push(Arc::clone(&made));
        }
        Some(made)
    }

    #[inline]
    fn with_known<R>(
        &self,
        name: &str,
        labels: &[Label<'_>],
        then: impl FnOnce(&Arc<Metrics>) -> R,
    ) -> Option<R> {
        let known = self.0.operations.read().unwrap_or_else(PoisonError::into_inner);
        let alike = known.get(&self.key(name, labels))?;
        alike.iter().find(|one| one.name == name && labels::same(&one.labels, labels)).map(then)
    }

    fn key(&self, name: &str, labels: &[Label<'_>]) -> u64 {
        let seed = self.0.recorder.seed;
        xxh3_64_with_seed(name.as_bytes(), seed) ^ labels::hash(seed, labels)
    }

    /// Makes every call return at once and stops sending. What was counted is kept.
    pub fn disable(&self) {
        self.0.recorder.enable(false);
    }

    /// Undoes [`disable`](Self::disable), but not [`shutdown`](Self::shutdown).
    pub fn enable(&self) {
        self.0.recorder.enable(true);
    }

    /// Whether calls are recorded.
    pub fn is_enabled(&self) -> bool {
        self.0.recorder.enabled()
    }

    /// Sends everything now, waiting `timeout` at most. `true` if all of it arrived. With the server away it returns `false`
    /// and the sums stay. It blocks the thread: inside of an async runtime, call it on a thread for that.
    pub fn flush(&self, timeout: Duration) -> bool {
        let core = &self.0;
        !core.recorder.stopped() && core.flusher.flush(&core.provider, &core.recorder, timeout)
    }

    /// Flushes and ends: nothing is recorded any more, and the threads go. `true` if everything arrived in time. Waits for
    /// `timeout` at most.
    pub fn shutdown(&self, timeout: Duration) -> bool {
        let core = &self.0;
        core.recorder.enable(false);
        let arrived = self.flush(timeout);
        core.recorder.stop();
        end(core.provider.clone());
        arrived
    }

    /// Ends as [`shutdown`](Self::shutdown) does, sending nothing.
    pub(crate) fn end(&self) {
        self.0.recorder.stop();
        end(self.0.provider.clone());
    }

    /// What recording and sending have cost so far.
    pub fn overhead(&self) -> Overhead {
        let recorder = &self.0.recorder;
        let (sampled_calls, mean) = recorder.mean();
        let nanos =
            |count: &std::sync::atomic::AtomicU64| Duration::from_nanos(count.load(Ordering::Relaxed));
        Overhead {
            mean,
            sampled_calls,
            export_time: nanos(&recorder.export_nanos),
            export_cpu: nanos(&recorder.export_cpu_nanos),
        }
    }

    /// What was lost, by reason, as in `watchfire_client_dropped_total`:
    ///
    /// - `invalid`: calls with values, and operations with names, that cannot be recorded;
    /// - `undelivered`: data points of collections that the server did not take. Sums come again with the next collection;
    ///   what is lost is how they, and gauges, stood in between;
    /// - `instruments`: metrics beyond 1000, which are not sent.
    pub fn dropped(&self) -> BTreeMap<&'static str, u64> {
        let recorder = &self.0.recorder;
        let counts = Reason::ALL.into_iter().map(|reason| (reason.word(), recorder.dropped(reason)));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// How much is held, sent and lost.
    pub fn stats(&self) -> Stats {
        let recorder = &self.0.recorder;
        Stats {
            series: self.0.registry.series(),
            exports: recorder.exports.load(Ordering::Relaxed),
            sent: recorder.sent.load(Ordering::Relaxed),
            failures: recorder.failures.load(Ordering::Relaxed),
            overflowed: recorder.overflowed.load(Ordering::Relaxed),
            dropped: self.dropped(),
            last_error: recorder.last_error(),
        }
    }

    /// Variables of the environment that were passed over, and why. Nothing is printed of them.
    pub fn warnings(&self) -> &[SettingError] {
        &self.0.warnings
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Client").field(&self.stats()).finish()
    }
}
