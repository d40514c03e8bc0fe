use std::fmt;

/// What a line of StatsD counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatsdKind {
    /// `c`: added up.
    Counter,
    /// `g`: the last value counts; with a sign, it changes the last value.
    Gauge,
    /// `ms`: a duration in milliseconds.
    Timing,
    /// `h` and `d`: a value of its own unit.
    Distribution,
    /// `s`: how many different values there were.
    Set,
}

/// One line: `name:value|type|@rate|#tag:value,tag`, in the dialects of Etsy's StatsD and of Datadog
/// (<https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/>).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatsdLine<'a> {
    /// The metric's name as it was sent.
    pub name: &'a str,
    /// One value or, between colons, several.
    pub values: &'a str,
    /// What it counts.
    pub kind: StatsdKind,
    /// The share of events that were sent, above 0 and up to 1.
    pub rate: f64,
    /// Tags as they were sent, between commas; empty without any.
    pub tags: &'a str,
    /// Milliseconds since the epoch, where the line has its own time.
    pub timestamp: Option<i64>,
}

/// Why a line was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineError {
    /// No colon after the name, or nothing before it.
    NoName,
    /// No `|` and type after the value.
    NoType,
    /// A type that is none of c, g, ms, h, d, s.
    UnknownType,
    /// A value that is no number.
    BadValue,
    /// A sampling rate that is not above 0 and up to 1.
    BadRate,
    /// A time that is no whole number of seconds.
    BadTime,
    /// Events and service checks of Datadog's dialect.
    NoMetric,
    /// The bytes are no UTF-8.
    NotText,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoName => "expected name:value|type; the name and its colon are missing",
            Self::NoType => "expected name:value|type; the | and the type are missing",
            Self::UnknownType => "the type is none of c, g, ms, h, d and s",
            Self::BadValue => "the value is no number",
            Self::BadRate => "the sampling rate after @ must be above 0 and not above 1",
            Self::BadTime => "the time after T must be whole seconds since the epoch",
            Self::NoMetric => "events and service checks are not stored; send metrics",
            Self::NotText => "the line is not UTF-8",
        })
    }
}

/// Reads one line without its end.
pub fn parse_line(line: &[u8]) -> Result<StatsdLine<'_>, LineError> {
    let line = std::str::from_utf8(line).map_err(|_| LineError::NotText)?;
    if line.starts_with("_e{") || line.starts_with("_sc|") {
        return Err(LineError::NoMetric);
    }
    let (name, rest) = line.split_once(':').ok_or(LineError::NoName)?;
    if name.is_empty() {
        return Err(LineError::NoName);
    }
    let mut parts = rest.split('|');
    let values = parts.next().unwrap_or_default();
    let kind = match parts.next().ok_or(LineError::NoType)? {
        "c" => StatsdKind::Counter,
        "g" => StatsdKind::Gauge,
        "ms" => StatsdKind::Timing,
        "h" | "d" => StatsdKind::Distribution,
        "s" => StatsdKind::Set,
        _ => return Err(LineError::UnknownType),
    };
    if values.is_empty()
        || (kind != StatsdKind::Set && values.split(':').any(|value| number(value).is_none()))
    {
        return Err(LineError::BadValue);
    }
    let mut read = StatsdLine { name, values, kind, rate: 1.0, tags: "", timestamp: None };
    for part in parts {
        if let Some(rate) = part.strip_prefix('@') {
            read.rate = number(rate).filter(|rate| *rate > 0.0 && *rate <= 1.0).ok_or(LineError::BadRate)?;
        } else if let Some(tags) = part.strip_prefix('#') {
            read.tags = tags;
        } else if let Some(time) = part.strip_prefix('T') {
            let seconds: i64 = time.parse().map_err(|_| LineError::BadTime)?;
            read.timestamp = Some(seconds.checked_mul(1000).ok_or(LineError::BadTime)?);
        }
        // A container's id (c:) and whatever comes later says nothing about the value.
    }
    Ok(read)
}

/// A finite number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_dialects() {
        let plain = StatsdLine {
            name: "api.hits",
            values: "1",
            kind: StatsdKind::Counter,
            rate: 1.0,
            tags: "",
            timestamp: None,
        };
        let table = [
            ("api.hits:1|c", plain),
            ("api.hits:1|c|@0.5", StatsdLine { rate: 0.5, ..plain }),
            (
                "api.hits:1|c|@0.5|#env:prod,canary",
                StatsdLine { rate: 0.5, tags: "env:prod,canary", ..plain },
            ),
            ("api.hits:-2.5|g", StatsdLine { values: "-2.5", kind: StatsdKind::Gauge, ..plain }),
            (
                "api.hits:1:2:3|d|c:ci-1",
                StatsdLine { values: "1:2:3", kind: StatsdKind::Distribution, ..plain },
            ),
            ("api.hits:320|ms", StatsdLine { values: "320", kind: StatsdKind::Timing, ..plain }),
            ("api.hits:anna|s", StatsdLine { values: "anna", kind: StatsdKind::Set, ..plain }),
            ("api.hits:1|c|T1656581400", StatsdLine { timestamp: Some(1_656_581_400_000), ..plain }),
        ];
        for (text, expected) in table {
            assert_eq!(parse_line(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let table = [
            ("", LineError::NoName),
            (":1|c", LineError::NoName),
            ("hits", LineError::NoName),
            ("hits:1", LineError::NoType),
            ("hits:1|x", LineError::UnknownType),
            ("hits:|c", LineError::BadValue),
            ("hits:one|c", LineError::BadValue),
            ("hits:1:x|c", LineError::BadValue),
            ("hits:NaN|g", LineError::BadValue),
            ("hits:1|c|@0", LineError::BadRate),
            ("hits:1|c|@2", LineError::BadRate),
            ("hits:1|c|T1.5", LineError::BadTime),
            ("_e{5,4}:title|text", LineError::NoMetric),
            ("_sc|name|0", LineError::NoMetric),
        ];
        for (text, expected) in table {
            assert_eq!(parse_line(text.as_bytes()), Err(expected), "{text}");
        }
        assert_eq!(parse_line(b"hits\xff:1|c"), Err(LineError::NotText));
    }
}
