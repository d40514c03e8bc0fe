//! What a reader has already.

use axum::http::{HeaderMap, header};

/// Whether the reader has what this entity tag stands for, as `If-None-Match` says it: one tag, a list, or `*` (RFC 9110, 13.1.2).
/// `etag`: with its quotation marks. Weak tags count as well.
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let mut all = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    all.any(|value| {
        value.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == etag)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn lists_and_weak_tags_count() {
        for (known, expected) in [
            (&["\"a\""][..], true),
            (&["W/\"a\""], true),
            (&["\"b\", W/\"a\" , \"c\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["*"], true),
            (&["\"b\"", "a"], false),
            (&[], false),
        ] {
            let mut headers = HeaderMap::new();
            for &value in known {
                headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            }
            assert_eq!(is_known(&headers, "\"a\""), expected, "{known:?}");
        }
    }
}
