//! Moments and durations.

use super::Function;
use super::arguments::{number, text, time};
use super::humanize::moment;
use crate::error::Stop;
use crate::time::{Time, Unit, between, in_zone, zone};
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_rules("toTime", 1, 1, |_, arguments| Ok(moment(number(arguments, 0)?)?.into())),
    Function::of_rules("toDuration", 1, 1, |_, arguments| to_duration(number(arguments, 0)?)),
    Function::of_rules("parseDuration", 1, 1, |_, arguments| parse_duration(text(arguments, 0)?)),
    Function::of_rules("now", 0, 0, |exec, _| Ok(Value::Float(seconds(&exec.env.now)))),
    Function::of_notifications("now", 0, 0, |exec, _| Ok(exec.env.now.clone().into())),
    Function::of_notifications("date", 2, 2, |_, arguments| {
        Ok(time(arguments, 1)?.format(text(arguments, 0)?).into())
    }),
    Function::of_notifications("tz", 2, 2, |exec, arguments| {
        let zone = zone(exec.env.zones, text(arguments, 0)?)?;
        Ok(in_zone(time(arguments, 1)?, zone).into())
    }),
    Function::of_notifications("since", 1, 1, |exec, arguments| {
        Ok(Value::Number(Unit::Duration, between(&exec.env.now, time(arguments, 0)?)))
    }),
];

/// Seconds since 1970, to the millisecond.
fn seconds(time: &Time) -> f64 {
    time.at.as_nanosecond().div_euclid(1_000_000) as f64 / 1000.0
}

fn to_duration(seconds: f64) -> Result<Value, Stop> {
    let nanos = seconds * 1e9;
    // The range of nanoseconds in 64 bits.
    if !nanos.is_finite() || nanos.abs() >= i64::MAX as f64 {
        let shown = Value::Float(seconds);
        return Err(Stop::fault(format!(
            "{shown} seconds are no duration; the longest one is about 292 years"
        )));
    }
    Ok(Value::Number(Unit::Duration, nanos as i64))
}

/// A duration such as `1h30m` in seconds.
fn parse_duration(text: &str) -> Result<Value, Stop> {
    match watchfire_model::parse_duration(text) {
        Ok(millis) => Ok(Value::Float(millis as f64 / 1000.0)),
        Err(error) => Err(Stop::fault(error.to_string())),
    }
}
