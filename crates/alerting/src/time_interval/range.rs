use std::fmt;
use std::marker::PhantomData;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Minutes of a day, from `start` on, before `end`: 0 to 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinuteRange {
    /// The first minute.
    pub start: u16,
    /// The minute after the last one.
    pub end: u16,
}

impl MinuteRange {
    /// Whether the minute of the day lies in it.
    pub fn contains(self, minute: u16) -> bool {
        (self.start..self.end).contains(&minute)
    }
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct WrittenMinutes {
    start_time: String,
    end_time: String,
}

impl Serialize for MinuteRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let write = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        WrittenMinutes { start_time: write(self.start), end_time: write(self.end) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MinuteRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let WrittenMinutes { start_time, end_time } = Deserialize::deserialize(deserializer)?;
        if start_time.is_empty() || end_time.is_empty() {
            return Err(D::Error::custom("both start_time and end_time are needed"));
        }
        let read = |text: &str| {
            minute(text).ok_or_else(|| {
                D::Error::custom(format!("{text:?} is not a time; write HH:MM, at most 24:00"))
            })
        };
        let (start, end) = (read(&start_time)?, read(&end_time)?);
        if start >= end {
            let mend = "split what goes over midnight into two ranges";
            let reason = format!("start_time {start_time} must be before end_time {end_time}; {mend}");
            return Err(D::Error::custom(reason));
        }
        Ok(Self { start, end })
    }
}

/// The minute of the day that `HH:MM` stands for.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok()).flatten();
    let (hour, minute) = (two(hour)?, two(minute)?);
    (minute < 60 && (hour < 24 || (hour, minute) == (24, 0))).then_some(hour * 60 + minute)
}

/// What a [`Range`] counts.
pub trait Unit {
    /// The number that a word stands for, in lower case.
    fn read(word: &str) -> Result<i16, String>;
    /// The word for a number.
    fn write(number: i16) -> String;
    /// Whether there is a range from `begin` to `end`.
    fn check(begin: i16, end: i16) -> Result<(), String>;
}

/// Days, months or years from `begin` to `end`, both included; written `begin:end`, or as one of them alone.
pub struct Range<U> {
    /// The first one.
    pub begin: i16,
    /// The last one.
    pub end: i16,
    unit: PhantomData<U>,
}

impl<U: Unit> Range<U> {
    /// Reads `monday:friday`, `-3:-1` or `2030`; the error says what is wrong.
    pub fn read(text: &str) -> Result<Self, String> {
        let lower = text.to_lowercase();
        let (begin, end) = lower.split_once(':').unwrap_or((&lower, &lower));
        let (begin, end) = (U::read(begin)?, U::read(end)?);
        U::check(begin, end)?;
        Ok(Self { begin, end, unit: PhantomData })
    }

    /// Whether the number lies in it.
    pub fn contains(&self, number: i16) -> bool {
        (self.begin..=self.end).contains(&number)
    }
}

impl Range<DayOfMonth> {
    /// Whether a day of a month with so many `days` lies in it. Ends beyond the month count as its ends.
    pub fn contains_day(&self, day: i16, days: i16) -> bool {
        let from_end = |at: i16| if at < 0 { days + at + 1 } else { at };
        (from_end(self.begin)..=from_end(self.end)).contains(&day)
    }
}

impl<U: Unit> fmt::Display for Range<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&U::write(self.begin))?;
        if self.begin == self.end { Ok(()) } else { write!(f, ":{}", U::write(self.end)) }
    }
}

impl<U: Unit> fmt::Debug for Range<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

// Not derived: they would ask the same of `U`.
impl<U> Clone for Range<U> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<U> Copy for Range<U> {}

impl<U> PartialEq for Range<U> {
    fn eq(&self, other: &Self) -> bool {
        (self.begin, self.end) == (other.begin, other.end)
    }
}

impl<U> Eq for Range<U> {}

impl<U: Unit> Serialize for Range<U> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, U: Unit> Deserialize<'de> for Range<U> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Days of the week; Sunday is 0, the first one.
#[derive(Clone, Copy, Debug)]
pub struct Weekday;

const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

impl Unit for Weekday {
    fn read(word: &str) -> Result<i16, String> {
        let found = WEEKDAYS.iter().position(|day| *day == word);
        found.map(|index| index as i16).ok_or_else(|| {
            format!("{word:?} is not a day of the week; write its English name, such as monday")
        })
    }

    fn write(number: i16) -> String {
        WEEKDAYS.get(number.unsigned_abs() as usize).copied().unwrap_or_default().to_owned()
    }

    fn check(begin: i16, end: i16) -> Result<(), String> {
        let (from, to) = (Self::write(begin), Self::write(end));
        let mend = "a week goes from sunday to saturday; split the range into two";
        if begin <= end { Ok(()) } else { Err(format!("{from} is after {to}; {mend}")) }
    }
}

/// Days of a month, from 1; or from its end, from -1.
#[derive(Clone, Copy, Debug)]
pub struct DayOfMonth;

impl Unit for DayOfMonth {
    fn read(word: &str) -> Result<i16, String> {
        let day = word.parse().ok().filter(|day: &i16| (1..=31).contains(&day.abs()));
        day.ok_or_else(|| {
            format!("{word:?} is not a day of the month; write 1 to 31, or -1 to -31 from its end")
        })
    }

    fn write(number: i16) -> String {
        number.to_string()
    }

    fn check(begin: i16, end: i16) -> Result<(), String> {
        if begin < 0 && end > 0 {
            return Err("a range that starts from the end of the month must end there, too".to_owned());
        }
        // In the shortest month there is.
        let in_february = |day: i16| if day < 0 { 28 + day } else { day };
        if in_february(begin) > in_february(end) {
            return Err(format!("day {end} is always before day {begin}"));
        }
        Ok(())
    }
}

/// Months of the year; January is 1.
#[derive(Clone, Copy, Debug)]
pub struct Month;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Unit for Month {
    fn read(word: &str) -> Result<i16, String> {
        let named = MONTHS.iter().position(|month| *month == word).map(|index| index as i16 + 1);
        let number = || word.parse().ok().filter(|month| (1..=12).contains(month));
        named.or_else(number).ok_or_else(|| {
            format!("{word:?} is not a month; write its English name, such as january, or 1 to 12")
        })
    }

    fn write(number: i16) -> String {
        let index = (number - 1).unsigned_abs() as usize;
        MONTHS.get(index).copied().unwrap_or_default().to_owned()
    }

    fn check(begin: i16, end: i16) -> Result<(), String> {
        let (from, to) = (Self::write(begin), Self::write(end));
        let mend = "split what goes over the end of the year into two ranges";
        if begin <= end { Ok(()) } else { Err(format!("{from} is after {to}; {mend}")) }
    }
}

/// Years.
#[derive(Clone, Copy, Debug)]
pub struct Year;

impl Unit for Year {
    fn read(word: &str) -> Result<i16, String> {
        word.parse().map_err(|_| format!("{word:?} is not a year; write a number such as 2030"))
    }

    fn write(number: i16) -> String {
        number.to_string()
    }

    fn check(begin: i16, end: i16) -> Result<(), String> {
        if begin <= end { Ok(()) } else { Err(format!("{begin} is after {end}")) }
    }
}
