use std::collections::BTreeMap;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, body};
use serde_json::{Value, json};
use watchfire_app::{Asked, FirstPaint, ShareView, shared_paint};
use watchfire_model::TimeWindow;
use watchfire_service::dashboards::{OpenError, ShareTime};

use crate::clock::now;
use crate::http::{App, Page};

/// A shared dashboard as a whole page.
pub(super) async fn page(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    shown(app, &token, &headers, request, false).await
}

/// A shared dashboard, or one panel of it, for a frame of another page: nothing around it, and only in pages of the origins
/// that the share names.
pub(super) async fn embed(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    shown(app, &token, &headers, request, true).await
}

async fn shown(app: App, token: &str, headers: &HeaderMap, request: Request, embedded: bool) -> Response {
    let now = now();
    let dashboards = app.service.dashboards();
    let open = match dashboards.shown(token, true, now).await {
        Ok(open) => open,
        Err(error) => {
            let origins = dashboards.origins_of(token).await;
            return closed(&app, headers, request, &error, embedded.then_some(&origins)).await;
        }
    };
    let ancestors = ancestors(embedded.then_some(&open.shared.share.origins));
    let page = Page::asked(headers, &request, open.shared.share.theme.as_deref());
    let window = match &open.shared.share.time {
        ShareTime::Free => page.window,
        // It was checked when the share was made.
        ShareTime::Locked { from, to } => TimeWindow::parse(from, to, 0, now).ok(),
    };
    let asked = Asked {
        path: &page.path,
        search: &page.search,
        window,
        now,
        utc_offset: page.choices.shown_offset(),
    };
    let view = ShareView {
        token: token.to_owned(),
        embedded,
        time_is_free: open.shared.share.time == ShareTime::Free,
        refresh: open.shared.share.refresh.clone(),
        window: window
            .filter(|_| open.shared.share.time != ShareTime::Free)
            .map(|window| (window.from.to_string(), window.to.to_string())),
        frozen: None,
    };
    let paint = shared_paint(&app.service, &open, view, asked).await;
    page.rendered(&app, request, paint, &ancestors).await
}

/// Which pages may have this one in a frame: those of the `origins` that the share of an embed names, and, so that it can be looked at where it is
/// made, those of this server.
fn ancestors(origins: Option<&Vec<String>>) -> String {
    match origins.filter(|origins| !origins.is_empty()) {
        None => "'none'".to_owned(),
        Some(origins) => format!("'self' {}", origins.join(" ")),
    }
}

/// What stands where the share would.
async fn closed(
    app: &App,
    headers: &HeaderMap,
    request: Request,
    error: &OpenError,
    origins: Option<&Vec<String>>,
) -> Response {
    let page = Page::asked(headers, &request, None);
    let paint = FirstPaint::closed_share(error.to_string(), origins.is_some());
    let mut response = page.rendered(app, request, paint, &ancestors(origins)).await;
    *response.status_mut() = status_of(error);
    response
}

/// The status of what is not open.
pub(super) fn status_of(error: &OpenError) -> StatusCode {
    match error {
        OpenError::Dashboard(_) => StatusCode::INTERNAL_SERVER_ERROR,
        OpenError::Unknown => StatusCode::NOT_FOUND,
        OpenError::Paused | OpenError::Expired | OpenError::DashboardGone => StatusCode::GONE,
    }
}

/// What is asked for of the variables of a share.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Question {
    asked: BTreeMap<String, Vec<String>>,
    from: Option<String>,
    to: Option<String>,
}

/// The longest question about variables, in bytes.
const LONGEST: usize = 64 * 1024;

/// The variables of a share, as far as viewers may choose.
pub(super) async fn variables(
    State(app): State<App>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let refused = |status: StatusCode, error: String| {
        (status, Json(json!({"status": "error", "errorType": "bad_data", "error": error}))).into_response()
    };
    let now = now();
    let dashboards = app.service.dashboards();
    let open = match dashboards.shown(&token, false, now).await {
        Ok(open) => open,
        Err(error) => return refused(StatusCode::GONE, error.to_string()),
    };
    let Ok(body) = body::to_bytes(request.into_body(), LONGEST).await else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "the question is too long".to_owned());
    };
    let question: Question = match serde_json::from_slice(&body) {
        Ok(question) => question,
        Err(error) => return refused(StatusCode::BAD_REQUEST, error.to_string()),
    };
    let (from, to) = match &open.shared.share.time {
        ShareTime::Free => (question.from, question.to),
        ShareTime::Locked { from, to } => (Some(from.clone()), Some(to.clone())),
    };
    let window =
        TimeWindow::parse(from.as_deref().unwrap_or("now-1h"), to.as_deref().unwrap_or("now"), 0, now);
    let range = match window {
        Ok(window) => window.resolve(now),
        Err(error) => return refused(StatusCode::BAD_REQUEST, error.to_string()),
    };
    match dashboards.shown_variables(&open, &question.asked, range).await {
        Ok((_, variables)) => {
            let data: Value = json!({"variables": variables});
            let mut response = Json(json!({"status": "success", "data": data})).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => refused(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
    }
}
