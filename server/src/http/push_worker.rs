//! The service worker that shows what is pushed to a browser. It has one address for ever, since a browser asks there whether
//! it has changed, and is part of the program, so that it fits what the program sends.

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};

const SCRIPT: &str = include_str!("push-worker.js");

/// The worker, for all pages of this server.
pub(super) async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        // Browsers keep the worker; each look for a newer one goes to the server.
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("service-worker-allowed"), "/"),
    ];
    (headers, SCRIPT).into_response()
}
