//! Times as messages have them.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, in milliseconds since the epoch.
pub(super) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
}

/// A time of RFC 3339 in UTC, such as `2026-01-02T03:04:05.678Z`, in milliseconds since the epoch; `None` for anything else.
pub(super) fn read(text: &str) -> Option<f64> {
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut clock = clock.split(':');
    let (hour, minute) = (clock.next()?.parse::<i64>().ok()?, clock.next()?.parse::<i64>().ok()?);
    let seconds: f64 = clock.next()?.parse().ok()?;
    let whole = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60;
    Some((whole as f64 + seconds) * 1000.0)
}

/// Days since the epoch, by the Gregorian calendar: `days_from_civil` of <https://howardhinnant.github.io/date_algorithms.html>. Years
/// begin in March there, so that the day that only some have is their last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T12:00:00Z", Some(951_825_600_000)),
            ("2018-07-04T20:27:12.606Z", Some(1_530_736_032_606)),
            ("2026-12-31T23:59:59.5Z", Some(1_798_761_599_500)),
            ("2026-12-31T23:59:59+01:00", None),
            ("2026-12-31", None),
            ("", None),
        ] {
            assert_eq!(read(text).map(|millis| millis.round() as i64), expected, "{text}");
        }
        assert!(now() > 1.7e12);
    }
}
