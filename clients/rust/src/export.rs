//! The SDK's exporter, with an eye on what becomes of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use opentelemetry_otlp::{Compression, MetricExporter, Protocol, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;

use crate::recorder::{Reason, Recorder, nanos};
use crate::settings::{Settings, header};
use crate::usage;

const AGENT: &str = concat!("watchfire-rust/", env!("CARGO_PKG_VERSION"));

/// Sends a collection as OTLP over HTTP, and counts how that went.
pub(crate) struct Exporter {
    inner: MetricExporter,
    endpoint: String,
    recorder: Arc<Recorder>,
}

impl Exporter {
    /// Makes one. Not inside of an async runtime: the HTTP client refuses to be made there.
    pub(crate) fn new(settings: &Settings, recorder: Arc<Recorder>) -> Result<Self, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.headers {
            let (name, mut value) = header(name, value)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        // The client's, since the exporter would decode percent signs in them.
        let client = reqwest::blocking::Client::builder()
            .timeout(settings.timeout)
            .default_headers(headers)
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        // The exporter's, which has one of this very name that would win over the client's.
        let agent = ("User-Agent".to_owned(), AGENT.to_owned());
        let mut builder = MetricExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_headers(HashMap::from([agent]))
            .with_endpoint(&settings.endpoint)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(settings.timeout)
            // Nothing is lost when a collection does not arrive: the next has the sums of both.
            .with_temporality(Temporality::Cumulative);
        if settings.gzip {
            builder = builder.with_compression(Compression::Gzip);
        }
        let inner = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { inner, endpoint: settings.endpoint.clone(), recorder })
    }

    async fn send(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let recorder = &self.recorder;
        let count = points(metrics);
        let result = self.inner.export(metrics).await;
        match &result {
            Ok(()) => {
                recorder.exports.fetch_add(1, Ordering::Relaxed);
                recorder.sent.fetch_add(count, Ordering::Relaxed);
            }
            Err(error) => {
                recorder.failures.fetch_add(1, Ordering::Relaxed);
                let why = format!("{} did not take {count} data points: {error}", self.endpoint);
                recorder.lose(Reason::Undelivered, count, why);
            }
        }
        result
    }
}

impl PushMetricExporter for Exporter {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        if self.recorder.stopped() {
            return Err(OTelSdkError::AlreadyShutdown);
        }
        if !self.recorder.sends() {
            return Ok(());
        }
        let began = Instant::now();
        let result = self.send(metrics).await;
        self.recorder.export_nanos.fetch_add(nanos(began.elapsed()), Ordering::Relaxed);
        // The thread does nothing but collect and send, so that its clock tells what both took.
        if let Some(cpu) = usage::thread_cpu() {
            self.recorder.export_cpu_nanos.store(nanos(cpu), Ordering::Relaxed);
        }
        result
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.inner.temporality()
    }
}

/// Data points in a collection.
fn points(metrics: &ResourceMetrics) -> u64 {
    let all = metrics.scope_metrics().flat_map(ScopeMetrics::metrics);
    all.map(|metric| match metric.data() {
        AggregatedMetrics::F64(data) => points_of(data),
        AggregatedMetrics::U64(data) => points_of(data),
        AggregatedMetrics::I64(data) => points_of(data),
    })
    .sum()
}

fn points_of<T>(data: &MetricData<T>) -> u64 {
    let count = match data {
        MetricData::Gauge(gauge) => gauge.data_points().count(),
        MetricData::Sum(sum) => sum.data_points().count(),
        MetricData::Histogram(histogram) => histogram.data_points().count(),
        MetricData::ExponentialHistogram(histogram) => histogram.data_points().count(),
    };
    count as u64
}
