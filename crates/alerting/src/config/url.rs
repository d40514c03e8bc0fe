use std::fmt;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An address with http or https, as it is written.
#[derive(Clone, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// Checks an address. The error does not repeat it: it may be a secret.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.split_once(':').ok_or("an address starts with http:// or https://")?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err("an address starts with http:// or https://");
        }
        if text.chars().any(char::is_control) {
            return Err("an address has no line ends and no other control characters");
        }
        let authority = rest.strip_prefix("//").unwrap_or_default();
        let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if host.is_empty() || host.starts_with(':') {
            return Err("the address has no host; write https://host/path");
        }
        // A colon inside of brackets is none before a port.
        let end = if host.starts_with('[') { host.rfind(']').unwrap_or(0) } else { 0 };
        let port = host[end..].rsplit_once(':').map_or("", |(_, port)| port);
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("the port of the address is not a number");
        }
        if host.contains([' ', '<', '>', '"']) {
            return Err("the host of the address has characters that no host has");
        }
        Ok(Self(text.to_owned()))
    }

    /// The address with its password, for the one who sends there.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a password stands in it.
    pub(super) fn has_password(&self) -> bool {
        self.to_string() != self.0
    }

    /// An address that this crate knows to be one.
    pub(super) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

/// As it is written, but for a password in it.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(start) = self.0.find("//").map(|at| at + 2) else { return f.write_str(&self.0) };
        let end = self.0[start..].find(['/', '?', '#']).map_or(self.0.len(), |at| start + at);
        let Some(at) = self.0[start..end].rfind('@').map(|at| start + at) else {
            return f.write_str(&self.0);
        };
        match self.0[start..at].find(':') {
            Some(colon) => write!(f, "{}:xxxxx{}", &self.0[..start + colon], &self.0[at..]),
            None => f.write_str(&self.0),
        }
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Serialize for Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, UrlVisitor)
    }
}

/// The name by which the reader is asked for an address, which may have a password.
pub(super) const NAME: &str = "Url";

struct UrlVisitor;

impl<'de> Visitor<'de> for UrlVisitor {
    type Value = Url;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Url, E> {
        Url::new(text).map_err(E::custom)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Url, D::Error> {
        Url::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, shown) in [
            ("http://host", Some("http://host")),
            ("https://host:8080/a?b=c#d", Some("https://host:8080/a?b=c#d")),
            ("HTTPS://[::1]:80/", Some("HTTPS://[::1]:80/")),
            ("http://[::1]/", Some("http://[::1]/")),
            ("http://me:pass@host/a@b", Some("http://me:xxxxx@host/a@b")),
            ("http://me@host/", Some("http://me@host/")),
            ("http://host/{{ .Status }}", Some("http://host/{{ .Status }}")),
            ("ftp://host", None),
            ("host", None),
            ("http:host", None),
            ("http://", None),
            ("http:///path", None),
            ("http://:80/", None),
            ("http://host:port/", None),
            ("http://ho st/", None),
            ("http://host/\n", None),
            ("", None),
        ] {
            let url = Url::new(text).ok();
            assert_eq!(url.as_ref().map(ToString::to_string).as_deref(), shown, "{text}");
            assert_eq!(url.as_ref().map(Url::as_str), shown.map(|_| text));
        }
    }
}
