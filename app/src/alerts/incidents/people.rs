//! Who does what in an incident.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use super::{API, Incident};
use crate::address::{Encoded, Search};
use crate::alerts::who::remember;
use crate::api::{Poll, Refusal, call};

/// Roles that an incident has often; others can be written.
const USUAL: [&str; 3] = ["lead", "communication", "scribe"];

/// Where on the page something is asked for: what is refused is told there, and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    Top,
    Alert,
    Incident,
    People,
    Notes,
}

/// The way to change an incident, in the name of whoever looks at it.
#[derive(Clone, Copy)]
pub(super) struct Changes {
    pub(super) id: StoredValue<String>,
    /// Who one is.
    pub(super) who: RwSignal<String>,
    /// What was refused last, and where; it goes with what succeeds.
    error: RwSignal<Option<(Spot, String)>>,
    pub(super) sending: RwSignal<bool>,
    pub(super) poll: Poll,
    spot: Spot,
}

impl Changes {
    pub(super) fn new(id: String, who: RwSignal<String>, poll: Poll) -> Self {
        let (error, sending) = (RwSignal::new(None), RwSignal::new(false));
        Self { id: StoredValue::new(id), who, error, sending, poll, spot: Spot::Top }
    }

    /// The same from elsewhere on the page.
    pub(super) fn at(self, spot: Spot) -> Self {
        Self { spot, ..self }
    }

    /// What was refused here.
    pub(super) fn fault(self) -> Option<String> {
        self.error.with(|error| {
            let own = error.as_ref().filter(|(spot, _)| *spot == self.spot);
            own.map(|(_, words)| words.clone())
        })
    }

    /// Says what is wrong, here; the page may have been left since.
    pub(super) fn refuse(self, words: impl Into<String>) {
        self.error.try_set(Some((self.spot, words.into())));
    }

    /// Something succeeded.
    pub(super) fn clear(self) {
        self.error.try_set(None);
    }

    /// Whether it is known who one is; else that is told.
    pub(super) fn knows_who(self) -> bool {
        let known = self.who.with_untracked(|who| !who.trim().is_empty());
        if !known {
            self.refuse("write your name under “Who does what” first");
        }
        known
    }

    /// Sends what is to be different; `done` where it is.
    pub(super) fn send(self, mut change: Value, done: impl Fn() + 'static) {
        change["by"] = self.who.get_untracked().trim().into();
        self.ask("PUT", "", Some(change), done);
    }

    /// Puts an alert to it.
    pub(super) fn join(self, fingerprint: &str, done: impl Fn() + 'static) {
        let by = self.who.get_untracked().trim().to_owned();
        self.ask("POST", "/alerts", Some(json!({"fingerprint": fingerprint, "by": by})), done);
    }

    /// Makes another incident part of it.
    pub(super) fn merge(self, other: &str, done: impl Fn() + 'static) {
        // It comes after a question, which may outlive the page.
        let Some(who) = self.who.try_get_untracked() else { return };
        self.ask("POST", "/merge", Some(json!({"id": other, "by": who.trim()})), done);
    }

    /// Takes an alert out of it.
    pub(super) fn part(self, fingerprint: &str) {
        // It comes after a question, which may outlive the page.
        let Some(who) = self.who.try_get_untracked() else { return };
        let by = Search::default().with("by", who.trim());
        self.ask("DELETE", &format!("/alerts/{}{by}", Encoded(fingerprint)), None, || ());
    }

    fn ask(self, method: &'static str, below: &str, body: Option<Value>, done: impl Fn() + 'static) {
        let who = self.who.get_untracked().trim().to_owned();
        if !self.knows_who() {
            return;
        }
        if self.sending.get_untracked() {
            return;
        }
        let path = format!("{API}/{}{below}", Encoded(&self.id.get_value()));
        self.sending.set(true);
        self.clear();
        spawn_local(async move {
            let answer: Result<Value, Refusal> = call(method, &path, body.as_ref()).await;
            // The page may have been left since.
            if self.sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    remember(&who);
                    done();
                    self.poll.ask_at_once();
                }
                Err(refusal) => self.refuse(format!("not changed: {refusal}")),
            }
        });
    }
}

/// Who looks after it, who has which role, and who one is.
#[component]
pub(super) fn People(known: RwSignal<Option<Incident>>, changes: Changes) -> impl IntoView {
    let assignee = RwSignal::new(String::new());
    let (role, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let told =
        Memo::new(move |_| known.with(|known| known.as_ref().and_then(|known| known.assignee.clone())));
    // What others change is shown, unless somebody types here.
    Effect::new(move |before: Option<Option<String>>| {
        let told = told.get();
        let shown = before.flatten().unwrap_or_default();
        if assignee.with_untracked(|typed| *typed == shown) {
            assignee.set(told.clone().unwrap_or_default());
        }
        told
    });
    let roles = Memo::new(move |_| {
        known.with(|known| known.as_ref().map(|known| known.roles.clone())).unwrap_or_default()
    });
    let bound = |signal: RwSignal<String>| move |event| signal.set(event_target_value(&event));
    let assign = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        changes.send(json!({"assignee": assignee.get_untracked().trim()}), || ());
    };
    let give = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (typed, who) = (role.get_untracked().trim().to_owned(), name.get_untracked().trim().to_owned());
        if typed.is_empty() || who.is_empty() {
            return changes.refuse("write the role and who has it");
        }
        changes.send(json!({"roles": {typed: who}}), move || {
            role.try_set(String::new());
            name.try_set(String::new());
        });
    };
    let entry = move |(role, name): (String, String)| {
        let label = format!("Take the role {role} from {name}");
        let of = role.clone();
        let take = move |_| changes.send(json!({"roles": {of.clone(): ""}}), || ());
        view! {
            <li class="incident-role">
                <span>{role}</span>" "<strong>{name}</strong>" "
                <button type="button" class="button small" aria-label=label on:click=take>"Take away"</button>
            </li>
        }
    };
    let busy = move || changes.sending.get();
    view! {
        <section class="panel" aria-label="Who does what">
            <header class="panel-head"><h2>"Who does what"</h2></header>
            <div class="form-field">
                <label for="incident-who">"Your name"</label>
                <input id="incident-who" autocomplete="name" prop:value=move || changes.who.get() on:input=bound(changes.who)/>
            </div>
            <form class="incident-pair" on:submit=assign>
                <div class="form-field">
                    <label for="incident-assignee">"Who looks after it"</label>
                    <input id="incident-assignee" autocomplete="off" placeholder="nobody"
                        prop:value=move || assignee.get() on:input=bound(assignee)/>
                </div>
                <button type="submit" class="button small" disabled=busy>"Assign"</button>
            </form>
            <ul class="incident-roles">
                <For each=move || roles.get() key=Clone::clone let:pair>{entry(pair)}</For>
            </ul>
            <form class="incident-pair" on:submit=give>
                <div class="form-field">
                    <label for="incident-role">"Role"</label>
                    <input id="incident-role" autocomplete="off" list="incident-roles" placeholder="communication"
                        prop:value=move || role.get() on:input=bound(role)/>
                    <datalist id="incident-roles">
                        {USUAL.map(|role| view! { <option value=role></option> }).collect_view()}
                    </datalist>
                </div>
                <div class="form-field">
                    <label for="incident-has">"Who has it"</label>
                    <input id="incident-has" autocomplete="off" prop:value=move || name.get() on:input=bound(name)/>
                </div>
                <button type="submit" class="button small" disabled=busy>"Give"</button>
            </form>
            <p class="field-error" role="alert">{move || changes.fault()}</p>
        </section>
    }
    .into_any()
}
