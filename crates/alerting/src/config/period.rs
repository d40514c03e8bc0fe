use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A span of time in milliseconds, written as `30s`, `5m`, `1h30m` or `7d`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(pub i64);

impl Period {
    /// So many seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds * 1000)
    }

    /// In milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0s"),
            millis => f.write_str(&watchfire_model::format_duration(millis)),
        }
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        watchfire_model::parse_duration(&text).map(Self).map_err(D::Error::custom)
    }
}

/// Reads a span of time in the form of Go (<https://pkg.go.dev/time#ParseDuration>), which some fields have: `1m30s`,
/// `1.5h`, without days.
pub(super) fn go<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_go(&text).ok_or_else(|| {
        let mend = "write a number and a unit such as 30s, 1m30s or 1.5h; days are not known here";
        D::Error::custom(format!("{text:?} is not a duration; {mend}"))
    })
}

/// The units of Go in milliseconds. A longer one stands before the one that it starts with.
const UNITS: [(&str, f64); 8] = [
    ("ms", 1.0),
    ("ns", 1e-6),
    ("us", 1e-3),
    ("µs", 1e-3),
    ("μs", 1e-3),
    ("s", 1000.0),
    ("m", 60_000.0),
    ("h", 3_600_000.0),
];

fn parse_go(text: &str) -> Option<Period> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Period(0));
    }
    let mut millis = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let (unit, factor) = UNITS.into_iter().find(|(unit, _)| rest[end..].starts_with(unit))?;
        millis += number * factor;
        rest = &rest[end + unit.len()..];
    }
    // Go's durations have 292 years.
    (millis < 9.2e15).then_some(Period(millis as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_go() {
        for (text, millis) in [
            ("0", Some(0)),
            ("30s", Some(30_000)),
            ("1m30s", Some(90_000)),
            ("1.5h", Some(5_400_000)),
            ("250ms", Some(250)),
            ("1500us", Some(1)),
            (".5s", Some(500)),
            ("", None),
            ("30", None),
            ("1d", None),
            ("-1s", None),
            ("s", None),
            (".s", None),
            ("1s ", None),
            ("99999999999999h", None),
        ] {
            assert_eq!(parse_go(text), millis.map(Period), "{text:?}");
        }
    }

    #[test]
    fn written_as_read() {
        for text in ["0s", "30s", "1h30m", "1d", "250ms"] {
            let period = Period(watchfire_model::parse_duration(text).unwrap());
            assert_eq!(period.to_string(), text);
        }
    }
}
