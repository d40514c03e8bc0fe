//! How far the clock of a target is from ours.

use std::time::{Duration, SystemTime};

/// By how many seconds the clock of who wrote `date`, a `Date` of HTTP (RFC 9110, 6.6.1), is ahead of ours at least; behind where
/// it is negative. It was written between two times of our clock, and tells whole seconds: what it does not tell for sure is 0.
/// `None` where it cannot be read.
pub(crate) fn skew(date: &str, (asked, answered): (SystemTime, SystemTime)) -> Option<f64> {
    let first = httpdate::parse_http_date(date).ok()?;
    let last = first + Duration::from_secs(1);
    Some(if let Ok(ahead) = first.duration_since(answered) {
        ahead.as_secs_f64()
    } else if let Ok(behind) = asked.duration_since(last) {
        -behind.as_secs_f64()
    } else {
        0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_sure_counts() {
        // 1994-11-06 08:49:37 UTC.
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let at = |seconds: f64| SystemTime::UNIX_EPOCH + Duration::from_secs_f64(784_111_777.0 + seconds);
        for (asked, answered, expected) in [
            (0.25, 0.5, 0.0),
            // The second may have begun or ended while it was asked for.
            (-3.0, 0.0, 0.0),
            (1.0, 3.0, 0.0),
            (-40.0, 60.0, 0.0),
            (-31.0, -30.0, 30.0),
            (61.0, 62.0, -60.0),
        ] {
            assert_eq!(skew(date, (at(asked), at(answered))), Some(expected), "{asked} {answered}");
        }
        for date in ["", "now", "Sun, 06 Nov 1994 08:49:37"] {
            assert_eq!(skew(date, (at(0.0), at(0.0))), None, "{date:?}");
        }
    }
}
