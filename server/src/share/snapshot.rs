use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::json;
use watchfire_app::{Asked, FirstPaint, frozen_paint};
use watchfire_model::TimeRange;
use watchfire_service::dashboards::{Frozen, FrozenAnswer};

use super::page::status_of;
use crate::clock::now;
use crate::http::{App, Page, is_known};

/// A dashboard as it was: pictures first, and then what [`data`] tells.
pub(super) async fn snapshot(
    State(app): State<App>,
    Path(uid): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let now = now();
    let page = Page::asked(&headers, &request, None);
    match app.service.dashboards().frozen(&uid, now).await {
        Ok(frozen) => {
            let utc_offset = page.choices.shown_offset();
            let (service, path, search) = (app.service.clone(), page.path.clone(), page.search.clone());
            // All of its panels are drawn, which takes its time: some at once, and not where others wait.
            let Ok(_place) = app.desk.place().await else {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            };
            let paint = tokio::task::spawn_blocking(move || {
                let asked = Asked { path: &path, search: &search, window: None, now, utc_offset };
                frozen_paint(&service, frozen, asked)
            });
            let Ok(paint) = paint.await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
            page.rendered(&app, request, paint, "'none'").await
        }
        Err(error) => {
            let paint = FirstPaint::closed_share(error.to_string(), false);
            let mut response = page.rendered(&app, request, paint, "'none'").await;
            *response.status_mut() = status_of(&error);
            response
        }
    }
}

/// What its panels show; it never changes.
pub(super) async fn data(State(app): State<App>, Path(uid): Path<String>, headers: HeaderMap) -> Response {
    let refused = |status: StatusCode, error: String| {
        let kind = if status == StatusCode::GONE { "gone" } else { "not_found" };
        (status, Json(json!({"status": "error", "errorType": kind, "error": error}))).into_response()
    };
    let frozen = match app.service.dashboards().frozen(&uid, now()).await {
        Ok(frozen) => frozen,
        Err(error) => return refused(status_of(&error), error.to_string()),
    };
    let tag = format!("\"{uid}\"");
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, max-age=60".to_owned())];
    if is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    // It may be large: some at once, and not where others wait.
    let Ok(_place) = app.desk.place().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let written = tokio::task::spawn_blocking(move || serde_json::to_string(&Shown::of(&frozen))).await;
    let Ok(Ok(text)) = written else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    (kept, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The answer of [`data`].
#[derive(Serialize)]
struct Shown<'a> {
    status: &'static str,
    data: ShownData<'a>,
}

#[derive(Serialize)]
struct ShownData<'a> {
    window: TimeRange,
    answers: Vec<&'a FrozenAnswer>,
}

impl<'a> Shown<'a> {
    /// Without the answers of queries that are hidden and that no other calculates from.
    fn of(frozen: &'a Frozen) -> Self {
        let is_shown = |answer: &&FrozenAnswer| {
            let id = answer.key.split('~').next().and_then(|id| id.parse().ok());
            let panel = id.and_then(|id| frozen.dashboard.panel(id));
            panel.is_none_or(|panel| {
                panel.queries.get(answer.query).is_none_or(|query| {
                    !query.hide
                        || panel.queries.iter().any(|other| other.inputs().contains(&query.id.as_str()))
                })
            })
        };
        let answers = frozen.answers.iter().filter(is_shown).collect();
        Self { status: "success", data: ShownData { window: frozen.window, answers } }
    }
}
