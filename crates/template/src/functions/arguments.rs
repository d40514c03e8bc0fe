//! Arguments of the kinds that functions want.

use std::sync::Arc;

use crate::error::Stop;
use crate::number::parse_float;
use crate::time::{Time, Unit};
use crate::value::{List, Value};

/// The text at a place, which must be there.
pub(super) fn text(arguments: &[Value], at: usize) -> Result<&Arc<str>, Stop> {
    match &arguments[at] {
        Value::String(text) => Ok(text),
        other => Err(unfit(at, "a string", other, "; make one by `print` or `printf`")),
    }
}

/// The list of texts at a place, which must be there.
pub(super) fn strings(arguments: &[Value], at: usize) -> Result<&List, Stop> {
    match arguments[at].as_list() {
        Some(list) if list.is_strings() => Ok(list),
        _ => Err(unfit(at, "a list of strings", &arguments[at], "; Names, Values and stringSlice give one")),
    }
}

/// The moment at a place, which must be there.
pub(super) fn time(arguments: &[Value], at: usize) -> Result<&Time, Stop> {
    match &arguments[at] {
        Value::Time(time) => Ok(time),
        other => {
            Err(unfit(at, "a time", other, "; StartsAt and EndsAt of alerts are times, and toTime makes one"))
        }
    }
}

/// The number at a place, which must be there: also a text that is one, and a duration in seconds.
pub(super) fn number(arguments: &[Value], at: usize) -> Result<f64, Stop> {
    match &arguments[at] {
        Value::Float(value) => Ok(*value),
        Value::Int(value) => Ok(*value as f64),
        Value::Number(Unit::Duration, nanos) => Ok(*nanos as f64 / 1e9),
        Value::String(text) => {
            parse_float(text).ok_or_else(|| Stop::fault(format!("the text {text:?} is not a number")))
        }
        other => Err(unfit(at, "a number", other, "")),
    }
}

/// That an argument is of a wrong kind.
pub(super) fn unfit(at: usize, wanted: &str, found: &Value, hint: &str) -> Stop {
    Stop::fault(format!("argument {} must be {wanted}, not {}{hint}", at + 1, found.described()))
}
