//! Schedules as calendars write them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule::{End, RuleError};
use super::schedule::Schedule;
use crate::config::Period;
use crate::time_interval::Location;

/// Why a text is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScheduleError(String);

impl From<RuleError> for ScheduleError {
    fn from(error: RuleError) -> Self {
        Self(error.to_string())
    }
}

/// `20260105T020000`.
pub(super) fn local(at: DateTime) -> impl fmt::Display {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

/// `20260105T020000Z`.
pub(super) fn instant(at: Timestamp) -> impl fmt::Display {
    format!("{}Z", local(TimeZone::UTC.to_datetime(at)))
}

/// `20260105`.
pub(super) fn day(date: Date) -> impl fmt::Display {
    date.strftime("%Y%m%d").to_string()
}

fn read_local(text: &str) -> Option<DateTime> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (date, time) = text.split_once('T')?;
    (date.len() == 8 && time.len() == 6 && digits(date) && digits(time)).then_some(())?;
    DateTime::strptime("%Y%m%dT%H%M%S", text).ok()
}

/// Reads what stands behind `UNTIL=`.
pub(super) fn until(text: &str) -> Result<End, String> {
    let refused =
        || format!("UNTIL={text} is no time; write 20261231T235959Z, or 20261231 for the whole day");
    if let Some(text) = text.strip_suffix('Z') {
        let at = read_local(text).and_then(|at| TimeZone::UTC.to_timestamp(at).ok());
        return at.map(End::Until).ok_or_else(refused);
    }
    if text.contains('T') {
        return read_local(text).map(End::UntilLocal).ok_or_else(refused);
    }
    let date = (text.len() == 8).then(|| Date::strptime("%Y%m%d", text).ok()).flatten();
    date.map(End::UntilDate).ok_or_else(refused)
}

/// The properties of a calendar's event, one a line:
///
/// ```text
/// DTSTART;TZID=Europe/Berlin:20260105T020000
/// DURATION:PT2H
/// RRULE:FREQ=WEEKLY;BYDAY=MO
/// EXDATE;TZID=Europe/Berlin:20260112T020000
/// ```
impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let refused = |reason: String| ScheduleError(reason);
        let (mut start, mut duration, mut rule, mut except) = (None, None, None, Vec::new());
        // Long lines are folded: what goes on starts with a space.
        let unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
        for line in unfolded.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (property, value) = line
                .split_once(':')
                .ok_or_else(|| refused(format!("{line:?} is no property; write NAME:value")))?;
            let (name, parameters) = property.split_once(';').unwrap_or((property, ""));
            match name.to_ascii_uppercase().as_str() {
                "DTSTART" => start = Some(times("DTSTART", parameters, value)?),
                "EXDATE" => except.push(times("EXDATE", parameters, value)?),
                "DURATION" => duration = Some(read_duration(value)?),
                "RRULE" => rule = Some(value.parse()?),
                other => return Err(refused(format!("{other} is not understood here; leave it out"))),
            }
        }
        let (starts, location) = start
            .ok_or_else(|| refused("DTSTART is missing: when it starts for the first time".to_owned()))?;
        let duration = duration.ok_or_else(|| refused("DURATION is missing, such as PT2H".to_owned()))?;
        let [start] = starts[..] else {
            return Err(refused("DTSTART is one time; what comes again is for RRULE".to_owned()));
        };
        let mut left_out = Vec::new();
        for (times, zone) in except {
            if zone != location {
                return Err(refused("EXDATE must have the same time zone as DTSTART".to_owned()));
            }
            left_out.extend(times);
        }
        let (found, most) = (left_out.len(), Self::MOST_EXCEPT);
        if found > most {
            let mend = "end the rule by UNTIL, or make a rule that does not name them";
            return Err(refused(format!("EXDATE has {found} times, {most} are allowed; {mend}")));
        }
        left_out.sort_unstable();
        Ok(Self { start, location, duration, rule, except: left_out })
    }
}

/// The times of a property and their time zone.
fn times(name: &str, parameters: &str, value: &str) -> Result<(Vec<DateTime>, Location), ScheduleError> {
    let refused = |reason: String| ScheduleError(format!("{name}: {reason}"));
    let mut zone = None;
    for parameter in parameters.split(';').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some((key, id)) if key.eq_ignore_ascii_case("TZID") => {
                zone = Some(Location::new(id.trim_matches('"')).map_err(refused)?);
            }
            _ => return Err(refused(format!("{parameter} is not understood here; only TZID is"))),
        }
    }
    let utc = value.split(',').all(|text| text.ends_with('Z'));
    let location = match (zone, utc) {
        (Some(_), true) => return Err(refused("a time with Z has no TZID; keep one of them".to_owned())),
        (Some(zone), false) => zone,
        (None, true) => Location::default(),
        (None, false) => return Err(refused("the time zone is missing: add TZID, or Z for UTC".to_owned())),
    };
    let read = |text: &str| {
        let text = if utc { text.trim_end_matches('Z') } else { text };
        read_local(text).ok_or_else(|| refused(format!("{text:?} is no time; write 20260105T020000")))
    };
    Ok((value.split(',').map(read).collect::<Result<_, _>>()?, location))
}

/// Reads a duration such as `PT2H30M`, `P1D` or `P1W`.
fn read_duration(text: &str) -> Result<Period, ScheduleError> {
    let refused = || {
        let mend = "write PT2H, PT30M, P1D or P1W, more than nothing and at most a year";
        ScheduleError(format!("DURATION: {text:?} is not a duration; {mend}"))
    };
    let body = text.strip_prefix('P').ok_or_else(refused)?;
    let (days, time) = body.split_once('T').map_or((body, None), |(days, time)| (days, Some(time)));
    if time == Some("") {
        return Err(refused());
    }
    let sum = sum(days, &[('W', 604_800), ('D', 86_400)])
        .zip(sum(time.unwrap_or_default(), &[('H', 3600), ('M', 60), ('S', 1)]))
        .and_then(|(days, time)| days.checked_add(time));
    let period = sum.and_then(|seconds| seconds.checked_mul(1000)).map(Period);
    period.filter(|period| *period > Period(0) && *period <= Schedule::LONGEST).ok_or_else(refused)
}

/// Numbers with units, in the order of the units, each at most once; in seconds.
fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total = 0_i64;
    let mut units = units.iter();
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = text[..digits].parse().ok()?;
        let unit = text[digits..].chars().next()?;
        let (_, seconds) = units.find(|(known, _)| *known == unit)?;
        total = total.checked_add(number.checked_mul(*seconds)?)?;
        text = &text[digits + 1..];
    }
    Some(total)
}

/// As it is read.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |f: &mut fmt::Formatter<'_>, name: &str, at: DateTime| {
            if self.location.is_utc() {
                write!(f, "{name}:{}Z", local(at))
            } else {
                write!(f, "{name};TZID={}:{}", self.location.name(), local(at))
            }
        };
        time(f, "DTSTART", self.start)?;
        let seconds = self.duration.millis() / 1000;
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        f.write_str("\nDURATION:P")?;
        if days > 0 {
            write!(f, "{days}D")?;
        }
        if rest > 0 {
            f.write_str("T")?;
        }
        for (number, unit) in [(rest / 3600, 'H'), (rest % 3600 / 60, 'M'), (rest % 60, 'S')] {
            if number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        if let Some(rule) = &self.rule {
            write!(f, "\nRRULE:{rule}")?;
        }
        for at in &self.except {
            f.write_str("\n")?;
            time(f, "EXDATE", *at)?;
        }
        Ok(())
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
