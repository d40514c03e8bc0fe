//! What this server scrapes. Whom a Prometheus notifies is there and empty, as in a Prometheus without such a configuration.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use watchfire_model::{format_duration, format_utc};
use watchfire_scrape::{DroppedTarget, TargetState};

use super::envelope::data;
use super::error::Failure;
use super::form::Parameters;
use crate::clock;
use crate::http::App;

/// What Go writes for a time that never was.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// A target, in the words of Prometheus' API.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Active {
    discovered_labels: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    scrape_pool: String,
    scrape_url: String,
    global_url: String,
    last_error: String,
    last_scrape: String,
    last_scrape_duration: f64,
    health: &'static str,
    scrape_interval: String,
    scrape_timeout: String,
}

impl From<TargetState> for Active {
    fn from(target: TargetState) -> Self {
        let duration =
            |time: std::time::Duration| format_duration(i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
        let time = |millis| format_utc(millis, 0, "%Y-%m-%dT%H:%M:%S%.3fZ");
        let outcome = target.outcome;
        Self {
            discovered_labels: target.discovered,
            labels: target
                .labels
                .iter()
                .map(|label| (label.name.to_owned(), label.value.to_owned()))
                .collect(),
            scrape_pool: target.pool,
            global_url: target.url.clone(),
            scrape_url: target.url,
            last_error: outcome.last_error.unwrap_or_default(),
            last_scrape: outcome.last_scrape.map_or_else(|| NEVER.to_owned(), time),
            last_scrape_duration: outcome.last_duration.as_secs_f64(),
            health: outcome.health.as_str(),
            scrape_interval: duration(target.interval),
            scrape_timeout: duration(target.timeout),
        }
    }
}

/// `/api/v1/targets`.
pub(super) async fn targets(State(app): State<App>, parameters: Parameters) -> Result<Response, Failure> {
    let state = parameters.given("state").unwrap_or("any");
    if !matches!(state, "active" | "dropped" | "any") {
        return Err(Failure::parameter(
            "state",
            format!("not supported value {state:?}; there are active, dropped, any"),
        ));
    }
    let pool = parameters.given("scrapePool");
    let wanted = |name: &str| pool.is_none_or(|pool| pool == name);
    let (mut active, mut dropped) = (Vec::new(), Vec::new());
    if let Some(scraper) = &app.scraper {
        active = scraper.targets().into_iter().filter(|target| wanted(&target.pool)).collect();
        dropped = scraper.dropped_targets().into_iter().filter(|target| wanted(&target.pool)).collect();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for DroppedTarget { pool, .. } in &dropped {
        *counts.entry(pool).or_default() += 1;
    }
    let active: Vec<Active> =
        if state == "dropped" { Vec::new() } else { active.into_iter().map(Active::from).collect() };
    let listed: &[DroppedTarget] = if state == "active" { &[] } else { &dropped };
    let listed: Vec<_> = listed
        .iter()
        .map(|target| json!({"discoveredLabels": target.discovered, "scrapePool": target.pool}))
        .collect();
    Ok(data(&json!({"activeTargets": active, "droppedTargets": listed, "droppedTargetCounts": counts})))
}

/// `/api/v1/scrape_pools`.
pub(super) async fn scrape_pools(State(app): State<App>) -> Response {
    let pools = app.scraper.as_ref().map(|scraper| scraper.pools()).unwrap_or_default();
    data(&json!({"scrapePools": pools}))
}

/// `/api/v1/scrape_status`, which is none of Prometheus': which file tells what to scrape, and what is wrong with it.
pub(super) async fn scrape_status(State(app): State<App>) -> Response {
    let scraper = app.scraper.as_ref();
    data(&json!({
        "now": clock::now(),
        "file": scraper.map(|scraper| scraper.path().display().to_string()),
        "error": scraper.and_then(|scraper| scraper.config_error()).map(|error| error.to_string()),
        "problems": scraper.map(|scraper| scraper.discovery_problems()).unwrap_or_default(),
    }))
}

/// `/-/reload`: reads the file of what to scrape, the rule files and the file of who is told again.
pub(super) async fn reload(State(app): State<App>) -> Response {
    let alerting = app.service.alerting();
    let has_rules = !alerting.settings().files.is_empty();
    let notify = app.notifying.config.file();
    if app.scraper.is_none() && !has_rules && notify.is_none() {
        let text = "There is no file to read again: scrape.config, rules.files and notify.config name none (docs/CONFIG.md).\n";
        return (StatusCode::BAD_REQUEST, text).into_response();
    }
    let mut problems = Vec::new();
    if let Some(scraper) = app.scraper.clone() {
        match tokio::task::spawn_blocking(move || scraper.reload()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => problems.push(error.to_string()),
            Err(error) => return (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
        }
    }
    if has_rules {
        alerting.reload().await;
        problems.extend(alerting.files().errors.iter().map(ToString::to_string));
    }
    if let Some(file) = notify {
        file.look(&app.alertmanager).await;
        problems.extend(file.status().error);
    }
    if problems.is_empty() {
        return StatusCode::OK.into_response();
    }
    (StatusCode::BAD_REQUEST, problems.join("\n") + "\n").into_response()
}

/// `/api/v1/alertmanagers`.
pub(super) async fn alertmanagers() -> Response {
    data(&json!({"activeAlertmanagers": [], "droppedAlertmanagers": []}))
}

/// `/api/v1/notifications`.
pub(super) async fn notifications() -> Response {
    data(&[(); 0])
}
