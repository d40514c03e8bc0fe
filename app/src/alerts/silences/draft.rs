//! A silence that is being written.

use leptos::prelude::*;
use serde_json::{Value, json};
use watchfire_model::{MatchOp, Matcher, TimeExpr, format_utc, parse_duration};

use crate::alerts::filter::matcher;
use crate::api::{Silence, instant};

/// A condition that is being written.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// Apart from the others on the page.
    pub(super) id: u32,
    pub(super) name: RwSignal<String>,
    pub(super) op: RwSignal<MatchOp>,
    pub(super) value: RwSignal<String>,
}

/// The fields of the form, as they are typed.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) lines: RwSignal<Vec<Line>>,
    /// Empty: now.
    pub(super) starts: RwSignal<String>,
    /// A length of time from the start on, or a time.
    pub(super) ends: RwSignal<String>,
    pub(super) author: RwSignal<String>,
    pub(super) comment: RwSignal<String>,
    next: StoredValue<u32>,
    /// What stood here when it was opened or saved.
    clean: RwSignal<Typed>,
}

/// What is typed, to be compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Typed {
    pub(super) matchers: Vec<Matcher>,
    pub(super) starts: String,
    pub(super) ends: String,
    pub(super) author: String,
    pub(super) comment: String,
}

impl Typed {
    /// A new silence; `filters` are its conditions.
    pub(super) fn fresh(filters: &[String], author: String) -> Self {
        let mut matchers: Vec<Matcher> = filters.iter().filter_map(|text| matcher(text)).collect();
        if matchers.is_empty() {
            matchers.push(Matcher::equal("alertname", ""));
        }
        Self { matchers, ends: "2h".to_owned(), author, ..Self::default() }
    }

    /// One that is there; one that is over begins and ends anew.
    pub(super) fn of(silence: &Silence, over: bool, utc_offset: i64) -> Self {
        let at = |text: &str| {
            let time = instant(text).unwrap_or_default();
            format_utc(time, utc_offset, "%Y-%m-%d %H:%M:%S")
        };
        let (starts, ends) = if over {
            (String::new(), "2h".to_owned())
        } else {
            (at(&silence.starts_at), at(&silence.ends_at))
        };
        Self {
            matchers: silence.matchers.iter().map(Matcher::from).collect(),
            starts,
            ends,
            author: silence.created_by.clone(),
            comment: silence.comment.clone(),
        }
    }

    /// The conditions that have a name.
    pub(super) fn named(&self) -> Vec<Matcher> {
        self.matchers.iter().filter(|matcher| !matcher.name.trim().is_empty()).cloned().collect()
    }

    /// Start and end, where they can be read: milliseconds since the epoch.
    pub(super) fn times(&self, now: i64, utc_offset: i64) -> Result<(i64, i64), (&'static str, String)> {
        let read = |text: &str| TimeExpr::parse(text, utc_offset).map(|time| time.resolve(now));
        let start = match self.starts.trim() {
            "" => now,
            text => read(text).map_err(|error| ("starts", error.to_string()))?,
        };
        let text = self.ends.trim();
        let end = match parse_duration(text) {
            Ok(length) => start.max(now).saturating_add(length),
            Err(_) => read(text).map_err(|_| {
                (
                    "ends",
                    format!("{text:?} is neither a length of time nor a time; write 2h, or 2026-11-20 14:00"),
                )
            })?,
        };
        if end <= now.max(start) {
            return Err(("ends", "the end has to lie after the start, and not in the past".to_owned()));
        }
        Ok((start, end))
    }

    /// What is missing, by field.
    pub(super) fn flaws(&self, now: i64, utc_offset: i64) -> Vec<(&'static str, String)> {
        let mut flaws = Vec::new();
        if self.named().iter().all(matches_all) {
            let words =
                "a silence needs a condition that not every alert fulfils: write a label and its value";
            flaws.push(("matchers", words.to_owned()));
        }
        if self.author.trim().is_empty() {
            flaws.push(("author", "write who silences, so that others know whom to ask".to_owned()));
        }
        if self.comment.trim().is_empty() {
            flaws.push(("comment", "write why, so that others know when it may end".to_owned()));
        }
        flaws.extend(self.times(now, utc_offset).err());
        flaws
    }

    /// As Alertmanager's API takes it; `id` of the one that is changed.
    pub(super) fn body(&self, id: Option<&str>, (start, end): (i64, i64)) -> Value {
        let time = |at: i64| format_utc(at, 0, "%Y-%m-%dT%H:%M:%S%.3fZ");
        let matcher = |one: Matcher| {
            json!({
                "name": one.name.trim(),
                "value": one.value,
                "isRegex": matches!(one.op, MatchOp::Regex | MatchOp::NotRegex),
                "isEqual": matches!(one.op, MatchOp::Equal | MatchOp::Regex),
            })
        };
        json!({
            "id": id,
            "matchers": self.named().into_iter().map(matcher).collect::<Vec<_>>(),
            "startsAt": time(start),
            "endsAt": time(end),
            "createdBy": self.author.trim(),
            "comment": self.comment.trim(),
        })
    }
}

/// Whether an alert without the label fulfils it, as far as can be seen without reading a pattern.
fn matches_all(matcher: &Matcher) -> bool {
    match matcher.op {
        MatchOp::Equal => matcher.value.is_empty(),
        MatchOp::Regex => matches!(matcher.value.as_str(), "" | ".*"),
        MatchOp::NotEqual | MatchOp::NotRegex => !matcher.value.is_empty(),
    }
}

impl Draft {
    pub(super) fn new(typed: &Typed) -> Self {
        let draft = Self {
            lines: RwSignal::new(Vec::new()),
            starts: RwSignal::new(typed.starts.clone()),
            ends: RwSignal::new(typed.ends.clone()),
            author: RwSignal::new(typed.author.clone()),
            comment: RwSignal::new(typed.comment.clone()),
            next: StoredValue::new(0),
            clean: RwSignal::new(typed.clone()),
        };
        typed.matchers.iter().for_each(|matcher| draft.add(matcher));
        draft
    }

    pub(super) fn add(self, matcher: &Matcher) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let line = Line {
            id,
            name: RwSignal::new(matcher.name.clone()),
            op: RwSignal::new(matcher.op),
            value: RwSignal::new(matcher.value.clone()),
        };
        self.lines.update(|lines| lines.push(line));
    }

    pub(super) fn remove(self, id: u32) {
        self.lines.update(|lines| lines.retain(|line| line.id != id));
    }

    pub(super) fn typed(self) -> Typed {
        let matcher =
            |line: &Line| Matcher { name: line.name.get(), op: line.op.get(), value: line.value.get() };
        Typed {
            matchers: self.lines.with(|lines| lines.iter().map(matcher).collect()),
            starts: self.starts.get(),
            ends: self.ends.get(),
            author: self.author.get(),
            comment: self.comment.get(),
        }
    }

    /// Whether something was typed that is not saved.
    pub(super) fn is_changed(self) -> bool {
        untrack(|| self.clean.try_with(|clean| *clean != self.typed()).unwrap_or(false))
    }

    /// What stands here is saved.
    pub(super) fn saved(self) {
        let typed = untrack(|| self.typed());
        self.clean.set(typed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_763_712_000_000;

    fn typed(filters: &[&str], ends: &str) -> Typed {
        let filters: Vec<String> = filters.iter().map(|text| (*text).to_owned()).collect();
        Typed {
            ends: ends.to_owned(),
            comment: "known".to_owned(),
            ..Typed::fresh(&filters, "me".to_owned())
        }
    }

    #[test]
    fn what_is_missing_is_told_by_field() {
        let fields =
            |typed: &Typed| -> Vec<&str> { typed.flaws(NOW, 0).iter().map(|(field, _)| *field).collect() };
        let none: [&str; 0] = [];
        assert_eq!(fields(&typed(&["a=\"b\""], "2h")), none);
        assert_eq!(fields(&typed(&["a!=\"\"", "b!=c"], "2025-11-21 09:00")), none);
        assert_eq!(fields(&typed(&[], "2h")), ["matchers"]);
        assert_eq!(fields(&typed(&["a=~\".*\""], "soon")), ["matchers", "ends"]);
        assert_eq!(fields(&typed(&["a=b"], "2025-11-21 07:00")), ["ends"]);
        assert_eq!(fields(&Typed { starts: "x".to_owned(), ..typed(&["a=b"], "2h") }), ["starts"]);
        let empty = Typed { author: " ".to_owned(), comment: String::new(), ..typed(&["a=b"], "2h") };
        assert_eq!(fields(&empty), ["author", "comment"]);
    }

    #[test]
    fn it_becomes_what_alertmanager_takes() {
        let typed = typed(&["alertname=\"Hot\"", "host!~\"a|b\""], "90m");
        let times = typed.times(NOW, 0).unwrap();
        let body = typed.body(Some("s"), times);
        assert_eq!(body["endsAt"], "2025-11-21T09:30:00.000Z");
        assert_eq!(
            body["matchers"][1],
            json!({"name": "host", "value": "a|b", "isRegex": true, "isEqual": false})
        );
        assert_eq!((&body["id"], &body["createdBy"]), (&json!("s"), &json!("me")));
    }

    #[test]
    fn one_that_is_over_begins_anew() {
        let silence = Silence {
            starts_at: "2025-11-21T08:00:00.000Z".to_owned(),
            ends_at: "2025-11-21T10:00:00.000Z".to_owned(),
            ..Silence::default()
        };
        let there = Typed::of(&silence, false, 3_600_000);
        assert_eq!(
            (there.starts.as_str(), there.ends.as_str()),
            ("2025-11-21 09:00:00", "2025-11-21 11:00:00")
        );
        assert_eq!(there.times(NOW, 3_600_000), Ok((NOW, NOW + 7_200_000)));
        let over = Typed::of(&silence, true, 0);
        assert_eq!((over.starts.as_str(), over.ends.as_str()), ("", "2h"));
    }
}
