use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::failure::Failure;
use super::filter::Asked;
use super::shapes::{self, PostedSilence};
use crate::clock::now;
use crate::http::App;

/// All silences, those that expired in the last five days included.
pub(super) async fn list(State(app): State<App>, asked: Asked) -> Result<Json<Vec<Value>>, Failure> {
    let now = now();
    let found = app.alertmanager.silences(&asked.matchers()?, now);
    Ok(Json(found.iter().map(|silence| shapes::silence(silence, now)).collect()))
}

/// One silence.
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>, Failure> {
    let found = app.alertmanager.silence(&id);
    let found = found.ok_or_else(|| Failure::not_found(format!("there is no silence {id:?}")))?;
    Ok(Json(shapes::silence(&found, now())))
}

/// Makes a silence, or changes the one with the id that it names.
pub(super) async fn post(
    State(app): State<App>,
    posted: Result<Json<PostedSilence>, JsonRejection>,
) -> Result<Json<Value>, Failure> {
    let Json(posted) = posted?;
    let id = app.alertmanager.set_silence(posted.draft()?, now()).await?;
    Ok(Json(json!({"silenceID": id})))
}

/// Ends a silence.
pub(super) async fn expire(State(app): State<App>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    app.alertmanager.expire_silence(&id, now()).await?;
    Ok(StatusCode::OK)
}
