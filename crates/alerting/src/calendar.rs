//! Calendars that say who is on call: iCalendar (RFC 5545, <https://www.rfc-editor.org/rfc/rfc5545>), as other programs export it.
//! The summary of an event names a receiver.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::config::Period;
use crate::maintenance::{Rule, Schedule};
use crate::time_interval::Location;

/// Events of one calendar; more are left out.
pub const MOST_EVENTS: usize = 5_000;

/// Problems of one calendar that are told.
const MOST_TOLD: usize = 10;

/// A calendar that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calendar {
    /// What is in it.
    pub events: Vec<Event>,
    /// What was left out, and why.
    pub problems: Vec<String>,
}

/// An event of a calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What it is called.
    pub summary: String,
    /// When it is.
    pub schedule: Schedule,
}

impl Event {
    /// The receiver that the summary names: all of it, or as words in it; of several the longest name. Case does not count.
    pub fn receiver<'a>(&self, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        let summary = self.summary.to_lowercase();
        names.filter(|name| has_words(&summary, &name.to_lowercase())).max_by_key(|name| name.len())
    }
}

/// Whether `words` stand in a text, with no letter or digit beside them.
fn has_words(text: &str, words: &str) -> bool {
    !words.is_empty()
        && text.match_indices(words).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + words.len()..].chars().next();
            ![before, after].into_iter().flatten().any(char::is_alphanumeric)
        })
}

/// A property: its parameters and its value.
#[derive(Clone, Debug, Default)]
struct Property {
    parameters: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

type Properties = BTreeMap<String, Vec<Property>>;

/// Cuts a line into name, parameters and value; colons and semicolons in quotes are none.
fn property(line: &str) -> Option<(String, Property)> {
    let mut quoted = false;
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, character) in line.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ';' | ':' if !quoted => {
                parts.push(&line[start..at]);
                start = at + 1;
                if character == ':' {
                    break;
                }
            }
            _ => {}
        }
    }
    let (name, parameters) = parts.split_first()?;
    let parameters = parameters.iter().filter_map(|part| part.split_once('='));
    let parameters = parameters
        .map(|(key, value)| (key.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        .collect();
    Some((name.to_ascii_uppercase(), Property { parameters, value: line[start..].to_owned() }))
}

/// A text without its escapes (RFC 5545, 3.3.11).
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        out.push(match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => '\n',
                Some(other) => other,
                None => break,
            },
            other => other,
        });
    }
    out
}

/// Days of a calendar that become shifts: so many back, and so many ahead.
const DAYS: (i64, i64) = (60, 400);

/// Shifts of one calendar: four a day, and some.
const MOST_SHIFTS: usize = 2_000;

const DAY: i64 = 86_400_000;

impl Calendar {
    /// Who is on call around `now` by events that name one of these receivers: from, until, who; times in milliseconds since the epoch.
    /// And what is left out, and why.
    pub fn shifts(&self, names: &[&str], now: i64) -> (Vec<(i64, i64, String)>, Vec<String>) {
        let mut told = Self { problems: self.problems.clone(), ..Self::default() };
        let mut shifts = Vec::new();
        let (from, to) = (now - DAYS.0 * DAY, now + DAYS.1 * DAY);
        for event in &self.events {
            let begin = from.saturating_sub(event.schedule.duration.millis());
            let mut times = event.schedule.after(begin).take_while(|time| time.starts_at < to).peekable();
            if times.peek().is_none() {
                continue;
            }
            let Some(name) = event.receiver(names.iter().copied()) else {
                told.problem(format!("the event {:?} names no receiver", event.summary));
                continue;
            };
            shifts
                .extend(times.take(MOST_SHIFTS).map(|time| (time.starts_at, time.ends_at, name.to_owned())));
        }
        shifts.sort();
        if shifts.len() > MOST_SHIFTS {
            told.problem(format!("{} shifts, the first {MOST_SHIFTS} count", shifts.len()));
            shifts.truncate(MOST_SHIFTS);
        }
        (shifts, told.problems)
    }

    /// Reads a calendar; times without a time zone are those of `zone`. What can't be understood is left out and told.
    ///
    /// # Errors
    ///
    /// It is no calendar.
    pub fn read(text: &str, zone: &Location) -> Result<Self, String> {
        // Long lines are folded: what goes on starts with a space.
        let unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
        let mut lines = unfolded.lines().map(str::trim_end).filter(|line| !line.is_empty());
        let first = lines.next().map(|line| line.trim_start_matches('\u{feff}'));
        if !first.is_some_and(|line| line.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
            return Err("this is no calendar: it does not begin with BEGIN:VCALENDAR".to_owned());
        }
        let mut zone = zone.clone();
        let (mut found, mut event, mut nested) = (Vec::new(), None::<Properties>, 0_usize);
        let mut ended = false;
        for line in lines {
            let Some((name, property)) = property(line) else { continue };
            match (name.as_str(), property.value.to_ascii_uppercase().as_str()) {
                ("BEGIN", "VEVENT") if nested == 0 => event = Some(Properties::new()),
                ("BEGIN", _) => nested += 1,
                ("END", "VEVENT") if nested == 0 => found.extend(event.take()),
                ("END", "VCALENDAR") => ended = true,
                ("END", _) => nested = nested.saturating_sub(1),
                ("X-WR-TIMEZONE", _) if event.is_none() && nested == 0 => {
                    // A name that nobody knows changes nothing.
                    zone = Location::new(&property.value).unwrap_or(zone);
                }
                _ if nested == 0 => {
                    if let Some(event) = &mut event {
                        event.entry(name).or_default().push(property);
                    }
                }
                _ => {}
            }
        }
        if !ended {
            return Err("the calendar is cut off: END:VCALENDAR is missing".to_owned());
        }
        Ok(Self::of(&found, &zone))
    }

    fn of(found: &[Properties], zone: &Location) -> Self {
        let mut calendar = Self::default();
        if found.len() > MOST_EVENTS {
            calendar.problem(format!("{} events, {MOST_EVENTS} are read", found.len()));
        }
        // What one time of a series was changed to stands by itself, and the series leaves that time out.
        let mut moved: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
        for event in found {
            let instead = event.get("RECURRENCE-ID").and_then(|all| all.first());
            if let (Some(instead), Some(uid)) = (instead, value(event, "UID"))
                && let Ok((at, location)) = time(instead, zone)
                && let Ok(at) = location.zone().to_timestamp(at)
            {
                moved.entry(uid.to_owned()).or_default().push(at);
            }
        }
        for event in found.iter().take(MOST_EVENTS) {
            if value(event, "STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
                continue;
            }
            let summary = unescaped(value(event, "SUMMARY").unwrap_or_default());
            let own = value(event, "UID").filter(|_| !event.contains_key("RECURRENCE-ID"));
            let without = own.and_then(|uid| moved.get(uid)).map_or(&[][..], Vec::as_slice);
            match schedule(event, zone, without) {
                Ok(schedule) => calendar.events.push(Event { summary, schedule }),
                Err(reason) => calendar.problem(format!("the event {summary:?} is left out: {reason}")),
            }
        }
        calendar
    }

    fn problem(&mut self, words: String) {
        if self.problems.len() < MOST_TOLD {
            self.problems.push(words);
        }
    }
}

fn value<'a>(event: &'a Properties, name: &str) -> Option<&'a str> {
    event.get(name)?.first().map(|property| property.value.as_str())
}

/// When an event is, but for the times that stand by themselves.
fn schedule(event: &Properties, zone: &Location, without: &[Timestamp]) -> Result<Schedule, String> {
    let first = |name: &str| event.get(name).and_then(|all| all.first());
    let begin = first("DTSTART").ok_or("DTSTART is missing")?;
    let (start, location) = time(begin, zone).map_err(|reason| format!("DTSTART: {reason}"))?;
    let seconds = match (first("DTEND"), first("DURATION")) {
        (Some(end), _) => {
            let (end, there) = time(end, zone).map_err(|reason| format!("DTEND: {reason}"))?;
            // By the clock of the start, as the length of what comes again.
            let end = there.zone().to_timestamp(end).map_err(|error| error.to_string())?;
            location.zone().to_datetime(end).duration_since(start).as_secs()
        }
        (None, Some(duration)) => {
            return with_duration(&duration.value, start, location, event, zone, without);
        }
        // A day, or no time at all (RFC 5545, 3.6.1).
        (None, None) if is_day(begin) => 86_400,
        (None, None) => 0,
    };
    made(seconds, start, location, event, zone, without)
}

fn with_duration(
    text: &str,
    start: DateTime,
    location: Location,
    event: &Properties,
    zone: &Location,
    without: &[Timestamp],
) -> Result<Schedule, String> {
    let span: jiff::Span = text.parse().map_err(|_| format!("DURATION: {text:?} is no duration"))?;
    let end = start.checked_add(span).map_err(|error| format!("DURATION: {error}"))?;
    made(end.duration_since(start).as_secs(), start, location, event, zone, without)
}

fn made(
    seconds: i64,
    start: DateTime,
    location: Location,
    event: &Properties,
    zone: &Location,
    without: &[Timestamp],
) -> Result<Schedule, String> {
    let duration = Period::seconds(seconds);
    if seconds <= 0 || duration > Schedule::LONGEST {
        return Err("it ends before it begins, or lasts longer than a year".to_owned());
    }
    let rule =
        value(event, "RRULE").map(str::parse::<Rule>).transpose().map_err(|error| error.to_string())?;
    let mut except: Vec<DateTime> = without.iter().map(|at| location.zone().to_datetime(*at)).collect();
    for property in event.get("EXDATE").into_iter().flatten() {
        for text in property.value.split(',') {
            let one = Property { value: text.to_owned(), ..property.clone() };
            let (at, there) = time(&one, zone).map_err(|reason| format!("EXDATE: {reason}"))?;
            let at = there.zone().to_timestamp(at).map_err(|error| error.to_string())?;
            except.push(location.zone().to_datetime(at));
        }
    }
    // They are looked up by halves.
    except.sort_unstable();
    except.dedup();
    Ok(Schedule { start, location, duration, rule, except })
}

fn is_day(property: &Property) -> bool {
    property.parameter("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("DATE"))
}

/// A time, and whose clocks show it.
fn time(property: &Property, zone: &Location) -> Result<(DateTime, Location), String> {
    let text = property.value.trim();
    let refused = || format!("{text:?} is no time");
    if is_day(property) || text.len() == 8 {
        let day = Date::strptime("%Y%m%d", text).map_err(|_| refused())?;
        return Ok((day.at(0, 0, 0, 0), zone.clone()));
    }
    let local = |text: &str| DateTime::strptime("%Y%m%dT%H%M%S", text).map_err(|_| refused());
    if let Some(utc) = text.strip_suffix('Z') {
        return Ok((local(utc)?, Location::new("UTC")?));
    }
    let location = match property.parameter("TZID") {
        None => zone.clone(),
        Some(id) => known_zone(id)?,
    };
    Ok((local(text)?, location))
}

/// A time zone of the IANA database; some programs write a path before its name.
fn known_zone(id: &str) -> Result<Location, String> {
    let parts: Vec<&str> = id.split('/').filter(|part| !part.is_empty()).collect();
    let last = |count: usize| parts[parts.len().saturating_sub(count)..].join("/");
    [id.to_owned(), last(3), last(2)].iter().find_map(|name| Location::new(name).ok()).ok_or_else(|| {
        format!("the time zone {id:?} is not known; let the calendar use one of the IANA database such as Europe/Berlin")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(events: &str) -> Calendar {
        let text =
            format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", events.replace('\n', "\r\n"));
        Calendar::read(&text, &Location::new("Europe/Berlin").unwrap()).unwrap()
    }

    fn on_call(calendar: &Calendar, at: &str) -> Vec<String> {
        let at = at.parse::<Timestamp>().unwrap().as_millisecond();
        let during = calendar.events.iter().filter(|event| event.schedule.contains(at));
        during.map(|event| event.summary.clone()).collect()
    }

    #[test]
    fn events_as_programs_write_them() {
        let calendar = calendar(
            "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19701025T030000\nEND:STANDARD\nEND:VTIMEZONE\n\
             BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20260105T090000\nDTEND;TZID=Europe/Berlin:20260106T090000\n\
             RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:20260112T090000\nSUMMARY:On call: Ann\\, w\n eb\n\
             BEGIN:VALARM\nTRIGGER:-PT15M\nSUMMARY:no\nEND:VALARM\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260119T080000Z\nDTSTART:20260119T100000Z\nDURATION:PT2H\nSUMMARY:bob\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20260201\nSUMMARY:whole day\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:3\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260201\nSUMMARY:not\nEND:VEVENT\n",
        );
        assert_eq!(calendar.problems, Vec::<String>::new());
        for (at, expected) in [
            ("2026-01-05T08:00:00Z", Some("On call: Ann, web")),
            ("2026-01-05T07:59:00Z", None),
            ("2026-01-12T09:00:00Z", None),
            ("2026-01-19T09:00:00Z", None),
            ("2026-01-19T11:00:00Z", Some("bob")),
            ("2026-01-26T09:00:00Z", Some("On call: Ann, web")),
            ("2026-01-31T23:30:00Z", Some("whole day")),
            ("2026-02-01T23:30:00Z", None),
        ] {
            assert_eq!(on_call(&calendar, at), expected.into_iter().collect::<Vec<_>>(), "{at}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let calendar = calendar(
            "BEGIN:VEVENT\nDTSTART;TZID=Nowhere:20260105T090000\nDTEND:20260105T100000Z\nSUMMARY:a\nEND:VEVENT\n\
             BEGIN:VEVENT\nDTSTART:20260105T090000Z\nSUMMARY:b\nEND:VEVENT\n\
             BEGIN:VEVENT\nDTSTART;TZID=/x/Europe/Berlin:20260105T090000\nDTEND:20260105T100000Z\nRRULE:FREQ=HOURLY\nSUMMARY:c\nEND:VEVENT\n",
        );
        assert!(calendar.events.is_empty());
        assert_eq!(calendar.problems.len(), 3);
        assert!(calendar.problems[0].contains("\"a\"") && calendar.problems[0].contains("Nowhere"));
        let zone = Location::default();
        assert!(Calendar::read("<html>", &zone).unwrap_err().contains("BEGIN:VCALENDAR"));
        assert!(Calendar::read("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", &zone).unwrap_err().contains("cut off"));
    }

    #[test]
    fn summaries_name_receivers() {
        let event = |summary: &str| Event {
            summary: summary.to_owned(),
            schedule: "DTSTART:20260105T000000Z\nDURATION:PT1H".parse().unwrap(),
        };
        let names = || ["ann", "ann-mobile", "Bob Lee"].into_iter();
        assert_eq!(event("Ann").receiver(names()), Some("ann"));
        assert_eq!(event("On call: ann-mobile (web)").receiver(names()), Some("ann-mobile"));
        assert_eq!(event("bob lee").receiver(names()), Some("Bob Lee"));
        assert_eq!(event("Hannah").receiver(names()), None);
        assert_eq!(event("").receiver(names()), None);
    }
}
