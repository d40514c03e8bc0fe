//! `/api/v1/watchfire/schedules`: who is on call.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use watchfire_alerting::{Schedule, Shift};
use watchfire_model::format_utc;

use super::failure::not_found;
use crate::api::dashboards::asked::Asked;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::clock::now;
use crate::http::App;

const DAY: i64 = 86_400_000;

/// What a calendar tells: so many days back, and so many ahead.
const CALENDAR: (i64, i64) = (30, 180);

/// The longest time that shifts are told of.
const LONGEST: i64 = 366 * DAY;

fn shown(schedule: &Schedule, now: i64) -> Value {
    let shifts = schedule.shifts(now, now + 60 * DAY);
    json!({
        "name": schedule.name(),
        "time_zone": schedule.time_zone(),
        "clock": schedule.clock(now),
        "receivers": schedule.receivers(),
        "on_call": schedule.on_call(now),
        "until": shifts.first().map(|shift| shift.to).filter(|_| shifts.len() > 1),
        "next": shifts.get(1).map(|shift| &shift.receiver),
    })
}

/// All, with who is on call now.
pub(super) async fn list(State(app): State<App>) -> Response {
    let now = now();
    let schedules = app.alertmanager.schedules();
    data(schedules.iter().map(|schedule| shown(schedule, now)).collect::<Vec<_>>())
}

fn find(app: &App, name: &str) -> Result<Schedule, Failure> {
    let found = app.alertmanager.schedules().into_iter().find(|schedule| schedule.name() == name);
    found.ok_or_else(|| {
        not_found(format!("there is no schedule {name:?}; notify.config says which there are"))
    })
}

/// `?from=&to=`: its shifts, and in which nobody is on call.
pub(super) async fn one(
    State(app): State<App>,
    Path(name): Path<String>,
    asked: Asked,
) -> Result<Response, Failure> {
    let (schedule, now) = (find(&app, &name)?, now());
    let from = asked.number("from")?.unwrap_or(now);
    let to = asked.number("to")?.unwrap_or(from.saturating_add(30 * DAY));
    if !(1..=LONGEST).contains(&to.saturating_sub(from)) {
        return Err(Failure::bad_data(
            "from, to: give a time of up to 366 days, in milliseconds since the epoch",
        ));
    }
    let shifts = schedule.shifts(from, to);
    let gaps: Vec<_> = shifts.iter().filter(|shift| shift.receiver.is_none()).cloned().collect();
    let mut shown = shown(&schedule, now);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("shifts".to_owned(), json!(shifts));
        shown.insert("gaps".to_owned(), json!(gaps));
        shown.insert("calendars".to_owned(), json!(app.notifying.calendars.of(schedule.name(), now)));
    }
    Ok(data(shown))
}

/// A text in iCalendar (<https://www.rfc-editor.org/rfc/rfc5545#section-3.3.11>); characters that may not stand there are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Octets that a line has at most, without its end (<https://www.rfc-editor.org/rfc/rfc5545#section-3.1>).
const LINE: usize = 75;

/// Adds a line; one that is too long goes on behind a space on the next, never within a character.
fn add(line: &str, text: &mut String) {
    let mut room = LINE;
    for letter in line.chars() {
        if letter.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE - 1;
        }
        text.push(letter);
        room -= letter.len_utf8();
    }
    text.push_str("\r\n");
}

/// A time as calendars have it.
fn stamp(at: i64) -> String {
    format_utc(at, 0, "%Y%m%dT%H%M%SZ")
}

/// What names a shift in calendars and where it begins, for one that was told of in part. Both have to be the same each time: a calendar
/// would have the shift twice.
fn told_as(schedule: &Schedule, shift: &Shift) -> (i64, i64) {
    match schedule.begun(shift.from) {
        Some(begun) => (begun, begun),
        // It was always on.
        None => (0, shift.from),
    }
}

/// Its shifts for calendars.
pub(super) async fn calendar(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Failure> {
    let (schedule, now) = (find(&app, &name)?, now());
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], written(&schedule, now)).into_response())
}

fn written(schedule: &Schedule, now: i64) -> String {
    let mut text = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Watchfire//on call//EN"] {
        add(line, &mut text);
    }
    let name = escaped(schedule.name());
    for shift in schedule.shifts(now - CALENDAR.0 * DAY, now + CALENDAR.1 * DAY) {
        let Some(receiver) = &shift.receiver else { continue };
        let (id, from) = told_as(schedule, &shift);
        for line in [
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{id}-{name}@watchfire"),
            format!("DTSTAMP:{}", stamp(now)),
            format!("DTSTART:{}", stamp(from)),
            format!("DTEND:{}", stamp(shift.to)),
            format!("SUMMARY:{} ({name})", escaped(receiver)),
            "END:VEVENT".to_owned(),
        ] {
            add(&line, &mut text);
        }
    }
    add("END:VCALENDAR", &mut text);
    text
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use watchfire_alerting::Config;

    use super::*;

    #[test]
    fn texts_are_escaped() {
        for (text, expected) in [
            ("a,b;c\\d", "a\\,b\\;c\\\\d"),
            ("two\r\nlines", "two\\nlines"),
            ("\u{1b}[1m tab\there", "[1m tab\there"),
            ("Dienst: Ärzte", "Dienst: Ärzte"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let name =
            "Überlange Bereitschaft für Straßenbahnen, Züge; und größere Störungen 日本語の当番表 ".repeat(3);
        for shift in 0..4 {
            // Each time the end of a line falls on another octet.
            let name = format!("{}{}", "x".repeat(shift), name.trim());
            let config = json!({
                "route": {"receiver": name},
                "receivers": [{"name": name}],
                "schedules": [{"name": name, "layers": [
                    {"start": "2026-01-05 09:00", "every": "7d", "receivers": [name]},
                ]}],
            });
            let config = Config::parse("a.yml", &config.to_string()).unwrap();
            let schedule = Schedule::new(&config.schedules[0], &BTreeMap::new());
            let text = written(&schedule, 1_790_000_000_000);
            assert!(text.ends_with("END:VCALENDAR\r\n"));
            assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
            assert!(text.split("\r\n").all(|line| line.len() <= LINE), "{text}");
            assert!(text.split("\r\n").any(|line| line.starts_with(' ')), "{text}");
            let unfolded = text.replace("\r\n ", "");
            let told = escaped(&name);
            assert!(unfolded.contains(&format!("\r\nSUMMARY:{told} ({told})\r\n")), "{unfolded}");
        }
    }

    fn ids(text: &str) -> BTreeSet<String> {
        text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    }

    #[test]
    fn a_shift_has_the_same_name_each_time_it_is_told() {
        for layers in [
            "{start: 2026-01-05 09:00, every: 7d, receivers: [ann, bob]}",
            // A shift that began before what is told, and one that never changes.
            "{start: 2025-01-05 09:00, every: 400d, receivers: [ann, bob]}",
            "{start: 1970-01-01 00:00, every: 1d, receivers: [ann]}",
        ] {
            let text = format!(
                "{{route: {{receiver: ann}}, receivers: [{{name: ann}}, {{name: bob}}], schedules: [{{name: s, layers: [{layers}]}}]}}"
            );
            let config = Config::parse("a.yml", &text).unwrap();
            let schedule = Schedule::new(&config.schedules[0], &BTreeMap::new());
            let now = 1_790_000_000_000;
            let (first, later) = (written(&schedule, now), written(&schedule, now + 3_600_000));
            assert_eq!(ids(&first), ids(&later), "{layers}");
            assert!(!ids(&first).is_empty());
        }
    }
}
