//! Who hears of what: the tree of routes as it is configured, its receivers, and where an alert would go.

mod edit;
mod muted;
mod policies;
mod receivers;
mod tester;

use crate::pages::Title;
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::edit::{EditorPorts, RoutingEditor};
use self::policies::{Policies, Policy};
use self::receivers::Receivers;
pub(super) use self::receivers::{Line, Trial, said_list, tell};
use self::tester::Tester;
pub(super) use self::tester::{Explained, Taken};
use super::{Address, moment, state_word, trouble, without_script};
use crate::address::Search;
use crate::api::{self, Failure, Poll, envelope};
use crate::pages::{Page, Views};
use crate::preferences::Preferences;

/// Seconds between two looks.
const EVERY: u32 = 10;

/// A route with what it inherits; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Route {
    #[serde(rename = "route")]
    number: usize,
    receiver: String,
    matchers: Vec<String>,
    #[serde(rename = "continue")]
    goes_on: bool,
    group_by: Vec<String>,
    group_wait: String,
    group_interval: String,
    repeat_interval: String,
    /// What counts in place of what the receiver says, if nobody acknowledges.
    escalation_policy: Option<String>,
    mute_time_intervals: Vec<String>,
    active_time_intervals: Vec<String>,
    routes: Vec<Route>,
}

impl Route {
    /// This route and all below it, each with its depth, in their order.
    fn flat(&self) -> Vec<(usize, Self)> {
        let mut all = Vec::new();
        self.add_to(0, &mut all);
        all
    }

    fn add_to(&self, depth: usize, all: &mut Vec<(usize, Self)>) {
        all.push((depth, Self { routes: Vec::new(), ..self.clone() }));
        self.routes.iter().for_each(|route| route.add_to(depth + 1, all));
    }

    /// Its conditions in words.
    fn conditions(&self) -> String {
        if self.matchers.is_empty() { "every alert".to_owned() } else { self.matchers.join(" and ") }
    }

    /// How it groups, and when it sends.
    fn timing(&self) -> String {
        let by = match self.group_by.as_slice() {
            [] => "all in one group".to_owned(),
            [all] if all == "..." => "each alert by itself".to_owned(),
            labels => format!("by {}", labels.join(", ")),
        };
        let muted = match self.mute_time_intervals.as_slice() {
            [] => String::new(),
            names => format!(", not in {}", names.join(", ")),
        };
        let active = match self.active_time_intervals.as_slice() {
            [] => String::new(),
            names => format!(", only in {}", names.join(", ")),
        };
        let policy = self.escalation_policy.as_ref();
        let policy = policy.map_or_else(String::new, |name| format!(", escalated by {name}"));
        format!(
            "{by}; first after {}, news after {}, again after {}{muted}{active}{policy}",
            self.group_wait, self.group_interval, self.repeat_interval
        )
    }
}

/// A receiver and its channels.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Receiver {
    name: String,
    integrations: Vec<Integration>,
    escalations: Vec<Escalation>,
    /// In place of those the name of a policy.
    escalation_policy: Option<String>,
}

/// A step by which others are told; one of `receiver` and `schedule` is there.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Escalation {
    after: String,
    receiver: Option<String>,
    schedule: Option<String>,
}

impl Receiver {
    /// Who else is told, in words; nothing where nobody is.
    fn later(&self) -> Option<String> {
        if let Some(name) = &self.escalation_policy {
            return Some(format!("goes on by the policy {name}"));
        }
        let words = |step: &Escalation| {
            let who = match (&step.receiver, &step.schedule) {
                (_, Some(schedule)) => format!("whoever is on call by {schedule}"),
                (Some(receiver), None) => receiver.clone(),
                (None, None) => "nobody".to_owned(),
            };
            if matches!(step.after.as_str(), "" | "0s") {
                format!("at once to {who}")
            } else {
                format!("after {} to {who}", step.after)
            }
        };
        let steps: Vec<String> = self.escalations.iter().map(words).collect();
        (!steps.is_empty()).then(|| format!("goes on {}", steps.join(", ")))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Integration {
    #[serde(rename = "integration")]
    name: String,
    kind: String,
    send_resolved: bool,
}

/// Which alerts keep others quiet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct InhibitRule {
    name: String,
    source: Vec<String>,
    target: Vec<String>,
    equal: Vec<String>,
}

impl InhibitRule {
    fn words(&self) -> String {
        let all = |conditions: &[String]| {
            if conditions.is_empty() { "anything".to_owned() } else { conditions.join(" and ") }
        };
        let same = match self.equal.as_slice() {
            [] => String::new(),
            labels => format!(", if both have the same {}", labels.join(", ")),
        };
        format!("while {} fires, nobody is told of {}{same}", all(&self.source), all(&self.target))
    }
}

/// How the file is that says all this.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct File {
    path: String,
    /// Milliseconds since the epoch.
    loaded_at: i64,
    /// Why the file as it is now is not in force.
    error: Option<String>,
}

/// What `/api/v1/watchfire/routing` tells.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Routing {
    root: Route,
    receivers: Vec<Receiver>,
    escalation_policies: Vec<Policy>,
    inhibit_rules: Vec<InhibitRule>,
    file: Option<File>,
    /// file, kept or default.
    source: String,
    /// Why what is kept is not in force.
    error: Option<String>,
}

async fn ask() -> Result<Routing, Failure> {
    envelope(&api::get("/api/v1/watchfire/routing", &Search::default()).await?)
}

/// The page.
#[component]
pub(crate) fn RoutingPage() -> impl IntoView {
    let address = Address::of(Page::Routing);
    let routing = RwSignal::new(None::<Routing>);
    let poll = Poll::start(EVERY, ask, move |got| {
        // What has not changed is not drawn anew.
        if routing.with_untracked(|known| known.as_ref() != Some(&got)) {
            routing.set(Some(got));
        }
    });
    let explained = RwSignal::new(None::<Explained>);
    // What is edited and not saved, for the tester.
    let draft = RwSignal::new(Value::Null);
    let edit = address.value("edit");
    // In the browser alone: it loads what it needs, and the server knows nothing of drafts.
    let editing = RwSignal::new(false);
    Effect::new(move |_| editing.set(edit.with(|edit| !edit.is_empty())));
    let close = Callback::new(move |()| address.put("edit", "", false));
    let ports = EditorPorts { draft, explained, poll, close };
    let inhibiting = move || {
        let rules = routing.with(|routing| routing.as_ref().map(|routing| routing.inhibit_rules.clone()));
        let rules = rules.filter(|rules| !rules.is_empty())?;
        let row = |rule: InhibitRule| {
            let words = rule.words();
            let name = if rule.name.is_empty() { "without a name".to_owned() } else { rule.name };
            view! { <li class="receiver"><strong>{name}</strong><span class="route-conditions">{words}</span></li> }
        };
        Some(view! {
            <section class="panel" aria-label="Inhibit rules">
                <header class="panel-head"><h2>"Inhibit rules"</h2></header>
                <ul class="receiver-list">{rules.into_iter().map(row).collect_view()}</ul>
            </section>
        })
    };
    let content = move || {
        if editing.get() {
            return crate::parts::routing_editor(ports);
        }
        view! {
            <Tree routing explained/>
            <Receivers routing/>
            <Policies routing/>
            {inhibiting}
        }
        .into_any()
    };
    view! {
        <Title text=Page::Routing.title()/>
        <div class="alerting" data-state=move || state_word(poll)>
            <Views current=Page::Routing/>
            <h1 class="visually-hidden">"Routing"</h1>
            <FileState routing poll address editing/>
            <Tester address explained draft/>
            {content}
        </div>
    }
    .into_any()
}

/// Where the tree comes from, and what is wrong with it.
#[component]
fn FileState(
    routing: RwSignal<Option<Routing>>,
    poll: Poll,
    address: Address,
    editing: RwSignal<bool>,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let known = Memo::new(move |_| {
        let of = |routing: &Routing| (routing.source.clone(), routing.file.clone(), routing.error.clone());
        routing.with(|routing| routing.as_ref().map(of))
    });
    let words = move || {
        trouble(poll, "The routes").or_else(|| {
            let (source, file, error) = known.get()?;
            Some(match (source.as_str(), error) {
                ("default", _) => "○ Nothing is configured, so nobody is told of alerts.".to_owned(),
                (_, None) => "✓ The configuration is in force.".to_owned(),
                _ if file.is_some() => {
                    "✕ The file as it is now is not used; the one before goes on.".to_owned()
                }
                _ => "✕ What is kept can't be used, so nobody is told of alerts.".to_owned(),
            })
        })
    };
    let more = move || {
        let (source, file, error) = known.get()?;
        let from = match file {
            Some(file) => {
                let at = moment(file.loaded_at, preferences);
                view! { "From "<code>{file.path}</code>{format!(", read at {at}")} }.into_any()
            }
            None if source == "default" => view! {
                "Edit it here, or start Watchfire with "<code>"--notify-config alertmanager.yml"</code>", as Alertmanager has it."
            }
            .into_any(),
            None => "Kept by Watchfire".into_any(),
        };
        Some(view! {
            <p class="targets-how">{from}</p>
            <p class="alerting-faults" role="status">{error}</p>
        })
    };
    let verb = move || {
        let from_file = known.with(|known| known.as_ref().is_some_and(|(_, file, _)| file.is_some()));
        if from_file { "Show as YAML" } else { "Edit" }
    };
    let edit = move |_| address.put("edit", "yes", false);
    view! {
        <section class="panel alerting-summary" aria-label="Summary">
            <p class="alerting-words" role="status">{words}</p>
            {more}
            {without_script()}
            <p class="alerting-actions" hidden=move || editing.get() || known.with(Option::is_none)>
                <button type="button" class="button" on:click=edit>{verb}</button>
            </p>
        </section>
    }
    .into_any()
}

/// The routes, and what each says to the alert that is tried.
#[component]
fn Tree(routing: RwSignal<Option<Routing>>, explained: RwSignal<Option<Explained>>) -> impl IntoView {
    let routes = move || {
        routing.with(|routing| routing.as_ref().map(|routing| routing.root.flat())).unwrap_or_default()
    };
    let row = move |(depth, route): (usize, Route)| {
        let number = route.number;
        let step = move || explained.with(|explained| explained.as_ref()?.step(number));
        let outcome = move || step().map(|step| step.outcome.clone());
        let words = move || step().map(|step| step.words());
        let goes_on = route.goes_on.then(|| view! { <span class="hint">" · goes on to the next"</span> });
        let style = format!("--depth:{depth}");
        view! {
            <li class="route" style=style data-outcome=outcome>
                <code class="route-conditions">{route.conditions()}</code>
                <span class="route-receiver">"→ "<strong>{route.receiver.clone()}</strong>{goes_on}</span>
                <span class="hint">{route.timing()}</span>
                <span class="route-outcome">{words}</span>
            </li>
        }
    };
    view! {
        <section class="panel" aria-label="Routes">
            <header class="panel-head"><h2>"Routes"</h2></header>
            <ul class="route-tree">{move || routes().into_iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_read_in_order() {
        let text = r#"{"status":"success","data":{"time_intervals":["night"],
            "root":{"route":0,"receiver":"all","matchers":[],"continue":false,"group_by":["..."],"group_wait":"30s",
              "group_interval":"5m","repeat_interval":"4h","mute_time_intervals":[],"active_time_intervals":[],"routes":[
              {"route":1,"receiver":"web","matchers":["team=\"web\"","a=\"b\""],"continue":true,"group_by":["host"],
               "group_wait":"30s","group_interval":"5m","repeat_interval":"4h","mute_time_intervals":["night"],
               "active_time_intervals":[],"routes":[]}]},
            "receivers":[{"name":"web","integrations":[{"integration":"webhook[0]","kind":"webhook","send_resolved":true}],
              "escalations":[{"after":"0s","receiver":null,"schedule":"web"},{"after":"1m","receiver":"boss","schedule":null}]}],
            "inhibit_rules":[{"name":"","source":["severity=\"critical\""],"target":["severity=\"warning\""],"equal":["host"]}],
            "file":{"path":"a.yml","loaded_at":5,"error":null,"refused":0}}}"#;
        let routing: Routing = envelope(text).unwrap();
        let flat = routing.root.flat();
        let told: Vec<_> =
            flat.iter().map(|(depth, route)| format!("{depth} {}", route.conditions())).collect();
        assert_eq!(told, ["0 every alert", "1 team=\"web\" and a=\"b\""]);
        assert_eq!(
            flat[1].1.timing(),
            "by host; first after 30s, news after 5m, again after 4h, not in night"
        );
        assert!(flat[0].1.timing().starts_with("each alert by itself"));
        assert_eq!(routing.receivers[0].integrations[0].kind, "webhook");
        let expected = "while severity=\"critical\" fires, nobody is told of severity=\"warning\", if both have the same host";
        assert_eq!(routing.inhibit_rules[0].words(), expected);
        let later = routing.receivers[0].later();
        assert_eq!(later.as_deref(), Some("goes on at once to whoever is on call by web, after 1m to boss"));
        assert_eq!(Receiver::default().later(), None);
        let by_policy = Receiver { escalation_policy: Some("levels".to_owned()), ..Receiver::default() };
        assert_eq!(by_policy.later().as_deref(), Some("goes on by the policy levels"));
        let route = Route { escalation_policy: Some("levels".to_owned()), ..Route::default() };
        assert!(route.timing().ends_with(", escalated by levels"));
    }
}
