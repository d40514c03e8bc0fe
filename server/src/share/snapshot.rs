use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
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
            let asked = Asked { path: &page.path, search: &page.search, window: None, now, utc_offset };
            let paint = frozen_paint(&app.service, frozen, asked);
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
