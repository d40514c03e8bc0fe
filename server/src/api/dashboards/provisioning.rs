//! Dashboards that come from files.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::Asked;
use super::failure::Failure;
use super::success::data;
use crate::http::App;

/// How the files are.
pub(super) async fn status(State(app): State<App>) -> Response {
    data(app.service.dashboards().provisioning_status())
}

/// Looks at the files now.
pub(super) async fn reload(State(app): State<App>) -> Result<Response, Failure> {
    let dashboards = app.service.dashboards();
    dashboards.reload_files().await?;
    Ok(data(dashboards.provisioning_status()))
}

/// What was changed here, as against the file.
pub(super) async fn drift(State(app): State<App>, Path(uid): Path<String>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().drift(&uid).await?))
}

/// `?version=`: goes back to the file.
pub(super) async fn revert(
    State(app): State<App>,
    Path(uid): Path<String>,
    asked: Asked,
) -> Result<StatusCode, Failure> {
    app.service.dashboards().revert(&uid, asked.number("version")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes what was changed here into the file.
pub(super) async fn write_back(
    State(app): State<App>,
    Path(uid): Path<String>,
) -> Result<StatusCode, Failure> {
    app.service.dashboards().write_back(&uid).await?;
    Ok(StatusCode::NO_CONTENT)
}
