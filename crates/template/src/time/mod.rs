//! Moments, durations and their parts as Go's package `time` has them.

mod duration;
mod layout;
mod methods;
mod zone;

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use duration::{format_duration, round, truncate};
pub(crate) use methods::{between, in_zone, number_method, time_method};
pub use zone::Zones;
pub(crate) use zone::zone;

/// A moment to the nanosecond, and the time zone that it is shown in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    pub(crate) at: Timestamp,
    pub(crate) zone: TimeZone,
}

impl Time {
    /// A moment in UTC by its milliseconds since 1970; `None` outside of the years -9999 to 9999.
    pub fn from_millis(millis: i64) -> Option<Self> {
        Timestamp::from_millisecond(millis).ok().map(Self::utc)
    }

    /// A moment in UTC by its nanoseconds since 1970; `None` outside of the years -9999 to 9999.
    pub fn from_nanos(nanos: i128) -> Option<Self> {
        Timestamp::from_nanosecond(nanos).ok().map(Self::utc)
    }

    /// A moment of RFC 3339, such as `2026-01-02T15:04:05.678+01:00`, in the zone that it names.
    pub fn parse(text: &str) -> Option<Self> {
        let at: Timestamp = text.parse().ok()?;
        let clock = text.get(11..)?;
        let zone = match clock.rfind(['+', '-']) {
            Some(sign) => {
                let (hours, minutes) = clock[sign + 1..].split_once(':')?;
                let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
                let seconds = if clock[sign..].starts_with('-') { -seconds } else { seconds };
                jiff::tz::Offset::from_seconds(seconds).ok()?.to_time_zone()
            }
            None => TimeZone::UTC,
        };
        let zone = if zone.to_offset(at).is_zero() { TimeZone::UTC } else { zone };
        Some(Self { at, zone })
    }

    /// What Go takes for no time at all: the first moment of year 1.
    pub fn zero() -> Self {
        // In the range by far.
        Self::utc(Timestamp::constant(-62_135_596_800, 0))
    }

    /// Its milliseconds since 1970; what is less than one is left out.
    pub fn millis(&self) -> i64 {
        self.at.as_millisecond()
    }

    pub(crate) fn utc(at: Timestamp) -> Self {
        Self { at, zone: TimeZone::UTC }
    }

    /// By a layout (<https://pkg.go.dev/time#Layout>).
    pub(crate) fn format(&self, layout: &str) -> String {
        layout::format(self, layout)
    }

    /// As RFC 3339 with as many digits as needed, as JSON has it.
    pub(crate) fn rfc3339(&self) -> String {
        self.format("2006-01-02T15:04:05.999999999Z07:00")
    }
}

/// As Go prints it: `2026-01-02 15:04:05.678 +0000 UTC`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format("2006-01-02 15:04:05.999999999 -0700 MST"))
    }
}

/// What a whole number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds (`time.Duration`).
    Duration,
    /// The month of a year, from 1 (`time.Month`).
    Month,
    /// The day of a week, from Sunday 0 (`time.Weekday`).
    Weekday,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Unit {
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Duration => "time.Duration",
            Self::Month => "time.Month",
            Self::Weekday => "time.Weekday",
        }
    }

    /// A number of it as Go prints it.
    pub(crate) fn text(self, value: i64) -> String {
        let name = |names: &[&str], first: i64| {
            usize::try_from(value - first).ok().and_then(|at| names.get(at).map(ToString::to_string))
        };
        match self {
            Self::Duration => format_duration(value),
            Self::Month => name(&MONTHS, 1).unwrap_or_else(|| format!("%!Month({value})")),
            Self::Weekday => name(&WEEKDAYS, 0).unwrap_or_else(|| format!("%!Weekday({value})")),
        }
    }
}
