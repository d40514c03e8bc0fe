//! `/api/v1/shares`: making and ending links. What they open is a page's affair.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use watchfire_service::dashboards::NewShare;

use super::asked::Asked;
use super::body::Whole;
use super::failure::Failure;
use super::success::{created, data};
use crate::clock::now;
use crate::http::App;

/// `?dashboard=`: all shares, or those of one dashboard.
pub(super) async fn list(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().shares(asked.given("dashboard")).await?))
}

/// Makes one.
pub(super) async fn create(
    State(app): State<App>,
    Whole(share): Whole<NewShare>,
) -> Result<Response, Failure> {
    Ok(created(app.service.dashboards().create_share(share, now()).await?))
}

/// Ends one for good.
pub(super) async fn revoke(State(app): State<App>, Path(uid): Path<String>) -> Result<StatusCode, Failure> {
    app.service.dashboards().revoke_share(&uid).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shuts one for a while.
pub(super) async fn pause(State(app): State<App>, Path(uid): Path<String>) -> Result<StatusCode, Failure> {
    app.service.dashboards().pause_share(&uid, true, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens one again.
pub(super) async fn resume(State(app): State<App>, Path(uid): Path<String>) -> Result<StatusCode, Failure> {
    app.service.dashboards().pause_share(&uid, false, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
