//! `/api/v1/library-panels`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use watchfire_dashboard::Panel;

use super::asked::Asked;
use super::body::Whole;
use super::failure::Failure;
use super::success::{created, data};
use crate::http::App;

/// All library panels, with who shows them.
pub(super) async fn list(State(app): State<App>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().library_panels().await?))
}

/// One of them, with the panel.
pub(super) async fn get(State(app): State<App>, Path(uid): Path<String>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().library_panel(&uid).await?))
}

/// `?message=`: puts the panel of the body into the library.
pub(super) async fn create(
    State(app): State<App>,
    asked: Asked,
    Whole(panel): Whole<Panel>,
) -> Result<Response, Failure> {
    let message = asked.text("message").unwrap_or_default();
    Ok(created(app.service.dashboards().create_library_panel(panel, message).await?))
}

/// `?version=&message=`: saves the panel of the body as the version after `version`.
pub(super) async fn save(
    State(app): State<App>,
    Path(uid): Path<String>,
    asked: Asked,
    Whole(panel): Whole<Panel>,
) -> Result<Response, Failure> {
    let (version, message) = (asked.needed("version")?, asked.text("message").unwrap_or_default());
    Ok(data(app.service.dashboards().save_library_panel(&uid, panel, version, message).await?))
}

/// `?force=`: deletes one; with `force=true` also one that dashboards show.
pub(super) async fn delete(
    State(app): State<App>,
    Path(uid): Path<String>,
    asked: Asked,
) -> Result<StatusCode, Failure> {
    app.service.dashboards().delete_library_panel(&uid, asked.switch("force")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
