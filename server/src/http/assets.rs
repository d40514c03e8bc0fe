use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::App;

/// The names hold the content's hash, so a browser never needs to ask again.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A file of the interface.
pub(super) async fn asset(State(app): State<App>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = app.site.file(&name) else {
        return (StatusCode::NOT_FOUND, "There is no such file; load the page again.\n").into_response();
    };
    let Ok(etag) = HeaderValue::from_str(&asset.etag) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match asset.brotli.as_ref().filter(|_| takes_brotli(&headers)) {
            Some(brotli) => ([(header::CONTENT_ENCODING, "br")], brotli.clone()).into_response(),
            None => asset.bytes.clone().into_response(),
        }
    };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    out.insert(header::ETAG, etag);
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim() == "br" && quality.trim() != "q=0"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_only_for_those_who_take_it() {
        let table = [
            ("gzip, deflate, br, zstd", true),
            ("br;q=0.5", true),
            ("gzip", false),
            ("br;q=0", false),
            ("brotli", false),
        ];
        for (accepted, expected) in table {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            assert_eq!(takes_brotli(&headers), expected, "{accepted}");
        }
        assert!(!takes_brotli(&HeaderMap::new()));
    }
}
