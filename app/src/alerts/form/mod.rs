//! The form of a rule, with what the rule would do beside it.

mod condition;
mod draft;
mod fields;
mod flaws;
mod look;
mod preview;
mod receivers;
mod tried;

use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use serde_json::{Value, json};

pub(super) use self::condition::{Condition, condition_words};
use self::draft::{Draft, Field, Typed};
use self::fields::Fields;
use self::flaws::{Flaw, is_typed};
use self::preview::{Preview, PreviewView};
use crate::address::{Encoded, Search};
use crate::alerts::{named, without_script};
use crate::api::{CONFLICT, Refusal, call};
use crate::pages::{Page, Views};
use crate::shell::{Heading, ask_before_leaving};

/// What the form works on.
#[derive(Clone, PartialEq)]
enum Opened {
    Loading,
    Failed(String),
    /// With the uid and the version of the rule that is changed.
    Ready(Option<(String, u64)>, Box<Typed>),
}

/// The page.
#[component]
pub(crate) fn RuleFormPage() -> impl IntoView {
    let search = use_location().search;
    let opened = RwSignal::new(Opened::Loading);
    let uid = named();
    let heading = move || if uid.with(Option::is_some) { "Change a rule" } else { "New rule" };
    expect_context::<Heading>().follow(move || heading().to_owned());
    // In the browser alone: what is typed must not meet what the server has rendered.
    Effect::new(move |_| {
        let Some(uid) = uid.get() else {
            // Explore and dashboards may bring a query along.
            let query = search
                .with_untracked(|search| Search::parse(search).get("query").unwrap_or_default().to_owned());
            let typed = Typed::default().with(Field::Query, &query);
            return opened.set(Opened::Ready(None, Box::new(typed)));
        };
        opened.set(Opened::Loading);
        spawn_local(async move {
            let path = format!("/api/v1/watchfire/rules/{}", Encoded(&uid));
            let answer: Result<Value, Refusal> = call("GET", &path, None).await;
            opened.try_set(match answer {
                Ok(kept) => {
                    let version = kept["version"].as_u64().unwrap_or_default();
                    Opened::Ready(Some((uid, version)), Box::new(Typed::of(&kept["rule"])))
                }
                Err(refusal) => Opened::Failed(refusal.to_string()),
            });
        });
    });
    let content = move || match opened.get() {
        Opened::Loading => view! { <p class="page-notice" role="status">"… loading"</p> }.into_any(),
        Opened::Failed(words) => view! {
            <p class="page-notice" role="alert">
                {format!("✕ This rule can't be shown: {words}. ")}<a href="/alerts/rules">"All rules"</a>
            </p>
        }
        .into_any(),
        Opened::Ready(kept, typed) => view! { <Form kept typed heading=heading()/> }.into_any(),
    };
    view! {
        <Title text=move || heading().to_owned()/>
        <div class="alerting">
            <Views current=Page::Rules/>
            {without_script()}
            {content}
        </div>
    }
    .into_any()
}

/// What saving came to.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    Failed(String),
    /// Somebody else saved this version meanwhile.
    Conflict(u64),
}

#[component]
fn Form(kept: Option<(String, u64)>, typed: Box<Typed>, heading: &'static str) -> impl IntoView {
    let draft = Draft::new(&typed);
    ask_before_leaving(move || draft.is_changed());
    let (said, sending) = (RwSignal::new(None::<Said>), RwSignal::new(false));
    let (uid, version) = kept.map_or((None, 0), |(uid, version)| (Some(uid), version));
    let preview = Preview::follow(draft, uid.clone());
    let (uid, version) = (StoredValue::new(uid), RwSignal::new(version));
    let message = RwSignal::new(String::new());
    let navigate = StoredValue::new(use_navigate());
    let flaws = Memo::new(move |_| {
        let all = preview.flaws.get();
        // What is missing in a rule that nobody has finished is told once it is to be tried or saved.
        let insists = preview.insists.get();
        let typed = draft.typed();
        all.into_iter().filter(|flaw| insists || is_typed(flaw, &typed)).collect::<Vec<Flaw>>()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        preview.at_once();
        let rule = match untrack(|| draft.typed().rule()) {
            Ok(rule) if !sending.get_untracked() => rule,
            _ => return focus_first_fault(),
        };
        sending.set(true);
        said.set(None);
        let body = json!({"rule": rule, "message": message.get_untracked()});
        let (uid, version) = (uid.get_value(), version.get_untracked());
        spawn_local(async move {
            let answer = save(uid, version, body).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(saved) => {
                    draft.saved();
                    let uid = saved["uid"].as_str().unwrap_or_default();
                    let path = format!("/alerts/rules/{}", Encoded(uid));
                    navigate.with_value(|navigate| navigate(&path, NavigateOptions::default()));
                }
                Err(refusal) if refusal.status == CONFLICT && refusal.data["version"].is_u64() => {
                    said.set(Some(Said::Conflict(refusal.data["version"].as_u64().unwrap_or_default())));
                }
                Err(refusal) => {
                    preview.refused(&refusal.data["flaws"]);
                    said.set(Some(Said::Failed(format!("✕ Not saved: {refusal}"))));
                }
            }
        });
    };
    let over = move |_| {
        if let Some(Said::Conflict(current)) = said.get_untracked() {
            version.set(current);
            said.set(None);
        }
    };
    let outcome = move || {
        match said.get() {
        None => ().into_any(),
        Some(Said::Failed(words)) => view! { <p class="field-error" role="alert">{words}</p> }.into_any(),
        Some(Said::Conflict(current)) => view! {
            <div class="rule-conflict" role="alert">
                <p class="alerting-bad">
                    {format!("✕ Not saved: somebody else saved version {current} meanwhile. What you typed is still here.")}
                </p>
                <p class="overlay-actions">
                    <button type="button" class="button small" on:click=over>"Keep mine: let Save replace theirs"</button>
                    <a class="button small" target="_blank" href=uid.get_value().map(|uid| format!("/alerts/rules/{}", Encoded(&uid)))>
                        "Look at theirs"
                    </a>
                </p>
            </div>
        }
        .into_any(),
    }
    };
    let changes = uid.with_value(Option::is_some);
    let why = changes.then(|| {
        view! {
            <div class="form-field">
                <label for="rule-message">"What this changes (may stay empty)"</label>
                <input id="rule-message" autocomplete="off"
                    prop:value=move || message.get() on:input=move |event| message.set(event_target_value(&event))/>
            </div>
        }
    });
    let cancel = uid.with_value(|uid| match uid {
        Some(uid) => format!("/alerts/rules/{}", Encoded(uid)),
        None => Page::Rules.path().to_owned(),
    });
    view! {
        <div class="form-columns">
            <form class="panel alert-form" on:submit=submit novalidate=true>
                <h1>{heading}</h1>
                <Fields draft flaws preview/>
                {why}
                {outcome}
                <p class="overlay-actions">
                    <button type="submit" class="button primary" disabled=move || sending.get()>
                        {if changes { "Save" } else { "Create" }}
                    </button>
                    <a class="button" href=cancel>"Cancel"</a>
                </p>
            </form>
            <PreviewView draft preview/>
        </div>
    }
    .into_any()
}

async fn save(uid: Option<String>, version: u64, mut body: Value) -> Result<Value, Refusal> {
    match uid {
        None => call("POST", "/api/v1/watchfire/rules", Some(&body)).await,
        Some(uid) => {
            body["version"] = version.into();
            call("PUT", &format!("/api/v1/watchfire/rules/{}", Encoded(&uid)), Some(&body)).await
        }
    }
}

/// Brings the reader to what has to be mended, as soon as it stands there.
fn focus_first_fault() {
    use wasm_bindgen::JsCast;
    request_animation_frame(|| {
        let found = document().query_selector(".alert-form [aria-invalid=true]").ok().flatten();
        if let Some(field) = found.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
            // Focus is a courtesy.
            let _ = field.focus();
        }
    });
}
