use std::time::{SystemTime, UNIX_EPOCH};

use watchfire_model::{TimeExpr, TimeRange, format_utc};

/// A day in milliseconds.
pub(crate) const DAY: i64 = 86_400_000;

/// Milliseconds since the epoch by this machine's clock.
pub(crate) fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// The shortest range that covers both.
pub(crate) fn hull(one: TimeRange, other: TimeRange) -> TimeRange {
    TimeRange { start: one.start.min(other.start), end: one.end.max(other.end) }
}

/// A UTC day; its partition's file is named by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day(i64);

impl Day {
    /// The day that holds `timestamp`.
    pub(crate) fn of(timestamp: i64) -> Self {
        Self(timestamp.div_euclid(DAY))
    }

    /// The day with this number, counted from the epoch.
    pub(crate) fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// How many days it is from the epoch.
    pub(crate) fn number(self) -> i64 {
        self.0
    }

    /// Its first and last millisecond.
    pub(crate) fn range(self) -> TimeRange {
        let start = self.0.saturating_mul(DAY);
        TimeRange { start, end: start.saturating_add(DAY - 1) }
    }

    /// The partition's file: `2026-11-21.db`.
    pub(crate) fn file_name(self) -> String {
        format!("{}.db", format_utc(self.range().start, 0, "%Y-%m-%d"))
    }

    /// The day of a partition's file, or `None` for a file that is none.
    pub(crate) fn from_file_name(name: &str) -> Option<Self> {
        match TimeExpr::parse(name.strip_suffix(".db")?, 0) {
            Ok(TimeExpr::At(start)) if Self::of(start).file_name() == name => Some(Self::of(start)),
            _ => None,
        }
    }
}

/// What one file holds: a UTC day or a UTC month. A file is known by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    Day,
    Month,
}

impl Period {
    /// The first day of the period that holds `timestamp`.
    pub(crate) fn of(self, timestamp: i64) -> Day {
        match self {
            Self::Day => Day::of(timestamp),
            Self::Month => {
                let name = format!("{}-01.db", format_utc(timestamp, 0, "%Y-%m"));
                // Days beyond the years that can be written stand for themselves.
                Day::from_file_name(&name).unwrap_or(Day::of(timestamp))
            }
        }
    }

    /// The first and last millisecond of the period that starts with `first`.
    pub(crate) fn range(self, first: Day) -> TimeRange {
        let start = first.range().start;
        let end = match self {
            Self::Day => first.range().end,
            // 32 days on is always in the next month.
            Self::Month => self.of(start.saturating_add(32 * DAY)).range().start.saturating_sub(1),
        };
        TimeRange { start, end }
    }

    /// The name of its file: `2026-11-21.db` or `2026-11.db`.
    pub(crate) fn file_name(self, first: Day) -> String {
        match self {
            Self::Day => first.file_name(),
            Self::Month => format!("{}.db", format_utc(first.range().start, 0, "%Y-%m")),
        }
    }

    /// The first day of a file, or `None` for a file that is none.
    pub(crate) fn first_day(self, name: &str) -> Option<Day> {
        match self {
            Self::Day => Day::from_file_name(name),
            Self::Month => Day::from_file_name(&format!("{}-01.db", name.strip_suffix(".db")?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months() {
        let first = Period::Month.of(1_795_219_200_000);
        assert_eq!(Period::Month.file_name(first), "2026-11.db");
        assert_eq!(Period::Month.first_day("2026-11.db"), Some(first));
        let range = Period::Month.range(first);
        assert_eq!((range.end + 1 - range.start) / DAY, 30);
        assert_eq!(Period::Month.of(range.end), first);
        assert_eq!(Period::Month.file_name(Period::Month.of(range.end + 1)), "2026-12.db");
        assert_eq!(Period::Month.first_day("2026-11-21.db"), None);
        assert_eq!(Period::Month.first_day("journal.db"), None);
    }

    #[test]
    fn files_are_named_by_their_day() {
        let day = Day::of(1_795_219_200_000);
        assert_eq!(day.file_name(), "2026-11-21.db");
        assert_eq!(Day::from_file_name("2026-11-21.db"), Some(day));
        for other in ["journal.db", "2026-11-21.db-wal", "2026-11-21", "now.db", "1795219200000.db"] {
            assert_eq!(Day::from_file_name(other), None, "{other}");
        }
        assert_eq!(Day::of(day.range().end), day);
        assert_ne!(Day::of(day.range().end + 1), day);
    }
}
