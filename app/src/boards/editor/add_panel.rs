//! The list of kinds that a panel can be added of.

use leptos::html;
use leptos::prelude::*;
use watchfire_dashboard::Kind;

use super::super::board::Board;
use super::panel::{KINDS, new_panel};
use crate::boards::view::OpenPanel;

/// A button that opens the list; each choice adds a panel and opens its editor.
#[component]
pub(super) fn AddPanel() -> impl IntoView {
    let board = expect_context::<Board>();
    let open = expect_context::<OpenPanel>();
    let menu = NodeRef::<html::Details>::new();
    let add = move |kind: Kind| {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
        let row = kind == Kind::Row;
        let mut id = 0;
        board.change("", |dashboard| id = dashboard.add(new_panel(kind)));
        if !row {
            open.edit(Some(id));
        }
    };
    let entry = move |(kind, title): (Kind, &'static str)| {
        let kind = StoredValue::new(kind);
        view! { <li><button type="button" on:click=move |_| add(kind.get_value())>{title}</button></li> }
    };
    let kinds = KINDS.into_iter().chain([(Kind::Row, "Row")]);
    view! {
        <details class="menu add-panel" node_ref=menu>
            <summary>"Add panel"</summary>
            <ul class="menu-body menu-list">{kinds.map(entry).collect_view()}</ul>
        </details>
    }
    .into_any()
}
