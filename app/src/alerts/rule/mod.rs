//! One rule: what it asks for, how it is, who is told of it, its values, and what became of its alerts.

mod changes;
mod evaluated;
mod facts;
mod timeline;

use std::cmp::Reverse;

use crate::pages::Title;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::Deserialize;
use serde_json::Value;
use watchfire_model::{TimeRange, Unit};

use self::changes::Changes;
pub(crate) use self::evaluated::Evaluated;
use self::facts::{Facts, Running};
use self::timeline::Timeline;
use super::alert::{Alert, Alerts, LabelMap};
use super::chart::ChartedRule;
use super::row::AlertRow;
use super::{moment, named, state_word, trouble, without_script};
use crate::address::{Encoded, Search};
use crate::api::{self, Failure, Poll, envelope};
use crate::pages::{Page, Views};
use crate::preferences::Preferences;
use crate::range::{PageRange, clock};
use crate::shell::Heading;

/// Seconds between two looks.
const EVERY: u32 = 5;

/// How many changes are asked for.
const MOST: usize = 1000;

/// How many alerts that there are now are listed.
const LISTED: usize = 40;

/// What is shown where the URL names no range: a week, in milliseconds. An alert is rarer than a sample.
const WEEK: i64 = 7 * 86_400_000;

/// In milliseconds.
const HOUR: i64 = 3_600_000;

/// The longest time over which values are told, in milliseconds.
const LONGEST_CHART: i64 = 31 * 86_400_000;

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
    /// Who was told, of a notification; and by which channel.
    receiver: Option<String>,
    integration: Option<String>,
}

impl Event {
    #[cfg(test)]
    fn new(at: i64, from: &str, to: &str) -> Self {
        Self { at, from: from.to_owned(), to: to.to_owned(), ..Self::default() }
    }

    fn value(&self) -> Option<f64> {
        self.value.as_f64().or_else(|| self.value.as_str()?.parse().ok())
    }
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
    /// The parameter by which the API is asked for it.
    named: (&'static str, String),
}

impl Known {
    /// Whether its values are changes in per cent.
    fn in_percent(&self) -> bool {
        self.rule.as_ref().is_some_and(|rule| rule.rule["condition"]["is"] == "changed")
    }

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

    /// The parameter by which the API is asked for it.
    fn named(self) -> (&'static str, String) {
        match self {
            Self::Form(uid) => ("uid", uid),
            Self::File(key) => ("rule", key),
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
        let mut events = Vec::new();
        // Each for itself: many notifications must not take the place of changes.
        for deliveries in ["false", "true"] {
            let search = search.clone().with("deliveries", deliveries);
            let found: Vec<Event> = envelope(&api::get("/api/v1/watchfire/rules/history", &search).await?)?;
            events.extend(found);
        }
        events.sort_by_key(|event| Reverse(event.at));
        let rule = match &self {
            Self::Form(uid) => {
                let path = format!("/api/v1/watchfire/rules/{}", Encoded(uid));
                Some(envelope(&api::get(&path, &Search::default()).await?)?)
            }
            Self::File(_) => None,
        };
        Ok(Known { events, range, is_asked, rule, named: self.named() })
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
    let running = RwSignal::new(None::<Running>);
    let state_poll =
        Poll::start(EVERY, move || Running::ask(which.get_untracked()), move |got| running.set(got));
    Effect::new(move |before: Option<()>| {
        // Read, not only followed: a memo that nobody has read does not follow anything itself.
        drop((which.get(), has_range.get(), page_range.window()));
        if before.is_some() {
            poll.ask_at_once();
            state_poll.ask_at_once();
        }
    });
    let name = Memo::new(move |_| {
        let told = known.with(|known| Some(known.as_ref()?.rule.as_ref()?.name.clone()));
        told.unwrap_or_else(|| which.with(|which| which.name().to_owned()))
    });
    expect_context::<Heading>().follow(move || name.get());
    // The chart is asked for anew once a minute, and has room for what comes in it.
    // Of what is known alone, which outlives the address: a page that is left reads nothing that is gone.
    let of = Memo::new(move |_| {
        let (TimeRange { start, end }, rule) =
            known.with(|known| known.as_ref().map(|known| (known.shown(), known.named.clone())))?;
        let to = end.div_euclid(60_000) * 60_000 + 60_000;
        let from = (start.div_euclid(60_000) * 60_000).max(to - LONGEST_CHART);
        Some(ChartedRule { labels: LabelMap::new(), from, to, rule: Some(rule) })
    });
    let unit = Memo::new(move |_| {
        let in_percent = known.with(|known| known.as_ref().is_some_and(Known::in_percent));
        if in_percent { Unit::Percent } else { Unit::Number }
    });
    let labels = Memo::new(move |_| {
        let form = known.with(|known| known.as_ref().and_then(|known| known.rule.clone()));
        facts::labels(running.get().as_ref(), form.as_ref())
    });
    let notes = Memo::new(move |_| {
        running.with(|running| running.as_ref().map(Running::annotations)).unwrap_or_default()
    });
    view! {
        <Title text=move || name.get()/>
        <div class="alerting" data-state=move || state_word(poll)>
            <Views current=Page::Rules/>
            <Head known poll name which/>
            <Now which/>
            <div class="form-columns rule-columns">
                <Facts known running/>
                {crate::parts::who_is_told(labels, notes)}
            </div>
            <section class="panel" aria-label="Values">
                <header class="panel-head"><h2>"Values"</h2></header>
                {crate::parts::rule_chart(of)}
            </section>
            <Timeline known/>
            <Evaluated of unit/>
            <Changes known unit/>
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
        Some(view! {
            <p class="rule-about">
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
                let own = alerts.all.values().filter(is_own).take(LISTED);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeline_begins_where_something_happened() {
        let known = |at, is_asked| Known {
            events: vec![Event::new(at, "inactive", "firing")],
            range: TimeRange { start: 0, end: WEEK },
            is_asked,
            rule: None,
            named: ("uid", "hot".to_owned()),
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
