//! The query part of a URL, read and written.

use std::fmt;

/// Names and values in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search(Vec<(String, String)>);

impl Search {
    /// Reads what stands behind the `?` of a URL; the mark itself may be there or not.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        };
        Self(pairs.map(pair).collect())
    }

    /// The first value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// All names and values.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// With one value of this name; without any if it is empty.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(&[name]);
        if !value.is_empty() {
            self.0.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// With one more value of this name.
    #[must_use]
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without these names.
    #[must_use]
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|pair| !names.contains(&pair.0.as_str()));
        self
    }

    /// With these names alone.
    #[must_use]
    pub(crate) fn only(mut self, names: &[&str]) -> Self {
        self.0.retain(|pair| names.contains(&pair.0.as_str()));
        self
    }

    /// As the body of a form: without the `?`.
    pub(crate) fn form(&self) -> String {
        self.to_string().trim_start_matches('?').to_owned()
    }
}

/// `?` and the pairs; nothing if there are none.
impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            write!(f, "{mark}{}={}", Encoded(name), Encoded(value))?;
        }
        Ok(())
    }
}

/// A text as it may stand in a URL's path or query part.
pub(crate) struct Encoded<'a>(pub(crate) &'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            // More than RFC 3986 asks for: programs that find links in a text stop at brackets.
            if byte.is_ascii_alphanumeric() || b"-_.~:,*@".contains(&byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// A part of a URL's path as it is meant.
pub(crate) fn unescaped(text: &str) -> String {
    decode(&text.replace('+', "%2B"))
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        bytes.push(match (escaped, first) {
            (Some(byte), _) => byte,
            (None, b'+') => b' ',
            (None, other) => *other,
        });
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_and_writes() {
        let search = Search::parse("?from=now-5m&q=rate(x%5B5m%5D)+%25+2&flag");
        assert_eq!(search.get("q"), Some("rate(x[5m]) % 2"));
        assert_eq!(search.get("flag"), Some(""));
        assert_eq!(search.get("to"), None);
        let changed = search.with("q", "a b").without(&["flag"]);
        assert_eq!(changed.to_string(), "?from=now-5m&q=a%20b");
        assert_eq!(changed.clone().only(&["q"]).form(), "q=a%20b");
        assert_eq!(changed.without(&["from", "q"]).to_string(), "");
        assert_eq!(Search::parse("a=%zz%4").get("a"), Some("%zz%4"));
        assert_eq!(unescaped("a+b%20c"), "a+b c");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(name in "\\PC{1,9}", value in "\\PC{1,40}") {
            let search = Search::default().with(&name, &value);
            prop_assert_eq!(Search::parse(&search.to_string()), search);
        }
    }
}
