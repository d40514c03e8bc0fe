//! Heartbeats: jobs that have to be heard of in time, and the addresses that they ask.

mod form;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) use self::form::HeartbeatForm;
use super::alert::{LabelMap, Severity};
use super::on_call::list_frame;
use super::{Address, choice, label_words, moment, search_field, server_now, trouble};
use crate::add_data::SnippetView;
use crate::address::{Encoded, Search};
use crate::api::{self, Failure, Poll, Refusal, call, envelope};
use crate::numbers::{ago, ahead, grouped};
use crate::preferences::Preferences;
use crate::shell::Ask;

/// The server's address of them.
const API: &str = "/api/v1/watchfire/heartbeats";

/// Where the list is.
const PATH: &str = "/alerts/heartbeats";

/// Seconds between two looks.
const EVERY: u32 = 3;

/// A heartbeat as it is told; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Kept {
    uid: String,
    heartbeat: Asked,
    url: String,
    state: String,
    last: Option<Ping>,
    due_at: i64,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Asked {
    name: String,
    every: String,
    grace: String,
    severity: String,
    labels: LabelMap,
    summary: String,
    paused: bool,
}

/// When it was heard of last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Ping {
    at: i64,
    failed: bool,
}

/// States in the order in which they need somebody; as the API has them, by word and shape, and for a choice.
const STATES: [(&str, &str, &str); 5] = [
    ("missed", "✕ late", "Late"),
    ("failed", "▲ failed", "Failed"),
    ("new", "◔ never heard", "Never heard"),
    ("well", "✓ up", "Up"),
    ("paused", "‖ paused", "Paused"),
];

impl Kept {
    fn rank(&self) -> usize {
        STATES.iter().position(|(word, ..)| *word == self.state).unwrap_or(STATES.len())
    }

    fn mark(&self) -> &'static str {
        STATES.iter().find(|(word, ..)| *word == self.state).map_or("○ unknown", |(_, mark, _)| mark)
    }

    fn has(&self, words: &str) -> bool {
        let labels = label_words(&self.heartbeat.labels, &[]);
        let text = format!("{} {} {labels}", self.heartbeat.name, self.uid).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// When it is expected, at `now`.
    fn due(&self, now: i64) -> String {
        match self.state.as_str() {
            "paused" => "not waited for".to_owned(),
            "missed" => format!("was due {}", ago((now - self.due_at).max(0))),
            _ => format!("late {}", ahead(self.due_at - now)),
        }
    }
}

type All = BTreeMap<String, Kept>;

async fn ask() -> Result<All, Failure> {
    let all: Vec<Kept> = envelope(&api::get(API, &Search::default()).await?)?;
    Ok(all.into_iter().map(|kept| (kept.uid.clone(), kept)).collect())
}

/// The uids that are asked for; what needs somebody comes first.
fn found(all: &All, state: &str, words: &str) -> Vec<String> {
    let takes = |kept: &&Kept| (state.is_empty() || kept.state == state) && kept.has(words);
    let mut found: Vec<&Kept> = all.values().filter(takes).collect();
    found.sort_by_key(|kept| (kept.rank(), kept.heartbeat.name.to_lowercase()));
    found.into_iter().map(|kept| kept.uid.clone()).collect()
}

/// The page.
#[component]
pub(super) fn HeartbeatsPage() -> impl IntoView {
    let address = Address::at(PATH);
    let (state, filter) = (address.value("state"), address.value("filter"));
    let search = use_location().search;
    // The one that was just made shows its address.
    let opened =
        search.with_untracked(|search| Search::parse(search).get("open").unwrap_or_default().to_owned());
    let known = RwSignal::new(None::<All>);
    let poll = Poll::start(EVERY, ask, move |got| known.set(Some(got)));
    let uids = Memo::new(move |_| {
        let (state, filter) = (state.get(), filter.get());
        known.with(|known| known.as_ref().map(|all| found(all, &state, &filter))).unwrap_or_default()
    });
    let words =
        move || trouble(poll, "Heartbeats").or_else(|| known.with(|known| known.as_ref().map(counted)));
    let states = [(String::new(), "All".to_owned())]
        .into_iter()
        .chain(STATES.map(|(word, _, title)| (word.to_owned(), title.to_owned())));
    let nothing = move || {
        if !uids.with(Vec::is_empty) {
            return None;
        }
        let none = known.with(|known| known.as_ref().map(BTreeMap::is_empty))?;
        let words = if none {
            "There is no heartbeat. A heartbeat is an address that a job asks when it is done; where it does not in time, an alert fires."
        } else {
            "No heartbeat matches. Shorten the filter, or choose another state."
        };
        Some(view! { <p class="panel-none">{words}</p> })
    };
    let content = view! {
        <div class="alerting-controls">
            {search_field(address, "name or label")}
            {choice(address, "state", "Show", states.collect())}
        </div>
        <ul class="silence-list">
            <For each=move || uids.get() key=Clone::clone let:uid>
                <Entry open={uid == opened} uid known poll/>
            </For>
        </ul>
        {nothing}
    };
    let actions = view! { <a class="button primary" href="/alerts/heartbeats/new">"New heartbeat"</a> };
    list_frame("Heartbeats", poll, words, actions.into_any(), content.into_any())
}

fn counted(all: &All) -> String {
    let count = |state: &str| all.values().filter(|kept| kept.state == state).count();
    let bad = count("missed") + count("failed");
    let first = if all.is_empty() {
        "○ nothing is waited for".to_owned()
    } else if bad == 0 {
        "✓ none is late".to_owned()
    } else {
        let missed = (count("missed") > 0).then(|| format!("✕ {} late", grouped(count("missed") as u64)));
        let failed = (count("failed") > 0).then(|| format!("▲ {} failed", grouped(count("failed") as u64)));
        missed.into_iter().chain(failed).collect::<Vec<_>>().join(" · ")
    };
    let others = [("well", "up"), ("new", "never heard"), ("paused", "paused")].map(|(state, words)| {
        let count = count(state);
        if count > 0 { format!(" · {} {words}", grouped(count as u64)) } else { String::new() }
    });
    format!("{first}{}", others.concat())
}

/// One heartbeat; the entry stays while what it says changes. `open`: its address is unfolded.
#[component]
fn Entry(uid: String, open: bool, known: RwSignal<Option<All>>, poll: Poll) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let ask = expect_context::<Ask>();
    let now = server_now();
    let (error, sending) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let path = StoredValue::new(format!("{API}/{}", Encoded(&uid)));
    let href = format!("{PATH}/{}", Encoded(&uid));
    let kept = Memo::new(move |_| known.with(|known| known.as_ref()?.get(&uid).cloned()).unwrap_or_default());
    let name = move || kept.with(|kept| kept.heartbeat.name.clone());
    let paused = Memo::new(move |_| kept.with(|kept| kept.heartbeat.paused));
    let done = move |outcome: Result<Value, Refusal>| {
        // The page may have been left since.
        if sending.try_set(false).is_some() {
            return;
        }
        match outcome {
            Ok(_) => poll.ask_at_once(),
            Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
        }
    };
    let pause = move |_| {
        sending.set(true);
        error.set(None);
        let pauses = !paused.get_untracked();
        spawn_local(async move { done(set_paused(&path.get_value(), pauses).await) });
    };
    let remove = move |_| {
        let question = format!("Delete the heartbeat “{}”? Its address works no more.", untrack(name));
        ask.confirm(question, "Delete", move || {
            sending.set(true);
            error.set(None);
            spawn_local(async move { done(call("DELETE", &path.get_value(), None).await) });
        });
    };
    let last = move || {
        kept.with(|kept| match kept.last {
            None => "never heard of".to_owned(),
            Some(ping) => {
                let what = if ping.failed { "failed" } else { "heard of" };
                format!("{what} {}", ago((now() - ping.at).max(0)))
            }
        })
    };
    let last_exact = move || kept.with(|kept| kept.last.map(|ping| moment(ping.at, preferences)));
    let due = move || kept.with(|kept| kept.due(now()));
    let due_exact = move || kept.with(|kept| moment(kept.due_at, preferences));
    let facts = move || {
        kept.with(|kept| {
            let Asked { every, grace, labels, .. } = &kept.heartbeat;
            let grace = if grace == "0s" { String::new() } else { format!(" and {grace} of grace") };
            let labels =
                if labels.is_empty() { String::new() } else { format!(" · {}", label_words(labels, &[])) };
            format!("every {every}{grace}{labels}")
        })
    };
    let severity = move || kept.with(|kept| Severity::of_word(&kept.heartbeat.severity).mark());
    let url = Signal::derive(move || kept.with(|kept| kept.url.clone()));
    let curl = Signal::derive(move || format!("curl -fsS {}", url.get()));
    let cron = Signal::derive(move || {
        format!("0 3 * * * if your-job; then curl -fsS {0}; else curl -fsS {0}/fail; fi", url.get())
    });
    view! {
        <li class="panel silence heartbeat" data-heartbeat-state=move || kept.with(|kept| kept.state.clone())>
            <span class="silence-state">{move || kept.with(Kept::mark)}</span>
            <strong class="alert-name">{name}</strong>
            <span class="alert-severity">{severity}</span>
            <span class="silence-facts">
                {facts}" · "<span title=last_exact>{last}</span>" · "<span title=due_exact>{due}</span>
            </span>
            <span class="silence-actions">
                <a class="button small" href=href>"Edit"</a>
                <button type="button" class="button small" disabled=move || sending.get() on:click=pause>
                    {move || if paused.get() { "Resume" } else { "Pause" }}
                </button>
                <button type="button" class="button small" disabled=move || sending.get() on:click=remove>"Delete"</button>
                <span class="field-error" role="alert">{move || error.get()}</span>
            </span>
            <details class="heartbeat-address" open=open>
                <summary>"Its address"</summary>
                <SnippetView place="The address to ask, with GET or POST" lines=url/>
                <SnippetView place="At the end of a script" lines=curl/>
                <SnippetView place="A line for cron" lines=cron/>
                <p class="hint">"With /fail behind it the job says that it failed, and the alert fires at once. Who knows the address can ask it."</p>
            </details>
        </li>
    }
    .into_any()
}

/// Stores it once more, with nothing else changed.
async fn set_paused(path: &str, paused: bool) -> Result<Value, Refusal> {
    let kept: Value = call("GET", path, None).await?;
    let mut heartbeat = kept["heartbeat"].clone();
    heartbeat["paused"] = paused.into();
    call("PUT", path, Some(&json!({"heartbeat": heartbeat}))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heartbeats_in_words() {
        let text = r#"{"status":"success","data":[
            {"uid":"backup","heartbeat":{"name":"Backup","every":"1d","grace":"1h","severity":"critical","labels":{"team":"ops"},
             "summary":"","paused":false},"url":"http://h/heartbeat/x","state":"well","last":{"at":1000,"failed":false},"due_at":90000000,
             "created_at":0,"updated_at":0},
            {"uid":"mail","heartbeat":{"name":"Mail","every":"1h","grace":"0s","severity":"","labels":{},"summary":"","paused":false},
             "url":"u","state":"missed","last":null,"due_at":3600000,"created_at":0,"updated_at":0}]}"#;
        let all: Vec<Kept> = envelope(text).unwrap();
        let all: All = all.into_iter().map(|kept| (kept.uid.clone(), kept)).collect();
        assert_eq!(counted(&all), "✕ 1 late · 1 up");
        assert_eq!(counted(&All::new()), "○ nothing is waited for");
        assert_eq!(found(&all, "", ""), ["mail", "backup"]);
        assert_eq!(found(&all, "well", ""), ["backup"]);
        assert_eq!(found(&all, "", "TEAM=\"ops"), ["backup"]);
        assert_eq!(all["mail"].due(7_200_000), "was due 1 h ago");
        assert_eq!(all["backup"].due(86_400_000), "late in 1 h");
        assert_eq!((all["backup"].mark(), all["mail"].mark()), ("✓ up", "✕ late"));
    }
}
