//! `/api/v1/snapshots`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::failure::Failure;
use super::success::data;
use crate::http::App;

/// All snapshots.
pub(super) async fn list(State(app): State<App>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().snapshots().await?))
}

/// Deletes one.
pub(super) async fn delete(State(app): State<App>, Path(uid): Path<String>) -> Result<StatusCode, Failure> {
    app.service.dashboards().delete_snapshot(&uid).await?;
    Ok(StatusCode::NO_CONTENT)
}
