//! The methods of Go's `time.Time` and `time.Duration` that give something to print or to compare.

use jiff::tz::TimeZone;

use super::{Time, Unit, format_duration, round, truncate};
use crate::value::Value;

/// Calls a method of a moment; `None` if there is none of this name.
pub(crate) fn time_method(time: &Time, method: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
    let local = time.zone.to_datetime(time.at);
    let value = match (method, arguments) {
        ("Format", [layout]) => {
            return Some(match layout {
                Value::String(layout) => Ok(time.format(layout).into()),
                other => Err(format!("Format wants a layout in quotes, not {}", other.described())),
            });
        }
        ("Add", [duration]) => {
            return Some(duration_of("Add", duration).and_then(|nanos| moved(time, i128::from(nanos))));
        }
        ("Sub" | "Before" | "After" | "Equal" | "Compare", [other]) => {
            let Value::Time(other) = other else {
                return Some(Err(format!("{method} wants a time, not {}", other.described())));
            };
            match method {
                "Before" => Value::Bool(time.at < other.at),
                "After" => Value::Bool(time.at > other.at),
                "Equal" => Value::Bool(time.at == other.at),
                "Compare" => Value::Int(time.at.cmp(&other.at) as i64),
                _ => Value::Number(Unit::Duration, between(time, other)),
            }
        }
        ("Truncate" | "Round", [duration]) => {
            return Some(duration_of(method, duration).and_then(|nanos| {
                let since = time.at.as_nanosecond() - Time::zero().at.as_nanosecond();
                let multiple = i128::from(nanos.max(1));
                let rest = since.rem_euclid(multiple);
                let up = method == "Round" && rest * 2 >= multiple;
                moved(time, if up { multiple - rest } else { -rest })
            }));
        }
        ("AddDate", [Value::Int(years), Value::Int(months), Value::Int(days)]) => {
            return Some(
                add_date(time, *years, *months, *days).ok_or_else(|| "the time is out of range".into()),
            );
        }
        (_, []) => match method {
            "UTC" => Value::Time(Time::utc(time.at)),
            "Local" => Value::Time(time.clone()),
            "Unix" => Value::Int(time.at.as_second() - i64::from(time.at.subsec_nanosecond() < 0)),
            "UnixMilli" => Value::Int(time.at.as_nanosecond().div_euclid(1_000_000) as i64),
            "UnixMicro" => Value::Int(time.at.as_nanosecond().div_euclid(1_000) as i64),
            "UnixNano" => Value::Int(time.at.as_nanosecond() as i64),
            "Year" => Value::Int(i64::from(local.year())),
            "Month" => Value::Number(Unit::Month, i64::from(local.month())),
            "Day" => Value::Int(i64::from(local.day())),
            "Hour" => Value::Int(i64::from(local.hour())),
            "Minute" => Value::Int(i64::from(local.minute())),
            "Second" => Value::Int(i64::from(local.second())),
            "Nanosecond" => Value::Int(i64::from(local.subsec_nanosecond())),
            "YearDay" => Value::Int(i64::from(local.day_of_year())),
            "Weekday" => Value::Number(Unit::Weekday, i64::from(local.weekday().to_sunday_zero_offset())),
            "IsZero" => Value::Bool(time.at == Time::zero().at),
            "String" => Value::from(time.to_string()),
            "Location" => Value::from(time.zone.iana_name().unwrap_or("UTC")),
            _ => return None,
        },
        ("Format" | "Add" | "Sub" | "Before" | "After" | "Equal" | "Compare" | "Truncate" | "Round", _) => {
            return Some(Err(format!("{method} wants one argument, but has {}", arguments.len())));
        }
        ("AddDate", _) => return Some(Err("AddDate wants three whole numbers: years, months, days".into())),
        _ => {
            // One that takes no arguments.
            time_method(time, method, &[])?.ok()?;
            return Some(Err(format!("{method} takes no arguments")));
        }
    };
    Some(Ok(value))
}

/// Nanoseconds between two moments, at most what fits.
pub(crate) fn between(time: &Time, earlier: &Time) -> i64 {
    let nanos = time.at.as_nanosecond() - earlier.at.as_nanosecond();
    i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}

fn moved(time: &Time, nanos: i128) -> Result<Value, String> {
    let at = jiff::Timestamp::from_nanosecond(time.at.as_nanosecond() + nanos);
    match at {
        Ok(at) => Ok(Value::Time(Time { at, zone: time.zone.clone() })),
        Err(_) => Err("the time is out of range".into()),
    }
}

/// Moves the date; days beyond the end of a month go on in the next one.
fn add_date(time: &Time, years: i64, months: i64, days: i64) -> Option<Value> {
    let local = time.zone.to_datetime(time.at);
    let month = (i64::from(local.year()) + years)
        .checked_mul(12)?
        .checked_add(i64::from(local.month()) - 1)?
        .checked_add(months)?;
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let first = jiff::civil::Date::new(year, month.rem_euclid(12) as i8 + 1, 1).ok()?;
    let days = jiff::Span::new().try_days(days.checked_add(i64::from(local.day()) - 1)?).ok()?;
    let moved = first.checked_add(days).ok()?.to_datetime(local.time());
    let at = time.zone.to_timestamp(moved).ok()?;
    Some(Value::Time(Time { at, zone: time.zone.clone() }))
}

fn duration_of(method: &str, value: &Value) -> Result<i64, String> {
    match value {
        Value::Number(Unit::Duration, nanos) | Value::Int(nanos) => Ok(*nanos),
        other => Err(format!(
            "{method} wants a duration or whole nanoseconds, not {}; make one by toDuration or since",
            other.described()
        )),
    }
}

/// Calls a method of a duration, a month or a weekday; `None` if there is none of this name.
pub(crate) fn number_method(
    unit: Unit,
    value: i64,
    method: &str,
    arguments: &[Value],
) -> Option<Result<Value, String>> {
    if method == "String" && arguments.is_empty() {
        return Some(Ok(unit.text(value).into()));
    }
    if unit != Unit::Duration {
        return None;
    }
    // Whole units and the rest apart, as Go adds them: rounding is the same.
    let float = |size: i64| (value / size) as f64 + (value % size) as f64 / size as f64;
    let value = match (method, arguments) {
        ("Hours", []) => Value::Float(float(3_600_000_000_000)),
        ("Minutes", []) => Value::Float(float(60_000_000_000)),
        ("Seconds", []) => Value::Float(float(1_000_000_000)),
        ("Milliseconds", []) => Value::Int(value / 1_000_000),
        ("Microseconds", []) => Value::Int(value / 1_000),
        ("Nanoseconds", []) => Value::Int(value),
        ("Abs", []) => Value::Number(unit, value.saturating_abs()),
        ("Round" | "Truncate", [multiple]) => match duration_of(method, multiple) {
            Ok(multiple) if method == "Round" => Value::Number(unit, round(value, multiple)),
            Ok(multiple) => Value::Number(unit, truncate(value, multiple)),
            Err(message) => return Some(Err(message)),
        },
        ("Hours" | "Minutes" | "Seconds" | "Milliseconds" | "Microseconds" | "Nanoseconds" | "Abs", _) => {
            return Some(Err(format!(
                "{method} takes no arguments; the duration is {}",
                format_duration(value)
            )));
        }
        ("Round" | "Truncate", _) => return Some(Err(format!("{method} wants one duration"))),
        _ => return None,
    };
    Some(Ok(value))
}

/// A moment in another zone.
pub(crate) fn in_zone(time: &Time, zone: TimeZone) -> Time {
    Time { at: time.at, zone }
}
