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

#[cfg(test)]
mod tests {
    use super::*;

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
