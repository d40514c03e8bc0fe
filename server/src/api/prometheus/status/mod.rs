//! `/api/v1/status/...`: what this server is and how it is set up, in the words of a Prometheus.

mod settings;
mod tsdb;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use watchfire_model::{format_duration, format_utc};

use super::envelope::data;
use crate::clock::now;
use crate::http::App;

pub(super) use settings::{config, flags};
pub(super) use tsdb::tsdb;

/// The version of Prometheus whose API this is: clients decide by it what they may ask for.
const PROMETHEUS: &str = "3.5.0";

/// `/api/v1/status/buildinfo`.
pub(super) async fn build() -> Response {
    data(&json!({
        "version": PROMETHEUS,
        "revision": concat!("watchfire-", env!("CARGO_PKG_VERSION")),
        "branch": "",
        "buildUser": "",
        "buildDate": "",
        "goVersion": "",
    }))
}

/// The fields of Go's runtime are there because clients decode all of them; those without a counterpart are empty.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Runtime {
    start_time: String,
    #[serde(rename = "CWD")]
    cwd: String,
    hostname: String,
    server_time: String,
    reload_config_success: bool,
    last_config_time: String,
    corruption_count: usize,
    /// Tasks of the async runtime: what comes nearest to goroutines.
    goroutine_count: usize,
    #[serde(rename = "GOMAXPROCS")]
    parallelism: usize,
    #[serde(rename = "GOMEMLIMIT")]
    memory_limit: i64,
    #[serde(rename = "GOGC")]
    gc: &'static str,
    #[serde(rename = "GODEBUG")]
    debug: &'static str,
    storage_retention: String,
}

/// `/api/v1/status/runtimeinfo`.
pub(super) async fn runtime(State(app): State<App>) -> Response {
    let rfc3339 = |millis| format_utc(millis, 0, "%Y-%m-%dT%H:%M:%S%.3fZ");
    let now = now();
    let started = now - i64::try_from(app.started.elapsed().as_millis()).unwrap_or_default();
    // What is scraped is read again while the server runs; its own settings are read at the start only.
    let (reloaded, loaded_at) = match &app.scraper {
        Some(scraper) => (scraper.config_error().is_none(), scraper.loaded_at()),
        None => (true, started),
    };
    let runtime = Runtime {
        start_time: rfc3339(started),
        cwd: std::env::current_dir().map(|dir| dir.display().to_string()).unwrap_or_default(),
        hostname: sysinfo::System::host_name().unwrap_or_default(),
        server_time: rfc3339(now),
        reload_config_success: reloaded,
        last_config_time: rfc3339(loaded_at),
        corruption_count: app.service.storage_stats().quarantined_blocks,
        goroutine_count: tokio::runtime::Handle::current().metrics().num_alive_tasks(),
        parallelism: std::thread::available_parallelism().map_or(1, usize::from),
        memory_limit: i64::MAX,
        gc: "",
        debug: "",
        storage_retention: retention(&app),
    };
    data(&runtime)
}

/// `7d`, `7d or 512MiB`; `0s` for ever.
fn retention(app: &App) -> String {
    let storage = &app.config.storage;
    let time = storage.retention.map_or_else(
        || "0s".to_owned(),
        |keep| format_duration(i64::try_from(keep.as_millis()).unwrap_or(i64::MAX)),
    );
    match storage.max_bytes {
        Some(bytes) => format!("{time} or {bytes}B"),
        None => time,
    }
}

/// `/api/v1/status/walreplay`: the journal is read before the server listens.
pub(super) async fn wal_replay() -> Response {
    data(&json!({"min": 0, "max": 0, "current": 0}))
}
