//! What was sent to whom, and how it ended.

mod again;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;

use self::again::{Again, attempts};
use super::alert::LabelMap;
use super::who::remembered;
use super::{Address, choice, label_words, moment, server_now, state_word, trouble, without_script};
use crate::address::Search;
use crate::api::{self, Failure, Poll, Refusal, call, envelope};
use crate::numbers::{ago, ahead, grouped};
use crate::pages::{Page, Views};
use crate::preferences::Preferences;
use crate::shell::Ask;

/// Seconds between two looks.
const EVERY: u32 = 5;

/// How soon after somebody sent something again it is looked at once more: most channels have answered then.
const SOON: Duration = Duration::from_millis(1500);

/// How many deliveries are asked for at a time.
const PAGE: usize = 100;

/// How many labels of alerts are named.
const NAMED: usize = 5;

/// A delivery; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Delivery {
    id: i64,
    /// waiting, done, dead, superseded, dropped.
    state: String,
    receiver: String,
    integration: String,
    group_key: String,
    intent: Option<String>,
    reason: Option<String>,
    group: Option<LabelMap>,
    alerts: Option<Vec<Told>>,
    alert_count: Option<usize>,
    attempts: u32,
    /// Why the last attempt failed, or why there was none.
    failure: Option<String>,
    /// Whether somebody tried a receiver by it.
    test: bool,
    /// The later one that told what this one would have told.
    superseded_by: Option<i64>,
    /// Milliseconds since the epoch, as all times here.
    created_at: i64,
    next_at: Option<i64>,
    ended_at: Option<i64>,
}

/// An alert that a delivery tells of.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Told {
    labels: LabelMap,
    resolved: bool,
}

/// How many there are of each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Counts {
    waiting: usize,
    done: usize,
    dead: usize,
}

/// What `/api/v1/watchfire/deliveries` tells.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Answer {
    deliveries: Vec<Delivery>,
    counts: Counts,
}

async fn ask(state: String, receiver: String, before: String) -> Result<Answer, Failure> {
    let search = Search::default()
        .with("state", &state)
        .with("receiver", &receiver)
        .with("before", &before)
        .with("limit", &PAGE.to_string());
    envelope(&api::get("/api/v1/watchfire/deliveries", &search).await?)
}

/// The page.
#[component]
pub(crate) fn DeliveriesPage() -> impl IntoView {
    let address = Address::of(Page::Deliveries);
    let (state, receiver, before) =
        (address.value("state"), address.value("receiver"), address.value("before"));
    let answer = RwSignal::new(None::<Answer>);
    let question = move || ask(state.get_untracked(), receiver.get_untracked(), before.get_untracked());
    let poll = Poll::start(EVERY, question, move |got| answer.set(Some(got)));
    Effect::new(move |earlier: Option<()>| {
        // Read, not only followed: a memo that nobody has read does not follow anything itself.
        drop((state.get(), receiver.get(), before.get()));
        if earlier.is_some() {
            poll.ask_at_once();
        }
    });
    // Kept here: an entry that is filtered away comes back.
    let tried = RwSignal::new(BTreeMap::<i64, Again>::new());
    let ids = Memo::new(move |_| {
        answer.with(|answer| {
            let all = answer.iter().flat_map(|answer| &answer.deliveries);
            all.map(|delivery| delivery.id).collect::<Vec<_>>()
        })
    });
    let words = move || {
        let counts = answer.with(|answer| answer.as_ref().map(|answer| answer.counts));
        trouble(poll, "Deliveries").or_else(|| Some(counted(counts?)))
    };
    let states = [
        ("", "All"),
        ("waiting", "Waiting"),
        ("done", "Done"),
        ("dead", "Dead letters"),
        ("superseded", "Superseded"),
        ("dropped", "Dropped"),
    ];
    let states = states.map(|(word, title)| (word.to_owned(), title.to_owned()));
    let nothing = move || {
        (answer.with(Option::is_some) && ids.with(Vec::is_empty)).then(|| {
            view! { <p class="panel-none">"There are no such deliveries. What is sent stands here as soon as an alert of a route with a receiver fires."</p> }
        })
    };
    let older = move || {
        let last = ids.with(|ids| ids.last().copied().filter(|_| ids.len() == PAGE))?;
        let go = move |_| address.put("before", &last.to_string(), false);
        Some(view! { <button type="button" class="button" on:click=go>"Older"</button> })
    };
    let newest = move || {
        let go = move |_| address.put("before", "", false);
        (!before.with(String::is_empty))
            .then(|| view! { <button type="button" class="button" on:click=go>"The newest"</button> })
    };
    view! {
        <Title text=Page::Deliveries.title()/>
        <div class="alerting" data-state=move || state_word(poll)>
            <Views current=Page::Deliveries/>
            <h1 class="visually-hidden">"Deliveries"</h1>
            <section class="panel alerting-summary" aria-label="Summary">
                <p class="alerting-words" role="status">{words}</p>
                {without_script()}
            </section>
            <div class="alerting-controls">
                {choice(address, "state", "Show", states.to_vec())}
                <label class="filter">
                    "Receiver "
                    <input type="search" name="receiver" data-search="true" autocomplete="off" spellcheck="false"
                        prop:value=move || receiver.get()
                        on:change=move |event| address.put("receiver", event_target_value(&event).trim(), false)/>
                </label>
            </div>
            <ul class="delivery-list">
                <For each=move || ids.get() key=|id| *id let:id><Entry id answer tried poll/></For>
            </ul>
            {nothing}
            <p class="alerting-actions">{newest}{older}</p>
        </div>
    }
    .into_any()
}

/// The delivery for which another one waits: of one group and channel, what is older goes out first.
fn before(answer: &Answer, id: i64) -> Option<i64> {
    let is_waiting = |delivery: &&Delivery| delivery.state == "waiting";
    let own = answer.deliveries.iter().filter(is_waiting).find(|delivery| delivery.id == id)?;
    let lane = |delivery: &Delivery| {
        (delivery.group_key.clone(), delivery.receiver.clone(), delivery.integration.clone())
    };
    let older = answer.deliveries.iter().filter(is_waiting);
    older.filter(|other| other.id < id && lane(other) == lane(own)).map(|other| other.id).min()
}

fn counted(counts: Counts) -> String {
    let number = |count: usize| grouped(count as u64);
    let parts = [
        (counts.dead > 0).then(|| format!("✕ {} could not be delivered", number(counts.dead))),
        (counts.waiting > 0).then(|| format!("◔ {} waiting", number(counts.waiting))),
        Some(format!("✓ {} delivered", number(counts.done))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// One delivery; the entry stays while what it says changes.
#[component]
fn Entry(
    id: i64,
    answer: RwSignal<Option<Answer>>,
    tried: RwSignal<BTreeMap<i64, Again>>,
    poll: Poll,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let ask = expect_context::<Ask>();
    let now = server_now();
    let error = RwSignal::new(None::<String>);
    let delivery = Memo::new(move |_| {
        answer
            .with(|answer| {
                let found = answer.as_ref()?.deliveries.iter().find(|delivery| delivery.id == id);
                found.cloned()
            })
            .unwrap_or_default()
    });
    let with = move |of: fn(&Delivery) -> String| move || delivery.with(of);
    let done = move |outcome: Result<Value, Refusal>| match outcome {
        Ok(_) => poll.ask_at_once(),
        Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
    };
    let act = move |method: &'static str, what: String| {
        drop(error.try_set(None));
        spawn_local(async move {
            done(call(method, &format!("/api/v1/watchfire/deliveries/{id}{what}"), None).await);
        });
    };
    let send = move |what: &'static str| {
        drop(error.try_set(None));
        let before = tried.with_untracked(|tried| tried.get(&id).copied());
        let again = delivery.with_untracked(|delivery| Again::of(delivery, before.as_ref()));
        spawn_local(async move {
            let outcome = call("POST", &format!("/api/v1/watchfire/deliveries/{id}{what}"), None).await;
            if outcome.is_ok() {
                tried.try_update(|tried| {
                    tried.insert(id, again);
                });
                let look = move || {
                    // The page may have been left since.
                    if tried.try_get_untracked().is_some() {
                        poll.ask_at_once();
                    }
                };
                set_timeout(look, SOON);
            }
            done(outcome);
        });
    };
    let discard = move |_| {
        let question = "Delete this dead letter? Nobody will be told what it says.";
        ask.confirm(question, "Delete", move || act("DELETE", String::new()));
    };
    let drop_it = move |_| {
        let question = "Drop this notification? It is not sent, and nobody will be told what it says.";
        ask.confirm(question, "Drop", move || {
            act("POST", format!("/drop{}", Search::default().with("by", &remembered())));
        });
    };
    let dead = move || delivery.with(|delivery| delivery.state == "dead");
    // What a test opens would stay open: its receiver is tested again.
    let resends = move || delivery.with(|delivery| !delivery.test);
    let waiting = move || delivery.with(|delivery| delivery.state == "waiting");
    let waits_for =
        Memo::new(move |_| answer.with(|answer| answer.as_ref().and_then(|answer| before(answer, id))));
    let time = move || {
        let now = now();
        let waits_for = waits_for.get();
        delivery.with(|delivery| match (delivery.next_at, delivery.ended_at) {
            (Some(_), _) if waits_for.is_some() => {
                "waits for the earlier one of its group, which comes first".to_owned()
            }
            (Some(next), _) => format!("next attempt {}", ahead(next - now)),
            (None, Some(end)) => ago((now - end).max(0)),
            (None, None) => ago((now - delivery.created_at).max(0)),
        })
    };
    let exact = move || moment(delivery.with(|delivery| delivery.created_at), preferences);
    let failure = move || {
        let words = delivery.with(|delivery| delivery.failure.clone())?;
        // What was left out for another one is no failure.
        let class =
            delivery.with(|delivery| if is_left_out(&delivery.state) { "hint" } else { "target-error" });
        Some(view! { <span class=class>{words}</span> })
    };
    let later = move || {
        let by = delivery.with(|delivery| delivery.superseded_by)?;
        let is_here = answer.with(|answer| {
            answer.as_ref().is_some_and(|answer| answer.deliveries.iter().any(|delivery| delivery.id == by))
        });
        is_here.then(|| view! { <a href=format!("#delivery-{by}")>"Show it"</a> })
    };
    let facts = move || delivery.with(|delivery| tried.with(|tried| facts_words(delivery, tried.get(&id))));
    let said = move || {
        delivery.with(|delivery| tried.with(|tried| tried.get(&id).map(|again| again.words(delivery))))
    };
    let test =
        move || delivery.with(|delivery| delivery.test).then(|| view! { " "<span class="tag">"test"</span> });
    view! {
        <li class="panel delivery" id=format!("delivery-{id}") data-delivery-state=with(|delivery| delivery.state.clone())>
            <span class="silence-state">{with(|delivery| mark(&delivery.state).to_owned())}</span>
            <span class="delivery-what">
                <span>
                    <strong>{with(|delivery| format!("{} · {}", delivery.receiver, delivery.integration))}</strong>
                    {test}
                </span>
                <span class="alert-labels">{with(group_words)}</span>
                {failure}
                {later}
            </span>
            <span class="silence-comment">{with(alert_words)}</span>
            <span class="silence-facts">
                {facts}" · "<span title=exact>{time}</span>
            </span>
            <span class="delivery-said" role="status">{said}</span>
            <span class="silence-actions">
                <Show when=waiting>
                    <button type="button" class="button small" on:click=move |_| send("/try")>"Try now"</button>
                    <button type="button" class="button small" on:click=drop_it>"Drop"</button>
                </Show>
                <Show when=dead>
                    <Show when=resends>
                        <button type="button" class="button small" on:click=move |_| send("/resend")>"Send again"</button>
                    </Show>
                    <button type="button" class="button small" on:click=discard>"Delete"</button>
                </Show>
                <span class="field-error" role="alert">{move || error.get()}</span>
            </span>
        </li>
    }
    .into_any()
}

fn mark(state: &str) -> &'static str {
    match state {
        "waiting" => "◔ waiting",
        "done" => "✓ delivered",
        "dead" => "✕ dead letter",
        "superseded" => "◇ superseded",
        "dropped" => "– dropped",
        _ => "○ unknown",
    }
}

/// Whether one in this state was not sent since nobody had to hear of it.
fn is_left_out(state: &str) -> bool {
    matches!(state, "superseded" | "dropped")
}

fn group_words(delivery: &Delivery) -> String {
    match &delivery.group {
        None => "what it said can't be read any more".to_owned(),
        Some(group) if group.is_empty() => "all alerts of its route together".to_owned(),
        Some(group) => label_words(group, &[]),
    }
}

/// Which alerts it tells of: their names, and how many there are besides.
fn alert_words(delivery: &Delivery) -> String {
    let alerts = delivery.alerts.as_deref().unwrap_or_default();
    let name = |told: &Told| {
        let name = told.labels.get("alertname").map_or("an alert without a name", String::as_str);
        if told.resolved { format!("{name} (over)") } else { name.to_owned() }
    };
    let mut names: Vec<String> = alerts.iter().take(NAMED).map(name).collect();
    let more = delivery.alert_count.unwrap_or(alerts.len()).saturating_sub(names.len());
    if more > 0 {
        names.push(format!("and {} more", grouped(more as u64)));
    }
    names.join(", ")
}

/// Why it was sent, and how often.
fn facts_words(delivery: &Delivery, again: Option<&Again>) -> String {
    let why = match delivery.reason.as_deref() {
        Some("first") => "the first time",
        Some("new_alerts") => "as alerts joined",
        Some("some_resolved") => "as some are over",
        Some("all_resolved") => "as all are over",
        Some("repeat") => "once more, as they go on",
        Some("incident_opened") => "as an incident began",
        Some("incident_worse") => "as an incident became worse",
        Some("incident_cause") => "as an incident has another cause",
        Some("incident_over") => "as an incident is over",
        Some("incident_merged") => "as an incident is part of another now",
        _ => delivery.intent.as_deref().unwrap_or_default(),
    };
    let tries = match attempts(delivery, again) {
        1 => "1 attempt".to_owned(),
        count => format!("{count} attempts"),
    };
    if why.is_empty() { tries } else { format!("{why} · {tries}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_goes_first() {
        let one = |id, state: &str, group: &str| Delivery {
            id,
            state: state.to_owned(),
            group_key: group.to_owned(),
            ..Delivery::default()
        };
        let deliveries = vec![
            one(5, "waiting", "a"),
            one(4, "waiting", "b"),
            one(3, "waiting", "a"),
            one(2, "done", "b"),
            one(1, "waiting", "a"),
        ];
        let answer = Answer { deliveries, ..Answer::default() };
        assert_eq!([5, 4, 3, 2, 1].map(|id| before(&answer, id)), [Some(1), None, Some(1), None, None]);
    }

    #[test]
    fn deliveries_in_words() {
        let text = r#"{"status":"success","data":{"counts":{"waiting":1,"done":0,"dead":2},"deliveries":[
            {"id":7,"state":"dead","receiver":"team","integration":"webhook[0]","kind":"webhook","intent":"trigger",
             "reason":"first","group":{"alertname":"Fire"},"group_key":"k",
             "alerts":[{"fingerprint":"f","labels":{"alertname":"Fire"},"resolved":true,"starts_at":1}],"alert_count":3,
             "attempts":1,"failure":"the service answered 400","created_at":5,"next_at":null,"give_up_at":null,"ended_at":6},
            {"id":6,"state":"done","receiver":"team","integration":"webhook[0]","kind":null,"intent":null,"reason":null,
             "group":null,"alerts":null,"alert_count":null,"attempts":2,"failure":null,"created_at":5},
            {"id":5,"state":"superseded","failure":"superseded by the delivery 6","superseded_by":6,"test":false},
            {"id":4,"state":"dropped","failure":"dropped by ann","superseded_by":null,"test":true}]}}"#;
        let answer: Answer = envelope(text).unwrap();
        assert_eq!(counted(answer.counts), "✕ 2 could not be delivered · ◔ 1 waiting · ✓ 0 delivered");
        let [dead, old, superseded, dropped] = &answer.deliveries[..] else { panic!("four deliveries") };
        assert_eq!((superseded.superseded_by, dropped.test), (Some(6), true));
        assert_eq!([superseded, dropped].map(|one| mark(&one.state)), ["◇ superseded", "– dropped"]);
        assert!(is_left_out(&dropped.state) && !is_left_out(&dead.state));
        assert_eq!(group_words(dead), "alertname=\"Fire\"");
        assert_eq!(alert_words(dead), "Fire (over), and 2 more");
        assert_eq!(facts_words(dead, None), "the first time · 1 attempt");
        assert_eq!(group_words(old), "what it said can't be read any more");
        assert_eq!((alert_words(old), facts_words(old, None)), (String::new(), "2 attempts".to_owned()));
    }
}
