use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

use super::text;

/// How often something comes again: the part of RFC 5545's `RRULE` that describes days.
///
/// `FREQ` is `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`, with `INTERVAL`, `COUNT`, `UNTIL`, `BYDAY`, `BYMONTHDAY`, `BYMONTH`
/// and `WKST`. What describes hours and minutes, weeks and days of the year, or positions in a set (`BYSETPOS`) is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What is counted.
    pub frequency: Frequency,
    /// Every so many of them; at least 1.
    pub interval: u32,
    /// When it ends.
    pub end: End,
    /// Days of the week.
    pub by_day: Vec<ByDay>,
    /// Days of the month, 1 to 31, or from its end -1 to -31.
    pub by_month_day: Vec<i8>,
    /// Months, 1 to 12.
    pub by_month: Vec<i8>,
    /// The first day of a week, which counts where every other week is meant.
    pub week_start: Weekday,
}

/// What a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// When a rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Never.
    Never,
    /// After so many times; at most [`MOST`](Rule::MOST).
    Count(u32),
    /// With the last time that is not after this instant.
    Until(Timestamp),
    /// With the last time that is not after this on the clocks there.
    UntilLocal(DateTime),
    /// With the last time on this day there.
    UntilDate(Date),
}

/// A day of the week; in rules by month and year with which one is meant: the second, or with -1 the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByDay {
    /// Which one; `None` for each.
    pub ordinal: Option<i8>,
    /// The day.
    pub weekday: Weekday,
}

/// Why a text is not a rule that is understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("RRULE: {0}")]
pub struct RuleError(pub(super) String);

pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

const FREQUENCIES: [(&str, Frequency); 4] = [
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

impl Rule {
    /// The largest `COUNT`; every time is counted from the first one on.
    pub const MOST: u32 = 10_000;

    /// The most entries of `BYDAY`, `BYMONTHDAY` and `BYMONTH`, which are looked at for each day: each day of a month counted from both
    /// ends takes 62.
    pub const MOST_NAMED: usize = 100;

    /// Every one of them, for ever.
    pub fn every(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            end: End::Never,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
            week_start: Weekday::Monday,
        }
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "FREQ" => {
                let known = FREQUENCIES.iter().find(|(word, _)| *word == value);
                let mend = "DAILY, WEEKLY, MONTHLY and YEARLY are understood";
                self.frequency = known.ok_or_else(|| format!("FREQ={value} is not understood; {mend}"))?.1;
            }
            "INTERVAL" => {
                let number = value.parse().ok().filter(|number| (1..=1000).contains(number));
                self.interval = number.ok_or_else(|| format!("INTERVAL={value} must be 1 to 1000"))?;
            }
            "COUNT" => {
                let number = value.parse().ok().filter(|number| (1..=Self::MOST).contains(number));
                let mend = "use UNTIL for more";
                let number =
                    number.ok_or_else(|| format!("COUNT={value} must be 1 to {}; {mend}", Self::MOST))?;
                self.ends(End::Count(number))?;
            }
            "UNTIL" => self.ends(text::until(value)?)?,
            "BYDAY" => self.by_day = list(key, value, by_day)?,
            "BYMONTHDAY" => {
                let day = |text: &str| number(text).filter(|day| (1..=31).contains(&day.abs()));
                let mend = "write 1 to 31, or -1 to -31 from the end";
                let day = |text: &str| day(text).ok_or_else(|| format!("BYMONTHDAY has {text:?}; {mend}"));
                self.by_month_day = list(key, value, day)?;
            }
            "BYMONTH" => {
                let month = |text: &str| number(text).filter(|month| (1..=12).contains(month));
                let month =
                    |text: &str| month(text).ok_or_else(|| format!("BYMONTH has {text:?}; write 1 to 12"));
                self.by_month = list(key, value, month)?;
            }
            "WKST" => {
                let known = WEEKDAYS.iter().find(|(word, _)| *word == value);
                self.week_start = known.ok_or_else(|| format!("WKST={value} is no day; write MO to SU"))?.1;
            }
            _ => return Err(format!("{key} is not understood here")),
        }
        Ok(())
    }

    fn ends(&mut self, end: End) -> Result<(), String> {
        if self.end != End::Never {
            return Err("COUNT and UNTIL are both given; keep one of them".to_owned());
        }
        self.end = end;
        Ok(())
    }

    /// What the parts can't be together.
    fn check(&self) -> Result<(), String> {
        let numbered = self.by_day.iter().any(|day| day.ordinal.is_some());
        let long = matches!(self.frequency, Frequency::Monthly | Frequency::Yearly);
        if numbered && !long {
            return Err("a number in BYDAY has a meaning only with MONTHLY and YEARLY".to_owned());
        }
        if self.frequency == Frequency::Weekly && !self.by_month_day.is_empty() {
            return Err("BYMONTHDAY has no meaning with WEEKLY; use MONTHLY".to_owned());
        }
        Ok(())
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    /// Reads `FREQ=WEEKLY;BYDAY=MO`, with `RRULE:` before it or without.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let mut rule = Self::every(Frequency::Daily);
        let mut seen = Vec::new();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').ok_or_else(|| RuleError(format!("{part:?} has no =")))?;
            if seen.contains(&key) {
                return Err(RuleError(format!("{key} is there twice; keep one of them")));
            }
            seen.push(key);
            rule.set(key, value).map_err(RuleError)?;
        }
        if !seen.contains(&"FREQ") {
            return Err(RuleError("FREQ is missing, such as FREQ=WEEKLY".to_owned()));
        }
        rule.check().map_err(RuleError)?;
        Ok(rule)
    }
}

fn number(text: &str) -> Option<i8> {
    text.parse().ok()
}

fn list<T>(key: &str, text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    let (found, most) = (text.split(',').count(), Rule::MOST_NAMED);
    if found > most {
        return Err(format!("{key} has {found} entries, {most} are allowed; leave out what is there twice"));
    }
    text.split(',').map(read).collect()
}

fn by_day(text: &str) -> Result<ByDay, String> {
    let refused = || format!("BYDAY has {text:?}; write MO to SU, or with a number as 2MO or -1FR");
    let split = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at)).ok_or_else(refused)?;
    let (ordinal, word) = text.split_at(split);
    let (_, weekday) = *WEEKDAYS.iter().find(|(known, _)| *known == word).ok_or_else(refused)?;
    if ordinal.is_empty() {
        return Ok(ByDay { ordinal: None, weekday });
    }
    let ordinal = number(ordinal).filter(|ordinal| (1..=53).contains(&ordinal.abs())).ok_or_else(refused)?;
    Ok(ByDay { ordinal: Some(ordinal), weekday })
}

fn word(weekday: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, known)| *known == weekday).map_or("MO", |(word, _)| word)
}

impl fmt::Display for ByDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ordinal) = self.ordinal {
            write!(f, "{ordinal}")?;
        }
        f.write_str(word(self.weekday))
    }
}

/// `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frequency = FREQUENCIES.iter().find(|(_, known)| *known == self.frequency);
        write!(f, "FREQ={}", frequency.map_or("DAILY", |(word, _)| word))?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match self.end {
            End::Never => {}
            End::Count(count) => write!(f, ";COUNT={count}")?,
            End::Until(at) => write!(f, ";UNTIL={}", text::instant(at))?,
            End::UntilLocal(at) => write!(f, ";UNTIL={}", text::local(at))?,
            End::UntilDate(date) => write!(f, ";UNTIL={}", text::day(date))?,
        }
        join(f, ";BYMONTH=", &self.by_month)?;
        join(f, ";BYMONTHDAY=", &self.by_month_day)?;
        join(f, ";BYDAY=", &self.by_day)?;
        if self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", word(self.week_start))?;
        }
        Ok(())
    }
}

fn join<T: fmt::Display>(f: &mut fmt::Formatter<'_>, mut before: &str, items: &[T]) -> fmt::Result {
    for item in items {
        write!(f, "{before}{item}")?;
        before = ",";
    }
    Ok(())
}
