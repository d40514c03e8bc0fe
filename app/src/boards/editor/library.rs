//! Panels that several dashboards show.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use watchfire_dashboard::Panel;

use super::super::board::Board;
use crate::address::{Encoded, Search};
use crate::api::call;

/// A panel of the library as the API has it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LibraryPanel {
    pub(super) uid: String,
    pub(super) title: String,
    version: u64,
    used_by: Vec<String>,
    panel: Option<Panel>,
}

const PATH: &str = "/api/v1/library-panels";

/// All that there are.
pub(super) async fn all() -> Vec<LibraryPanel> {
    // Without an answer there is nothing to choose.
    call("GET", PATH, None).await.unwrap_or_default()
}

/// Puts a panel of the library on the dashboard.
pub(super) fn add(board: Board, uid: String) {
    spawn_local(async move {
        let Ok(found) = call::<LibraryPanel>("GET", &format!("{PATH}/{}", Encoded(&uid)), None).await else {
            return;
        };
        if let Some(panel) = found.panel {
            board.change("", |dashboard| {
                dashboard.add(Panel { library: Some(uid), ..panel });
            });
        }
    });
}

fn used(panel: &LibraryPanel) -> String {
    let on = match panel.used_by.len() {
        0 | 1 => "on one dashboard".to_owned(),
        many => format!("on {many} dashboards"),
    };
    format!("From the library: “{}”, {on}.", panel.title)
}

/// In the editor of a panel: puts it into the library, saves it there for all who show it, or makes it this dashboard's own.
#[component]
pub(super) fn LibraryBar(id: u32) -> impl IntoView {
    let board = expect_context::<Board>();
    let said = RwSignal::new(None::<String>);
    let panel = Memo::new(move |_| board.dashboard.with(|dashboard| dashboard.panel(id).cloned()));
    let known = RwSignal::new(None::<LibraryPanel>);
    let linked =
        Memo::new(move |_| panel.with(|panel| panel.as_ref().and_then(|panel| panel.library.clone())));
    Effect::new(move |_| {
        let Some(uid) = linked.get() else { return known.set(None) };
        spawn_local(async move {
            if let Ok(found) = call::<LibraryPanel>("GET", &format!("{PATH}/{}", Encoded(&uid)), None).await {
                known.try_set(Some(found));
            }
        });
    });
    let link = move |uid: Option<String>| {
        board.change("", |dashboard| {
            if let Some(panel) = dashboard.panel_mut(id) {
                panel.library = uid;
            }
        });
    };
    let body = move || {
        let own = panel.get_untracked().map(|panel| Panel { library: None, ..panel });
        serde_json::to_value(own).unwrap_or_default()
    };
    let put = move |_| {
        let body = body();
        spawn_local(async move {
            match call::<LibraryPanel>("POST", PATH, Some(&body)).await {
                Ok(made) => link(Some(made.uid)),
                Err(refusal) => drop(said.try_set(Some(refusal.to_string()))),
            }
        });
    };
    let save = move |_| {
        let Some(old) = known.get_untracked() else { return };
        let body = body();
        spawn_local(async move {
            let search = Search::default().with("version", &old.version.to_string());
            match call::<LibraryPanel>("PUT", &format!("{PATH}/{}{search}", Encoded(&old.uid)), Some(&body))
                .await
            {
                Ok(saved) => {
                    known.try_set(Some(LibraryPanel { used_by: old.used_by, ..saved }));
                    said.try_set(Some("Saved in the library".to_owned()));
                }
                Err(refusal) => drop(said.try_set(Some(refusal.to_string()))),
            }
        });
    };
    let content = move || {
        match known.get() {
        Some(found) => view! {
            <span class="hint">{used(&found)}</span>
            <button type="button" class="button small" on:click=save>"Save in the library"</button>
            <button type="button" class="button small" on:click=move |_| link(None)>"Make it this dashboard's own"</button>
        }
        .into_any(),
        None => view! { <button type="button" class="button small" on:click=put>"Put into the library"</button> }.into_any(),
    }
    };
    view! { <div class="library-bar">{content}<span role="status">{move || said.get()}</span></div> }
        .into_any()
}
