use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::asked::{Asked, Form};
use super::draw::{self, Drawn};
use super::trouble::Trouble;
use crate::http::{App, is_known};

/// A picture, or that the one which the reader has is still right. `most_age`: for how many seconds it may be kept at most.
pub(super) fn picture(drawn: &Drawn, headers: &HeaderMap, most_age: i64) -> Response {
    let max_age = drawn.max_age.min(most_age).max(0);
    if drawn.status.is_success() && is_known(headers, &drawn.etag) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        mark(&mut response, drawn, max_age);
        return response;
    }
    sent(drawn, max_age)
}

/// A picture that says what is wrong.
pub(super) async fn trouble(app: &App, asked: &Asked, trouble: &Trouble) -> Response {
    app.desk.stats().failed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    if asked.form == Form::Pdf {
        return text(trouble);
    }
    let (asked, told) = (asked.clone(), trouble.clone());
    match tokio::task::spawn_blocking(move || draw::error(&asked, &told)).await {
        Ok(drawn) => sent(&drawn, 0),
        Err(_) => text(trouble),
    }
}

/// What is wrong, in words.
pub(super) fn text(trouble: &Trouble) -> Response {
    let mut response = (trouble.status, format!("{}\n", trouble.text)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn sent(drawn: &Drawn, max_age: i64) -> Response {
    let mut response = (drawn.status, drawn.bytes.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(drawn.form.content_type()));
    if drawn.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    mark(&mut response, drawn, max_age);
    response
}

fn mark(response: &mut Response, drawn: &Drawn, max_age: i64) {
    let headers = response.headers_mut();
    let kept = if drawn.status.is_success() {
        HeaderValue::from_str(&format!("public, max-age={max_age}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_kept_as_long_as_they_may_be() {
        let drawn = Drawn::new(Form::Svg, StatusCode::OK, b"<svg/>".to_vec(), 300);
        let mut known = HeaderMap::new();
        known.insert(header::IF_NONE_MATCH, HeaderValue::from_str(&drawn.etag).unwrap());
        for (most_age, expected) in [(i64::MAX, 300), (60, 60), (0, 0), (-5, 0)] {
            for (headers, status) in [(HeaderMap::new(), 200), (known.clone(), 304)] {
                let response = picture(&drawn, &headers, most_age);
                assert_eq!(response.status(), status);
                let kept = response.headers()[header::CACHE_CONTROL].to_str().unwrap();
                assert_eq!(kept, format!("public, max-age={expected}"), "{most_age}");
            }
        }
    }
}
