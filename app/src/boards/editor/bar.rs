use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;

use super::super::api::act;
use super::super::board::Board;
use super::edit::{Dialog, EditBar};
use crate::boards::view::{NEW, OpenPanel};
use crate::parts;
use crate::range::{PageRange, with_range};

/// What can be done with the dashboard as a whole.
#[component]
pub(crate) fn BoardBar() -> impl IntoView {
    let board = expect_context::<Board>();
    let bar = EditBar::new();
    let said = bar.said;
    let favourite = move |_| {
        let uid = board.dashboard.with_untracked(|dashboard| dashboard.uid.clone());
        let wanted = !board.meta.with_untracked(|meta| meta.favourite);
        spawn_local(async move {
            let method = if wanted { "PUT" } else { "DELETE" };
            match act(method, &uid, "/favourite", None).await {
                Ok(_) => board.meta.update(|meta| meta.favourite = wanted),
                Err(error) => bar.fail(error.to_string()),
            }
        });
    };
    let is_new = move || board.dashboard.with(|dashboard| dashboard.uid == NEW);
    let open = expect_context::<OpenPanel>();
    let edit = move |_| toggle(board, open);
    let unsaved = Memo::new(move |_| board.is_changed());
    let share_tool = move || (!is_new()).then(|| bar.opener("Share", "share-board", Dialog::Share));
    // Once they are there, they stay. A note on a chart changes a dashboard that is not edited, and they ask before that is lost.
    let dialogs = Memo::new(move |before: Option<&bool>| {
        before == Some(&true) || board.editing.get() || unsaved.get() || bar.opened.get().is_some()
    });
    view! {
        <div class="board-bar" role="toolbar" aria-label="Dashboard">
            <h2 class="board-title">{move || board.dashboard.with(|dashboard| dashboard.title.clone())}</h2>
            <Show when=move || !is_new()>
                <button
                    type="button" class="icon-button star" aria-pressed=move || board.meta.with(|meta| meta.favourite).to_string()
                    aria-label="Favourite" title="Favourite" on:click=favourite
                >{move || if board.meta.with(|meta| meta.favourite) { "★" } else { "☆" }}</button>
            </Show>
            <Show when=move || board.meta.with(|meta| meta.managed && (meta.drifted || !meta.shipped))>
                <button type="button" class="badge" title="A file is the source of this dashboard. Changes made here are kept beside it." on:click=move |_| bar.opened.set(Some(Dialog::Source))>
                    {move || board.meta.with(|meta| match (meta.shipped, meta.drifted) {
                        (true, _) => "changed here",
                        (false, true) => "differs from its file",
                        (false, false) => "from a file",
                    })}
                </button>
            </Show>
            <BoardLinks/>
            <Show when=move || unsaved.get()><span class="badge unsaved">"not saved"</span></Show>
            <span class="board-said" class:wrong=move || bar.is_wrong.get() role="status">{move || said.get()}</span>
            {move || board.editing.get().then(|| parts::edit_tools(bar))}
            {share_tool}
            <button type="button" class="button edit-board" aria-pressed=move || board.editing.get().to_string() title="Edit ( e )" on:click=edit>
                {move || if board.editing.get() { "Done" } else { "Edit" }}
            </button>
        </div>
        {move || bar.awake.get().then(|| parts::board_keys(bar))}
        {move || dialogs.get().then(|| parts::edit_dialogs(bar))}
    }
    .into_any()
}

/// The links that the dashboard has.
#[component]
fn BoardLinks() -> impl IntoView {
    let board = expect_context::<Board>();
    let (search, range) = (use_location().search, expect_context::<PageRange>());
    let links = Memo::new(move |_| board.dashboard.with(|dashboard| dashboard.links.clone()));
    let one = move |link: watchfire_dashboard::Link| {
        let target = link.new_tab.then_some("_blank");
        let title = if link.title.is_empty() { link.url.clone() } else { link.title.clone() };
        let href = move || {
            let search = search.with(|search| with_range(search, range.window()));
            super::super::links::href(&link, &search, &board.values().get())
        };
        view! { <a class="board-link" href=href target=target rel="noopener">{title}</a> }
    };
    view! { <nav class="board-links" aria-label="Links of this dashboard">{move || links.get().into_iter().map(one).collect_view()}</nav> }
}

/// Begins to edit the dashboard, or ends it, and with it the editor of a panel.
pub(super) fn toggle(board: Board, open: OpenPanel) {
    let editing = !board.editing.get_untracked();
    board.editing.set(editing);
    if !editing && open.asked().with_untracked(|asked| asked.edit.is_some()) {
        open.edit(None);
    }
}
