//! `/api/v1/folders`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::Asked;
use super::body::Whole;
use super::failure::Failure;
use super::success::{created, data};
use crate::http::App;

/// What a folder is called.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    title: String,
}

/// All folders.
pub(super) async fn list(State(app): State<App>) -> Result<Response, Failure> {
    Ok(data(app.service.dashboards().folders().await?))
}

/// Makes one.
pub(super) async fn create(State(app): State<App>, Whole(named): Whole<Named>) -> Result<Response, Failure> {
    Ok(created(app.service.dashboards().create_folder(&named.title).await?))
}

/// Gives one another name.
pub(super) async fn rename(
    State(app): State<App>,
    Path(uid): Path<String>,
    Whole(named): Whole<Named>,
) -> Result<StatusCode, Failure> {
    app.service.dashboards().rename_folder(&uid, &named.title).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `?move_to=`: deletes one; its dashboards go there.
pub(super) async fn delete(
    State(app): State<App>,
    Path(uid): Path<String>,
    asked: Asked,
) -> Result<StatusCode, Failure> {
    app.service.dashboards().delete_folder(&uid, asked.text("move_to")).await?;
    Ok(StatusCode::NO_CONTENT)
}
