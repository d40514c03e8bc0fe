//! `/api/v1/watchfire/heartbeats`, and the addresses that jobs ask.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_service::heartbeats::{Heartbeat, Kept};

use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::{created, data};
use crate::clock::now;
use crate::http::App;

/// A new heartbeat.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    #[serde(default)]
    uid: Option<String>,
    heartbeat: Heartbeat,
}

/// What becomes of one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Next {
    heartbeat: Heartbeat,
}

fn shown(app: &App, kept: &Kept, now: i64) -> Value {
    let alerting = app.service.alerting();
    let external_url = &alerting.settings().external_url;
    json!({
        "uid": kept.uid,
        "heartbeat": kept.heartbeat,
        "url": format!("{}/heartbeat/{}", external_url.trim_end_matches('/'), kept.token),
        "state": kept.state(now),
        "last": kept.last,
        "due_at": kept.due_at(),
        "created_at": kept.created_at,
        "updated_at": kept.updated_at,
    })
}

/// All.
pub(super) async fn list(State(app): State<App>) -> Response {
    let now = now();
    let all = app.notifying.heartbeats.list();
    data(all.iter().map(|kept| shown(&app, kept, now)).collect::<Vec<_>>())
}

/// One of them.
pub(super) async fn one(State(app): State<App>, Path(uid): Path<String>) -> Result<Response, Failure> {
    let kept = app.notifying.heartbeats.get(&uid)?;
    Ok(data(shown(&app, &kept, now())))
}

/// Makes one.
pub(super) async fn create(State(app): State<App>, Whole(new): Whole<New>) -> Result<Response, Failure> {
    let now = now();
    let kept = app.notifying.heartbeats.create(new.uid, new.heartbeat, now).await?;
    Ok(created(shown(&app, &kept, now)))
}

/// Changes one.
pub(super) async fn save(
    State(app): State<App>,
    Path(uid): Path<String>,
    Whole(next): Whole<Next>,
) -> Result<Response, Failure> {
    let now = now();
    let kept = app.notifying.heartbeats.save(&uid, next.heartbeat, now).await?;
    Ok(data(shown(&app, &kept, now)))
}

/// Deletes one.
pub(super) async fn delete(State(app): State<App>, Path(uid): Path<String>) -> Result<StatusCode, Failure> {
    app.notifying.heartbeats.remove(&uid).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A job says that all is well.
pub(super) async fn well(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failure> {
    heard(&app, &token, false).await
}

/// A job says that it failed.
pub(super) async fn failed(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failure> {
    heard(&app, &token, true).await
}

async fn heard(app: &App, token: &str, failed: bool) -> Result<Response, Failure> {
    app.notifying.heartbeats.ping(token, failed, now()).await?;
    // What lies between must not answer in place of the server.
    Ok(([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response())
}
