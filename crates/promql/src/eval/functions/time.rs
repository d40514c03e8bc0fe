//! Parts of dates, in UTC, of numbers that are seconds since the epoch.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::eval::functions::MapFunction;
use crate::eval::functions::MapFunction::Plain;

pub(crate) fn function(name: &str) -> Option<MapFunction> {
    Some(match name {
        "minute" => Plain(|value| part(value, |date| date.minute().into())),
        "hour" => Plain(|value| part(value, |date| date.hour().into())),
        "day_of_week" => Plain(|value| part(value, |date| date.weekday().to_sunday_zero_offset().into())),
        "day_of_month" => Plain(|value| part(value, |date| date.day().into())),
        "day_of_year" => Plain(|value| part(value, |date| date.day_of_year().into())),
        "days_in_month" => Plain(|value| part(value, |date| date.days_in_month().into())),
        "month" => Plain(|value| part(value, |date| date.month().into())),
        "year" => Plain(|value| part(value, |date| date.year().into())),
        _ => return None,
    })
}

/// NaN for a time beyond the years -9999 to 9999, and for NaN.
fn part(seconds: f64, part: impl Fn(DateTime) -> f64) -> f64 {
    if seconds.is_nan() {
        return f64::NAN;
    }
    // The cast cuts off the fraction and stops at the ends of its range, which no date reaches.
    Timestamp::from_second(seconds as i64).map_or(f64::NAN, |time| part(TimeZone::UTC.to_datetime(time)))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the expected numbers are exact")]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_leap_day() {
        // 2024-02-29 13:37:59.9 UTC, a Thursday.
        let time = 1_709_213_879.9;
        let table = [
            ("minute", 37.0),
            ("hour", 13.0),
            ("day_of_week", 4.0),
            ("day_of_month", 29.0),
            ("day_of_year", 60.0),
            ("days_in_month", 29.0),
            ("month", 2.0),
            ("year", 2024.0),
        ];
        for (name, expected) in table {
            let Some(Plain(function)) = function(name) else { panic!("{name}") };
            assert_eq!(function(time), expected, "{name}");
            assert!(function(f64::NAN).is_nan() && function(f64::INFINITY).is_nan(), "{name}");
        }
    }
}
