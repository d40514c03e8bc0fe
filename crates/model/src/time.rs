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

    /// The instant that this means at `now`.
    pub fn resolve(self, now: i64) -> i64 {
        match self {
            Self::BeforeNow(back) => now.saturating_sub(back),
            Self::At(timestamp) => timestamp,
        }
    }
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

    /// Reads both ends and checks that the window does not end before it starts, as seen at `now`.
    pub fn parse(from: &str, to: &str, utc_offset: i64, now: i64) -> Result<Self, TimeError> {
        let window = Self { from: TimeExpr::parse(from, utc_offset)?, to: TimeExpr::parse(to, utc_offset)? };
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
        }
    }
}
