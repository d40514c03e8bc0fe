//! Dashboards that follow each other on a screen on the wall.

use std::time::Duration;

use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::list::BoardHead;
use crate::address::{Encoded, Search};
use crate::api::{Refusal, call};
use crate::pages::{Page, Views};

/// A playlist as the API has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Playlist {
    uid: String,
    version: u64,
    title: String,
    /// How long each is shown: `30s`.
    interval: String,
    items: Vec<Value>,
}

/// How long each is shown where the playlist says nothing that can be read: half a minute.
const USUAL: i64 = 30_000;

/// Where a playlist begins.
fn first(uid: &str, heads: &[BoardHead]) -> Option<String> {
    let head = heads.first()?;
    Some(format!("/d/{}?kiosk=1&playlist={}", Encoded(&head.uid), Encoded(uid)))
}

/// While the URL names a playlist: goes on to its next dashboard when the time has come. Escape ends it, as it ends the kiosk.
pub(crate) fn follow_playlist(uid: Memo<String>, search: Memo<String>) {
    let list =
        Memo::new(move |_| search.with(|search| Search::parse(search).get("playlist").map(str::to_owned)));
    let turns = StoredValue::new(0_u32);
    Effect::new(move |_| {
        turns.update_value(|turns| *turns = turns.wrapping_add(1));
        let turn = turns.get_value();
        let (Some(list), here) = (list.get(), uid.get()) else { return };
        spawn_local(async move {
            let path = format!("/api/v1/playlists/{}", Encoded(&list));
            let playlist = call::<Playlist>("GET", &path, None).await.unwrap_or_default();
            let Ok(heads) = call::<Vec<BoardHead>>("GET", &format!("{path}/dashboards"), None).await else {
                return;
            };
            let at = heads.iter().position(|head| head.uid == here);
            let Some(next) = heads.get(at.map_or(0, |at| (at + 1) % heads.len().max(1))) else { return };
            let wait = watchfire_model::parse_duration(&playlist.interval).unwrap_or(USUAL).max(1000);
            let next = format!("/d/{}?kiosk=1&playlist={}", Encoded(&next.uid), Encoded(&list));
            let go = move || {
                if turns.try_get_value() == Some(turn) {
                    // A whole load: a screen on the wall takes a new version of the interface with it.
                    let _ = window().location().assign(&next);
                }
            };
            set_timeout(go, Duration::from_millis(u64::try_from(wait).unwrap_or_default()));
        });
    });
    on_cleanup(move || {
        // What waits for its turn finds another.
        turns.try_update_value(|turns| *turns = turns.wrapping_add(1));
    });
}

/// All playlists.
#[component]
pub(crate) fn PlaylistsPage() -> impl IntoView {
    let lists = RwSignal::new(Vec::<Playlist>::new());
    let heads = RwSignal::new(Vec::<BoardHead>::new());
    let error = RwSignal::new(None::<String>);
    let edited = RwSignal::new(None::<Playlist>);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            match call::<Vec<Playlist>>("GET", "/api/v1/playlists", None).await {
                Ok(all) => drop(lists.try_set(all)),
                Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
            }
            if let Ok(all) = call::<Vec<BoardHead>>("GET", "/api/v1/dashboards", None).await {
                heads.try_set(all);
            }
        });
    });
    Effect::new(move |_| load.run(()));
    let done = move |outcome: Result<Value, Refusal>| match outcome {
        Ok(_) => {
            edited.try_set(None);
            error.try_set(None);
            load.run(());
        }
        Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
    };
    let play = move |uid: String| {
        spawn_local(async move {
            let path = format!("/api/v1/playlists/{}/dashboards", Encoded(&uid));
            match call::<Vec<BoardHead>>("GET", &path, None).await {
                Ok(heads) => match first(&uid, &heads) {
                    Some(url) => drop(window().location().assign(&url)),
                    None => drop(error.try_set(Some("The playlist has no dashboards.".to_owned()))),
                },
                Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
            }
        });
    };
    let save = move |()| {
        let Some(list) = edited.get_untracked() else { return };
        let body = serde_json::to_value(&list).unwrap_or_default();
        spawn_local(async move {
            done(if list.uid.is_empty() {
                call("POST", "/api/v1/playlists", Some(&body)).await
            } else {
                call("PUT", &format!("/api/v1/playlists/{}", Encoded(&list.uid)), Some(&body)).await
            });
        });
    };
    let row = move |list: Playlist| {
        let (played, changed, removed) = (list.uid.clone(), list.clone(), list.uid.clone());
        let remove = move |_| {
            let path = format!("/api/v1/playlists/{}", Encoded(&removed));
            spawn_local(async move { done(call("DELETE", &path, None).await) });
        };
        view! {
            <li class="playlist-row">
                <strong>{list.title.clone()}</strong>
                <span class="hint">{format!("{} entries, {} each", list.items.len(), list.interval)}</span>
                <button type="button" class="button small primary" on:click=move |_| play(played.clone())>"Play"</button>
                <button type="button" class="button small" on:click=move |_| edited.set(Some(changed.clone()))>"Edit"</button>
                <button type="button" class="button small" on:click=remove>"Delete"</button>
            </li>
        }
        .into_any()
    };
    let new = move |_| edited.set(Some(Playlist { interval: "30s".to_owned(), ..Playlist::default() }));
    view! {
        <Title text=Page::Playlists.title()/>
        <div class="boards">
            <Views current=Page::Playlists/>
            <h1 class="visually-hidden">"Playlists"</h1>
            <p><button type="button" class="button primary" on:click=new>"New playlist"</button></p>
            <p class="field-error" role="alert">{move || error.get()}</p>
            {move || edited.get().map(|list| view! { <PlaylistForm list edited heads save=Callback::new(save)/> }.into_any())}
            <ul>{move || lists.get().into_iter().map(row).collect_view()}</ul>
        </div>
    }
}

#[component]
fn PlaylistForm(
    list: Playlist,
    edited: RwSignal<Option<Playlist>>,
    heads: RwSignal<Vec<BoardHead>>,
    save: Callback<()>,
) -> impl IntoView {
    let change = move |change: &dyn Fn(&mut Playlist)| {
        edited.update(|list| {
            if let Some(list) = list {
                change(list);
            }
        });
    };
    // The form is made anew with each change of the entries alone: what is typed stays in its field.
    let title = move |event| {
        let text = event_target_value(&event);
        change(&|list| list.title.clone_from(&text));
    };
    let interval = move |event| {
        let text = event_target_value(&event);
        change(&|list| list.interval.clone_from(&text));
    };
    let entry = move |(index, item): (usize, &Value)| {
        let words = match (item["dashboard"].as_str(), item["tag"].as_str()) {
            (Some(uid), _) => heads.with_untracked(|heads| {
                heads
                    .iter()
                    .find(|head| head.uid == uid)
                    .map_or_else(|| uid.to_owned(), |head| head.title.clone())
            }),
            (None, Some(tag)) => format!("all with the tag {tag}"),
            _ => item.to_string(),
        };
        let away = move |_| change(&|list| drop(list.items.remove(index)));
        view! { <li>{words}" "<button type="button" class="button small" aria-label="Remove" on:click=away>"✕"</button></li> }
    };
    let add = move |event| {
        let uid = event_target_value(&event);
        if !uid.is_empty() {
            change(&|list| list.items.push(json!({"dashboard": uid})));
        }
    };
    let add_tag = move |event| {
        let tag = event_target_value(&event).trim().to_owned();
        if !tag.is_empty() {
            change(&|list| list.items.push(json!({"tag": tag})));
        }
    };
    let option = |head: BoardHead| view! { <option value=head.uid>{head.title}</option> };
    view! {
        <fieldset class="query">
            <legend>"Playlist"</legend>
            <div class="query-options">
                <label>"Title"<input prop:value=list.title.clone() on:change=title/></label>
                <label>"Each for"<input class="narrow" prop:value=list.interval.clone() on:change=interval/></label>
                <label>"Add a dashboard"<select prop:value="" on:change=add><option value="">"..."</option>{move || heads.get().into_iter().map(option).collect_view()}</select></label>
                <label>"Add all with a tag"<input class="narrow" on:change=add_tag/></label>
            </div>
            <ol>{list.items.iter().enumerate().map(entry).collect_view()}</ol>
            <div class="overlay-actions">
                <button type="button" class="button primary" on:click=move |_| save.run(())>"Save"</button>
                <button type="button" class="button" on:click=move |_| edited.set(None)>"Cancel"</button>
            </div>
        </fieldset>
    }
    .into_any()
}
