use std::sync::{Arc, Weak};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, HistogramDataPoint, Metric, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{InstrumentKind, ManualReader, Pipeline, Temporality};

/// A metric with all its series, in Prometheus' terms.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Family {
    pub(super) name: String,
    pub(super) help: String,
    pub(super) kind: FamilyKind,
    pub(super) points: Vec<FamilyPoint>,
}

/// What the `# TYPE` line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FamilyKind {
    Counter,
    Gauge,
    Histogram,
}

/// One value of a metric.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FamilyPoint {
    /// What is added to the family's name: nothing, `_bucket`, `_sum` or `_count`.
    pub(super) suffix: &'static str,
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: f64,
}

/// Reads the metrics of this process when asked to; cloning shares it.
#[derive(Clone, Debug)]
pub(super) struct SharedReader(Arc<ManualReader>);

impl SharedReader {
    pub(super) fn new() -> Self {
        Self(Arc::new(ManualReader::builder().build()))
    }

    /// All metrics as they are now, by name.
    pub(super) fn gather(&self) -> Vec<Family> {
        let mut metrics = ResourceMetrics::default();
        if let Err(error) = self.0.collect(&mut metrics) {
            tracing::warn!(%error, "Watchfire's own metrics could not be read");
        }
        let mut families: Vec<Family> =
            metrics.scope_metrics().flat_map(ScopeMetrics::metrics).filter_map(family).collect();
        families.sort_by(|a, b| a.name.cmp(&b.name));
        families
    }
}

impl MetricReader for SharedReader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}

fn family(metric: &Metric) -> Option<Family> {
    let (kind, points) = match metric.data() {
        AggregatedMetrics::F64(data) => points(data, |value| value),
        AggregatedMetrics::U64(data) => points(data, |value| value as f64),
        AggregatedMetrics::I64(data) => points(data, |value| value as f64),
    }?;
    Some(Family { name: metric.name().to_owned(), help: metric.description().to_owned(), kind, points })
}

fn points<T: Copy>(data: &MetricData<T>, float: fn(T) -> f64) -> Option<(FamilyKind, Vec<FamilyPoint>)> {
    let plain = |labels, value| FamilyPoint { suffix: "", labels, value: float(value) };
    Some(match data {
        MetricData::Gauge(gauge) => {
            let points = gauge.data_points().map(|point| plain(labels(point.attributes()), point.value()));
            (FamilyKind::Gauge, points.collect())
        }
        MetricData::Sum(sum) => {
            let points = sum.data_points().map(|point| plain(labels(point.attributes()), point.value()));
            (if sum.is_monotonic() { FamilyKind::Counter } else { FamilyKind::Gauge }, points.collect())
        }
        MetricData::Histogram(histogram) => {
            (FamilyKind::Histogram, histogram.data_points().flat_map(|point| buckets(point, float)).collect())
        }
        // Watchfire makes none for itself.
        MetricData::ExponentialHistogram(_) => return None,
    })
}

/// A histogram's series: cumulative buckets, then sum and count.
fn buckets<T: Copy>(point: &HistogramDataPoint<T>, float: fn(T) -> f64) -> Vec<FamilyPoint> {
    let labels = labels(point.attributes());
    let bounds = point.bounds().map(|bound| bound.to_string()).chain(["+Inf".to_owned()]);
    let mut below = 0;
    let mut series: Vec<FamilyPoint> = bounds
        .zip(point.bucket_counts())
        .map(|(bound, count)| {
            below += count;
            let mut labels = labels.clone();
            labels.push(("le".to_owned(), bound));
            FamilyPoint { suffix: "_bucket", labels, value: below as f64 }
        })
        .collect();
    series.push(FamilyPoint { suffix: "_sum", labels: labels.clone(), value: float(point.sum()) });
    series.push(FamilyPoint { suffix: "_count", labels, value: point.count() as f64 });
    series
}

fn labels<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> Vec<(String, String)> {
    attributes.map(|attribute| (attribute.key.to_string(), attribute.value.to_string())).collect()
}
