//! Times and durations of requests, as Prometheus reads them.

use std::time::Duration;

use watchfire_model::parse_duration;

/// The first time of a range that has none, as Prometheus has it: 292273086 years before Christ, in milliseconds.
pub(super) const FIRST: i64 = (i64::MIN / 1000 + 62_135_596_801) * 1000;
/// The last one: in the year 292277025.
pub(super) const LAST: i64 = (i64::MAX / 1000 - 62_135_596_801) * 1000 + 999;

/// Reads RFC 3339 or seconds since the epoch, with decimals; in milliseconds. Years that RFC 3339 cannot write are
/// understood for the two ends of time only. The error completes `cannot parse ...`.
pub(super) fn parse_time(text: &str) -> Result<i64, String> {
    if let Ok(seconds) = text.parse::<f64>()
        && !seconds.is_nan()
    {
        let fraction = if seconds.is_finite() { (seconds.fract() * 1000.0).round() } else { 0.0 };
        let millis = seconds.trunc() * 1000.0 + fraction;
        // A cast ends at the ends of i64.
        return Ok((millis as i64).clamp(FIRST, LAST));
    }
    match text {
        "-292273086-05-16T16:47:06Z" => Ok(FIRST),
        "292277025-08-18T07:12:54.999999999Z" => Ok(LAST),
        _ => rfc3339(text).ok_or_else(|| format!("cannot parse {text:?} to a valid timestamp")),
    }
}

fn rfc3339(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_at_checked(10)?;
    // jiff also reads other forms of ISO 8601, which Prometheus refuses.
    let has_date = date.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let has_seconds = rest.first() == Some(&b'T') && rest.get(3) == Some(&b':') && rest.get(6) == Some(&b':');
    let zone = bytes.len().checked_sub(6).and_then(|at| bytes.get(at..))?;
    let has_zone = bytes.ends_with(b"Z") || (matches!(zone[0], b'+' | b'-') && zone[3] == b':');
    if !(has_date && has_seconds && has_zone) {
        return None;
    }
    let time: jiff::Timestamp = text.parse().ok()?;
    i64::try_from(time.as_nanosecond().div_euclid(1_000_000)).ok()
}

/// Reads seconds with decimals, or a duration such as `1h30m`; in milliseconds, of which there are fractions: a step may
/// be shorter. The error completes the sentence about a parameter.
pub(super) fn parse_span(text: &str) -> Result<f64, String> {
    if let Ok(seconds) = text.parse::<f64>()
        && !seconds.is_nan()
    {
        // Prometheus counts nanoseconds.
        if (seconds * 1e9).abs() > i64::MAX as f64 {
            return Err(format!("cannot parse {text:?} to a valid duration. It overflows int64"));
        }
        return Ok(seconds * 1000.0);
    }
    parse_duration(text)
        .map(|millis| millis as f64)
        .map_err(|_| format!("cannot parse {text:?} to a valid duration"))
}

/// The same for a length of time, which is not negative.
pub(super) fn parse_length(text: &str) -> Result<Duration, String> {
    parse_span(text).map(|millis| Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times() {
        let table = [
            ("0", Some(0)),
            ("1435781451", Some(1_435_781_451_000)),
            ("1435781451.781", Some(1_435_781_451_781)),
            ("1435781451.7815", Some(1_435_781_451_782)),
            ("1.4e9", Some(1_400_000_000_000)),
            ("-1.5", Some(-1500)),
            ("+1", Some(1000)),
            (".5", Some(500)),
            ("1e300", Some(LAST)),
            ("-Inf", Some(FIRST)),
            ("2015-07-01T20:10:51.781Z", Some(1_435_781_451_781)),
            ("2015-07-01T22:10:51.781+02:00", Some(1_435_781_451_781)),
            ("2015-07-01T20:10:51Z", Some(1_435_781_451_000)),
            ("1969-12-31T23:59:59.9999Z", Some(-1)),
            ("-292273086-05-16T16:47:06Z", Some(-9_223_309_901_257_974_000)),
            ("292277025-08-18T07:12:54.999999999Z", Some(9_223_309_901_257_974_999)),
            ("2015-07-01 20:10:51Z", None),
            ("2015-07-01T20:10Z", None),
            ("2015-07-01T20:10:51", None),
            ("2015-07-01T20:10:51+0200", None),
            ("2015-02-30T20:10:51Z", None),
            ("2015-07-01", None),
            ("now", None),
            ("NaN", None),
            ("", None),
            ("ä2015-07-01T20", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_time(text).ok(), expected, "{text:?}");
        }
        assert_eq!(parse_time("x").unwrap_err(), "cannot parse \"x\" to a valid timestamp");
    }

    #[test]
    fn durations() {
        let table = [
            ("15", Ok(15_000.0)),
            ("0.5", Ok(500.0)),
            ("-1", Ok(-1000.0)),
            ("15s", Ok(15_000.0)),
            ("1h30m", Ok(5_400_000.0)),
            ("1d", Ok(86_400_000.0)),
            ("250ms", Ok(250.0)),
            ("1e20", Err("cannot parse \"1e20\" to a valid duration. It overflows int64")),
            ("Inf", Err("cannot parse \"Inf\" to a valid duration. It overflows int64")),
            ("x", Err("cannot parse \"x\" to a valid duration")),
            ("", Err("cannot parse \"\" to a valid duration")),
            ("-5m", Err("cannot parse \"-5m\" to a valid duration")),
        ];
        for (text, expected) in table {
            assert_eq!(parse_span(text), expected.map_err(str::to_owned), "{text:?}");
        }
        assert_eq!(parse_length("1.5").unwrap(), Duration::from_millis(1500));
        assert_eq!(parse_length("-1").unwrap(), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC*") {
            let _ = (parse_time(&text), parse_span(&text), parse_length(&text));
        }

        #[test]
        fn seconds_read_back(millis in -10_000_000_000_000_i64..10_000_000_000_000) {
            let mut text = Vec::new();
            super::super::json::write_timestamp(&mut text, millis);
            prop_assert_eq!(parse_time(&String::from_utf8(text).unwrap()), Ok(millis));
        }
    }
}
