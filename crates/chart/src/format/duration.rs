//! Lengths of time in words.

use super::digits::{fixed, human, without_zeros};

/// How a length of time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// In its two largest parts: `1 h 23 min`, or `340 ms`.
    Short,
    /// As a clock does: `01:23:45`; days before it.
    Clock,
}

const DAY: f64 = 86_400.0;
const LONG: [(f64, &str, f64, &str); 4] = [
    (365.0 * DAY, "y", DAY, "d"),
    (DAY, "d", 3600.0, "h"),
    (3600.0, "h", 60.0, "min"),
    (60.0, "min", 1.0, "s"),
];

/// Seconds and shorter: how long, and what it is called.
pub(super) const SMALL: [(f64, &str); 4] = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];

impl Words {
    pub(super) fn split(self, seconds: f64, decimals: Option<u8>) -> (String, &'static str) {
        match self {
            Self::Short => short(seconds, decimals),
            Self::Clock => (clock(seconds), ""),
        }
    }
}

fn short(value: f64, decimals: Option<u8>) -> (String, &'static str) {
    let size = value.abs();
    if size == 0.0 {
        return ("0".to_owned(), "s");
    }
    for (whole, name, part, part_name) in LONG {
        // What rounds up to the next part is shown in it: 59.9996 s is 1 min.
        if size >= whole * 0.999_99 {
            let sign = if value < 0.0 { "-" } else { "" };
            if let Some(decimals) = decimals {
                return (fixed(value / whole, decimals), name);
            }
            if size >= 1e15 {
                return (human(value / whole), name);
            }
            let parts = (size / part).round();
            let (wholes, parts) = ((parts * part / whole + 1e-9).floor(), parts);
            let parts = (parts - wholes * (whole / part)).round();
            return if parts < 1.0 {
                ([sign, &fixed(wholes, 0)].concat(), name)
            } else {
                ([sign, &fixed(wholes, 0), " ", name, " ", &fixed(parts, 0)].concat(), part_name)
            };
        }
    }
    let (divisor, unit) = SMALL.into_iter().find(|(divisor, _)| size >= divisor * 0.9995).unwrap_or(SMALL[3]);
    let number = decimals.map_or_else(|| human(value / divisor), |decimals| fixed(value / divisor, decimals));
    (number, unit)
}

fn clock(value: f64) -> String {
    let size = value.abs();
    if size >= 1e15 {
        return human(value);
    }
    let whole = size.floor() as u64;
    let (days, hours, minutes, seconds) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60);
    let sign = if value < 0.0 && whole > 0 { "-" } else { "" };
    let days = if days > 0 { [&days.to_string(), " d "].concat() } else { String::new() };
    let millis = ((size - size.floor()) * 1000.0).floor();
    let mut text = format!("{sign}{days}{hours:02}:{minutes:02}:{seconds:02}");
    if millis > 0.0 && whole < 60 {
        text.push_str(without_zeros(&format!("{:.3}", millis / 1000.0))[1..].as_ref());
    }
    text
}

/// `in 5 min`, `2 h ago`: of milliseconds from now on.
pub(super) fn from_now(millis: f64) -> String {
    let seconds = millis / 1000.0;
    if seconds.abs() < 1.0 {
        return "now".to_owned();
    }
    let rounded = LONG
        .into_iter()
        .map(|(whole, name, ..)| (whole, name))
        .chain([(1.0, "s")])
        .find(|(whole, _)| seconds.abs() >= *whole);
    let (whole, name) = rounded.unwrap_or((1.0, "s"));
    let number = fixed((seconds.abs() / whole).floor(), 0);
    if seconds > 0.0 { ["in ", &number, " ", name].concat() } else { [&number, " ", name, " ago"].concat() }
}
