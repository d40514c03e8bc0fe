//! Numbers for people, as Prometheus writes them.

use std::fmt::Write as _;

use super::Function;
use super::arguments::number;
use crate::error::Stop;
use crate::number::{Style, write_float};
use crate::time::Time;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_rules("humanize", 1, 1, |_, arguments| Ok(humanize(number(arguments, 0)?).into())),
    Function::of_rules("humanize1024", 1, 1, |_, arguments| Ok(humanize1024(number(arguments, 0)?).into())),
    Function::of_all("humanizeDuration", 1, 1, |_, arguments| {
        Ok(humanize_duration(number(arguments, 0)?).into())
    }),
    Function::of_rules("humanizePercentage", 1, 1, |_, arguments| {
        Ok(format!("{}%", short(number(arguments, 0)? * 100.0)).into())
    }),
    Function::of_rules("humanizeTimestamp", 1, 1, |_, arguments| {
        let value = number(arguments, 0)?;
        if !value.is_finite() {
            return Ok(short(value).into());
        }
        Ok(moment(value)?.to_string().into())
    }),
];

const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];

/// Four digits, as `%.4g` writes them.
fn short(value: f64) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write_float(&mut text, value, Style::General, Some(4));
    text
}

/// With a metric prefix.
fn humanize(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return short(value);
    }
    if value.abs() >= 1.0 {
        return reduced(value, 1000.0, &["k", "M", "G", "T", "P", "E", "Z", "Y"]);
    }
    let (value, prefix) = enlarged(value);
    format!("{}{prefix}", short(value))
}

/// With a binary prefix.
fn humanize1024(value: f64) -> String {
    if value.abs() <= 1.0 || !value.is_finite() {
        return short(value);
    }
    reduced(value, 1024.0, &["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"])
}

/// Divided until it is below the base.
fn reduced(mut value: f64, base: f64, prefixes: &[&str]) -> String {
    let mut prefix = "";
    for next in prefixes {
        if value.abs() < base {
            break;
        }
        prefix = next;
        value /= base;
    }
    format!("{}{prefix}", short(value))
}

/// Multiplied until it is at least 1.
fn enlarged(mut value: f64) -> (f64, &'static str) {
    let mut prefix = "";
    for next in SMALL {
        if value.abs() >= 1.0 {
            break;
        }
        prefix = next;
        value *= 1000.0;
    }
    (value, prefix)
}

/// Seconds as days to seconds, or as a part of a second.
fn humanize_duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return short(seconds);
    }
    if seconds == 0.0 {
        return format!("{}s", short(seconds));
    }
    if seconds.abs() < 1.0 {
        let (value, prefix) = enlarged(seconds);
        return format!("{}{prefix}s", short(value));
    }
    let (sign, value) = if seconds < 0.0 { ("-", -seconds) } else { ("", seconds) };
    let whole = value as i64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60);
    if whole < 60 {
        return format!("{sign}{}s", short(value));
    }
    let mut text = sign.to_owned();
    // Writing to a string never fails.
    if days > 0 {
        let _ = write!(text, "{days}d ");
    }
    if whole >= 3600 {
        let _ = write!(text, "{hours}h ");
    }
    let _ = write!(text, "{minutes}m {}s", whole % 60);
    text
}

/// Seconds since 1970 as a moment, to the millisecond.
pub(super) fn moment(seconds: f64) -> Result<Time, Stop> {
    let nanos = seconds * 1e9;
    // The range of Prometheus' conversion, from the year 1677 to 2262.
    let fits = nanos.is_finite() && nanos.abs() <= i64::MAX as f64;
    let time = if fits { Time::from_millis(nanos as i64 / 1_000_000) } else { None };
    time.ok_or_else(|| {
        Stop::fault(format!("{} is no moment in seconds since 1970 that can be shown", Value::Float(seconds)))
    })
}
