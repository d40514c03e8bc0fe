//! The form of a heartbeat.

use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde_json::{Map, Value, json};
use watchfire_model::{MatchOp, Matcher};

use super::{API, Asked, Kept, PATH};
use crate::address::{Encoded, Search};
use crate::alerts::filter::{Term, terms, written};
use crate::alerts::on_call::{Faults, field};
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
        let label = |(name, value): (&String, &String)| written(&Matcher::equal(name, value));
        Self {
            name: asked.name.clone(),
            every: asked.every.clone(),
            grace: asked.grace.clone(),
            severity: asked.severity.clone(),
            labels: asked.labels.iter().map(label).collect::<Vec<_>>().join(", "),
            summary: asked.summary.clone(),
        }
    }

    /// As the API takes it, or why its labels can't be read.
    fn body(&self, paused: bool) -> Result<Value, String> {
        let mut labels = Map::new();
        for term in terms(&self.labels) {
            match term {
                Term::Matcher(Matcher { name, op: MatchOp::Equal, value }) if !value.is_empty() => {
                    labels.insert(name, value.into());
                }
                Term::Matcher(matcher) => {
                    return Err(format!("{} is no label; write a name, = and a value", written(&matcher)));
                }
                Term::Word(word) => {
                    return Err(format!("{word:?} is no label; write team=\"ops\", host=\"a\""));
                }
            }
        }
        let grace = if self.grace.trim().is_empty() { "0s" } else { self.grace.trim() };
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
            Err(words) => return faults.set(vec![("heartbeat-labels".to_owned(), words)]),
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
                    let field = refusal.data["field"].as_str().unwrap_or_default();
                    let known = ["name", "every", "grace", "labels", "summary"].contains(&field);
                    if known {
                        faults.set(vec![(format!("heartbeat-{field}"), refusal.to_string())]);
                    }
                    said.set(Some(format!("✕ Not saved: {refusal}")));
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
        <form class="panel alert-form" on:submit=submit>
            <h1>{title}</h1>
            {field("heartbeat-name", "Name", "", name, faults)}
            <div class="form-row">
                {field("heartbeat-every", "Heard of at least every", "1d, 15m: how far apart two words of it lie", every, faults)}
                {field("heartbeat-grace", "Grace", "how much later it may be", grace, faults)}
            </div>
            <div class="form-field">
                <label for="heartbeat-severity">"Severity of its alert"</label>
                <select id="heartbeat-severity" on:change=move |event| severity.set(event_target_value(&event))>
                    {SEVERITIES.map(option).collect_view()}
                </select>
            </div>
            {field("heartbeat-labels", "More labels of its alert", "team=\"ops\", host=\"a\"", labels, faults)}
            {field("heartbeat-summary", "Summary (empty: said by itself)", "", summary, faults)}
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
        for (labels, expected) in
            [("ops", "\"ops\" is no label"), ("a!=b", "a!=\"b\" is no label"), ("a=", "a=\"\" is no label")]
        {
            let error = typed(labels).body(false).unwrap_err();
            assert!(error.starts_with(expected), "{labels}: {error}");
        }
        let asked = Asked { labels: [("a".to_owned(), "b c".to_owned())].into(), ..Asked::default() };
        assert_eq!(Typed::of(&asked).labels, "a=\"b c\"");
    }
}
