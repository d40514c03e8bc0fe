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

impl fmt::Display for StatsdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Timing => "timer",
            Self::Distribution => "distribution",
            Self::Set => "set",
        })
    }
}

/// The smallest sampling rate. One value then stands for a million; a rate such as 1e-300 is a mistake of its sender, and
/// would make a total infinite.
const SMALLEST_RATE: f64 = 1e-6;

/// One line: `name:value|type|@rate|#tag:value,tag`, in the dialects of Etsy's StatsD and of Datadog
/// (<https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/>).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatsdLine<'a> {
    /// The metric's name as it was sent.
    pub name: &'a str,
    /// One value or, between colons, several. All are finite numbers, but those of a set; only those of a gauge may be
    /// below 0.
    pub values: &'a str,
    /// What it counts.
    pub kind: StatsdKind,
    /// The share of events that were sent, from 0.000001 to 1.
    pub rate: f64,
    /// Tags as they were sent, between commas; empty without any. Each has a name, or is empty altogether.
    pub tags: &'a str,
}

/// Why a line was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineError {
    /// No colon after the name, or nothing before it.
    NoName,
    /// No `|` and type after the value.
    NoType,
    /// A type that is none of c, g, ms, h, d, s.
    UnknownType,
    /// A value that is no finite number.
    BadValue,
    /// A value below 0 of a kind that only rises: a counter, a timer or a distribution.
    Negative(StatsdKind),
    /// A sampling rate that is not 0.000001 to 1.
    BadRate,
    /// A tag with a value alone.
    EmptyTag,
    /// A time of its own, `|T`.
    OwnTime,
    /// With the line's values, the total would no longer be finite.
    TooLarge,
    /// Series of another kind are stored under the name.
    OtherKind {
        /// The name as it is stored.
        metric: String,
        /// The kind that was there first.
        first: StatsdKind,
        /// The line's own kind.
        second: StatsdKind,
    },
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
            Self::BadValue => "the value is no finite number",
            Self::Negative(kind) => {
                return write!(f, "the value of a {kind} must not be below 0; send what may fall as a gauge (g)");
            }
            Self::BadRate => "the sampling rate after @ must be 0.000001 to 1",
            Self::EmptyTag => "a tag after # has no name before its colon; give it one, or leave it out",
            Self::OwnTime => {
                "values with a time of their own (|T) are not aggregated; leave T out, or send them to /api/v1/push"
            }
            Self::TooLarge => "the total would no longer be finite; send smaller values",
            Self::OtherKind { metric, first, second } => {
                return write!(
                    f,
                    "{metric} already belongs to a {first}; send the {second} under another name"
                );
            }
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
    if values.is_empty() {
        return Err(LineError::BadValue);
    }
    if kind != StatsdKind::Set {
        for value in values.split(':') {
            let value = number(value).ok_or(LineError::BadValue)?;
            if value < 0.0 && kind != StatsdKind::Gauge {
                return Err(LineError::Negative(kind));
            }
        }
    }
    let mut read = StatsdLine { name, values, kind, rate: 1.0, tags: "" };
    for part in parts {
        if let Some(rate) = part.strip_prefix('@') {
            let rate = number(rate).filter(|rate| (SMALLEST_RATE..=1.0).contains(rate));
            read.rate = rate.ok_or(LineError::BadRate)?;
        } else if let Some(tags) = part.strip_prefix('#') {
            if tags.split(',').any(|tag| tag.starts_with(':')) {
                return Err(LineError::EmptyTag);
            }
            read.tags = tags;
        } else if part.starts_with('T') {
            return Err(LineError::OwnTime);
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
        let plain =
            StatsdLine { name: "api.hits", values: "1", kind: StatsdKind::Counter, rate: 1.0, tags: "" };
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
            ("api.hits:1|c|@1e-6", StatsdLine { rate: 1e-6, ..plain }),
            // Datadog's agent takes empty elements too.
            ("api.hits:1|c|#,env:prod,,", StatsdLine { tags: ",env:prod,,", ..plain }),
            ("api.hits:1|c|#", plain),
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
            ("hits:inf|c", LineError::BadValue),
            ("hits:1e999|ms", LineError::BadValue),
            ("hits:-1|c", LineError::Negative(StatsdKind::Counter)),
            ("hits:1:-1|c", LineError::Negative(StatsdKind::Counter)),
            ("hits:-0.1|ms", LineError::Negative(StatsdKind::Timing)),
            ("hits:-1|h", LineError::Negative(StatsdKind::Distribution)),
            ("hits:-1|d", LineError::Negative(StatsdKind::Distribution)),
            ("hits:1|c|@0", LineError::BadRate),
            ("hits:1|c|@-0.5", LineError::BadRate),
            ("hits:1|c|@2", LineError::BadRate),
            ("hits:1|c|@NaN", LineError::BadRate),
            ("hits:1|c|@1e-300", LineError::BadRate),
            ("hits:1|c|@9e-7", LineError::BadRate),
            ("hits:1|c|#:prod", LineError::EmptyTag),
            ("hits:1|c|#env:prod,:", LineError::EmptyTag),
            ("hits:1|c|T1656581400", LineError::OwnTime),
            ("hits:1|c|#env:prod|T1.5", LineError::OwnTime),
            ("_e{5,4}:title|text", LineError::NoMetric),
            ("_sc|name|0", LineError::NoMetric),
        ];
        for (text, expected) in table {
            assert_eq!(parse_line(text.as_bytes()), Err(expected), "{text}");
        }
        assert_eq!(parse_line(b"hits\xff:1|c"), Err(LineError::NotText));
    }
}
