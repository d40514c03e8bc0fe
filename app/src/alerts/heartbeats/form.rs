//! The form of a heartbeat.

use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde_json::{Map, Value, json};
use watchfire_model::{MatchOp, Matcher, is_plain_label_name, parse_duration};

use super::{API, Asked, Kept, PATH};
use crate::address::{Encoded, Search};
use crate::alerts::conditions::{conditions, listed};
use crate::alerts::on_call::{Faults, field, not_saved};
use crate::alerts::without_script;
use crate::api::{Refusal, call};
use crate::pages::{Page, Views};
use crate::shell::{Heading, ask_before_leaving};

/// Severities to choose from; the empty one is none.
const SEVERITIES: [&str; 5] = ["critical", "high", "warning", "info", ""];

/// What the form works on.
#[derive(Clone, PartialEq)]
enum Opened {
    Loading,
    Failed(String),
    Ready(Box<Asked>),
}

/// The page; without a uid for a new one.
#[component]
pub(crate) fn HeartbeatForm(uid: Option<String>) -> impl IntoView {
    let title = if uid.is_some() { "Change a heartbeat" } else { "New heartbeat" };
    expect_context::<Heading>().follow(move || title.to_owned());
    let opened = RwSignal::new(Opened::Loading);
    let uid = StoredValue::new(uid);
    // In the browser alone: what is typed must not meet what the server has rendered.
    Effect::new(move |_| {
        let Some(uid) = uid.get_value() else {
            let fresh = Asked {
                every: "1d".to_owned(),
                grace: "1h".to_owned(),
                severity: "critical".to_owned(),
                ..Asked::default()
            };
            return opened.set(Opened::Ready(Box::new(fresh)));
        };
        spawn_local(async move {
            let kept: Result<Kept, Refusal> = call("GET", &format!("{API}/{}", Encoded(&uid)), None).await;
            opened.try_set(match kept {
                Ok(kept) => Opened::Ready(Box::new(kept.heartbeat)),
                Err(refusal) => Opened::Failed(refusal.to_string()),
            });
        });
    });
    let content = move || match opened.get() {
        Opened::Loading => view! { <p class="page-notice" role="status">"… loading"</p> }.into_any(),
        Opened::Failed(words) => view! {
            <p class="page-notice" role="alert">
                {format!("✕ This heartbeat can't be shown: {words}. ")}<a href=PATH>"All heartbeats"</a>
            </p>
        }
        .into_any(),
        Opened::Ready(asked) => view! { <Form uid asked title/> }.into_any(),
    };
    view! {
        <Title text=title/>
        <div class="alerting">
            <Views current=Page::OnCall/>
            {without_script()}
            {content}
        </div>
    }
    .into_any()
}

/// What is typed, to be compared and sent.
#[derive(Clone, Debug, Default, PartialEq)]
struct Typed {
    name: String,
    every: String,
    grace: String,
    severity: String,
    labels: String,
    summary: String,
}

impl Typed {
    fn of(asked: &Asked) -> Self {
        let labels: Vec<Matcher> =
            asked.labels.iter().map(|(name, value)| Matcher::equal(name, value)).collect();
        Self {
            name: asked.name.clone(),
            every: asked.every.clone(),
            grace: asked.grace.clone(),
            severity: asked.severity.clone(),
            labels: listed(&labels),
            summary: asked.summary.clone(),
        }
    }

    /// As the API takes it.
    ///
    /// # Errors
    ///
    /// Each field that is wrong, and what mends it. What only the server can read it says.
    fn body(&self, paused: bool) -> Result<Value, Vec<(String, String)>> {
        let mut flaws = Vec::new();
        let mut wrong = |field: &str, words: String| flaws.push((id_of(field), words));
        if self.name.trim().is_empty() {
            wrong("name", "a heartbeat needs a name, such as Backup".to_owned());
        }
        let grace = if self.grace.trim().is_empty() { "0s" } else { self.grace.trim() };
        for (field, text) in [("every", self.every.trim()), ("grace", grace)] {
            if parse_duration(text).is_err() {
                wrong(field, format!("{text:?} is no length of time; write 25h, or 15m"));
            }
        }
        let labels = labels(&self.labels).map_err(|words| wrong("labels", words)).unwrap_or_default();
        if !flaws.is_empty() {
            return Err(flaws);
        }
        Ok(json!({
            "name": self.name.trim(),
            "every": self.every.trim(),
            "grace": grace,
            "severity": self.severity,
            "labels": labels,
            "summary": self.summary.trim(),
            "paused": paused,
        }))
    }
}

/// The id of a field of the API.
fn id_of(field: &str) -> String {
    format!("heartbeat-{field}")
}

/// The labels that are typed, or why they can't be read.
fn labels(text: &str) -> Result<Map<String, Value>, String> {
    let mut labels = Map::new();
    for matcher in conditions(text)? {
        if matcher.op != MatchOp::Equal || matcher.value.is_empty() || !is_plain_label_name(&matcher.name) {
            let told = listed(std::slice::from_ref(&matcher));
            return Err(format!("{told} is no label; write a name, = and a value"));
        }
        labels.insert(matcher.name, matcher.value.into());
    }
    Ok(labels)
}

#[component]
fn Form(uid: StoredValue<Option<String>>, asked: Box<Asked>, title: &'static str) -> impl IntoView {
    let first = Typed::of(&asked);
    let text = |text: &String| RwSignal::new(text.clone());
    let (name, every, grace) = (text(&first.name), text(&first.every), text(&first.grace));
    let (severity, labels, summary) = (text(&first.severity), text(&first.labels), text(&first.summary));
    let typed = move || Typed {
        name: name.get(),
        every: every.get(),
        grace: grace.get(),
        severity: severity.get(),
        labels: labels.get(),
        summary: summary.get(),
    };
    let clean = RwSignal::new(first);
    ask_before_leaving(move || untrack(|| clean.try_with(|clean| *clean != typed()).unwrap_or(false)));
    let faults = Faults::new();
    let (said, sending) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let navigate = StoredValue::new(use_navigate());
    let paused = asked.paused;
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        let sent = untrack(typed);
        let heartbeat = match sent.body(paused) {
            Ok(heartbeat) => heartbeat,
            Err(flaws) => return faults.set(flaws),
        };
        sending.set(true);
        faults.set(Vec::new());
        said.set(None);
        spawn_local(async move {
            let body = json!({"heartbeat": heartbeat});
            let answer: Result<Value, Refusal> = match uid.get_value() {
                Some(uid) => call("PUT", &format!("{API}/{}", Encoded(&uid)), Some(&body)).await,
                None => call("POST", API, Some(&body)).await,
            };
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(kept) => {
                    clean.set(sent);
                    let search = Search::default().with("open", kept["uid"].as_str().unwrap_or_default());
                    let path = format!("{PATH}{search}");
                    navigate.with_value(|navigate| navigate(&path, NavigateOptions::default()));
                }
                Err(refusal) => {
                    let at_fields = faults.refused(&refusal, |field, message| {
                        let known = ["name", "every", "grace", "labels", "summary"].contains(&field);
                        known.then(|| (id_of(field), message.to_owned()))
                    });
                    said.set(Some(not_saved(&refusal, at_fields)));
                }
            }
        });
    };
    let option = move |word: &'static str| {
        let title = if word.is_empty() { "none" } else { word };
        view! { <option value=word selected=move || severity.with(|chosen| chosen == word)>{title}</option> }
    };
    let verb = if uid.with_value(Option::is_some) { "Save" } else { "Create" };
    view! {
        <form class="panel alert-form" on:submit=submit novalidate=true>
            <h1>{title}</h1>
            {field("heartbeat-name", "Name", "", name, faults)}
            <div class="form-row">
                {field("heartbeat-every", "Heard of at least every", "such as 1d or 15m: the longest time between two calls", every, faults)}
                {field("heartbeat-grace", "Grace", "such as 1h: how much later it may be", grace, faults)}
            </div>
            <div class="form-field">
                <label for="heartbeat-severity">"Severity of its alert"</label>
                <select id="heartbeat-severity" on:change=move |event| severity.set(event_target_value(&event))>
                    {SEVERITIES.map(option).collect_view()}
                </select>
            </div>
            {field("heartbeat-labels", "More labels of its alert", "team=\"ops\", host=\"a\"", labels, faults)}
            {field("heartbeat-summary", "Summary (empty: a standard text)", "", summary, faults)}
            <p class="field-error" role="alert">{move || said.get()}</p>
            <p class="overlay-actions">
                <button type="submit" class="button primary" disabled=move || sending.get()>{verb}</button>
                <a class="button" href=PATH>"Cancel"</a>
            </p>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_what_the_server_takes() {
        let typed = |labels: &str| Typed {
            name: " Backup ".to_owned(),
            every: "1d".to_owned(),
            labels: labels.to_owned(),
            ..Typed::default()
        };
        let body = typed("team=\"ops\", host=a").body(true).unwrap();
        assert_eq!(body["labels"], json!({"team": "ops", "host": "a"}));
        assert_eq!(
            (&body["name"], &body["grace"], &body["paused"]),
            (&json!("Backup"), &json!("0s"), &json!(true))
        );
        for (labels, expected) in [
            ("ops", "\"ops\" is no label"),
            ("a!=b", "a!=\"b\" is no label"),
            ("a=", "a=\"\" is no label"),
            ("team ops", "\"team ops\" is no label"),
        ] {
            let flaws = typed(labels).body(false).unwrap_err();
            let [(field, words)] = &flaws[..] else { panic!("{labels}: one field is wrong, not {flaws:?}") };
            assert!(field == "heartbeat-labels" && words.starts_with(expected), "{labels}: {words}");
        }
        // All at once.
        let wrong = Typed { every: "soon".to_owned(), labels: "team ops".to_owned(), ..Typed::default() };
        let flaws = wrong.body(false).unwrap_err();
        let fields: Vec<&str> = flaws.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["heartbeat-name", "heartbeat-every", "heartbeat-labels"]);
        let asked = Asked { labels: [("a".to_owned(), "b c".to_owned())].into(), ..Asked::default() };
        assert_eq!(Typed::of(&asked).labels, "a=\"b c\"");
    }
}
