//! What Watchfire tells about itself: a log, traces and metrics. Traces and metrics are OpenTelemetry's; they go out over
//! OTLP when an endpoint is configured. The metrics also stand at `/metrics` and, as samples, in Watchfire's own storage.

mod exposition;
mod http;
mod instruments;
mod muting;
pub(crate) mod notifications;
mod own;
mod pictures;
mod process;
mod reader;
mod rules;

use std::sync::mpsc;
use std::time::{Duration, Instant};

use opentelemetry::global;
use opentelemetry::metrics::{Histogram, Meter, MeterProvider};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{LogConfig, LogFormat};

pub(crate) use exposition::exposition;
pub(crate) use http::measure;
pub(crate) use instruments::{Sources, register};
pub(crate) use muting::register_muting;
pub(crate) use own::OwnCollector;
pub(crate) use process::ProcessUsage;
use reader::{Family, SharedReader};

/// The name under which Watchfire tells about itself.
const SCOPE: &str = "watchfire";

/// The providers, and the instruments that are written to as things happen.
pub(crate) struct Telemetry {
    meters: SdkMeterProvider,
    tracers: Option<SdkTracerProvider>,
    reader: SharedReader,
    /// Seconds from a request's head to its answer's head.
    pub(super) request_duration: Histogram<f64>,
}

/// Why telemetry cannot start.
#[derive(Debug, thiserror::Error)]
#[error(
    "the OpenTelemetry exporter cannot start: {0}; look at the OTEL_EXPORTER_OTLP_ variables, or unset them"
)]
pub(crate) struct TelemetryError(String);

impl Telemetry {
    /// Starts the log, and the exporters if the environment names an endpoint. Outside of an async runtime: the exporters
    /// have threads of their own.
    pub(crate) fn start(log: &LogConfig) -> Result<Self, TelemetryError> {
        let resource = resource();
        let reader = SharedReader::new();
        let mut meters =
            SdkMeterProvider::builder().with_reader(reader.clone()).with_resource(resource.clone());
        if is_exported("METRICS") {
            let exporter = MetricExporter::builder().with_http().build();
            let exporter = exporter.map_err(|error| TelemetryError(error.to_string()))?;
            meters = meters.with_reader(PeriodicReader::builder(exporter).build());
        }
        let meters = meters.build();
        let tracers = if is_exported("TRACES") {
            let exporter = SpanExporter::builder().with_http().build();
            let exporter = exporter.map_err(|error| TelemetryError(error.to_string()))?;
            Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
        } else {
            None
        };
        start_log(log, tracers.as_ref());
        global::set_meter_provider(meters.clone());
        let request_duration = meters
            .meter(SCOPE)
            .f64_histogram("watchfire_http_request_duration_seconds")
            .with_description("Time from a request's head to its answer's head.")
            .with_boundaries(vec![0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0])
            .build();
        Ok(Self { meters, tracers, reader, request_duration })
    }

    /// Where instruments are made.
    pub(crate) fn meter(&self) -> Meter {
        self.meters.meter(SCOPE)
    }

    /// All metrics as they are now.
    pub(crate) fn gather(&self) -> Vec<Family> {
        self.reader.gather()
    }

    /// Sends what has not been sent yet, if that takes no longer than `patience`. Outside of an async runtime.
    pub(crate) fn stop(&self, patience: Duration) {
        let (done, ended) = mpsc::channel();
        let (tracers, meters) = (self.tracers.clone(), self.meters.clone());
        // On threads of their own: the exporters wait for seconds for a collector that does not answer.
        let (traces_done, metrics_done) = (done.clone(), done);
        std::thread::spawn(move || {
            let sent = tracers.map_or(Ok(()), |tracers| tracers.shutdown());
            // Nobody listens any more if it took too long.
            let _ = traces_done.send(sent);
        });
        std::thread::spawn(move || {
            let _ = metrics_done.send(meters.shutdown());
        });
        let deadline = Instant::now() + patience;
        for _ in 0..2 {
            let left = deadline.saturating_duration_since(Instant::now());
            if !matches!(ended.recv_timeout(left), Ok(Ok(()))) {
                eprintln!(
                    "watchfire: the last traces or metrics were not sent; is the OpenTelemetry collector well?"
                );
                return;
            }
        }
    }
}

/// Whether a signal is to be exported, by the variables of the OpenTelemetry specification.
fn is_exported(signal: &str) -> bool {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let endpoint = variable("OTEL_EXPORTER_OTLP_ENDPOINT")
        .or_else(|| variable(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")))
        .is_some();
    let switched_off = variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || variable(&format!("OTEL_{signal}_EXPORTER")).is_some_and(|value| value == "none");
    endpoint && !switched_off
}

/// What all telemetry says of its source: what the environment says, and `watchfire` where it names no service.
fn resource() -> Resource {
    let named = std::env::var("OTEL_SERVICE_NAME").is_ok_and(|name| !name.is_empty())
        || std::env::var("OTEL_RESOURCE_ATTRIBUTES")
            .is_ok_and(|attributes| attributes.contains("service.name="));
    let resource = Resource::builder();
    if named { resource.build() } else { resource.with_service_name("watchfire").build() }
}

fn start_log(log: &LogConfig, tracers: Option<&SdkTracerProvider>) {
    // The level is known to be readable: the configuration has read it the same way.
    let filter = || EnvFilter::try_new(&log.level).unwrap_or_default();
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match log.format {
        LogFormat::Text => {
            let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
            tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(ansi)
                .with_filter(filter())
                .boxed()
        }
        LogFormat::Json => {
            tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).with_filter(filter()).boxed()
        }
    };
    let spans = tracers.map(|tracers| {
        // The exporter's own HTTP client must not be traced, or each export would cause another.
        let filter = EnvFilter::new("info,opentelemetry=off,hyper=off,reqwest=off,h2=off");
        tracing_opentelemetry::layer().with_tracer(tracers.tracer(SCOPE)).with_filter(filter)
    });
    // A second start in one process (tests) keeps the first log.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines).with(spans));
}
