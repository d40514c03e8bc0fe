//! What people put together themselves: another alert becomes part of an incident, or another incident as a whole.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::people::Changes;
use super::pick::{Choice, field, meant};
use super::{Head, Incident};
use crate::address::Search;
use crate::alerts::alert::{Alert, Alerts};
use crate::alerts::{label_words, plural};
use crate::api::{self, Failure, envelope};
use crate::shell::Ask;

/// Those that fire and do not belong to an incident: first what people hear of, made-up data last.
fn alert_choices(alerts: &Alerts, incident: &Incident) -> Vec<Choice> {
    let own = |fingerprint: &str| incident.alerts.iter().any(|member| member.fingerprint == fingerprint);
    let is_other =
        |alert: &&Alert| alert.is_firing() && !alert.fingerprint.is_empty() && !own(&alert.fingerprint);
    let mut firing: Vec<&Alert> = alerts.all.values().filter(is_other).collect();
    firing.sort_by_key(|alert| (alert.is_demo(), alert.is_muted(), alert.severity()));
    let named = firing.into_iter().map(|alert| {
        let labels = label_words(&alert.labels, &["alertname"]);
        let note = match (alert.is_demo(), alert.is_muted()) {
            (true, _) => "– demo",
            (_, true) => "– muted",
            _ => "",
        };
        let parts = [alert.name(), &labels, note];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Choice { key: alert.fingerprint.clone(), name: parts.join(" ") }
    });
    named.collect()
}

/// Other incidents that go on.
fn incident_choices(heads: &[Head], id: &str) -> Vec<Choice> {
    let others = heads.iter().filter(|head| head.id != id && head.merged_into.is_none());
    let named = others.map(|head| {
        let relations = head.relations.join(", ");
        let parts = [head.title.clone(), relations, plural(head.alerts, "alert"), head.id.clone()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Choice { key: head.id.clone(), name: parts.join(" · ") }
    });
    named.collect()
}

async fn ask_alerts() -> Result<Alerts, Failure> {
    let text = api::get("/api/v1/watchfire/alerts", &Search::default()).await?;
    Ok(Alerts::of_handed(envelope(&text)?))
}

/// The choice of another alert; what there is is asked for when it is opened.
#[component]
pub(super) fn AddAlert(known: RwSignal<Option<Incident>>, changes: Changes) -> impl IntoView {
    let found = RwSignal::new(Vec::<Choice>::new());
    let text = RwSignal::new(String::new());
    let look = move |_| {
        spawn_local(async move {
            match ask_alerts().await {
                Ok(alerts) => {
                    let all = known.try_with_untracked(|known| {
                        known.as_ref().map(|known| alert_choices(&alerts, known))
                    });
                    drop(found.try_set(all.flatten().unwrap_or_default()));
                }
                Err(failure) => changes.refuse(format!("✕ The alerts can't be shown: {failure}")),
            }
        });
    };
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let of = match found.with_untracked(|found| meant(found, &text.get_untracked())) {
            Ok(of) => of.key,
            Err(words) => return changes.refuse(words),
        };
        let joined = of.clone();
        changes.join(&of, move || {
            text.try_set(String::new());
            found.try_update(|found| found.retain(|choice| choice.key != joined));
        });
    };
    let none = move || found.with(Vec::is_empty).then_some("No other alert fires. ");
    view! {
        <details class="panel incident-add" on:toggle=look>
            <summary>"Put another alert to it"</summary>
            <form class="incident-pair incident-pick" on:submit=add>
                {field("incident-alert", "An alert that fires", found, text)}
                <button type="submit" class="button small" disabled=move || changes.sending.get()>"Add"</button>
            </form>
            <p class="hint">{none}"It leaves the incident that it belonged to."</p>
            <p class="field-error" role="alert">{move || changes.fault()}</p>
        </details>
    }
    .into_any()
}

/// The choice of another incident that becomes part of this one.
#[component]
pub(super) fn MergeWith(changes: Changes) -> impl IntoView {
    let ask = expect_context::<Ask>();
    let found = RwSignal::new(Vec::<Choice>::new());
    let text = RwSignal::new(String::new());
    let look = move |_| {
        spawn_local(async move {
            match super::ask(String::new()).await {
                Ok(heads) => {
                    let all = changes.id.try_with_value(|id| incident_choices(&heads, id));
                    drop(found.try_set(all.unwrap_or_default()));
                }
                Err(failure) => changes.refuse(format!("✕ The incidents can't be shown: {failure}")),
            }
        });
    };
    let merge = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        // What would be refused is not asked for first.
        if !changes.knows_who() {
            return;
        }
        let of = match found.with_untracked(|found| meant(found, &text.get_untracked())) {
            Ok(of) => of,
            Err(words) => return changes.refuse(words),
        };
        let question = format!(
            "Make “{}” part of this incident? Its alerts and notes go on here. It can't be taken back.",
            of.name
        );
        ask.confirm(question, "Merge", move || {
            let merged = of.key.clone();
            changes.merge(&of.key, move || {
                text.try_set(String::new());
                found.try_update(|found| found.retain(|choice| choice.key != merged));
            });
        });
    };
    let none = move || found.with(Vec::is_empty).then_some("No other incident goes on. ");
    view! {
        <details class="panel incident-add" on:toggle=look>
            <summary>"Merge with another incident"</summary>
            <form class="incident-pair incident-pick" on:submit=merge>
                {field("incident-other", "An incident that goes on", found, text)}
                <button type="submit" class="button small" disabled=move || changes.sending.get()>"Merge"</button>
            </form>
            <p class="hint">{none}"It becomes part of this one, with its alerts, notes and people."</p>
            <p class="field-error" role="alert">{move || changes.fault()}</p>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_hear_of_is_offered_first() {
        let text = r#"{"status":"success","data":{"alerts":[
            {"fingerprint":"d","labels":{"alertname":"A","demo":"true"},"muted_by":{"maintenance":"demo"}},
            {"fingerprint":"m","labels":{"alertname":"B"},"muted_by":{"silences":["s"]}},
            {"fingerprint":"own","labels":{"alertname":"Own"}},
            {"fingerprint":"w","labels":{"alertname":"C","severity":"warning"}},
            {"fingerprint":"c","labels":{"alertname":"D","severity":"critical"}}],
            "resolved_by_hand":[{"fingerprint":"r","labels":{"alertname":"R"},"resolved":{"by":"ann"}}]}}"#;
        let alerts = Alerts::of_handed(envelope(text).unwrap());
        let incident: Incident = serde_json::from_str(r#"{"alerts":[{"fingerprint":"own"}]}"#).unwrap();
        let names: Vec<String> = alert_choices(&alerts, &incident).into_iter().map(|one| one.name).collect();
        let expected =
            ["D severity=\"critical\"", "C severity=\"warning\"", "B – muted", "A demo=\"true\" – demo"];
        assert_eq!(names, expected);
        let heads = r#"[{"id":"i","title":"Fire"},{"id":"j","title":"Full","alerts":2,"relations":["host=b"]},
            {"id":"k","title":"Gone","merged_into":"j"}]"#;
        let heads: Vec<Head> = serde_json::from_str(heads).unwrap();
        let others = incident_choices(&heads, "i");
        let full = Choice { key: "j".to_owned(), name: "Full · host=b · 2 alerts · j".to_owned() };
        assert_eq!(others, [full]);
    }
}
