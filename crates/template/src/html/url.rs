//! URLs in attributes (RFC 3986).

use std::fmt::Write as _;

use crate::limits::Bounded;

/// Where in a URL a text has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing was said yet, so that a value can bring the scheme.
    #[default]
    Start,
    /// Before a query.
    Path,
    /// In the query or the fragment.
    Query,
}

impl Part {
    /// Goes on by a text of a template.
    pub(super) fn advance(&mut self, text: &str) {
        // An escape of HTML has a `#` that starts no fragment.
        let starts_query =
            text.match_indices(['?', '#']).any(|(at, found)| found == "?" || !text[..at].ends_with('&'));
        if starts_query {
            *self = Self::Query;
        } else if *self == Self::Start && !text.trim().is_empty() {
            *self = Self::Path;
        }
    }
}

/// A text at the start of a URL: with another scheme than those of web and mail it is not let through.
pub(super) fn safe_start(text: &str) -> &str {
    match text.split_once(':') {
        Some((scheme, _)) if !scheme.contains('/') => {
            let known = ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
            if known { text } else { "#ZgotmplZ" }
        }
        _ => text,
    }
}

/// Writes a part of a URL: what it cannot have is escaped, and unless it `keeps` them also what means something in it.
pub(super) fn write(out: &mut Bounded, text: &str, keeps: bool) -> std::fmt::Result {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let plain = match byte {
            b'!' | b'#' | b'$' | b'&' | b'*' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@'
            | b'[' | b']' => keeps,
            b'-' | b'.' | b'_' | b'~' => true,
            // An escape that is there already.
            b'%' => {
                keeps && bytes.get(at + 1..at + 3).is_some_and(|next| next.iter().all(u8::is_ascii_hexdigit))
            }
            _ => byte.is_ascii_alphanumeric(),
        };
        if plain { out.write_char(char::from(*byte))? } else { write!(out, "%{byte:02x}")? }
    }
    Ok(())
}
