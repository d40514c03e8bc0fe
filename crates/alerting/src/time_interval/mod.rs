//! Times of the week and the year, as `time_intervals` of Alertmanager's configuration describe them
//! (<https://prometheus.io/docs/alerting/latest/configuration/#time_interval>).

mod change;
mod location;
mod range;

pub use change::next_change;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
pub use location::{Database, Location};
pub use range::{DayOfMonth, MinuteRange, Month, Range, Weekday, Year};
use serde::{Deserialize, Serialize};

/// An interval of time: what fulfils each of its lists that is not empty. A list is fulfilled by any of its ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeInterval {
    /// Minutes of the day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<MinuteRange>,
    /// Days of the week.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<Range<Weekday>>,
    /// Days of the month; negative ones count from its end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days_of_month: Vec<Range<DayOfMonth>>,
    /// Months of the year.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub months: Vec<Range<Month>>,
    /// Years.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub years: Vec<Range<Year>>,
    /// Whose clocks and calendars count.
    #[serde(skip_serializing_if = "Location::is_utc")]
    pub location: Location,
}

impl TimeInterval {
    /// Whether the instant, in milliseconds since the epoch, lies in it.
    pub fn contains(&self, at: i64) -> bool {
        self.local(at).is_some_and(|local| self.has_minute(local) && self.has_date(local.date()))
    }

    /// What clocks there show; `None` beyond the calendar's years.
    fn local(&self, at: i64) -> Option<DateTime> {
        let at = Timestamp::from_millisecond(at).ok()?;
        Some(self.location.zone().to_datetime(at))
    }

    fn has_minute(&self, local: DateTime) -> bool {
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        any(&self.times, |range| range.contains(minute))
    }

    fn has_date(&self, date: Date) -> bool {
        let weekday = i16::from(date.weekday().to_sunday_zero_offset());
        any(&self.months, |range| range.contains(date.month().into()))
            && any(&self.weekdays, |range| range.contains(weekday))
            && any(&self.years, |range| range.contains(date.year()))
            && any(&self.days_of_month, |range| {
                range.contains_day(date.day().into(), date.days_in_month().into())
            })
    }

    fn has_every_date(&self) -> bool {
        self.weekdays.is_empty()
            && self.days_of_month.is_empty()
            && self.months.is_empty()
            && self.years.is_empty()
    }

    /// The next instant, in milliseconds since the epoch, from which on [`contains`](Self::contains) says something else
    /// than at `at`; `None` where there is none within the next 41 years.
    pub fn next_change(&self, at: i64) -> Option<i64> {
        change::of_one(self, at)
    }
}

/// Whether a list is empty or one of its ranges fits.
fn any<T>(ranges: &[T], fits: impl Fn(&T) -> bool) -> bool {
    ranges.is_empty() || ranges.iter().any(fits)
}
