//! Alerts that people put to an incident themselves.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Incident;
use super::people::Changes;
use crate::address::Search;
use crate::alerts::alert::Alerts;
use crate::alerts::label_words;
use crate::api::{self, envelope};

/// How many alerts are offered.
const MOST: usize = 200;

/// An alert that fires, to choose from: its fingerprint, and what it is called.
type Choice = (String, String);

/// Those that fire and do not belong to an incident.
fn choices(alerts: &Alerts, incident: &Incident) -> Vec<Choice> {
    let own = |fingerprint: &String| incident.alerts.iter().any(|member| member.fingerprint == *fingerprint);
    let firing =
        alerts.all.values().filter(|alert| !alert.fingerprint.is_empty() && !own(&alert.fingerprint));
    let named = firing.map(|alert| {
        let labels = label_words(&alert.labels, &["alertname", "severity"]);
        (alert.fingerprint.clone(), format!("{} {labels}", alert.name()).trim().to_owned())
    });
    named.take(MOST).collect()
}

/// The choice of another alert; what there is is asked for when it is opened.
#[component]
pub(super) fn AddAlert(known: RwSignal<Option<Incident>>, changes: Changes) -> impl IntoView {
    let found = RwSignal::new(Vec::<Choice>::new());
    let chosen = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let look = move |_| {
        error.set(None);
        spawn_local(async move {
            let answer = api::get("/api/v1/watchfire/alerts", &Search::default()).await;
            let answer = answer.and_then(|text| envelope(&text));
            match answer {
                Ok(handed) => {
                    let alerts = Alerts::of_handed(handed);
                    let all =
                        known.try_with_untracked(|known| known.as_ref().map(|known| choices(&alerts, known)));
                    drop(found.try_set(all.flatten().unwrap_or_default()));
                }
                Err(failure) => drop(error.try_set(Some(format!("✕ The alerts can't be shown: {failure}")))),
            }
        });
    };
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let of = chosen.get_untracked();
        if of.is_empty() {
            return error.set(Some("choose an alert first".to_owned()));
        }
        let joined = of.clone();
        changes.join(&of, move || {
            chosen.try_set(String::new());
            found.try_update(|found| found.retain(|(fingerprint, _)| *fingerprint != joined));
        });
    };
    let option = |(fingerprint, name): Choice| view! { <option value=fingerprint>{name}</option> };
    view! {
        <details class="panel incident-add" on:toggle=look>
            <summary>"Put another alert to it"</summary>
            <form class="incident-pair" on:submit=add>
                <div class="form-field">
                    <label for="incident-alert">"An alert that fires"</label>
                    <select id="incident-alert" prop:value=move || chosen.get()
                        on:change=move |event| chosen.set(event_target_value(&event))>
                        <option value="">{move || if found.with(Vec::is_empty) { "no other alert fires" } else { "choose one" }}</option>
                        {move || found.get().into_iter().map(option).collect_view()}
                    </select>
                </div>
                <button type="submit" class="button small" disabled=move || changes.sending.get()>"Add"</button>
            </form>
            <p class="hint">"It leaves the incident that it belonged to."</p>
            <p class="field-error" role="alert">{move || error.get()}</p>
        </details>
    }
    .into_any()
}
