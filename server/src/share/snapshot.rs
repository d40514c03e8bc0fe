use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use watchfire_app::{Asked, FirstPaint, frozen_paint};

use super::page::status_of;
use crate::clock::now;
use crate::http::{App, Page};

/// A dashboard as it was: pictures alone, which the page keeps.
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

/// What its panels had answered; it never changes.
pub(super) async fn data(State(app): State<App>, Path(uid): Path<String>) -> Response {
    match app.service.dashboards().frozen(&uid, now()).await {
        Ok(frozen) => {
            let data = json!({"window": frozen.window, "answers": frozen.answers});
            let mut response = Json(json!({"status": "success", "data": data})).into_response();
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
            response
        }
        Err(error) => {
            let body = json!({"status": "error", "errorType": "not_found", "error": error.to_string()});
            (status_of(&error), Json(body)).into_response()
        }
    }
}
