use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `host:port`; both are empty where none is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostPort {
    /// A name or an address; one of IPv6 without brackets.
    pub host: String,
    /// The port, by number or name.
    pub port: String,
}

impl HostPort {
    /// Reads it, as Go does (<https://pkg.go.dev/net#SplitHostPort>).
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let (host, port) = text.rsplit_once(':')?;
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let plain = inner.is_some() || !host.contains(':');
        let host = inner.unwrap_or(host);
        (plain && !port.is_empty() && !host.contains(['[', ']']) && !port.contains(['[', ']']))
            .then(|| Self { host: host.to_owned(), port: port.to_owned() })
    }

    /// Whether none is given.
    pub fn is_empty(&self) -> bool {
        self.host.is_empty() && self.port.is_empty()
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            empty if empty.is_empty() => Ok(()),
            Self { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

impl Serialize for HostPort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HostPort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refused =
            || D::Error::custom(format!("{text:?} is not a server; write host:port, such as mail:587"));
        Self::read(&text).ok_or_else(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers() {
        for (text, host) in [
            ("", Some("")),
            ("mail:25", Some("mail")),
            (":25", Some("")),
            ("[::1]:587", Some("::1")),
            ("10.0.0.1:smtp", Some("10.0.0.1")),
            ("mail", None),
            ("mail:", None),
            ("::1:25", None),
            ("[::1]", None),
            ("[::1:25", None),
        ] {
            let read = HostPort::read(text);
            assert_eq!(read.as_ref().map(|server| server.host.as_str()), host, "{text}");
            if let Some(read) = read {
                assert_eq!(read.to_string(), text);
            }
        }
    }
}
