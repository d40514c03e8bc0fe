use leptos::html;
use leptos::prelude::*;

use super::Explore;

/// The queries that were run here: a click runs one again.
#[component]
pub(super) fn HistoryMenu() -> impl IntoView {
    let explore = expect_context::<Explore>();
    let menu = NodeRef::<html::Details>::new();
    let history = explore.query_box.history;
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let entry = move |query: String| {
        let text = query.clone();
        let take = move |_| {
            close();
            explore.run_text(&query);
            explore.query_box.focus();
        };
        view! { <li><button type="button" class="history-entry" on:click=take>{text}</button></li> }
    };
    let none = move || {
        history.entries.with(Vec::is_empty).then_some(view! {
            <p class="hint">"Queries that you run are kept in this browser and listed here."</p>
        })
    };
    let clear = move |_| {
        history.clear();
        close();
    };
    view! {
        <details class="menu history" node_ref=menu>
            <summary title="Queries that were run here ( Ctrl+↑, Ctrl+↓ )">"History"</summary>
            <div class="menu-body">
                {none}
                <ul class="history-list">{move || history.entries.get().into_iter().map(entry).collect_view()}</ul>
                <button type="button" class="button" disabled=move || history.entries.with(Vec::is_empty) on:click=clear>
                    "Clear the history"
                </button>
            </div>
        </details>
    }
    .into_any()
}
