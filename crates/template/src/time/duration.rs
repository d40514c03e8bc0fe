//! Durations in nanoseconds.

use std::fmt::Write as _;

/// As Go prints a duration: `1h2m3.5s`, `1.5ms`, `0s`.
pub(crate) fn format_duration(nanos: i64) -> String {
    let mut text = String::new();
    let all = nanos.unsigned_abs();
    if nanos < 0 {
        text.push('-');
    }
    // The size of the unit in nanoseconds and its name.
    let (unit, name) = match all {
        0 => return "0s".into(),
        1..1_000 => (1, "ns"),
        1_000..1_000_000 => (1_000, "µs"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    let (mut whole, part) = (all / unit, all % unit);
    if name == "s" {
        let (hours, minutes) = (whole / 3600, whole / 60 % 60);
        whole %= 60;
        // Writing to a string never fails.
        if hours > 0 {
            let _ = write!(text, "{hours}h");
        }
        if hours > 0 || minutes > 0 {
            let _ = write!(text, "{minutes}m");
        }
    }
    let _ = write!(text, "{whole}");
    if part > 0 {
        let digits = format!("{:0width$}", part, width = unit.ilog10() as usize);
        let _ = write!(text, ".{}", digits.trim_end_matches('0'));
    }
    text.push_str(name);
    text
}

/// To a multiple towards zero; unchanged for none.
pub(crate) fn truncate(nanos: i64, multiple: i64) -> i64 {
    if multiple <= 0 { nanos } else { nanos - nanos % multiple }
}

/// To the nearest multiple, halves away from zero; unchanged for none, and at the ends of the range.
pub(crate) fn round(nanos: i64, multiple: i64) -> i64 {
    if multiple <= 0 {
        return nanos;
    }
    let rest = i128::from(nanos % multiple);
    let down = i128::from(nanos) - rest;
    let rounded = if rest.abs() * 2 >= i128::from(multiple) {
        down + i128::from(multiple) * i128::from(nanos.signum())
    } else {
        down
    };
    i64::try_from(rounded).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}
