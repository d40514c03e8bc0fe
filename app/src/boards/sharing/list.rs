use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use watchfire_model::format_utc;

use super::snapshots::SnapshotList;
use super::{Share, origin};
use crate::address::Encoded;
use crate::api::{Refusal, call};
use crate::pages::{Page, Views};
use crate::preferences::Preferences;
use crate::shell::copy;

/// All links there are.
#[component]
pub(crate) fn SharesPage() -> impl IntoView {
    view! {
        <Title text=Page::Shares.title()/>
        <div class="boards">
            <Views current=Page::Shares/>
            <h1 class="visually-hidden">"Links"</h1>
            <ShareList dashboard=None again=RwSignal::new(0)/>
            <h2>"Frozen copies"</h2>
            <SnapshotList again=RwSignal::new(0)/>
        </div>
    }
}

/// The links of a dashboard, or all: how often they were opened, and what ends them. `again` counts the reasons to ask anew.
#[component]
pub(super) fn ShareList(dashboard: Option<String>, again: RwSignal<u32>) -> impl IntoView {
    let shares = RwSignal::new(None::<Result<Vec<Share>, String>>);
    let whole = dashboard.is_none();
    let path = StoredValue::new(match dashboard {
        Some(uid) => format!("/api/v1/shares?dashboard={}", Encoded(&uid)),
        None => "/api/v1/shares".to_owned(),
    });
    Effect::new(move |_| {
        again.track();
        spawn_local(async move {
            let answer = call::<Vec<Share>>("GET", &path.get_value(), None).await;
            shares.try_set(Some(answer.map_err(|refusal| refusal.to_string())));
        });
    });
    let content = move || {
        match shares.get() {
        None => view! { <p class="hint">"Loading ..."</p> }.into_any(),
        Some(Err(error)) => view! { <p class="field-error" role="alert">{error}</p> }.into_any(),
        Some(Ok(all)) if all.is_empty() => view! { <p class="hint">{if whole { "There are no links yet. Make one with “Share” on a dashboard." } else { "There are no links yet." }}</p> }.into_any(),
        Some(Ok(all)) => view! {
            <div class="table-scroll">
                <table class="share-table">
                    <thead><tr>
                        <th>"Link"</th>{whole.then(|| view! { <th>"Dashboard"</th> })}<th>"State"</th>
                        <th class="numeric">"Views"</th><th>"Last use"</th><th>"Ends"</th><th></th>
                    </tr></thead>
                    <tbody>{all.into_iter().map(|share| view! { <Row share again whole/> }).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    }
    };
    view! { <div class="share-list">{content}</div> }
}

#[component]
fn Row(share: Share, again: RwSignal<u32>, whole: bool) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let uid = StoredValue::new(share.uid.clone());
    let error = RwSignal::new(None::<String>);
    let done = move |outcome: Result<Value, Refusal>| match outcome {
        Ok(_) => drop(again.try_update(|count| *count = count.wrapping_add(1))),
        Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
    };
    let paused = share.paused;
    let pause = move |_| {
        let what = if paused { "resume" } else { "pause" };
        spawn_local(async move {
            done(call("POST", &format!("/api/v1/shares/{}/{what}", uid.get_value()), None).await);
        });
    };
    // It cannot be undone, and whoever has the link finds it gone: so it takes a second click.
    let sure = RwSignal::new(false);
    let revoke = move |_| {
        if !sure.get_untracked() {
            return sure.set(true);
        }
        spawn_local(async move {
            done(call("DELETE", &format!("/api/v1/shares/{}", uid.get_value()), None).await);
        });
    };
    let link = share.link(&origin(), "");
    let copied = link.clone();
    let take = move |_| {
        let link = copied.clone();
        spawn_local(async move {
            copy(&link).await;
        });
    };
    let at = move |timestamp: Option<i64>, none: &'static str| {
        move || {
            timestamp.map_or_else(
                || none.to_owned(),
                |at| format_utc(at, preferences.utc_offset(), "%Y-%m-%d %H:%M"),
            )
        }
    };
    let state = share.state(crate::range::clock());
    let ended = state == "expired";
    let title = share.dashboard_title.clone();
    let named = if share.title.trim().is_empty() { title.clone() } else { None };
    let named = named.unwrap_or_else(|| share.title.clone());
    let named = if named.trim().is_empty() { share.dashboard.clone() } else { named };
    let board = match title {
        Some(title) => view! { <a href=format!("/d/{}", Encoded(&share.dashboard))>{title}</a> }.into_any(),
        None => format!("{} (deleted)", share.dashboard).into_any(),
    };
    let dashboard = whole.then(|| view! { <td>{board}</td> });
    view! {
        <tr>
            <td><a href=link rel="external" target="_blank">{named}</a></td>
            {dashboard}
            <td class:muted=ended>{state}</td>
            <td class="numeric">{share.views}</td>
            <td>{at(share.last_use, "never")}</td>
            <td>{at(share.expires_at, "never")}</td>
            <td class="share-actions">
                <button type="button" class="button small" on:click=take>"Copy link"</button>
                {(!ended).then(|| view! { <button type="button" class="button small" on:click=pause>{if paused { "Resume" } else { "Pause" }}</button> })}
                <button type="button" class="button small" class:danger=move || sure.get() on:click=revoke on:blur=move |_| sure.set(false)>
                    {move || if sure.get() { "Revoke for good" } else { "Revoke" }}
                </button>
                <span class="field-error">{move || error.get()}</span>
            </td>
        </tr>
    }
    .into_any()
}
