//! The history of a dashboard.

use axum::extract::{Path, State};
use axum::response::Response;

use super::asked::Asked;
use super::body::Whole;
use super::failure::Failure;
use super::kept::shown;
use super::success::{data, saved};
use crate::http::App;

/// The versions, the newest first.
pub(super) async fn list(State(app): State<App>, Path(uid): Path<String>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().versions(&uid).await?))
}

/// A dashboard as it was.
pub(super) async fn get(
    State(app): State<App>,
    Path((uid, version)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let version = version
        .parse()
        .map_err(|_| Failure::bad_data(format!("version: {version:?} is not a whole number")))?;
    Ok(shown(&app.service.dashboards().version(&uid, version).await?))
}

/// What shall be again.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restore {
    /// The version that shall be the current one again.
    restore: u64,
    /// The version that it shall follow.
    version: u64,
}

/// Saves an old version as the next one.
pub(super) async fn restore(
    State(app): State<App>,
    Path(uid): Path<String>,
    Whole(Restore { restore, version }): Whole<Restore>,
) -> Result<Response, Failure> {
    Ok(data(saved(&app.service.dashboards().restore(&uid, restore, version).await?)))
}

/// `?from=&to=`: what changed from one version to another.
pub(super) async fn diff(
    State(app): State<App>,
    Path(uid): Path<String>,
    asked: Asked,
) -> Result<Response, Failure> {
    let (from, to) = (asked.needed("from")?, asked.needed("to")?);
    Ok(data(app.service.dashboards().diff(&uid, from, to).await?))
}
