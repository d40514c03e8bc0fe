//! A maintenance window that is being written.

use serde_json::{Value, json};
use watchfire_model::{format_duration, format_utc, parse_duration};

use super::Window;
use super::recurrence::{Often, Recurrence};
use crate::alerts::conditions::conditions;

/// What is typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Typed {
    pub(super) name: String,
    /// In Alertmanager's syntax.
    pub(super) matchers: String,
    /// Without matchers: that it is meant.
    pub(super) all: bool,
    /// On the clocks of the zone, as a field for times gives it: `2026-01-05T02:00`.
    pub(super) starts: String,
    pub(super) length: String,
    /// A name of the IANA database.
    pub(super) zone: String,
    pub(super) again: Recurrence,
    /// What of the schedule has no field: times that are left out.
    pub(super) rest: Vec<String>,
    pub(super) author: String,
    pub(super) comment: String,
}

impl Typed {
    /// A new one, from the next full hour on. `offset`: milliseconds that the zone is east of UTC now.
    pub(super) fn fresh(author: String, zone: String, now: i64, offset: i64) -> Self {
        const HOUR: i64 = 3_600_000;
        let next = (now + offset).div_euclid(HOUR) * HOUR + HOUR;
        Self {
            starts: format_utc(next, 0, "%Y-%m-%dT%H:%M"),
            length: "2h".to_owned(),
            zone,
            author,
            ..Self::default()
        }
    }

    /// One that is there.
    pub(super) fn of(window: &Window) -> Self {
        let mut typed = Self {
            name: window.name.clone(),
            matchers: window.matchers.trim_start_matches('{').trim_end_matches('}').to_owned(),
            all: matches!(window.matchers.as_str(), "" | "{}"),
            zone: "UTC".to_owned(),
            author: window.created_by.clone(),
            comment: window.comment.clone(),
            ..Self::default()
        };
        let mut rule = None;
        for line in window.schedule.lines() {
            let (property, value) = line.split_once(':').unwrap_or((line, ""));
            match property.split_once(';').unwrap_or((property, "")) {
                ("DTSTART", parameter) => {
                    if let Some(zone) = parameter.strip_prefix("TZID=") {
                        zone.clone_into(&mut typed.zone);
                    }
                    typed.starts = shown(value).unwrap_or_default();
                }
                ("DURATION", _) => typed.length = length(value).map(format_duration).unwrap_or_default(),
                ("RRULE", _) => rule = Some(value),
                _ => typed.rest.push(line.to_owned()),
            }
        }
        typed.again = Recurrence::of(rule);
        typed
    }

    /// When it is, as calendars write it, with each field that is wrong and what mends it; in place of these stands something harmless.
    fn schedule(&self) -> (String, Vec<(&'static str, String)>) {
        let mut flaws = Vec::new();
        let start = written(&self.starts).unwrap_or_else(|| {
            flaws.push(("starts", format!("{:?} is no time; write 2026-01-05T02:00", self.starts)));
            "20260105T020000".to_owned()
        });
        let seconds = parse_duration(self.length.trim()).ok().map(|millis| millis / 1000);
        let seconds = seconds.filter(|seconds| *seconds > 0).unwrap_or_else(|| {
            flaws.push(("length", format!("{:?} is no length of time; write 2h, or 30m", self.length)));
            3600
        });
        let rule = self.again.rule().map_err(|flaw| flaws.push(flaw)).ok().flatten();
        let zone = self.zone.trim();
        let first = match zone {
            "" | "UTC" => format!("DTSTART:{start}Z"),
            zone => format!("DTSTART;TZID={zone}:{start}"),
        };
        let rule = rule.map(|rule| format!("\nRRULE:{rule}")).unwrap_or_default();
        // Times that are left out are those of the clocks of the zone that they were written for.
        let rest = self.rest.iter().filter(|line| match zone {
            "" | "UTC" => line.ends_with('Z'),
            zone => line.contains(&format!("TZID={zone}:")),
        });
        let rest = rest.fold(String::new(), |rest, line| format!("{rest}\n{line}"));
        let rest = if self.again.often == Often::Once { String::new() } else { rest };
        (format!("{first}\nDURATION:PT{seconds}S{rule}{rest}"), flaws)
    }

    /// As the API takes it, with each field that is wrong and what mends it: the server can say what it finds wrong with the others.
    pub(super) fn tried(&self) -> (Value, Vec<(&'static str, String)>) {
        let read = if self.all { Ok(Vec::new()) } else { conditions(&self.matchers) };
        let unread = read.err().map(|words| ("matchers", words));
        let (schedule, wrong) = self.schedule();
        let body = json!({
            "name": self.name.trim(),
            "matchers": if self.all || unread.is_some() { "" } else { self.matchers.trim() },
            "all": self.all || unread.is_some(),
            "schedule": schedule,
            "created_by": self.author.trim(),
            "comment": self.comment.trim(),
        });
        (body, unread.into_iter().chain(wrong).collect())
    }

    /// As the API takes it.
    ///
    /// # Errors
    ///
    /// Each field that is wrong, and what mends it.
    pub(super) fn body(&self) -> Result<Value, Vec<(&'static str, String)>> {
        let (body, flaws) = self.tried();
        if flaws.is_empty() { Ok(body) } else { Err(flaws) }
    }

    /// Whether nobody has said yet which alerts it is about.
    pub(super) fn is_blank(&self) -> bool {
        self.matchers.trim().is_empty() && !self.all
    }

    /// What has to be there before it is saved, besides what the server looks at.
    pub(super) fn missing(&self) -> Vec<(&'static str, String)> {
        let mut flaws = Vec::new();
        if self.name.trim().is_empty() {
            flaws.push(("name", "a window needs a name".to_owned()));
        }
        if self.is_blank() {
            flaws.push((
                "matchers",
                "write which alerts it is about, such as team=\"web\", or tick “Every alert”".to_owned(),
            ));
        }
        if self.author.trim().is_empty() {
            flaws.push(("author", "write who plans it, so that others know whom to ask".to_owned()));
        }
        flaws
    }
}

/// `20260105T020000` of what a field for times gives.
fn written(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|letter| !matches!(letter, '-' | ':')).collect();
    let (date, time) = digits.split_once(['T', ' '])?;
    let whole = date.len() == 8 && matches!(time.len(), 4 | 6);
    let is_number = date.bytes().chain(time.bytes()).all(|byte| byte.is_ascii_digit());
    (whole && is_number).then(|| format!("{date}T{time:0<6}"))
}

/// What a field for times shows of `20260105T020000`.
fn shown(text: &str) -> Option<String> {
    let text = text.trim_end_matches('Z');
    let (date, time) = text.split_once('T').filter(|(date, time)| date.len() == 8 && time.len() == 6)?;
    let text = date.is_ascii() && time.is_ascii();
    let minutes = text
        .then(|| format!("{}-{}-{}T{}:{}", &date[..4], &date[4..6], &date[6..], &time[..2], &time[2..4]))?;
    Some(if &time[4..] == "00" { minutes } else { format!("{minutes}:{}", &time[4..]) })
}

/// Milliseconds of `P1DT2H30M`.
fn length(text: &str) -> Option<i64> {
    let mut total = 0_i64;
    let mut number = String::new();
    for letter in text.strip_prefix('P')?.chars() {
        let seconds = match letter {
            'T' => continue,
            '0'..='9' => {
                number.push(letter);
                continue;
            }
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(seconds)?)?;
        number.clear();
    }
    total.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_read_and_written() {
        let schedule = "DTSTART;TZID=Europe/Berlin:20260105T020000\nDURATION:P1DT2H30M\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;TZID=Europe/Berlin:20260112T020000";
        let window = Window {
            name: "Backups".to_owned(),
            matchers: "{team=\"db\"}".to_owned(),
            schedule: schedule.to_owned(),
            created_by: "ann".to_owned(),
            ..Window::default()
        };
        let typed = Typed::of(&window);
        assert_eq!(
            (typed.starts.as_str(), typed.length.as_str(), typed.zone.as_str()),
            ("2026-01-05T02:00", "1d2h30m", "Europe/Berlin")
        );
        assert_eq!((typed.matchers.as_str(), typed.all), ("team=\"db\"", false));
        let body = typed.body().unwrap();
        let expected = "DTSTART;TZID=Europe/Berlin:20260105T020000\nDURATION:PT95400S\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;TZID=Europe/Berlin:20260112T020000";
        assert_eq!(body["schedule"], expected);
        let moved = Typed { zone: "UTC".to_owned(), ..typed.clone() };
        assert_eq!(
            moved.body().unwrap()["schedule"],
            "DTSTART:20260105T020000Z\nDURATION:PT95400S\nRRULE:FREQ=WEEKLY;BYDAY=MO"
        );
        let once = Typed { again: Recurrence::default(), ..typed };
        assert_eq!(
            once.body().unwrap()["schedule"],
            "DTSTART;TZID=Europe/Berlin:20260105T020000\nDURATION:PT95400S"
        );
    }

    #[test]
    fn what_is_wrong_is_told_by_field() {
        let fresh =
            Typed::fresh("ann".to_owned(), "Asia/Kathmandu".to_owned(), 1_763_712_000_000, 20_700_000);
        assert_eq!(fresh.starts, "2025-11-21T14:00");
        let missing: Vec<&str> = fresh.missing().iter().map(|(field, _)| *field).collect();
        assert_eq!(missing, ["name", "matchers"]);
        assert!(fresh.body().is_ok());
        let wrong = Typed { starts: "soon".to_owned(), length: "long".to_owned(), ..fresh };
        let fields: Vec<&str> = wrong.body().unwrap_err().iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["starts", "length"]);
        // All at once, and the server is asked about the rest.
        let wrong = Typed { matchers: "team=db severity".to_owned(), ..wrong };
        let (body, flaws) = wrong.tried();
        let fields: Vec<&str> = flaws.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["matchers", "starts", "length"]);
        assert_eq!(
            (&body["all"], &body["schedule"]),
            (&json!(true), &json!("DTSTART;TZID=Asia/Kathmandu:20260105T020000\nDURATION:PT3600S"))
        );
        for (text, expected) in
            [("2026-01-05 02:00:07", Some("20260105T020007")), ("2026-01-05", None), ("2026-1-5T02:00", None)]
        {
            assert_eq!(written(text).as_deref(), expected, "{text}");
        }
        assert_eq!(shown("20260105T020007Z").as_deref(), Some("2026-01-05T02:00:07"));
        assert_eq!(
            (length("P1W"), length("PT1H30M"), length("2h")),
            (Some(604_800_000), Some(5_400_000), None)
        );
    }
}
