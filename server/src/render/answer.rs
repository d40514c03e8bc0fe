use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::asked::{Asked, Form};
use super::draw::{self, Drawn};
use super::trouble::Trouble;
use crate::http::App;

/// A picture, or that the one which the reader has is still right.
pub(super) fn picture(drawn: &Drawn, headers: &HeaderMap) -> Response {
    if drawn.status.is_success() && has(headers, &drawn.etag) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        mark(&mut response, drawn);
        return response;
    }
    sent(drawn)
}

/// A picture that says what is wrong.
pub(super) async fn trouble(app: &App, asked: &Asked, trouble: &Trouble) -> Response {
    app.desk.stats().failed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    if asked.form == Form::Pdf {
        return text(trouble);
    }
    let (asked, told) = (asked.clone(), trouble.clone());
    match tokio::task::spawn_blocking(move || draw::error(&asked, &told)).await {
        Ok(drawn) => sent(&drawn),
        Err(_) => text(trouble),
    }
}

/// What is wrong, in words.
pub(super) fn text(trouble: &Trouble) -> Response {
    let mut response = (trouble.status, format!("{}\n", trouble.text)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn sent(drawn: &Drawn) -> Response {
    let mut response = (drawn.status, drawn.bytes.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(drawn.form.content_type()));
    if drawn.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    mark(&mut response, drawn);
    response
}

fn mark(response: &mut Response, drawn: &Drawn) {
    let headers = response.headers_mut();
    let kept = if drawn.status.is_success() {
        HeaderValue::from_str(&format!("public, max-age={}", drawn.max_age))
    } else {
        Ok(HeaderValue::from_static("no-store"))
    };
    // Numbers and hexadecimal digits are always a header's value.
    if let (Ok(kept), Ok(etag)) = (kept, HeaderValue::from_str(&drawn.etag)) {
        headers.insert(header::CACHE_CONTROL, kept);
        headers.insert(header::ETAG, etag);
    }
    if matches!(drawn.form, Form::Svg | Form::Badge) {
        // Opened by itself an SVG is a page; it gets to load and to run nothing.
        let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
        headers.insert(HeaderName::from_static("content-security-policy"), policy);
    }
}

fn has(headers: &HeaderMap, etag: &str) -> bool {
    let mut all = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    all.any(|value| {
        value.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == etag)
    })
}
