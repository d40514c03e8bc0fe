//! What became of one rule: a timeline of its alerts, and every change with its value or its reason.

use std::collections::BTreeMap;

use crate::pages::Title;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::Deserialize;
use serde_json::Value;
use watchfire_chart::format_value;
use watchfire_model::{TimeRange, Unit, format_utc};

use super::alert::{Alert, Alerts, LabelMap};
use super::row::AlertRow;
use super::{label_words, moment, named, place, state_word, trouble, without_script};
use crate::address::{Encoded, Search};
use crate::api::{self, Failure, Poll, envelope};
use crate::numbers::grouped;
use crate::pages::{Page, Views};
use crate::preferences::Preferences;
use crate::range::{PageRange, clock, words};
use crate::shell::Heading;

/// Seconds between two looks.
const EVERY: u32 = 5;

/// How many changes are asked for.
const MOST: usize = 1000;

/// How many alerts have a line in the timeline.
const LINES: usize = 40;

/// What is shown where the URL names no range: a week, in milliseconds. An alert is rarer than a sample.
const WEEK: i64 = 7 * 86_400_000;

/// In milliseconds.
const HOUR: i64 = 3_600_000;

/// A change, as `/api/v1/watchfire/rules/history` tells it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Event {
    /// Milliseconds since the epoch.
    at: i64,
    /// Empty for what is told of the rule itself.
    labels: LabelMap,
    from: String,
    to: String,
    /// A number, or a text for what JSON has no number for.
    value: Value,
    reason: String,
}

impl Event {
    fn value(&self) -> Option<f64> {
        self.value.as_f64().or_else(|| self.value.as_str()?.parse().ok())
    }
}

/// A stretch of time in which an alert was in one state.
#[derive(Clone, Debug, PartialEq)]
struct Stretch {
    state: String,
    start: i64,
    end: i64,
}

/// The states that one alert went through, from events that are the newest first. What lies before the first of them is taken
/// from what it says it was.
fn stretches(events: &[&Event], range: TimeRange) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut end = range.end;
    for event in events {
        let start = event.at.max(range.start);
        found.push(Stretch { state: event.to.clone(), start, end });
        end = start;
    }
    if let Some(oldest) = events.last().filter(|_| end > range.start) {
        found.push(Stretch { state: oldest.from.clone(), start: range.start, end });
    }
    found.retain(|stretch| stretch.end > stretch.start && !is_calm(&stretch.state));
    found.reverse();
    found
}

/// What somebody said of an alert, which fires all the same.
fn is_said(state: &str) -> bool {
    matches!(state, "acknowledged" | "unacknowledged" | "snoozed" | "resolved" | "reopened")
}

/// States that a line leaves empty.
fn is_calm(state: &str) -> bool {
    matches!(state, "" | "inactive" | "ok")
}

/// What the server told last, and over which range.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    events: Vec<Event>,
    range: TimeRange,
    /// Whether the URL names the range.
    is_asked: bool,
    /// What is known of the rule, where a form made it.
    rule: Option<FormRule>,
}

impl Known {
    /// What of the range the timeline shows: where nobody asked for all of it, from a little before the first change on, an hour at
    /// least.
    fn shown(&self) -> TimeRange {
        let TimeRange { start, end } = self.range;
        let oldest = self.events.last().map_or(end, |event| event.at);
        let length = ((end - oldest) / 10 * 11).max(HOUR);
        TimeRange { start: if self.is_asked { start } else { start.max(end - length) }, end }
    }
}

/// A rule that a form made.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct FormRule {
    name: String,
    version: u64,
    updated_at: i64,
    author: String,
    message: String,
    paused: bool,
    state: Option<String>,
    last_error: Option<String>,
    rule: Value,
}

/// Which rule: by its uid, or by what names it in the history.
#[derive(Clone, Debug, PartialEq)]
enum Which {
    Form(String),
    File(String),
}

impl Which {
    fn search(&self) -> Search {
        match self {
            Self::Form(uid) => Search::default().with("uid", uid),
            Self::File(key) => Search::default().with("rule", key),
        }
    }

    /// A name, until a better one is known.
    fn name(&self) -> &str {
        match self {
            Self::Form(uid) => uid,
            // The file, the group, the name and the labels.
            Self::File(key) => key.split(';').nth(2).unwrap_or(key),
        }
    }

    async fn ask(self, range: TimeRange, is_asked: bool) -> Result<Known, Failure> {
        let search = self
            .search()
            .with("from", &range.start.to_string())
            .with("to", &range.end.to_string())
            .with("limit", &MOST.to_string());
        let events = envelope(&api::get("/api/v1/watchfire/rules/history", &search).await?)?;
        let rule = match &self {
            Self::Form(uid) => {
                let path = format!("/api/v1/watchfire/rules/{}", Encoded(uid));
                Some(envelope(&api::get(&path, &Search::default()).await?)?)
            }
            Self::File(_) => None,
        };
        Ok(Known { events, range, is_asked, rule })
    }
}

/// The page.
#[component]
pub(crate) fn RulePage() -> impl IntoView {
    let uid = named();
    let search = use_location().search;
    let page_range = expect_context::<PageRange>();
    let which = Memo::new(move |_| {
        let uid = uid.get().unwrap_or_default();
        if uid == "~" {
            Which::File(
                search.with(|search| Search::parse(search).get("rule").unwrap_or_default().to_owned()),
            )
        } else {
            Which::Form(uid)
        }
    });
    let has_range = Memo::new(move |_| search.with(|search| Search::parse(search).get("from").is_some()));
    let known = RwSignal::new(None::<Known>);
    let question = move || {
        let now = clock();
        let range = if has_range.get_untracked() {
            page_range.window_untracked().resolve(now)
        } else {
            TimeRange { start: now - WEEK, end: now }
        };
        which.get_untracked().ask(range, has_range.get_untracked())
    };
    let poll = Poll::start(EVERY, question, move |got| known.set(Some(got)));
    Effect::new(move |before: Option<()>| {
        // Read, not only followed: a memo that nobody has read does not follow anything itself.
        drop((which.get(), has_range.get(), page_range.window()));
        if before.is_some() {
            poll.ask_at_once();
        }
    });
    let name = Memo::new(move |_| {
        let told = known.with(|known| Some(known.as_ref()?.rule.as_ref()?.name.clone()));
        told.unwrap_or_else(|| which.with(|which| which.name().to_owned()))
    });
    expect_context::<Heading>().follow(move || name.get());
    view! {
        <Title text=move || name.get()/>
        <div class="alerting" data-state=move || state_word(poll)>
            <Views current=Page::Rules/>
            <Head known poll name which/>
            <Now which/>
            <Timeline known/>
            <Changes known/>
        </div>
    }
    .into_any()
}

/// What the rule is, and the way to its form.
#[component]
fn Head(known: RwSignal<Option<Known>>, poll: Poll, name: Memo<String>, which: Memo<Which>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let rule = Memo::new(move |_| known.with(|known| known.as_ref()?.rule.clone()));
    let edit = move || match which.get() {
        Which::Form(uid) => {
            let href = format!("/alerts/rules/{}/edit", Encoded(&uid));
            Some(view! { <a class="button" href=href>"Edit"</a> })
        }
        Which::File(_) => None,
    };
    let about = move || {
        let rule = rule.get()?;
        let at = moment(rule.updated_at, preferences);
        let message = if rule.message.is_empty() { String::new() } else { format!(": {}", rule.message) };
        let state = if rule.paused { "paused".to_owned() } else { rule.state.unwrap_or_default() };
        let query = rule.rule["query"].as_str().unwrap_or_default().to_owned();
        Some(view! {
            <p class="rule-about">
                <code class="rule-query">{query}</code>
                <span>{format!("{state} · version {} of {at} by {}{message}", rule.version, rule.author)}</span>
            </p>
            <p class="alerting-bad">{rule.last_error.map(|error| format!("✕ It can't be evaluated: {error}"))}</p>
        })
    };
    view! {
        <section class="panel alerting-summary" aria-label="Rule">
            <h1 class="alerting-words">{name}</h1>
            <p class="alerting-bad" role="status">{move || trouble(poll, "The history").filter(|_| state_word(poll) != "loading")}</p>
            {about}
            {without_script()}
            <p class="alerting-actions">{edit}<a class="button" href="/alerts/rules">"All rules"</a></p>
        </section>
    }
    .into_any()
}

/// Its alerts that are pending or fire, with what can be said of them; nothing where there are none.
#[component]
fn Now(which: Memo<Which>) -> impl IntoView {
    let alerts = RwSignal::new(None::<Alerts>);
    let poll = Poll::start(EVERY, Alerts::ask, move |got| alerts.set(Some(got)));
    let keys = Memo::new(move |_| {
        which.with(|which| {
            let is_own = |alert: &&Alert| match which {
                Which::Form(uid) => alert.uid.as_ref() == Some(uid),
                Which::File(key) => alert.is_of(key),
            };
            let found = |alerts: &Alerts| {
                let own = alerts.all.values().filter(is_own).take(LINES);
                own.map(|alert| alert.labels.clone()).collect::<Vec<_>>()
            };
            alerts.with(|alerts| alerts.as_ref().map(found)).unwrap_or_default()
        })
    });
    view! {
        <Show when=move || keys.with(|keys| !keys.is_empty())>
            <section class="panel alert-group" aria-label="Alerts now">
                <header class="panel-head"><h2>"Alerts now"</h2></header>
                <ul class="alert-list">
                    <For each=move || keys.get() key=Clone::clone let:key><AlertRow key alerts poll/></For>
                </ul>
            </section>
        </Show>
    }
    .into_any()
}

/// A line for each alert: when it was pending, when it fired.
#[component]
fn Timeline(known: RwSignal<Option<Known>>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let content = move || {
        let known = known.get()?;
        let range = known.shown();
        let mut by_alert: BTreeMap<&LabelMap, Vec<&Event>> = BTreeMap::new();
        for event in known.events.iter().filter(|event| !is_said(&event.to)) {
            by_alert.entry(&event.labels).or_default().push(event);
        }
        let count = by_alert.len();
        let length = (range.end - range.start).max(1) as f64;
        let share = |at: i64| (at - range.start) as f64 / length * 100.0;
        let lines: Vec<_> = by_alert
            .into_iter()
            .take(LINES)
            .map(|(labels, events)| {
                let name = if labels.is_empty() {
                    "the rule itself".to_owned()
                } else {
                    label_words(labels, &["alertname", "severity"])
                };
                let name = if name.is_empty() { "its only alert".to_owned() } else { name };
                let stretch = |stretch: Stretch| {
                    let (left, width) = (share(stretch.start), share(stretch.end) - share(stretch.start));
                    let title = format!(
                        "{} from {} for {}",
                        stretch.state,
                        moment(stretch.start, preferences),
                        words(((stretch.end - stretch.start) / 1000).max(1) * 1000),
                    );
                    view! {
                        <span class="timeline-stretch" data-alert-state=stretch.state.clone()
                            style=place(left, width) title=title.clone()>
                            <span class="visually-hidden">{format!("{title}. ")}</span>
                        </span>
                    }
                };
                let stretches = stretches(&events, range);
                view! {
                    <li class="timeline-line">
                        <span class="timeline-name" title=name.clone()>{name.clone()}</span>
                        <span class="timeline-bar">{stretches.into_iter().map(stretch).collect_view()}</span>
                    </li>
                }
            })
            .collect();
        if lines.is_empty() {
            return Some(view! { <p class="panel-none">"Nothing happened in this range. Choose a longer one above."</p> }.into_any());
        }
        let at = |time: i64| format_utc(time, preferences.utc_offset(), "%b %d, %H:%M");
        let more =
            (count > LINES).then(|| format!("The first {LINES} of {} are shown.", grouped(count as u64)));
        Some(
            view! {
                <ul class="timeline">{lines}</ul>
                <p class="timeline-ends"><span>{at(range.start)}</span><span>{at(range.end)}</span></p>
                <p class="hint">{more}</p>
            }
            .into_any(),
        )
    };
    view! {
        <section class="panel" aria-label="Timeline">
            <header class="panel-head">
                <h2>"Timeline"</h2>
                <span class="panel-badge timeline-key">
                    <span data-alert-state="pending">"▨ pending"</span>" "<span data-alert-state="firing">"■ firing"</span>
                    " "<span data-alert-state="error">"▩ error"</span>
                </span>
            </header>
            {content}
        </section>
    }
    .into_any()
}

/// Every change, the newest first.
#[component]
fn Changes(known: RwSignal<Option<Known>>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let row = move |event: Event| {
        let value = event.value().filter(|_| !event.labels.is_empty());
        let shown = value.map(|value| format_value(Unit::Number, value));
        let labels = label_words(&event.labels, &["alertname", "severity"]);
        let of = match (event.labels.is_empty(), is_said(&event.to)) {
            (true, _) => event.reason.clone(),
            (false, true) if labels.is_empty() => format!("by {}", event.reason),
            (false, true) => format!("{labels} · by {}", event.reason),
            (false, false) => labels,
        };
        view! {
            <tr>
                <td>{moment(event.at, preferences)}</td>
                <td class="change-states" data-alert-state=event.to.clone()>{format!("{} → {}", event.from, event.to)}</td>
                <td class="number" data-name="Value" title=value.map(|value| value.to_string())>{shown}</td>
                <td class="target-labels">{of}</td>
            </tr>
        }
    };
    let rows = move || {
        let events = known.with(|known| known.as_ref().map(|known| known.events.clone())).unwrap_or_default();
        events.into_iter().map(row).collect_view()
    };
    let badge = move || {
        let count = known.with(|known| known.as_ref().map_or(0, |known| known.events.len()));
        let first = if count == MOST { ", the newest" } else { "" };
        format!("{} changes{first}", grouped(count as u64))
    };
    view! {
        <section class="panel rule-changes" aria-label="Changes">
            <header class="panel-head"><h2>"Changes"</h2><span class="panel-badge">{badge}</span></header>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Changes">
                <table class="table">
                    <thead><tr>
                        <th scope="col">"When"</th><th scope="col">"State"</th>
                        <th scope="col" class="number">"Value"</th><th scope="col">"Alert, or reason"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: i64, from: &str, to: &str) -> Event {
        Event { at, from: from.to_owned(), to: to.to_owned(), ..Event::default() }
    }

    #[test]
    fn changes_become_stretches() {
        let events = [
            event(80, "firing", "inactive"),
            event(50, "pending", "firing"),
            event(30, "inactive", "pending"),
        ];
        let told = |events: &[Event]| {
            let events: Vec<&Event> = events.iter().collect();
            let found = stretches(&events, TimeRange { start: 0, end: 100 });
            found
                .into_iter()
                .map(|one| format!("{} {}-{}", one.state, one.start, one.end))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&events), ["pending 30-50", "firing 50-80"]);
        assert_eq!(told(&events[..1]), ["firing 0-80"], "what it was before the first change is known");
        assert_eq!(told(&events[1..]), ["pending 30-50", "firing 50-100"], "the last state lasts");
        assert!(told(&[]).is_empty());
    }

    #[test]
    fn the_timeline_begins_where_something_happened() {
        let known = |at, is_asked| Known {
            events: vec![event(at, "inactive", "firing")],
            range: TimeRange { start: 0, end: WEEK },
            is_asked,
            rule: None,
        };
        assert_eq!(known(WEEK - 5000, false).shown().start, WEEK - HOUR);
        assert_eq!(known(WEEK - 10 * HOUR, false).shown().start, WEEK - 11 * HOUR);
        assert_eq!(known(1000, false).shown().start, 0);
        assert_eq!(known(WEEK - 5000, true).shown().start, 0);
    }

    #[test]
    fn reads_what_the_server_says() {
        let text = r#"{"status":"success","data":[
            {"at":7,"rule":"form;a","labels":{"alertname":"A"},"from":"pending","to":"firing","value":8.5,"reason":""},
            {"at":6,"rule":"form;a","labels":{},"from":"ok","to":"error","value":"NaN","reason":"no"}]}"#;
        let events: Vec<Event> = envelope(text).unwrap();
        assert_eq!(events[0].value(), Some(8.5));
        assert!(events[1].value().is_some_and(f64::is_nan));
        assert_eq!(Which::File("a.yml;g;Full;severity=x".to_owned()).name(), "Full");
    }
}
