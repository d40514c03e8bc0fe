use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::super::api::act;
use super::super::board::Board;
use super::edit::{Dialog, EditBar};
use crate::boards::view::{NEW, OpenPanel};
use crate::parts;
use crate::range::{PageRange, with_range};
use crate::shell::ask_before_leaving;

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
    // Once they are there, they stay.
    let dialogs = Memo::new(move |before: Option<&bool>| {
        before == Some(&true) || board.editing.get() || bar.opened.get().is_some()
    });
    keys(board, bar);
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

/// `e` edits, Ctrl+S saves, Ctrl+Z and Ctrl+Shift+Z undo and redo while the dashboard is edited.
fn keys(board: Board, bar: EditBar) {
    let open = expect_context::<OpenPanel>();
    Effect::new(move |_| {
        let pressed = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let Some(event) = event.dyn_ref::<leptos::ev::KeyboardEvent>() else { return };
            // Escape in a field closes what the field has open, and nothing more.
            let typing = crate::shell::is_typing(event) || (event.key() == "Escape" && is_in_field());
            let control = event.ctrl_key() || event.meta_key();
            let editing = board.editing.get_untracked();
            match (event.key().as_str(), control) {
                ("s", true) if editing => {
                    // What is being typed counts.
                    if let Some(element) = document().active_element() {
                        let _ = element.dyn_ref::<web_sys::HtmlElement>().map(web_sys::HtmlElement::blur);
                    }
                    bar.save();
                }
                // With nothing to undo it is the way back from a zoom, as elsewhere.
                ("z", true) if editing && !typing && board.ways().0 => board.undo(),
                ("Z" | "y", true) if editing && !typing => board.redo(),
                ("e", false) if !typing => match focused_panel(board) {
                    Some(id) => {
                        board.editing.set(true);
                        open.edit(Some(id));
                    }
                    None => toggle(board, open),
                },
                ("s", false) if !typing => {
                    let button = document().query_selector(".share-board").ok().flatten();
                    let Some(button) =
                        button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok())
                    else {
                        return;
                    };
                    button.click();
                }
                ("v", false) if !typing => {
                    if open.asked().with_untracked(|asked| asked.panel.is_some()) {
                        open.view(None);
                    } else if let Some(key) = focused_key() {
                        open.view(Some(&key));
                    }
                }
                ("Escape", false) if !typing && open.asked().with_untracked(|asked| asked.kiosk) => {
                    open.leave_kiosk();
                }
                ("Escape", false)
                    if !typing && open.asked().with_untracked(|asked| asked.panel.is_some()) =>
                {
                    open.view(None);
                }
                ("Escape", false) if !typing && open.asked().with_untracked(|asked| asked.edit.is_some()) => {
                    open.edit(None);
                }
                _ => return,
            }
            event.prevent_default();
        });
        // Before the keys of all pages: while a dashboard is edited Ctrl+Z is not the way back from a zoom.
        let listener = pressed.as_ref().unchecked_ref();
        if window().add_event_listener_with_callback_and_bool("keydown", listener, true).is_err() {
            return;
        }
        let held = SendWrapper::new(pressed);
        on_cleanup(move || {
            let listener = held.as_ref().unchecked_ref();
            // It was added above.
            let _ = window().remove_event_listener_with_callback_and_bool("keydown", listener, true);
        });
    });
}

/// Begins to edit the dashboard, or ends it, and with it the editor of a panel.
fn toggle(board: Board, open: OpenPanel) {
    let editing = !board.editing.get_untracked();
    board.editing.set(editing);
    if !editing && open.asked().with_untracked(|asked| asked.edit.is_some()) {
        open.edit(None);
    }
}

/// Whether a field has the focus.
fn is_in_field() -> bool {
    let focused = document().active_element().map(|element| element.tag_name());
    focused.is_some_and(|tag| ["INPUT", "TEXTAREA", "SELECT"].contains(&tag.as_str()))
}

/// The key of the panel that has the focus, or that the pointer is on.
fn focused_key() -> Option<String> {
    let find = |selector: &str| document().query_selector(selector).ok().flatten();
    let panel = find(".board-panel:focus-within").or_else(|| find(".board-panel:hover"))?;
    panel.id().strip_prefix("panel-").map(str::to_owned)
}

fn focused_panel(board: Board) -> Option<u32> {
    let key = focused_key()?;
    board.items().with_untracked(|items| items.get(&key).map(|item| item.panel.id))
}

/// Asks before changes are lost that were not saved: when the page is left, and when a link leads to another one.
pub(super) fn leave_guard(board: Board) {
    ask_before_leaving(move || untrack(|| board.is_changed()));
}
