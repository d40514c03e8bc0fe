use std::fmt::Write as _;

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a duration; write a number and a unit such as 30s, 5m, 1h30m or 7d")]
pub struct DurationError {
    /// What was given.
    pub text: String,
}

/// The units of a duration in milliseconds, largest first, as Prometheus has them (a year has 365 days).
const UNITS: [(&str, i64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// Reads a duration such as `90s`, `1h30m` or `7d` and returns milliseconds. `0` alone is allowed.
///
/// The form is Prometheus': whole numbers with units from large to small, each unit at most once.
///
/// ```
/// assert_eq!(watchfire_model::parse_duration("1h30m"), Ok(5_400_000));
/// assert!(watchfire_model::parse_duration("1.5h").is_err());
/// ```
pub fn parse_duration(text: &str) -> Result<i64, DurationError> {
    let error = || DurationError { text: text.to_owned() };
    if text == "0" {
        return Ok(0);
    }
    let mut rest = text;
    let mut total = 0_i64;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let number: i64 = rest[..digits].parse().map_err(|_| error())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (_, millis) = units.find(|(unit, _)| *unit == &rest[..letters]).ok_or_else(error)?;
        rest = &rest[letters..];
        total = number.checked_mul(*millis).and_then(|n| total.checked_add(n)).ok_or_else(error)?;
    }
    if text.is_empty() { Err(error()) } else { Ok(total) }
}

/// Writes milliseconds in the form that [`parse_duration`] reads; negative values as their magnitude.
///
/// ```
/// assert_eq!(watchfire_model::format_duration(5_400_000), "1h30m");
/// ```
pub fn format_duration(millis: i64) -> String {
    let mut rest = millis.unsigned_abs();
    let mut text = String::new();
    // Weeks and years read worse than days: `10d`, not `1w3d`.
    for (unit, size) in &UNITS[2..] {
        let count = rest / size.unsigned_abs();
        rest %= size.unsigned_abs();
        if count > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, "{count}{unit}");
        }
    }
    if text.is_empty() { "0".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_prometheus_reads() {
        let table = [
            ("0", Some(0)),
            ("5m", Some(300_000)),
            ("1d12h", Some(129_600_000)),
            ("100ms", Some(100)),
            ("1w", Some(604_800_000)),
            ("1y", Some(31_536_000_000)),
            ("", None),
            ("5", None),
            ("m", None),
            ("5m1h", None),
            ("5m5m", None),
            ("-5m", None),
            ("5 m", None),
            ("99999999999999999y", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_duration(text).ok(), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn round_trips(millis in 0_i64..10_000_000_000_000) {
            prop_assert_eq!(parse_duration(&format_duration(millis)), Ok(millis));
        }

        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = parse_duration(&text);
        }
    }
}
