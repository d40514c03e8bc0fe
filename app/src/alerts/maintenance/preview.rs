//! What the window that is typed would do.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use super::draft::Typed;
use super::{API, Times};
use crate::alerts::alert::{LabelMap, Severity};
use crate::alerts::{clock_words, label_words, lasting, moment};
use crate::api::{Refusal, call, read_value};
use crate::numbers::grouped;
use crate::preferences::Preferences;

/// How long typing must pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(350);

/// What `/api/v1/watchfire/maintenance/preview` tells.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Told {
    flaws: Vec<Flaw>,
    open: bool,
    coming: Vec<Times>,
    alerts: Vec<LabelMap>,
    left_out: usize,
}

/// What is wrong.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Flaw {
    field: String,
    message: String,
}

impl Flaw {
    /// The field of the form, and the words without the names that calendars have for it.
    fn told(&self) -> (String, String) {
        let parts = ["DTSTART: ", "DURATION: "];
        let plain = parts.iter().find_map(|part| self.message.strip_prefix(part)).unwrap_or(&self.message);
        (field_of(&self.field, &self.message).to_owned(), plain.to_owned())
    }
}

/// What an answer that refuses a window says of its fields.
pub(super) fn flaws_of(refusal: &Refusal) -> Vec<(String, String)> {
    let told: Vec<Flaw> = read_value(&refusal.data["flaws"]).unwrap_or_default();
    told.iter().map(Flaw::told).collect()
}

/// How the preview is.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    Asking,
    /// Nobody has said yet which alerts it is about.
    Blank,
    /// The fields say what is wrong.
    Flawed,
    Failed(String),
    Told(Told),
}

/// The times to come and the alerts that it is about. `flaws`: gets what is wrong, by field, with the words of the server.
#[component]
pub(super) fn Preview(typed: Memo<Typed>, flaws: RwSignal<Vec<(String, String)>>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let found = RwSignal::new(Found::Asking);
    let number = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let typed = typed.get();
        let mine = number.get_value().wrapping_add(1);
        number.set_value(mine);
        let blank = typed.is_blank();
        let (mut body, wrong) = typed.tried();
        let wrong: Vec<(String, String)> =
            wrong.into_iter().map(|(field, words)| (field.to_owned(), words)).collect();
        if !wrong.is_empty() {
            flaws.set(wrong.clone());
            found.set(if blank { Found::Blank } else { Found::Flawed });
        }
        // A window can be tried before it has a name.
        if typed.name.trim().is_empty() {
            body["name"] = "Preview".into();
        }
        let ask = move || {
            // Something else was typed, or the page was left.
            if number.try_get_value() != Some(mine) {
                return;
            }
            spawn_local(async move {
                let answer: Result<Told, Refusal> =
                    call("POST", &format!("{API}/preview"), Some(&body)).await;
                if number.try_get_value() != Some(mine) {
                    return;
                }
                found.set(match answer {
                    Ok(told) => {
                        let all: Vec<_> =
                            wrong.into_iter().chain(told.flaws.iter().map(Flaw::told)).collect();
                        let is_fit = all.is_empty();
                        flaws.set(all);
                        if is_fit {
                            Found::Told(told)
                        } else if blank {
                            Found::Blank
                        } else {
                            Found::Flawed
                        }
                    }
                    Err(refusal) => Found::Failed(refusal.to_string()),
                });
            });
        };
        set_timeout(ask, PAUSE);
    });
    let state = move || match found.get() {
        Found::Asking => "renewing",
        Found::Blank => "idle",
        Found::Flawed => "flawed",
        Found::Failed(_) => "failed",
        Found::Told(_) => "ready",
    };
    let summary = move || match found.get() {
        Found::Asking => "… asking what it would do".to_owned(),
        Found::Blank => {
            "○ Write which alerts it is about: when it would mute which of them stands here.".to_owned()
        }
        Found::Flawed => "✕ The fields say what has to be mended before it can be tried.".to_owned(),
        Found::Failed(words) => format!("✕ It can't be tried: {words}"),
        Found::Told(told) => told.when().to_owned(),
    };
    let clock = move || match found.get() {
        Found::Told(told) if !told.coming.is_empty() => {
            Some(format!("by your clock, {}", clock_words(preferences)))
        }
        _ => None,
    };
    let about = move || match found.get() {
        Found::Told(told) => Some(told.about()),
        _ => None,
    };
    let times = move || match found.get() {
        Found::Told(told) => {
            let time = move |one: Times| {
                let length = lasting((one.ends_at - one.starts_at).max(1000));
                view! { <li>{format!("{} for {length}", moment(one.starts_at, preferences))}</li> }
            };
            told.coming.into_iter().map(time).collect_view().into_any()
        }
        _ => ().into_any(),
    };
    let alerts = move || match found.get() {
        Found::Told(told) => told.alerts.iter().map(entry).collect_view().into_any(),
        _ => ().into_any(),
    };
    view! {
        <section class="panel form-beside rule-preview" aria-label="Preview" tabindex="0" data-state=state>
            <h2>"Preview"</h2>
            <p class="rule-preview-words" role="status">{summary}</p>
            <ol class="window-times" aria-label="The next times">{times}</ol>
            <p class="hint">{clock}</p>
            <p class="rule-preview-words">{about}</p>
            <ul class="alert-list" aria-label="Alerts that it is about">{alerts}</ul>
        </section>
    }
    .into_any()
}

impl Told {
    fn when(&self) -> &'static str {
        match (self.open, self.coming.is_empty()) {
            (true, true) => "⊘ It would be open now, and not again.",
            (true, false) => "⊘ It would be open now, and again at these times.",
            (false, false) => "◔ It would open at these times.",
            (false, true) => "○ It would never open: its time is past.",
        }
    }

    fn about(&self) -> String {
        match self.alerts.len() + self.left_out {
            0 => "No alert that fires now would be muted.".to_owned(),
            1 => "1 alert that fires now would be muted:".to_owned(),
            count if self.left_out > 0 => {
                format!(
                    "{} alerts that fire now would be muted, the first {}:",
                    grouped(count as u64),
                    self.alerts.len()
                )
            }
            count => format!("{} alerts that fire now would be muted:", grouped(count as u64)),
        }
    }
}

fn entry(labels: &LabelMap) -> impl IntoView + use<> {
    let severity = Severity::of(labels);
    let name = labels.get("alertname").cloned().unwrap_or_default();
    view! {
        <li class="alert alert-short" data-severity=severity.word()>
            <span class="alert-severity">{Severity::mark_of(labels)}</span>
            <div class="alert-main">
                <span class="alert-name">{name}</span>
                <span class="alert-labels">{label_words(labels, &["alertname", "severity"])}</span>
            </div>
        </li>
    }
}

/// The field of the form that a mistake stands beside. Of a schedule the words tell which part it is.
fn field_of<'a>(field: &'a str, message: &str) -> &'a str {
    match field {
        "schedule" if message.contains("RRULE") => "rule",
        "schedule" if message.contains("time zone") => "zone",
        "schedule" if message.contains("DURATION") => "length",
        "schedule" => "starts",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_would_do_in_words() {
        let text = r#"{"open":true,"coming":[{"starts_at":1,"ends_at":2}],"alerts":[{"alertname":"A"}],"left_out":2}"#;
        let told: Told = serde_json::from_str(text).unwrap();
        assert_eq!(told.when(), "⊘ It would be open now, and again at these times.");
        assert_eq!(told.about(), "3 alerts that fire now would be muted, the first 1:");
        assert_eq!(Told::default().when(), "○ It would never open: its time is past.");
        assert_eq!(Told::default().about(), "No alert that fires now would be muted.");
    }

    #[test]
    fn mistakes_stand_with_their_fields() {
        for (field, message, expected) in [
            ("matchers", "none would mute every alert", "matchers"),
            ("schedule", "RRULE: FREQ=HOURLY is not understood", "rule"),
            ("schedule", "DTSTART: \"X\" is not a time zone", "zone"),
            ("schedule", "DURATION: \"PT0S\" is not a duration", "length"),
            ("schedule", "DTSTART: \"1\" is no time", "starts"),
        ] {
            assert_eq!(field_of(field, message), expected, "{message}");
        }
        let flaw = |message: &str| Flaw { field: "schedule".to_owned(), message: message.to_owned() }.told();
        assert_eq!(
            flaw("DTSTART: \"X\" is not a time zone"),
            ("zone".to_owned(), "\"X\" is not a time zone".to_owned())
        );
    }
}
