//! Maintenance windows: when nobody hears of some alerts, once or again and again.

mod draft;
mod form;
mod preview;
mod recurrence;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;

pub(super) use self::form::WindowForm;
use self::recurrence::Recurrence;
use super::on_call::list_frame;
use super::{Address, choice, moment, search_field, server_now, trouble};
use crate::address::{Encoded, Search};
use crate::api::{self, Failure, Poll, Refusal, call, envelope};
use crate::numbers::{ahead, grouped};
use crate::preferences::Preferences;
use crate::shell::Ask;

/// The server's address of them.
const API: &str = "/api/v1/watchfire/maintenance";

/// Where the list is.
const PATH: &str = "/alerts/maintenance";

/// Seconds between two looks.
const EVERY: u32 = 5;

/// A time at which a window is open, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Times {
    starts_at: i64,
    ends_at: i64,
}

/// A window as it is told; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Window {
    id: String,
    name: String,
    matchers: String,
    schedule: String,
    comment: String,
    created_by: String,
    open: bool,
    next_change: Option<i64>,
    coming: Vec<Times>,
    muted: usize,
}

/// How a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Open,
    Coming,
    Past,
}

impl State {
    const ALL: [Self; 3] = [Self::Open, Self::Coming, Self::Past];

    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Coming => "coming",
            Self::Past => "past",
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Open => "⊘ open",
            Self::Coming => "◔ coming",
            Self::Past => "✓ past",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Coming => "Coming",
            Self::Past => "Past",
        }
    }
}

impl Window {
    fn state(&self) -> State {
        match (self.open, self.coming.is_empty()) {
            (true, _) => State::Open,
            (false, false) => State::Coming,
            (false, true) => State::Past,
        }
    }

    /// The part of its schedule behind a name.
    fn line(&self, name: &str) -> Option<&str> {
        let line = self.schedule.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value)
    }

    /// Which alerts it is about.
    fn about(&self) -> String {
        if matches!(self.matchers.as_str(), "" | "{}") {
            "every alert".to_owned()
        } else {
            self.matchers.clone()
        }
    }

    /// How it comes again, on whose clocks.
    fn again(&self) -> String {
        let words = Recurrence::of(self.line("RRULE")).words();
        let start = self.schedule.lines().find(|line| line.starts_with("DTSTART")).unwrap_or_default();
        let zone = start
            .split_once("TZID=")
            .and_then(|(_, rest)| rest.split_once(':'))
            .map_or("UTC", |(zone, _)| zone);
        format!("{words}, {zone}")
    }

    fn has(&self, words: &str) -> bool {
        let text =
            format!("{} {} {} {}", self.name, self.matchers, self.comment, self.created_by).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// When it opens or closes, at `now`.
    fn time(&self, now: i64) -> String {
        match (self.state(), self.next_change) {
            (State::Open, Some(end)) => format!("ends {}", ahead(end - now)),
            (State::Open, None) => "goes on without an end".to_owned(),
            (State::Coming, Some(start)) => format!("begins {}", ahead(start - now)),
            _ => "is over".to_owned(),
        }
    }
}

type All = BTreeMap<String, Window>;

async fn ask() -> Result<All, Failure> {
    let all: Vec<Window> = envelope(&api::get(API, &Search::default()).await?)?;
    Ok(all.into_iter().map(|window| (window.id.clone(), window)).collect())
}

/// Ids of what is asked for: what is open comes first, what changes next before the others.
fn found(all: &All, shown: &str, words: &str) -> Vec<String> {
    let takes = |window: &&Window| {
        let state = window.state();
        let is_shown = match shown {
            "" => state != State::Past,
            "all" => true,
            word => state.word() == word,
        };
        is_shown && window.has(words)
    };
    let mut found: Vec<&Window> = all.values().filter(takes).collect();
    found.sort_by_key(|window| (window.state(), window.next_change.unwrap_or(i64::MAX), window.name.clone()));
    found.into_iter().map(|window| window.id.clone()).collect()
}

/// The page.
#[component]
pub(super) fn WindowsPage() -> impl IntoView {
    let address = Address::at(PATH);
    let (shown, filter) = (address.value("state"), address.value("filter"));
    let known = RwSignal::new(None::<All>);
    let poll = Poll::start(EVERY, ask, move |got| known.set(Some(got)));
    let ids = Memo::new(move |_| {
        let (shown, filter) = (shown.get(), filter.get());
        known.with(|known| known.as_ref().map(|all| found(all, &shown, &filter))).unwrap_or_default()
    });
    let words = move || {
        trouble(poll, "Maintenance windows").or_else(|| known.with(|known| known.as_ref().map(counted)))
    };
    let states = [("", "Open and coming"), ("all", "All")]
        .into_iter()
        .chain(State::ALL.map(|state| (state.word(), state.title())))
        .map(|(word, title)| (word.to_owned(), title.to_owned()));
    let nothing = move || {
        (known.with(Option::is_some) && ids.with(Vec::is_empty)).then(|| {
            view! { <p class="panel-none">"No window matches. “Plan one” makes one; past ones are under “Show”."</p> }
        })
    };
    let content = view! {
        <div class="alerting-controls">
            {search_field(address, "name, condition or reason")}
            {choice(address, "state", "Show", states.collect())}
        </div>
        <ul class="silence-list">
            <For each=move || ids.get() key=Clone::clone let:id><Entry id known poll/></For>
        </ul>
        {nothing}
    };
    let actions = view! { <a class="button primary" href="/alerts/maintenance/new">"Plan one"</a> };
    list_frame("Maintenance", poll, words, actions.into_any(), content.into_any())
}

fn counted(all: &All) -> String {
    let number = |state: State| all.values().filter(|window| window.state() == state).count();
    let words = |count: usize, word: &str| (count > 0).then(|| format!("{} {word}", grouped(count as u64)));
    let open = number(State::Open);
    let parts = [
        Some(if open > 0 {
            format!("⊘ {} open", grouped(open as u64))
        } else {
            "✓ none is open".to_owned()
        }),
        words(number(State::Coming), "coming"),
        words(number(State::Past), "past"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// One window; the entry stays while what it says changes.
#[component]
fn Entry(id: String, known: RwSignal<Option<All>>, poll: Poll) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let ask = expect_context::<Ask>();
    let now = server_now();
    let (error, sending) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let path = StoredValue::new(format!("{API}/{}", Encoded(&id)));
    let href = format!("{PATH}/{}", Encoded(&id));
    let window =
        Memo::new(move |_| known.with(|known| known.as_ref()?.get(&id).cloned()).unwrap_or_default());
    let state = Memo::new(move |_| window.with(Window::state));
    let with = move |of: fn(&Window) -> String| move || window.with(of);
    let act = move |method: &'static str, below: &'static str| {
        sending.set(true);
        error.set(None);
        spawn_local(async move {
            let answer: Result<Value, Refusal> =
                call(method, &format!("{}{below}", path.get_value()), None).await;
            // The page may have been left since.
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => poll.ask_at_once(),
                Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
            }
        });
    };
    let name = move || window.with_untracked(|window| window.name.clone());
    let end = move |_| {
        let again = window.with_untracked(|window| window.line("RRULE").is_some());
        let then = if again { " It opens again the next time." } else { "" };
        let question = format!("End “{}” now? Its alerts are told of again.{then}", name());
        ask.confirm(question, "End it", move || act("POST", "/end"));
    };
    let remove = move |_| {
        ask.confirm(format!("Delete the window “{}”?", name()), "Delete", move || act("DELETE", ""));
    };
    let muted = move || {
        window.with(|window| match (window.open, window.muted) {
            (false, _) => String::new(),
            (true, 0) => "mutes nothing now".to_owned(),
            (true, 1) => "mutes 1 alert".to_owned(),
            (true, count) => format!("mutes {} alerts", grouped(count as u64)),
        })
    };
    let exact = move || window.with(|window| window.next_change.map(|at| moment(at, preferences)));
    let look = move || if state.get() == State::Open { "active" } else { state.get().word() };
    let verb = move || if state.get() == State::Past { "Use again" } else { "Edit" };
    view! {
        <li class="panel silence" data-silence-state=look>
            <span class="silence-state">{move || state.get().mark()}</span>
            <span class="window-name">
                <strong>{with(|window| window.name.clone())}</strong>
                <code class="silence-conditions">{with(Window::about)}</code>
            </span>
            <span class="silence-comment">{with(|window| window.comment.clone())}</span>
            <span class="silence-facts">
                {with(|window| window.created_by.clone())}" · "{with(Window::again)}" · "
                <span title=exact>{move || window.with(|window| window.time(now()))}</span>
                <span class="silence-hits">{muted}</span>
            </span>
            <span class="silence-actions">
                <a class="button small" href=href>{verb}</a>
                <Show when=move || state.get() == State::Open>
                    <button type="button" class="button small" disabled=move || sending.get() on:click=end>"End"</button>
                </Show>
                <button type="button" class="button small" disabled=move || sending.get() on:click=remove>"Delete"</button>
                <span class="field-error" role="alert">{move || error.get()}</span>
            </span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_in_words() {
        let text = r#"{"status":"success","data":[
            {"id":"b","name":"Backups","matchers":"{team=\"db\"}","comment":"busy","created_by":"ann","open":false,"next_change":7200000,
             "schedule":"DTSTART;TZID=Europe/Berlin:20260105T020000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;BYDAY=MO","muted":0,
             "coming":[{"starts_at":7200000,"ends_at":7300000}]},
            {"id":"m","name":"Move","matchers":"{}","comment":"","created_by":"bob","open":true,"next_change":60000,
             "schedule":"DTSTART:20260105T020000Z\nDURATION:PT2H","muted":2,"coming":[]},
            {"id":"o","name":"Old","matchers":"{a=\"b\"}","comment":"","created_by":"bob","open":false,"next_change":null,
             "schedule":"DTSTART:20250105T020000Z\nDURATION:PT2H","muted":0,"coming":[]}]}"#;
        let all: Vec<Window> = envelope(text).unwrap();
        let all: All = all.into_iter().map(|window| (window.id.clone(), window)).collect();
        assert_eq!(counted(&all), "⊘ 1 open · 1 coming · 1 past");
        assert_eq!(counted(&All::new()), "✓ none is open");
        for (shown, words, expected) in [
            ("", "", vec!["m", "b"]),
            ("all", "", vec!["m", "b", "o"]),
            ("past", "", vec!["o"]),
            ("", "BUSY team", vec!["b"]),
        ] {
            assert_eq!(found(&all, shown, words), expected, "{shown} {words}");
        }
        assert_eq!(all["b"].again(), "every week on Mon, Europe/Berlin");
        assert_eq!((all["m"].again().as_str(), all["m"].about().as_str()), ("once, UTC", "every alert"));
        assert_eq!(
            (all["b"].time(0), all["m"].time(0)),
            ("begins in 2 h".to_owned(), "ends in 1 min".to_owned())
        );
        assert_eq!(all["o"].time(0), "is over");
    }
}
