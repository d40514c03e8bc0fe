//! What the senders of samples and of queries share: one kind of HTTP client.

use std::time::Duration;

/// Longest wait for one answer.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(2);

/// A client with connections of its own. An HTTP status is an answer, not an error.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).build().into()
}

/// Name and value of a header given as `Name: value`.
pub(crate) fn header(text: Option<&str>) -> Option<(&str, &str)> {
    text.and_then(|header| header.split_once(": "))
}

/// Percent-encodes all but the unreserved characters of RFC 3986, section 2.3.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend(
                [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_encoded_byte_by_byte() {
        assert_eq!(encode("a{b=~\"ö.*\"}[5m]"), "a%7Bb%3D~%22%C3%B6.%2A%22%7D%5B5m%5D");
    }
}
