//! What machines ask: is it alive, is it ready, how is it doing.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

use super::App;

/// The answer to `/health` and `/ready`.
#[derive(Serialize)]
pub(super) struct Probe {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Probe {
    fn ok() -> (StatusCode, Json<Self>) {
        (StatusCode::OK, Json(Self { status: "ok", reason: None }))
    }

    fn failed(reason: String) -> (StatusCode, Json<Self>) {
        (StatusCode::SERVICE_UNAVAILABLE, Json(Self { status: "failed", reason: Some(reason) }))
    }
}

/// The process is alive and its database answers.
pub(super) async fn health(State(app): State<App>) -> (StatusCode, Json<Probe>) {
    match app.service.check().await {
        Ok(()) => Probe::ok(),
        Err(error) => Probe::failed(error.to_string()),
    }
}

/// Requests are welcome: the database answers, and the server is not about to stop.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, Json<Probe>) {
    if app.stop.is_cancelled() {
        return Probe::failed("the server is stopping".to_owned());
    }
    health(State(app)).await
}

/// The answer to `/status`.
#[derive(Serialize)]
pub(super) struct Status {
    version: &'static str,
    uptime_seconds: f64,
    interface: &'static str,
    storage: Storage,
    collectors: BTreeMap<&'static str, Collector>,
    connections: Connections,
}

#[derive(Serialize)]
struct Storage {
    head_series: usize,
    head_samples: usize,
    appended_samples: u64,
    refused_samples: u64,
    partitions: usize,
    disk_bytes: u64,
    journal_bytes: u64,
    quarantined_blocks: usize,
    oldest_timestamp_ms: Option<i64>,
    newest_timestamp_ms: Option<i64>,
}

#[derive(Serialize)]
struct Collector {
    runs: u64,
    failures: u64,
    missed: u64,
    samples: usize,
    last_duration_seconds: f64,
    mean_duration_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Connections {
    websockets: usize,
    subscriptions: usize,
    streams: usize,
    skipped: u64,
}

/// How everything is doing.
pub(super) async fn status(State(app): State<App>) -> Json<Status> {
    let storage = app.service.storage_stats();
    let live = app.hub.stats();
    let collectors = app.collectors.snapshot().into_iter().map(|(name, stats)| {
        let mean = stats.total.as_secs_f64() / (stats.runs.max(1) as f64);
        let collector = Collector {
            runs: stats.runs,
            failures: stats.failures,
            missed: stats.missed,
            samples: stats.samples,
            last_duration_seconds: stats.last.as_secs_f64(),
            mean_duration_seconds: mean,
            error: stats.error,
        };
        (name, collector)
    });
    Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: app.started.elapsed().as_secs_f64(),
        interface: if app.site.is_empty() { "not built" } else { "ready" },
        storage: Storage {
            head_series: storage.head_series,
            head_samples: storage.head_samples,
            appended_samples: storage.appended_samples,
            refused_samples: storage.refused_samples.iter().sum(),
            partitions: storage.partitions,
            disk_bytes: storage.disk_bytes,
            journal_bytes: storage.journal_bytes,
            quarantined_blocks: storage.quarantined_blocks,
            oldest_timestamp_ms: storage.oldest,
            newest_timestamp_ms: storage.newest,
        },
        collectors: collectors.collect(),
        connections: Connections {
            websockets: live.connections.load(Ordering::Relaxed),
            subscriptions: live.watchers.load(Ordering::Relaxed),
            streams: live.streams.load(Ordering::Relaxed),
            skipped: live.skipped.load(Ordering::Relaxed),
        },
    })
}

/// Watchfire's own metrics in Prometheus' text format 0.0.4.
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let text = crate::telemetry::exposition(&app.telemetry.gather());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}
