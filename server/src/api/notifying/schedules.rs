//! `/api/v1/watchfire/schedules`: who is on call.

use std::fmt::Write as _;

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

/// A text in iCalendar (<https://www.rfc-editor.org/rfc/rfc5545#section-3.3.11>).
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
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
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Watchfire//on call//EN\r\n");
    let name = escaped(schedule.name());
    for shift in schedule.shifts(now - CALENDAR.0 * DAY, now + CALENDAR.1 * DAY) {
        let Some(receiver) = &shift.receiver else { continue };
        let (id, from) = told_as(schedule, &shift);
        // Writing to a String can't fail.
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:{}-{name}@watchfire\r\nDTSTAMP:{}\r\nDTSTART:{}\r\nDTEND:{}\r\nSUMMARY:{} ({name})\r\nEND:VEVENT\r\n",
            id,
            stamp(now),
            stamp(from),
            stamp(shift.to),
            escaped(receiver),
        );
    }
    text.push_str("END:VCALENDAR\r\n");
    text
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use watchfire_alerting::Config;

    use super::*;

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
