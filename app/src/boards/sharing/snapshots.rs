use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use watchfire_model::format_utc;

use super::super::board::Board;
use super::form::LIVES;
use super::origin;
use crate::address::Encoded;
use crate::api::{Refusal, call};
use crate::preferences::Preferences;
use crate::range::{PageRange, clock};
use crate::shell::copy;

/// A frozen copy as the API tells of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Snapshot {
    uid: String,
    title: String,
    created_at: i64,
    expires_at: Option<i64>,
    bytes: u64,
}

/// Makes frozen copies of the dashboard.
#[component]
pub(super) fn SnapshotForm(again: RwSignal<u32>) -> impl IntoView {
    let board = expect_context::<Board>();
    let range = expect_context::<PageRange>();
    let hours = RwSignal::new(0_u32);
    let outcome = RwSignal::new(None::<Result<Snapshot, String>>);
    let busy = RwSignal::new(false);
    let make = move |_| {
        let window = range.window_untracked();
        let mut variables = Map::new();
        for one in board.variables.get_untracked() {
            variables.insert(one.name, json!(one.chosen));
        }
        let hours = i64::from(hours.get_untracked());
        let body = json!({
            "dashboard": board.dashboard.with_untracked(|dashboard| dashboard.uid.clone()),
            "from": window.from.to_string(),
            "to": window.to.to_string(),
            "variables": variables,
            "expires_at": (hours > 0).then(|| clock() + hours * 3_600_000),
        });
        busy.set(true);
        spawn_local(async move {
            let answer = call::<Snapshot>("POST", "/api/v1/snapshots", Some(&body)).await;
            busy.try_set(false);
            outcome.try_set(Some(answer.map_err(|refusal| refusal.to_string())));
            again.try_update(|count| *count = count.wrapping_add(1));
        });
    };
    let life =
        |(hours, words): (u32, &'static str)| view! { <option value=hours.to_string()>{words}</option> };
    let result = move || match outcome.get()? {
        Ok(snapshot) => {
            let link = format!("{}/snapshots/{}", origin(), Encoded(&snapshot.uid));
            let copied = link.clone();
            let take = move |_| {
                let link = copied.clone();
                spawn_local(async move {
                    copy(&link).await;
                });
            };
            let view = view! {
                <p class="share-copy" role="status">
                    <input class="mono" readonly aria-label="Address of the frozen copy" value=link.clone()/>
                    <button type="button" class="button small" on:click=take>"Copy"</button>
                    <a class="button small" href=link rel="external" target="_blank">"Open"</a>
                </p>
            };
            Some(view.into_any())
        }
        Err(error) => Some(view! { <p class="field-error" role="alert">{error}</p> }.into_any()),
    };
    view! {
        <div class="share-form">
            <div class="form-field"><label for="snapshot-life">"Ends"</label>
                <select id="snapshot-life" on:change=move |event| hours.set(event_target_value(&event).parse().unwrap_or(0))>
                    {LIVES.map(life).into_iter().collect_view()}
                </select></div>
        </div>
        <button type="button" class="button" disabled=move || busy.get() on:click=make>
            {move || if busy.get() { "Freezing ..." } else { "Make a frozen copy" }}
        </button>
        {result}
    }
    .into_any()
}

/// All frozen copies. `again` counts the reasons to ask anew.
#[component]
pub(super) fn SnapshotList(again: RwSignal<u32>) -> impl IntoView {
    let snapshots = RwSignal::new(None::<Result<Vec<Snapshot>, String>>);
    Effect::new(move |_| {
        again.track();
        spawn_local(async move {
            let answer = call::<Vec<Snapshot>>("GET", "/api/v1/snapshots", None).await;
            snapshots.try_set(Some(answer.map_err(|refusal| refusal.to_string())));
        });
    });
    let content = move || {
        match snapshots.get() {
        None => view! { <p class="hint">"Loading ..."</p> }.into_any(),
        Some(Err(error)) => view! { <p class="field-error" role="alert">{error}</p> }.into_any(),
        Some(Ok(all)) if all.is_empty() => {
            view! { <p class="hint">"There are no frozen copies. Make one with “Share” on a dashboard."</p> }
                .into_any()
        }
        Some(Ok(all)) => view! {
            <div class="table-scroll">
                <table class="share-table">
                    <thead><tr><th>"Frozen copy"</th><th>"Made"</th><th>"Ends"</th><th class="numeric">"Size (kB)"</th><th></th></tr></thead>
                    <tbody>{all.into_iter().map(|snapshot| view! { <Row snapshot again/> }).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    }
    };
    view! { <div class="share-list">{content}</div> }
}

#[component]
fn Row(snapshot: Snapshot, again: RwSignal<u32>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let error = RwSignal::new(None::<String>);
    let uid = StoredValue::new(snapshot.uid.clone());
    let remove = move |_| {
        spawn_local(async move {
            let path = format!("/api/v1/snapshots/{}", Encoded(&uid.get_value()));
            let outcome: Result<Value, Refusal> = call("DELETE", &path, None).await;
            match outcome {
                Ok(_) => drop(again.try_update(|count| *count = count.wrapping_add(1))),
                Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
            }
        });
    };
    let at = move |timestamp: Option<i64>| {
        move || {
            timestamp.map_or_else(
                || "never".to_owned(),
                |at| format_utc(at, preferences.utc_offset(), "%Y-%m-%d %H:%M"),
            )
        }
    };
    view! {
        <tr>
            <td><a href=format!("/snapshots/{}", Encoded(&snapshot.uid)) rel="external" target="_blank">{snapshot.title.clone()}</a></td>
            <td>{at(Some(snapshot.created_at))}</td>
            <td>{at(snapshot.expires_at)}</td>
            <td class="numeric">{snapshot.bytes.div_ceil(1000)}</td>
            <td class="share-actions">
                <button type="button" class="button small" on:click=remove>"Delete"</button>
                <span class="field-error" role="alert">{move || error.get()}</span>
            </td>
        </tr>
    }
    .into_any()
}
