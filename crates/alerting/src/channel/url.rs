//! Parts of addresses.

use std::fmt::Write as _;

/// A text as a part of a path or of a query: all but unreserved characters as `%XX`
/// (<https://www.rfc-editor.org/rfc/rfc3986#section-2.3>).
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Pairs as a query, and as a form.
pub(super) fn form<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pair = |(name, value): (&str, &str)| format!("{}={}", encode(name), encode(value));
    pairs.into_iter().map(pair).collect::<Vec<_>>().join("&")
}

/// An address and a path below it, with one slash between them.
pub(super) fn join(base: &str, path: &str) -> String {
    format!("{}/{path}", base.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        assert_eq!(encode("a b/ä~"), "a%20b%2F%C3%A4~");
        assert_eq!(form([("a", "1"), ("b c", "&")]), "a=1&b%20c=%26");
        assert_eq!(join("http://a/", "b"), "http://a/b");
        assert_eq!(join("http://a/v1", "b"), "http://a/v1/b");
    }
}
