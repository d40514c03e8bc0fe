//! From the text of a value to the value. An error names the text, what is wrong with it and what to write instead.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use watchfire_model::parse_duration;
use watchfire_storage::RetentionRule;

/// An IP address or `localhost`, and a port.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = match text.rsplit_once(':') {
        Some((host, port)) if host.eq_ignore_ascii_case("localhost") => format!("127.0.0.1:{port}"),
        _ => text.to_owned(),
    };
    numeric.parse().map_err(|_| {
        format!("{text:?} is not an address and a port; write 127.0.0.1:3473, [::1]:3473 or localhost:3473")
    })
}

/// The same; nothing for an empty text.
pub(super) fn optional_address(text: &str) -> Result<Option<SocketAddr>, String> {
    if text.is_empty() { Ok(None) } else { address(text).map(Some) }
}

/// `true` or `false`.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("{text:?} is neither true nor false; write one of them"))
}

/// A path; it need not exist.
pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("the path is empty; name a folder".to_owned()) } else { Ok(text.into()) }
}

/// A text of which an empty one means that the program chooses.
pub(super) fn optional<T: for<'a> From<&'a str>>(text: &str) -> Option<T> {
    (!text.is_empty()).then(|| text.into())
}

/// A list separated by commas.
pub(super) fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Labels, written `name=value` with commas between.
pub(super) fn labels(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut labels: Vec<(String, String)> = Vec::new();
    for pair in names(text) {
        let (name, value) =
            pair.split_once('=').map_or((pair.as_str(), ""), |(name, value)| (name.trim(), value.trim()));
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name != "__name__";
        if !is_name || value.is_empty() {
            return Err(format!("{pair:?} is no label; write region=north"));
        }
        if labels.iter().any(|(other, _)| other == name) {
            return Err(format!("the label {name} stands twice"));
        }
        labels.push((name.to_owned(), value.to_owned()));
    }
    Ok(labels)
}

/// Pairs, written `one>other` with commas between.
pub(super) fn arrows(text: &str) -> Result<Vec<(String, String)>, String> {
    let pair = |pair: String| {
        let parts = pair.split_once('>').map(|(one, other)| (one.trim().to_owned(), other.trim().to_owned()));
        let whole = parts.filter(|(one, other)| !one.is_empty() && !other.is_empty() && !other.contains('>'));
        whole.ok_or_else(|| format!("{pair:?} is no pair; write shop>payments"))
    };
    names(text).into_iter().map(pair).collect()
}

/// One of a few words.
pub(super) fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        format!("{text:?} is not one of the choices; write {}", words.join(" or "))
    })
}

/// A window for late samples; `None` for `unlimited`.
pub(super) fn late_window(text: &str) -> Result<Option<Duration>, String> {
    if text == "unlimited" {
        return Ok(None);
    }
    duration(text, "0s", "1y").map(Some).map_err(|error| format!("{error}, or unlimited"))
}

/// A size of which 0 means none.
pub(super) fn bound(text: &str) -> Result<Option<u64>, String> {
    size(text, "0", "1024TiB").map(|bytes| (bytes > 0).then_some(bytes))
}

/// Selectors with durations, separated by semicolons.
pub(super) fn retention_rules(text: &str) -> Result<Vec<RetentionRule>, String> {
    let rule = |text: &str| {
        let form = "write a selector and a duration, such as {job=\"debug\"} 1d";
        let (selector, keep) =
            text.rsplit_once(char::is_whitespace).ok_or_else(|| format!("{text:?} is no rule; {form}"))?;
        let matchers = watchfire_service::parse_selector(selector.trim())
            .map_err(|error| format!("{selector:?} is no selector: {error}; {form}"))?;
        let keep = duration(keep, "1h", "100y")?;
        Ok(RetentionRule { matchers, keep: i64::try_from(keep.as_millis()).unwrap_or(i64::MAX) })
    };
    text.split(';').map(str::trim).filter(|text| !text.is_empty()).map(rule).collect()
}

/// A whole number within limits.
pub(super) fn count(text: &str, limits: RangeInclusive<usize>) -> Result<usize, String> {
    let (low, high) = (limits.start(), limits.end());
    match text.parse() {
        Ok(number) if limits.contains(&number) => Ok(number),
        Ok(_) => Err(format!("{text} is out of range; give {low} to {high}")),
        Err(_) => Err(format!("{text:?} is not a whole number; give {low} to {high}")),
    }
}

/// The units of a size in bytes: binary ones as in IEC 80000-13, decimal ones as in the SI.
const SIZE_UNITS: [(&str, u64); 10] = [
    ("", 1),
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// A number of bytes, with a unit or without, within limits that are written the same way.
pub(super) fn size<T: TryFrom<u64>>(text: &str, low: &str, high: &str) -> Result<T, String> {
    let value = bytes(text)?;
    let in_range = (bytes(low)?..=bytes(high)?).contains(&value);
    T::try_from(value)
        .ok()
        .filter(|_| in_range)
        .ok_or_else(|| format!("{text} is out of range; give {low} to {high}"))
}

fn bytes(text: &str) -> Result<u64, String> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    SIZE_UNITS
        .iter()
        .find(|(name, _)| *name == unit.trim_start())
        .and_then(|(_, factor)| digits.parse::<u64>().ok()?.checked_mul(*factor))
        .ok_or_else(|| {
            format!("{text:?} is not a size; write a number of bytes or one with a unit such as 64KiB, 500MB or 2GiB")
        })
}

/// A duration within limits, themselves written as durations so that the error can repeat them.
pub(super) fn duration(text: &str, low: &str, high: &str) -> Result<Duration, String> {
    let value = any_duration(text)?;
    if (any_duration(low)?..=any_duration(high)?).contains(&value) {
        Ok(value)
    } else {
        Err(format!("{text} is out of range; give {low} to {high}"))
    }
}

/// The time between two readings: 100ms to 1d, or zero for none at all.
pub(super) fn interval(text: &str) -> Result<Duration, String> {
    if any_duration(text)?.is_zero() {
        return Ok(Duration::ZERO);
    }
    duration(text, "100ms", "1d").map_err(|error| format!("{error}, or 0 to turn it off"))
}

/// How long something is kept: at least `low`, or 0 for ever (`None`).
pub(super) fn retention(text: &str, low: &str) -> Result<Option<Duration>, String> {
    let value = any_duration(text)?;
    if value.is_zero() {
        Ok(None)
    } else if value < any_duration(low)? {
        Err(format!("{text} is too short; give {low} or more, or 0 to keep for ever"))
    } else {
        Ok(Some(value))
    }
}

fn any_duration(text: &str) -> Result<Duration, String> {
    // The model reads no sign, so the milliseconds are never negative.
    let millis = parse_duration(text).map_err(|error| error.to_string())?;
    Ok(Duration::from_millis(millis.unsigned_abs()))
}

/// The directives of the log's filter.
///
/// A bare word that is no level would be taken as the name of a module and silence everything else; here it is an
/// error, because it is a slip of the keyboard nearly always.
pub(super) fn level(text: &str) -> Result<String, String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let is_slip = |directive: &str| {
        !directive.contains(['=', '[', ']', '{', '}'])
            && !LEVELS.iter().any(|level| level.eq_ignore_ascii_case(directive.trim()))
    };
    if text.split(',').any(is_slip) || EnvFilter::from_str(text).is_err() {
        return Err(format!(
            "{text:?} is not a log level; write off, error, warn, info, debug or trace, or target=level, with commas \
             between"
        ));
    }
    Ok(text.to_owned())
}
