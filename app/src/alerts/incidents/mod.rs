//! Incidents: alerts that belong together, and who does what about them.

mod happened;
mod members;
mod notes;
mod page;
mod people;
mod pick;

use leptos::prelude::*;
use serde::Deserialize;

pub(super) use self::page::IncidentPage;
use super::alert::{LabelMap, Severity};
use super::on_call::list_frame;
use super::sent::Sent;
use super::{Address, choice, moment, search_field, server_now, trouble};
use crate::address::{Encoded, Search};
use crate::api::{self, Failure, Poll, envelope};
use crate::numbers::{ago, grouped};
use crate::preferences::Preferences;

/// The server's address of them.
const API: &str = "/api/v1/watchfire/incidents";

/// Where the list is.
const PATH: &str = "/alerts/incidents";

/// Seconds between two looks.
const EVERY: u32 = 5;

/// How many incidents are asked for; those that changed last.
const MOST: usize = 200;

/// An incident as the list tells it; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Head {
    id: String,
    title: String,
    severity: Option<String>,
    state: String,
    opened_at: i64,
    resolved_at: Option<i64>,
    assignee: Option<String>,
    relations: Vec<String>,
    alerts: usize,
    firing: usize,
    notes: usize,
    merged_into: Option<String>,
}

impl Head {
    fn severity(&self) -> Severity {
        Severity::of_word(self.severity.as_deref().unwrap_or_default())
    }

    /// Whether all of these words stand in it.
    fn has(&self, words: &str) -> bool {
        let assignee = self.assignee.as_deref().unwrap_or("nobody");
        let text =
            format!("{} {} {} {}", self.title, self.id, assignee, self.relations.join(" ")).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// How many alerts there are, who looks after them, and what they have in common.
    fn facts(&self) -> String {
        let plural = |count: usize, what: &str| {
            format!("{} {what}{}", grouped(count as u64), if count == 1 { "" } else { "s" })
        };
        let firing =
            if self.firing > 0 { format!(", {} firing", grouped(self.firing as u64)) } else { String::new() };
        let parts = [
            Some(format!("{}{firing}", plural(self.alerts, "alert"))),
            Some(self.assignee.as_ref().map_or_else(|| "nobody looks after it".to_owned(), Clone::clone)),
            (self.notes > 0).then(|| plural(self.notes, "note")),
            (!self.relations.is_empty()).then(|| self.relations.join(", ")),
            self.merged_into.as_ref().map(|_| "part of another".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// A state by word and shape.
fn mark(state: &str) -> &'static str {
    match state {
        "open" => "◆ open",
        "acknowledged" => "◨ acknowledged",
        "resolved" => "✓ ended",
        _ => "○ unknown",
    }
}

/// Which of them are asked for: what the URL says, what it is called, and the states.
const SHOWN: [(&str, &str, &[&str]); 5] = [
    ("", "Open and acknowledged", &["open", "acknowledged"]),
    ("open", "Open", &["open"]),
    ("acknowledged", "Acknowledged", &["acknowledged"]),
    ("resolved", "Ended", &["resolved"]),
    ("all", "All", &[]),
];

async fn ask(shown: String) -> Result<Vec<Head>, Failure> {
    let (_, _, states) = SHOWN.iter().find(|(word, ..)| *word == shown).unwrap_or(&SHOWN[0]);
    let search = Search::default().with("limit", &MOST.to_string());
    let search = states.iter().fold(search, |search, state| search.and("state", state));
    envelope(&api::get(API, &search).await?)
}

/// The page.
#[component]
pub(super) fn IncidentsPage() -> impl IntoView {
    let address = Address::at(PATH);
    let (shown, filter, severity) =
        (address.value("state"), address.value("filter"), address.value("severity"));
    let known = RwSignal::new(None::<Vec<Head>>);
    let question = move || ask(shown.get_untracked());
    let poll = Poll::start(EVERY, question, move |got| known.set(Some(got)));
    Effect::new(move |before: Option<()>| {
        shown.track();
        if before.is_some() {
            poll.ask_at_once();
        }
    });
    let ids = Memo::new(move |_| {
        let (filter, severity) = (filter.get(), severity.get());
        let takes =
            |head: &&Head| head.has(&filter) && (severity.is_empty() || head.severity().word() == severity);
        let found =
            |all: &Vec<Head>| all.iter().filter(takes).map(|head| head.id.clone()).collect::<Vec<_>>();
        known.with(|known| known.as_ref().map(found)).unwrap_or_default()
    });
    let words =
        move || trouble(poll, "Incidents").or_else(|| known.with(|known| known.as_deref().map(counted)));
    let states = SHOWN.map(|(word, title, _)| (word.to_owned(), title.to_owned())).to_vec();
    let severities = [(String::new(), "Any".to_owned())]
        .into_iter()
        .chain(Severity::ALL.map(|severity| (severity.word().to_owned(), severity.mark().to_owned())));
    let nothing = move || {
        (known.with(Option::is_some) && ids.with(Vec::is_empty)).then(|| {
            view! {
                <p class="panel-none">
                    "No incident matches. Alerts that fire open one by themselves; ended ones are under “Show”."
                </p>
            }
        })
    };
    let content = view! {
        <div class="alerting-controls">
            {search_field(address, "title, name or host=")}
            {choice(address, "state", "Show", states)}
            {choice(address, "severity", "Severity", severities.collect())}
        </div>
        <ul class="silence-list">
            <For each=move || ids.get() key=Clone::clone let:id><Entry id known/></For>
        </ul>
        {nothing}
    };
    list_frame("Incidents", poll, words, ().into_any(), content.into_any())
}

fn counted(all: &[Head]) -> String {
    let count = |state: &str| all.iter().filter(|head| head.state == state).count();
    let number = |count: usize| grouped(count as u64);
    let (open, acknowledged, ended) = (count("open"), count("acknowledged"), count("resolved"));
    let parts = [
        Some(if open > 0 { format!("◆ {} open", number(open)) } else { "✓ nothing is open".to_owned() }),
        (acknowledged > 0).then(|| format!("{} acknowledged", number(acknowledged))),
        (ended > 0).then(|| format!("{} ended", number(ended))),
        (all.len() >= MOST).then(|| format!("the {MOST} that changed last")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// One incident; the entry stays while what it says changes.
#[component]
fn Entry(id: String, known: RwSignal<Option<Vec<Head>>>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let now = server_now();
    let href = format!("{PATH}/{}", Encoded(&id));
    let head = Memo::new(move |_| {
        known.with(|known| known.as_ref()?.iter().find(|head| head.id == id).cloned()).unwrap_or_default()
    });
    let time = move || {
        let (opened, ended) = head.with(|head| (head.opened_at, head.resolved_at));
        let since = |at: i64| ago((now() - at).max(0));
        match ended {
            Some(ended) => format!("ended {}", since(ended)),
            None => format!("began {}", since(opened)),
        }
    };
    let exact = move || {
        let (opened, ended) = head.with(|head| (head.opened_at, head.resolved_at));
        let end = ended.map(|at| moment(at, preferences)).unwrap_or_default();
        format!("{} – {end}", moment(opened, preferences))
    };
    view! {
        <li class="panel silence incident" data-incident-state=move || head.with(|head| head.state.clone())
            data-severity=move || head.with(|head| head.severity().word())>
            <span class="silence-state">{move || head.with(|head| mark(&head.state))}</span>
            <a class="alert-name" href=href>{move || head.with(|head| head.title.clone())}</a>
            <span class="alert-severity">{move || head.with(|head| Severity::mark_of_word(head.severity.as_deref().unwrap_or_default()))}</span>
            <span class="silence-facts">
                <span title=exact>{time}</span>" · "{move || head.with(Head::facts)}
            </span>
        </li>
    }
    .into_any()
}

/// An alert of an incident.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Member {
    fingerprint: String,
    labels: LabelMap,
    summary: String,
    starts_at: i64,
    ends_at: Option<i64>,
    times: u32,
}

impl Member {
    fn name(&self) -> &str {
        self.labels.get("alertname").map_or("an alert without a name", String::as_str)
    }
}

/// What is guessed to have begun it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Cause {
    fingerprint: String,
    why: String,
}

/// What somebody said.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Note {
    at: i64,
    author: String,
    text: String,
}

/// What somebody changed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Changed {
    at: i64,
    by: String,
    what: String,
    to: String,
}

/// What somebody said of one of its alerts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct SaidOfAlert {
    at: i64,
    by: String,
    what: String,
    comment: String,
    fingerprint: String,
}

/// Another incident that is part of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Merged {
    at: i64,
    id: String,
    title: String,
    fingerprint: String,
    /// Who put them together; none where an alert belonged to both.
    by: Option<String>,
    assignee: Option<String>,
    roles: LabelMap,
}

/// What was sent of its alerts, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct SentOfAlerts {
    events: Vec<Sent>,
    /// Whether there was more.
    more: bool,
}

/// All of an incident.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Incident {
    title: String,
    severity: Option<String>,
    state: String,
    opened_at: i64,
    resolved_at: Option<i64>,
    assignee: Option<String>,
    roles: LabelMap,
    relations: Vec<String>,
    alerts: Vec<Member>,
    left_out: usize,
    cause: Option<Cause>,
    notes: Vec<Note>,
    changes: Vec<Changed>,
    said: Vec<SaidOfAlert>,
    merged: Vec<Merged>,
    /// The id of the one that it is part of.
    merged_into: Option<String>,
    /// Asked for besides.
    #[serde(skip)]
    sent: SentOfAlerts,
}

impl Incident {
    /// Whether no alert can be taken out of it.
    fn is_closed(&self) -> bool {
        self.alerts.len() < 2 || self.merged_into.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_in_words() {
        let text = r#"{"status":"success","data":[{"id":"fire-1","title":"Fire on a","severity":"critical","state":"open","opened_at":1,
            "changed_at":2,"resolved_at":null,"assignee":null,"roles":{},"relations":["host=a"],"alerts":3,"firing":2,"notes":1,"cause":null},
            {"id":"b","title":"B","severity":null,"state":"resolved","opened_at":1,"changed_at":2,"resolved_at":5,"assignee":"ann",
            "roles":{},"relations":[],"alerts":1,"firing":0,"notes":0,"cause":null,"merged_into":"fire-1"}]}"#;
        let all: Vec<Head> = envelope(text).unwrap();
        assert_eq!(counted(&all), "◆ 1 open · 1 ended");
        assert_eq!(counted(&[]), "✓ nothing is open");
        assert_eq!(all[0].facts(), "3 alerts, 2 firing · nobody looks after it · 1 note · host=a");
        assert_eq!(all[1].facts(), "1 alert · ann · part of another");
        assert_eq!((all[0].severity(), all[1].severity()), (Severity::Critical, Severity::Other));
        for (words, expected) in [("", true), ("FIRE host=a", true), ("nobody", true), ("ann", false)] {
            assert_eq!(all[0].has(words), expected, "{words}");
        }
    }
}
