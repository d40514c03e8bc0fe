//! `/api/v1/playlists`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use watchfire_service::dashboards::Playlist;

use super::body::Whole;
use super::failure::Failure;
use super::success::{created, data};
use crate::http::App;

/// All playlists.
pub(super) async fn list(State(app): State<App>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().playlists().await?))
}

/// One of them.
pub(super) async fn get(State(app): State<App>, Path(uid): Path<String>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().playlist(&uid).await?))
}

/// The dashboards of one, in their order.
pub(super) async fn play(State(app): State<App>, Path(uid): Path<String>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().play(&uid).await?))
}

/// Makes one.
pub(super) async fn create(
    State(app): State<App>,
    Whole(playlist): Whole<Playlist>,
) -> Result<Response, Failure> {
    Ok(created(app.service.dashboards().create_playlist(playlist).await?))
}

/// Saves one as the version after the one that the body says.
pub(super) async fn save(
    State(app): State<App>,
    Path(uid): Path<String>,
    Whole(playlist): Whole<Playlist>,
) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().save_playlist(Playlist { uid, ..playlist }).await?))
}

/// Deletes one.
pub(super) async fn delete(State(app): State<App>, Path(uid): Path<String>) -> Result<StatusCode, Failure> {
    app.service.dashboards().delete_playlist(&uid).await?;
    Ok(StatusCode::NO_CONTENT)
}
