//! The form of a maintenance window, with what it would do beside it.

use crate::pages::Title;
use js_sys::Reflect;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use serde_json::Value;
use wasm_bindgen::JsCast;

use super::draft::Typed;
use super::preview::{Preview, flaws_of};
use super::recurrence::{DAYS, Often, Recurrence, WHICH};
use super::{API, PATH, Window};
use crate::address::{Encoded, Search};
use crate::alerts::on_call::{Faults, field, not_saved};
use crate::alerts::who::{remember, remembered};
use crate::alerts::without_script;
use crate::api::{Refusal, call};
use crate::pages::{Page, Views};
use crate::preferences::Preferences;
use crate::range::clock;
use crate::shell::{Heading, ask_before_leaving};

/// Lengths of time to choose from.
const LENGTHS: [&str; 5] = ["30m", "1h", "2h", "8h", "1d"];

/// Time zones that are offered besides this browser's; any name of the IANA database can be written.
const ZONES: [&str; 8] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
];

/// What the form works on.
#[derive(Clone, PartialEq)]
enum Opened {
    Loading,
    Failed(String),
    Ready(Box<Typed>),
}

/// The time zone of this browser; UTC where it does not say.
fn zone_here() -> String {
    let get = |of: &wasm_bindgen::JsValue, name: &str| Reflect::get(of, &name.into()).ok();
    let zone = || {
        let format: js_sys::Function =
            get(&get(&js_sys::global(), "Intl")?, "DateTimeFormat")?.dyn_into().ok()?;
        let made = Reflect::construct(&format, &js_sys::Array::new()).ok()?;
        let options: js_sys::Function = get(&made, "resolvedOptions")?.dyn_into().ok()?;
        get(&options.call0(&made).ok()?, "timeZone")?.as_string()
    };
    zone().unwrap_or_else(|| "UTC".to_owned())
}

/// The page; without an id for a new one.
#[component]
pub(crate) fn WindowForm(id: Option<String>) -> impl IntoView {
    let title = if id.is_some() { "Change a maintenance window" } else { "Plan a maintenance window" };
    expect_context::<Heading>().follow(move || title.to_owned());
    let search = use_location().search;
    let preferences = expect_context::<Preferences>();
    let opened = RwSignal::new(Opened::Loading);
    let id = StoredValue::new(id);
    // In the browser alone: what is typed must not meet what the server has rendered.
    Effect::new(move |_| {
        let Some(id) = id.get_value() else {
            let (zone, offset) = if preferences.utc.get_untracked() {
                ("UTC".to_owned(), 0)
            } else {
                (zone_here(), untrack(|| preferences.utc_offset()))
            };
            let matchers = search.with_untracked(|search| {
                Search::parse(search).get("matchers").unwrap_or_default().to_owned()
            });
            let fresh = Typed { matchers, ..Typed::fresh(remembered(), zone, clock(), offset) };
            return opened.set(Opened::Ready(Box::new(fresh)));
        };
        spawn_local(async move {
            let window: Result<Window, Refusal> = call("GET", &format!("{API}/{}", Encoded(&id)), None).await;
            opened.try_set(match window {
                Ok(window) => Opened::Ready(Box::new(Typed::of(&window))),
                Err(refusal) => Opened::Failed(refusal.to_string()),
            });
        });
    });
    let content = move || match opened.get() {
        Opened::Loading => view! { <p class="page-notice" role="status">"… loading"</p> }.into_any(),
        Opened::Failed(words) => view! {
            <p class="page-notice" role="alert">
                {format!("✕ This window can't be shown: {words}. ")}<a href=PATH>"All windows"</a>
            </p>
        }
        .into_any(),
        Opened::Ready(typed) => view! { <Form id first=*typed title/> }.into_any(),
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

/// The fields of how it comes again.
#[derive(Clone, Copy)]
struct Again {
    often: RwSignal<Often>,
    interval: RwSignal<String>,
    days: RwSignal<Vec<String>>,
    date: RwSignal<String>,
    which: RwSignal<(String, String)>,
    until: RwSignal<String>,
    rule: RwSignal<String>,
}

impl Again {
    fn new(first: &Recurrence) -> Self {
        Self {
            often: RwSignal::new(first.often),
            interval: RwSignal::new(first.interval.clone()),
            days: RwSignal::new(first.days.clone()),
            date: RwSignal::new(first.date.clone()),
            which: RwSignal::new(first.which.clone()),
            until: RwSignal::new(first.until.clone()),
            rule: RwSignal::new(first.rule.clone()),
        }
    }

    fn typed(self) -> Recurrence {
        Recurrence {
            often: self.often.get(),
            interval: self.interval.get(),
            days: self.days.get(),
            date: self.date.get(),
            which: self.which.get(),
            until: self.until.get(),
            rule: self.rule.get(),
        }
    }
}

#[component]
fn Form(id: StoredValue<Option<String>>, first: Typed, title: &'static str) -> impl IntoView {
    let text = |text: &String| RwSignal::new(text.clone());
    let (name, matchers, comment, author) =
        (text(&first.name), text(&first.matchers), text(&first.comment), text(&first.author));
    let (starts, length, zone) = (text(&first.starts), text(&first.length), text(&first.zone));
    let all = RwSignal::new(first.all);
    let again = Again::new(&first.again);
    let rest = StoredValue::new(first.rest.clone());
    let typed = Memo::new(move |_| Typed {
        name: name.get(),
        matchers: matchers.get(),
        all: all.get(),
        starts: starts.get(),
        length: length.get(),
        zone: zone.get(),
        again: again.typed(),
        rest: rest.get_value(),
        author: author.get(),
        comment: comment.get(),
    });
    let clean = RwSignal::new(first);
    ask_before_leaving(move || {
        untrack(|| clean.try_with(|clean| typed.with(|typed| clean != typed)).unwrap_or(false))
    });
    let flaws = RwSignal::new(Vec::<(String, String)>::new());
    // What is missing is told when it is to be saved; what is wrong as soon as it is typed.
    let missing = RwSignal::new(Vec::<(&'static str, String)>::new());
    let tried = RwSignal::new(false);
    let faults = Faults::new();
    Effect::new(move |_| {
        let still: Vec<&str> = typed.with(Typed::missing).into_iter().map(|(field, _)| field).collect();
        let missing = missing.get().into_iter().filter(|(field, _)| still.contains(field));
        let missing = missing.map(|(field, words)| (field.to_owned(), words));
        // What nobody has filled in yet is no mistake until it is to be saved.
        let blank = typed.with(Typed::is_blank) && !tried.get();
        let told = flaws.get().into_iter().filter(move |(field, _)| field != "matchers" || !blank);
        let all = missing.chain(told).map(|(field, words)| (format!("window-{field}"), words));
        faults.set(all.collect());
    });
    let (said, sending) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let navigate = StoredValue::new(use_navigate());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let sent = typed.get_untracked();
        let found = sent.missing();
        missing.set(found.clone());
        tried.set(true);
        let body = match sent.body() {
            Ok(body) if found.is_empty() => body,
            Ok(_) | Err(_) => return,
        };
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        said.set(None);
        spawn_local(async move {
            let answer: Result<Value, Refusal> = match id.get_value() {
                Some(id) => call("PUT", &format!("{API}/{}", Encoded(&id)), Some(&body)).await,
                None => call("POST", API, Some(&body)).await,
            };
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    remember(sent.author.trim());
                    clean.set(sent);
                    navigate.with_value(|navigate| navigate(PATH, NavigateOptions::default()));
                }
                Err(refusal) => {
                    let told = flaws_of(&refusal);
                    said.set(Some(not_saved(&refusal, !told.is_empty())));
                    if !told.is_empty() {
                        flaws.set(told);
                    }
                }
            }
        });
    };
    let choose = move |text: &'static str| {
        view! { <button type="button" class="button small" on:click=move |_| length.set(text.to_owned())>{text}</button> }
    };
    let zones = ZONES.map(|zone| view! { <option value=zone></option> });
    let left_out = rest.with_value(Vec::len);
    let left_out =
        (left_out > 0).then(|| view! { <p class="hint">"Times that were ended by hand stay left out."</p> });
    let verb = if id.with_value(Option::is_some) { "Save" } else { "Plan it" };
    view! {
        <div class="form-columns">
            <form class="panel alert-form" on:submit=submit novalidate=true>
                <h1>{title}</h1>
                {field("window-name", "Name", "", name, faults)}
                {field("window-matchers", "Alerts that fulfil all of these", "with commas between: team=\"db\", severity!=\"critical\", host=~\"web.*\"", matchers, faults)}
                <label class="window-check">
                    <input type="checkbox" prop:checked=move || all.get()
                        on:change=move |event| all.set(event_target_checked(&event))/>
                    "Every alert there is, whatever stands above"
                </label>
                <div class="form-row">
                    <div class="form-field">
                        <label for="window-starts">"Begins, on the clocks of the time zone"</label>
                        <input id="window-starts" type="datetime-local" aria-describedby="window-starts-error"
                            prop:value=move || starts.get() on:input=move |event| starts.set(event_target_value(&event))/>
                        <p class="field-error" id="window-starts-error" role="alert">{move || faults.of("window-starts")}</p>
                    </div>
                    <div class="form-field">
                        <label for="window-zone">"Time zone"</label>
                        <input id="window-zone" list="window-zones" autocomplete="off" spellcheck="false" aria-describedby="window-zone-error"
                            prop:value=move || zone.get() on:input=move |event| zone.set(event_target_value(&event))/>
                        <datalist id="window-zones">{zones.collect_view()}</datalist>
                        <p class="field-error" id="window-zone-error" role="alert">{move || faults.of("window-zone")}</p>
                    </div>
                </div>
                {field("window-length", "For how long", "", length, faults)}
                <p class="form-lengths">{LENGTHS.map(choose).collect_view()}</p>
                <AgainFields again faults/>
                {left_out}
                {field("window-comment", "Why", "", comment, faults)}
                {field("window-author", "Who", "", author, faults)}
                <p class="field-error" role="alert">{move || said.get()}</p>
                <p class="overlay-actions">
                    <button type="submit" class="button primary" disabled=move || sending.get()>{verb}</button>
                    <a class="button" href=PATH>"Cancel"</a>
                </p>
            </form>
            <Preview typed flaws/>
        </div>
    }
    .into_any()
}

/// How it comes again: plain choices, or the rule of a calendar.
#[component]
fn AgainFields(again: Again, faults: Faults) -> impl IntoView {
    let is = move |wanted: Often| again.often.get() == wanted;
    let option = move |often: Often| {
        view! { <option value=often.word() selected=move || is(often)>{often.title()}</option> }
    };
    let day = move |(word, title): (&'static str, &'static str)| {
        let chosen = move || again.days.with(|days| days.iter().any(|day| day == word));
        let change = move |event: web_sys::Event| {
            let wanted = event_target_checked(&event);
            again.days.update(|days| {
                days.retain(|day| day != word);
                if wanted {
                    days.push(word.to_owned());
                }
            });
        };
        view! {
            <label class="window-check"><input type="checkbox" prop:checked=chosen on:change=change/>{title}</label>
        }
    };
    let which = move |(word, title): (&'static str, &'static str)| {
        view! { <option value=word selected=move || again.which.with(|(which, _)| which == word)>{title}</option> }
    };
    let weekday = move |(word, title): (&'static str, &'static str)| {
        view! { <option value=word selected=move || again.which.with(|(_, day)| day == word)>{title}</option> }
    };
    let plain = move || !matches!(again.often.get(), Often::Once | Often::Rule);
    view! {
        <div class="form-field">
            <label for="window-often">"How often"</label>
            <select id="window-often" on:change=move |event| again.often.set(Often::of(&event_target_value(&event)))>
                {Often::ALL.map(option).collect_view()}
            </select>
        </div>
        <Show when=move || is(Often::Weekly)>
            <fieldset class="window-days">
                <legend>"Days"</legend>
                {DAYS.map(day).collect_view()}
                <p class="field-error" role="alert">{move || faults.of("window-days")}</p>
            </fieldset>
        </Show>
        <Show when=move || is(Often::MonthlyByDate)>
            {field("window-date", "Day of the month", "1 to 31, or -1 for the last day; months without it are left out", again.date, faults)}
        </Show>
        <Show when=move || is(Often::MonthlyByDay)>
            <div class="form-row">
                <div class="form-field">
                    <label for="window-which">"Which"</label>
                    <select id="window-which" on:change=move |event| again.which.update(|which| which.0 = event_target_value(&event))>
                        {WHICH.map(which).collect_view()}
                    </select>
                </div>
                <div class="form-field">
                    <label for="window-weekday">"Weekday"</label>
                    <select id="window-weekday" on:change=move |event| again.which.update(|which| which.1 = event_target_value(&event))>
                        {DAYS.map(weekday).collect_view()}
                    </select>
                </div>
            </div>
        </Show>
        <Show when=plain>
            <div class="form-row">
                {field("window-interval", "Every so many", "days, weeks or months; 1 is each", again.interval, faults)}
                <div class="form-field">
                    <label for="window-until">"Until (empty: for ever)"</label>
                    <input id="window-until" type="date" aria-describedby="window-until-error"
                        prop:value=move || again.until.get() on:input=move |event| again.until.set(event_target_value(&event))/>
                    <p class="field-error" id="window-until-error" role="alert">{move || faults.of("window-until")}</p>
                </div>
            </div>
        </Show>
        <Show when=move || is(Often::Rule)>
            {field("window-rule", "Rule (RFC 5545)", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH; also COUNT, UNTIL, BYMONTH, BYMONTHDAY, WKST", again.rule, faults)}
        </Show>
    }
    .into_any()
}
