//! A metric and its series.
//!
//! Counters and gauges are numbers here that the SDK asks for at each collection; the SDK's own histograms count values in
//! buckets. Series are never forgotten: sums are cumulative since the start.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Histogram};

use crate::labels::{self, Hashed, Label};
use crate::recorder::Recorder;

/// What kind of metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// What makes a metric that metric.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) unit: String,
    pub(crate) description: String,
    /// Inclusive upper ends of buckets; empty but for histograms.
    pub(crate) bounds: Vec<f64>,
}

/// One label set of a metric.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) labels: Box<[KeyValue]>,
    /// The bits of an `f64`: NaN before the first call. Histograms do not use it.
    number: AtomicU64,
}

impl Series {
    fn new(labels: Box<[KeyValue]>) -> Self {
        Self { labels, number: AtomicU64::new(f64::NAN.to_bits()) }
    }

    /// Replaces the number, which is finite.
    #[inline]
    pub(crate) fn set(&self, value: f64) {
        self.number.store(value.to_bits(), Ordering::Relaxed);
    }

    /// Adds to the number, or to 0 before the first call. A sum beyond the largest number stays there: an infinite one
    /// would never be sent.
    #[inline]
    pub(crate) fn add(&self, value: f64) {
        let mut bits = self.number.load(Ordering::Relaxed);
        loop {
            let before = f64::from_bits(bits);
            let sum = (if before.is_nan() { 0.0 } else { before } + value).clamp(f64::MIN, f64::MAX);
            match self.number.compare_exchange_weak(bits, sum.to_bits(), Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return,
                Err(other) => bits = other,
            }
        }
    }

    /// The number, if there was a call.
    fn number(&self) -> Option<f64> {
        Some(f64::from_bits(self.number.load(Ordering::Relaxed))).filter(|number| !number.is_nan())
    }
}

/// By the hash of their labels.
type ByHash = HashMap<u64, Vec<Arc<Series>>, Hashed>;

fn find<'a>(held: &'a ByHash, hash: u64, labels: &[Label<'_>]) -> Option<&'a Arc<Series>> {
    held.get(&hash)?.iter().find(|series| labels::same(&series.labels, labels))
}

/// A metric by name.
pub(crate) struct Family {
    pub(crate) spec: Spec,
    max_series: usize,
    series: RwLock<ByHash>,
    count: AtomicUsize,
    overflow: OnceLock<Arc<Series>>,
    /// Where a histogram's values go; empty for a metric that is not sent.
    pub(crate) histogram: Option<Histogram<f64>>,
}

impl Family {
    pub(crate) fn new(spec: Spec, max_series: usize, histogram: Option<Histogram<f64>>) -> Self {
        Self {
            spec,
            max_series,
            series: RwLock::default(),
            count: AtomicUsize::new(0),
            overflow: OnceLock::new(),
            histogram,
        }
    }

    /// Calls `then` with the series of these labels: a new one while there is room, the overflow series after.
    #[inline]
    pub(crate) fn with<R>(
        &self,
        recorder: &Recorder,
        labels: &[Label<'_>],
        then: impl FnOnce(&Arc<Series>) -> R,
    ) -> R {
        // Looked at first: where it is full already, nobody can have added the series after the search.
        let full = self.count.load(Ordering::Acquire) >= self.max_series;
        let hash = labels::hash(recorder.seed, labels);
        {
            let held = self.series.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(series) = find(&held, hash, labels) {
                return then(series);
            }
        }
        then(&self.resolve(recorder, labels, full))
    }

    /// The series of these labels, to be kept.
    pub(crate) fn series(&self, recorder: &Recorder, labels: &[Label<'_>]) -> Arc<Series> {
        self.with(recorder, labels, Arc::clone)
    }

    #[cold]
    fn resolve(&self, recorder: &Recorder, given: &[Label<'_>], full: bool) -> Arc<Series> {
        if labels::has_surplus(given) {
            return self.series(recorder, &labels::without_surplus(given));
        }
        if full {
            return self.overflow(recorder);
        }
        let hash = labels::hash(recorder.seed, given);
        let mut held = self.series.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = find(&held, hash, given) {
            return Arc::clone(series);
        }
        if self.count.load(Ordering::Relaxed) >= self.max_series {
            return self.overflow(recorder);
        }
        let series = Arc::new(Series::new(labels::owned(given)));
        held.entry(hash).or_default().push(Arc::clone(&series));
        self.count.fetch_add(1, Ordering::Release);
        series
    }

    /// The series that takes what there is no room for. The name of its label is OpenTelemetry's:
    /// <https://opentelemetry.io/docs/specs/otel/metrics/sdk/#overflow-attribute>.
    fn overflow(&self, recorder: &Recorder) -> Arc<Series> {
        recorder.overflowed.fetch_add(1, Ordering::Relaxed);
        let make = || Arc::new(Series::new([KeyValue::new("otel.metric.overflow", "true")].into()));
        Arc::clone(self.overflow.get_or_init(make))
    }

    /// Label sets that are held.
    pub(crate) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed) + usize::from(self.overflow.get().is_some())
    }

    /// Tells the SDK the numbers of all series that were ever called.
    pub(crate) fn observe(&self, observer: &dyn AsyncInstrument<f64>) {
        let held = self.series.read().unwrap_or_else(PoisonError::into_inner);
        for series in held.values().flatten().chain(self.overflow.get()) {
            if let Some(number) = series.number() {
                observer.observe(number, &series.labels);
            }
        }
    }

    /// Counts a value into its bucket.
    #[inline]
    pub(crate) fn record(&self, series: &Series, value: f64) {
        if let Some(histogram) = &self.histogram {
            histogram.record(value, &series.labels);
        }
    }
}
