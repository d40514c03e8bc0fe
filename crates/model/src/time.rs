use std::fmt;

use serde::{Deserialize, Serialize};

use crate::calendar::Civil;
use crate::duration::{format_duration, parse_duration};

/// A span of time, both ends included: milliseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeRange {
    /// The first instant.
    pub start: i64,
    /// The last instant; not before `start`.
    pub end: i64,
}

impl TimeRange {
    /// The length in milliseconds; the greatest number for a range that is longer still.
    pub fn length(self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether `timestamp` lies in the range.
    pub fn contains(self, timestamp: i64) -> bool {
        (self.start..=self.end).contains(&timestamp)
    }
}

/// A point in time as people type it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeExpr {
    /// `now`, or `now-6h`: this many milliseconds before now.
    BeforeNow(i64),
    /// A fixed instant: milliseconds since the epoch.
    At(i64),
}

/// Why a text is not a point in time or not a window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text has none of the known forms.
    #[error("{text:?} is not a time; write now, now-6h or 2026-11-20 14:00")]
    Unreadable {
        /// What was given.
        text: String,
    },
    /// The end does not come after the start.
    #[error("the range ends before it starts; swap \"from\" and \"to\"")]
    Reversed,
}

/// Numbers that are taken for seconds since the epoch: from 2001 to 5138. As milliseconds they would lie in the years 1970 to 1973, for
/// which nobody has samples.
const SECONDS: std::ops::Range<i64> = 1_000_000_000..100_000_000_000;

impl TimeExpr {
    /// Reads `now`, `now-6h`, `2026-11-20`, `2026-11-20 14:00[:05]`, `2026-11-20T14:00:05Z`, or milliseconds or seconds since
    /// the epoch: a number that is a time of this century in seconds is one. `utc_offset` (milliseconds east of UTC) is the zone of a date that does not end in `Z`.
    pub fn parse(text: &str, utc_offset: i64) -> Result<Self, TimeError> {
        let text = text.trim();
        let error = || TimeError::Unreadable { text: text.to_owned() };
        if let Some(rest) = text.strip_prefix("now") {
            let rest = rest.trim();
            if rest.is_empty() {
                return Ok(Self::BeforeNow(0));
            }
            let back = rest.strip_prefix('-').ok_or_else(error)?;
            return parse_duration(back.trim()).map(Self::BeforeNow).map_err(|_| error());
        }
        if let Ok(number) = text.parse::<i64>() {
            let seconds = (SECONDS.start..SECONDS.end).contains(&number);
            return Ok(Self::At(if seconds { number * 1000 } else { number }));
        }
        let (civil, offset) = match text.strip_suffix('Z') {
            Some(utc) => (utc, 0),
            None => (text, utc_offset),
        };
        let civil = Civil::parse(civil).ok_or_else(error)?;
        Ok(Self::At(civil.timestamp() - offset))
    }

    /// Reads what [`TimeExpr::parse`] does, and times that are rounded to a unit of the calendar, as Grafana writes them:
    /// `now/d`, `now-1w/w`; units are `m`, `h`, `d`, `w` (from Monday on), `M` and `y`, in the zone `utc_offset` milliseconds
    /// east of UTC. Such a time becomes what it means at `now`: the first instant of the unit, as an `end` its last. An end
    /// that is yet to come is `now`.
    ///
    /// # Errors
    ///
    /// The text has none of these forms.
    pub fn parse_at(text: &str, utc_offset: i64, now: i64, end: bool) -> Result<Self, TimeError> {
        let Some((time, unit)) = text.split_once('/') else { return Self::parse(text, utc_offset) };
        let error = || TimeError::Unreadable { text: text.trim().to_owned() };
        let (time, unit) = (time.trim(), unit.trim());
        // Months have no one length: they are counted in the calendar.
        let months = if unit == "M" { time.strip_prefix("now-") } else { None };
        let (back, months) = match months.and_then(|back| back.strip_suffix('M')) {
            Some(months) => (0, months.parse::<u16>().map_err(|_| error())?),
            None => match Self::parse(time, 0) {
                Ok(Self::BeforeNow(back)) => (back, 0),
                _ => return Err(error()),
            },
        };
        let local = now.saturating_sub(back).saturating_add(utc_offset);
        let (first, next) = unit_around(local, unit, i64::from(months)).ok_or_else(error)?;
        let at = if end { next - 1 } else { first } - utc_offset;
        Ok(if end && at >= now { Self::BeforeNow(0) } else { Self::At(at) })
    }

    /// The instant that this means at `now`.
    pub fn resolve(self, now: i64) -> i64 {
        match self {
            Self::BeforeNow(back) => now.saturating_sub(back),
            Self::At(timestamp) => timestamp,
        }
    }
}

/// The first instant of the calendar's unit that `local` lies in, and that of the next unit; of months, of the one so many
/// `months` before. `None` for what is no unit, and outside of the years that are known.
fn unit_around(local: i64, unit: &str, months: i64) -> Option<(i64, i64)> {
    const DAY: i64 = 86_400_000;
    let date = Civil::of(local)?;
    let month = date.year * 12 + date.month - 1 - months;
    let (length, origin) = match unit {
        "m" => (60_000, 0),
        "h" => (3_600_000, 0),
        "d" => (DAY, 0),
        // The epoch began on a Thursday.
        "w" => (7 * DAY, 4 * DAY),
        "M" => return Some((first_of(month), first_of(month + 1))),
        "y" => return Some((first_of(date.year * 12), first_of(date.year * 12 + 12))),
        _ => return None,
    };
    let first = (local - origin).div_euclid(length) * length + origin;
    Some((first, first + length))
}

/// The first instant of a month, counted from the January of the year 0.
fn first_of(month: i64) -> i64 {
    Civil { year: month.div_euclid(12), month: month.rem_euclid(12) + 1, day: 1, clock: 0 }.timestamp()
}

/// The form that [`TimeExpr::parse`] reads, absolute times in UTC: what stands in a URL.
impl fmt::Display for TimeExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforeNow(0) => f.write_str("now"),
            Self::BeforeNow(back) => write!(f, "now-{}", format_duration(*back)),
            Self::At(timestamp) => {
                let pattern =
                    if timestamp % 1000 == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.3fZ" };
                f.write_str(&format_utc(*timestamp, 0, pattern))
            }
        }
    }
}

/// The range that a page shows: relative, absolute or half and half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeWindow {
    /// Where it starts.
    pub from: TimeExpr,
    /// Where it ends; `now` makes the window live.
    pub to: TimeExpr,
}

impl TimeWindow {
    /// The live window over the last `length` milliseconds.
    pub const fn last(length: i64) -> Self {
        Self { from: TimeExpr::BeforeNow(length), to: TimeExpr::BeforeNow(0) }
    }

    /// Reads both ends as [`TimeExpr::parse_at`] does, and checks that the window does not end before it starts, as seen at
    /// `now`.
    pub fn parse(from: &str, to: &str, utc_offset: i64, now: i64) -> Result<Self, TimeError> {
        let end = |text, end| TimeExpr::parse_at(text, utc_offset, now, end);
        let window = Self { from: end(from, false)?, to: end(to, true)? };
        let range = window.resolve(now);
        if range.length() <= 0 { Err(TimeError::Reversed) } else { Ok(window) }
    }

    /// Whether the window moves on with the time.
    pub fn is_live(self) -> bool {
        self.to == TimeExpr::BeforeNow(0)
    }

    /// The range that this means at `now`.
    pub fn resolve(self, now: i64) -> TimeRange {
        TimeRange { start: self.from.resolve(now), end: self.to.resolve(now) }
    }
}

/// A time of day or a date in the zone `utc_offset` milliseconds east of UTC, by a `strftime` pattern of `%Y`, `%m`, `%d`, `%b`, `%H`, `%I`, `%M`,
/// `%S`, `%.3f` and `%p`.
/// Instants outside the years -9999 to 9999 come out as the bare number.
pub fn format_utc(timestamp: i64, utc_offset: i64, pattern: &str) -> String {
    let shifted = timestamp.saturating_add(utc_offset);
    Civil::of(shifted).map_or_else(|| timestamp.to_string(), |civil| civil.format(pattern))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn reads_every_form() {
        let table = [
            ("now", 0, Some(TimeExpr::BeforeNow(0))),
            ("now-6h", 0, Some(TimeExpr::BeforeNow(6 * HOUR))),
            (" now - 1h30m ", 0, Some(TimeExpr::BeforeNow(HOUR + HOUR / 2))),
            ("1970-01-02", 0, Some(TimeExpr::At(24 * HOUR))),
            ("1970-01-02 01:00", 0, Some(TimeExpr::At(25 * HOUR))),
            ("1970-01-02 01:00", HOUR, Some(TimeExpr::At(24 * HOUR))),
            ("1970-01-02T01:00:00Z", HOUR, Some(TimeExpr::At(25 * HOUR))),
            ("86400000", HOUR, Some(TimeExpr::At(24 * HOUR))),
            ("1795345200", HOUR, Some(TimeExpr::At(1_795_345_200_000))),
            ("1795345200000", HOUR, Some(TimeExpr::At(1_795_345_200_000))),
            ("now+1h", 0, None),
            ("now-", 0, None),
            ("yesterday", 0, None),
            ("2026-13-01", 0, None),
            ("", 0, None),
        ];
        for (text, offset, expected) in table {
            assert_eq!(TimeExpr::parse(text, offset).ok(), expected, "{text:?}");
        }
    }

    #[test]
    fn times_are_rounded_to_the_calendar() {
        // A Sunday.
        let now = TimeExpr::parse("2026-11-22 15:17:03", 0).unwrap().resolve(0);
        let table = [
            ("now/d", 0, false, Some("2026-11-22")),
            ("now/d", HOUR, false, Some("2026-11-21 23:00")),
            (" now - 1d / d ", 0, false, Some("2026-11-21")),
            ("now-1d/d", 0, true, Some("2026-11-21 23:59:59.999")),
            ("now-5m/m", 0, false, Some("2026-11-22 15:12")),
            ("now/h", 0, false, Some("2026-11-22 15:00")),
            ("now/w", 0, false, Some("2026-11-16")),
            ("now-1w/w", 0, true, Some("2026-11-15 23:59:59.999")),
            ("now/M", 0, false, Some("2026-11-01")),
            ("now-1M/M", 0, true, Some("2026-10-31 23:59:59.999")),
            ("now-11M/M", 0, false, Some("2025-12-01")),
            ("now/y", 0, false, Some("2026-01-01")),
            ("now/d", 0, true, Some("now")),
            ("now-6h", 0, true, Some("now-6h")),
            ("now/x", 0, false, None),
            ("now/", 0, false, None),
            ("now/d/d", 0, false, None),
            ("now-1M/d", 0, false, None),
            ("2026-11-22/d", 0, false, None),
            ("yesterday", 0, false, None),
        ];
        for (text, offset, end, expected) in table {
            let expected = expected.map(|text| TimeExpr::parse(text, 0).unwrap());
            assert_eq!(TimeExpr::parse_at(text, offset, now, end).ok(), expected, "{text:?} {offset} {end}");
        }
        let today = TimeWindow::parse("now/d", "now/d", 0, now).unwrap();
        assert!(today.is_live());
        let yesterday = TimeWindow::parse("now-1d/d", "now-1d/d", 0, now).unwrap();
        assert_eq!(yesterday.resolve(now).length(), 24 * HOUR - 1);
    }

    #[test]
    fn a_window_must_not_run_backwards() {
        let (least, greatest) = (i64::MIN.to_string(), i64::MAX.to_string());
        assert!(TimeWindow::parse(&least, &greatest, 0, HOUR).is_ok(), "however long it is");
        assert_eq!(TimeWindow::parse("now", "now-1h", 0, HOUR), Err(TimeError::Reversed));
        let half = TimeWindow::parse("1970-01-01", "now", 0, 5 * HOUR).unwrap();
        assert!(half.is_live());
        assert_eq!(half.resolve(5 * HOUR), TimeRange { start: 0, end: 5 * HOUR });
    }

    proptest! {
        #[test]
        fn display_reads_back(at in 0_i64..4_102_444_800_000, back in 0_i64..10_000_000_000) {
            for expr in [TimeExpr::At(at), TimeExpr::BeforeNow(back)] {
                prop_assert_eq!(TimeExpr::parse(&expr.to_string(), HOUR), Ok(expr));
            }
        }

        #[test]
        fn never_panics(text in "\\PC*", offset in -50_000_000_i64..50_000_000) {
            let _ = TimeExpr::parse(&text, offset);
            let _ = TimeExpr::parse_at(&text, offset, HOUR, true);
        }

        #[test]
        fn rounding_never_panics(back in 0_i64..i64::MAX / 31_536_000_000, unit in "[smhdwMy]", now: i64) {
            let _ = TimeExpr::parse_at(&format!("now-{back}y/{unit}"), HOUR, now, true);
        }
    }
}
