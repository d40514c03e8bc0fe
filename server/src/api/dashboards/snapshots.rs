//! `/api/v1/snapshots`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use watchfire_service::dashboards::Freeze;

use super::body::Whole;
use super::failure::Failure;
use super::success::{created, data};
use crate::clock::now;
use crate::http::App;

/// Keeps what a dashboard shows now.
pub(super) async fn create(State(app): State<App>, Whole(asked): Whole<Freeze>) -> Result<Response, Failure> {
    let head = app.service.dashboards().freeze(&asked, now()).await?;
    let path = format!("/snapshots/{}", head.uid);
    Ok(created(json!({
        "uid": head.uid, "path": path, "title": head.title, "created_at": head.created_at,
        "expires_at": head.expires_at, "bytes": head.bytes,
    })))
}

/// What is in one.
pub(super) async fn data_of(State(app): State<App>, Path(uid): Path<String>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().frozen(&uid, now()).await?))
}

/// All snapshots.
pub(super) async fn list(State(app): State<App>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().snapshots().await?))
}

/// Deletes one.
pub(super) async fn delete(State(app): State<App>, Path(uid): Path<String>) -> Result<StatusCode, Failure> {
    app.service.dashboards().delete_snapshot(&uid).await?;
    Ok(StatusCode::NO_CONTENT)
}
