use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use watchfire_dashboard::{Dashboard, Kind};

use super::super::api::{self, Save, act};
use super::super::board::Board;
use super::super::clipboard::remembered;
use super::super::sharing::ShareDialog;
use super::conflict::{Conflict, ConflictDialog};
use super::json::JsonDialog;
use super::library;
use super::panel::{KINDS, new_panel};
use super::settings::SettingsDialog;
use super::source::SourceDialog;
use super::versions::VersionsDialog;
use crate::api::CONFLICT;
use crate::boards::view::{NEW, OpenPanel};

/// What can be done with the dashboard as a whole.
#[expect(clippy::too_many_lines, reason = "a page in one piece reads better than in two")]
#[component]
pub(crate) fn BoardBar() -> impl IntoView {
    let board = expect_context::<Board>();
    let open = expect_context::<OpenPanel>();
    let [settings, json, versions, share, source] = std::array::from_fn(|_| NodeRef::<html::Dialog>::new());
    let said = RwSignal::new(None::<String>);
    let conflict = RwSignal::new(None::<Conflict>);
    let saving = RwSignal::new(false);
    let save = saver(board, said, conflict, saving);
    let favourite = move |_| {
        let uid = board.dashboard.with_untracked(|dashboard| dashboard.uid.clone());
        let wanted = !board.meta.with_untracked(|meta| meta.favourite);
        spawn_local(async move {
            let method = if wanted { "PUT" } else { "DELETE" };
            match act(method, &uid, "/favourite", None).await {
                Ok(_) => board.meta.update(|meta| meta.favourite = wanted),
                Err(error) => said.set(Some(error.to_string())),
            }
        });
    };
    let is_new = move || board.dashboard.with(|dashboard| dashboard.uid == NEW);
    let edit = move |_| board.editing.update(|editing| *editing = !*editing);
    let add = move |event: leptos::ev::Event| {
        let word = event_target_value(&event);
        let kind =
            KINDS.iter().map(|(kind, _)| kind.clone()).chain([Kind::Row]).find(|kind| kind.as_str() == word);
        let Some(kind) = kind else { return };
        let row = kind == Kind::Row;
        let mut id = 0;
        board.change("", |dashboard| id = dashboard.add(new_panel(kind)));
        if !row {
            open.edit(Some(id));
        }
    };
    let paste = move || match remembered() {
        Some(panel) => board.change("", |dashboard| {
            dashboard.add(panel);
        }),
        None => said.set(Some("There is no panel to paste; copy one by its menu first".to_owned())),
    };
    let ways = Memo::new(move |_| board.ways());
    let changed = Memo::new(move |_| board.is_changed() || is_new());
    let show = |dialog: NodeRef<html::Dialog>| {
        move || {
            if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
                // It fails only for a dialog that is open or not in the page.
                let _ = dialog.show_modal();
            }
        }
    };
    let show_source = show(source);
    let edit_tools = move || {
        view! {
            <select class="add-panel" aria-label="Add panel" prop:value="" on:change=add>
                <option value="">"Add panel ..."</option>
                {KINDS.map(|(kind, title)| view! { <option value=kind.as_str().to_owned()>{title}</option> }).into_iter().collect_view()}
                <option value="row">"Row"</option>
            </select>
            {tool("Paste panel", "", paste)}
            <LibraryChoice/>
            <button type="button" class="button" title="Undo ( Ctrl+Z )" disabled=move || !ways.get().0 on:click=move |_| board.undo()>"Undo"</button>
            <button type="button" class="button" title="Redo ( Ctrl+Shift+Z )" disabled=move || !ways.get().1 on:click=move |_| board.redo()>"Redo"</button>
            {tool("Settings", "", show(settings))}
            {tool("JSON", "", show(json))}
            {tool("Versions", "", show(versions))}
            <button
                type="button" class="button primary" title="Save ( Ctrl+S )" disabled=move || saving.get() || !changed.get()
                on:click=move |_| save.run(())
            >{move || if saving.get() { "Saving ..." } else { "Save" }}</button>
        }
        .into_any()
    };
    let share_tool = move || (!is_new()).then(|| tool("Share", "share-board", show(share)));
    keys(board, save);
    view! {
        <div class="board-bar" role="toolbar" aria-label="Dashboard">
            <h2 class="board-title">{move || board.dashboard.with(|dashboard| dashboard.title.clone())}</h2>
            <Show when=move || !is_new()>
                <button
                    type="button" class="icon-button star" aria-pressed=move || board.meta.with(|meta| meta.favourite).to_string()
                    aria-label="Favourite" title="Favourite" on:click=favourite
                >{move || if board.meta.with(|meta| meta.favourite) { "★" } else { "☆" }}</button>
            </Show>
            <Show when=move || board.meta.with(|meta| meta.managed)>
                <button type="button" class="badge" title="A file is the source of this dashboard. Changes made here are kept beside it." on:click=move |_| show_source()>
                    {move || if board.meta.with(|meta| meta.drifted) { "differs from its file" } else { "from a file" }}
                </button>
            </Show>
            <BoardLinks/>
            <span class="board-said" role="status">{move || said.get()}</span>
            {move || board.editing.get().then(edit_tools)}
            {share_tool}
            <button type="button" class="button edit-board" aria-pressed=move || board.editing.get().to_string() title="Edit ( e )" on:click=edit>
                {move || if board.editing.get() { "Done" } else { "Edit" }}
            </button>
        </div>
        {view! { <ShareDialog dialog=share/> }.into_any()}
        {view! { <SettingsDialog dialog=settings/> }.into_any()}
        {view! { <JsonDialog dialog=json/> }.into_any()}
        {view! { <VersionsDialog dialog=versions/> }.into_any()}
        {view! { <SourceDialog dialog=source/> }.into_any()}
        {view! { <ConflictDialog conflict save/> }.into_any()}
    }
    .into_any()
}

/// Puts panels of the library on the dashboard.
#[component]
fn LibraryChoice() -> impl IntoView {
    let board = expect_context::<Board>();
    let panels = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        spawn_local(async move {
            panels.try_set(library::all().await);
        });
    });
    let choose = move |event| library::add(board, event_target_value(&event));
    let option = |panel: library::LibraryPanel| view! { <option value=panel.uid>{panel.title}</option> };
    let some = move || panels.with(|panels: &Vec<library::LibraryPanel>| !panels.is_empty());
    view! {
        <Show when=some>
            <select aria-label="Add from the library" prop:value="" on:change=choose>
                <option value="">"From the library ..."</option>
                {move || panels.get().into_iter().map(option).collect_view()}
            </select>
        </Show>
    }
    .into_any()
}

/// A button.
fn tool(words: &'static str, class: &'static str, run: impl Fn() + 'static) -> AnyView {
    let class = format!("button {class}");
    view! { <button type="button" class=class on:click=move |_| run()>{words}</button> }.into_any()
}

/// The links that the dashboard has.
#[component]
fn BoardLinks() -> impl IntoView {
    let board = expect_context::<Board>();
    let search = use_location().search;
    let links = Memo::new(move |_| board.dashboard.with(|dashboard| dashboard.links.clone()));
    let one = move |link: watchfire_dashboard::Link| {
        let target = link.new_tab.then_some("_blank");
        let title = if link.title.is_empty() { link.url.clone() } else { link.title.clone() };
        let href =
            move || search.with(|search| super::super::links::href(&link, search, &board.values().get()));
        view! { <a class="board-link" href=href target=target rel="noopener">{title}</a> }
    };
    view! { <nav class="board-links" aria-label="Links of this dashboard">{move || links.get().into_iter().map(one).collect_view()}</nav> }
}

/// Saves what is in sight.
fn saver(
    board: Board,
    said: RwSignal<Option<String>>,
    conflict: RwSignal<Option<Conflict>>,
    saving: RwSignal<bool>,
) -> Callback<()> {
    let navigate = use_navigate();
    let search = use_location().search;
    let navigate = StoredValue::new(navigate);
    Callback::new(move |()| {
        if saving.get_untracked() {
            return;
        }
        saving.set(true);
        said.set(None);
        let mut dashboard = Dashboard::clone(&board.dashboard.get_untracked());
        let meta = board.meta.get_untracked();
        let fresh = dashboard.uid == NEW;
        if dashboard.uid == NEW {
            dashboard.uid = new_uid();
        }
        spawn_local(async move {
            let outcome = api::save(Save { dashboard: &dashboard, fresh, meta: &meta, message: "" }).await;
            saving.try_set(false);
            match outcome {
                Ok(meta) => {
                    let uid = dashboard.uid.clone();
                    let dashboard = Arc::new(dashboard);
                    if fresh {
                        board.dashboard.set(dashboard.clone());
                    }
                    board.was_saved(dashboard, meta);
                    said.set(Some("Saved".to_owned()));
                    set_timeout(move || drop(said.try_set(None)), std::time::Duration::from_secs(3));
                    if fresh {
                        let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                        navigate.with_value(|navigate| {
                            navigate(&format!("/d/{uid}{}", search.get_untracked()), options);
                        });
                    }
                }
                Err(refusal) if refusal.status == CONFLICT => {
                    conflict.set(Conflict::of(&dashboard, &refusal));
                }
                Err(refusal) => said.set(Some(refusal.to_string())),
            }
        });
    })
}

/// A name for a new dashboard that no other has.
pub(crate) fn new_uid() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    (0..12).map(|_| char::from(LETTERS[(js_sys::Math::random() * 32.0) as usize % 32])).collect()
}

/// `e` edits, Ctrl+S saves, Ctrl+Z and Ctrl+Shift+Z undo and redo while the dashboard is edited.
fn keys(board: Board, save: Callback<()>) {
    let open = expect_context::<OpenPanel>();
    Effect::new(move |_| {
        let pressed = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let Some(event) = event.dyn_ref::<leptos::ev::KeyboardEvent>() else { return };
            // Escape in a field closes what the field has open, and nothing more.
            let typing = crate::shell::is_typing(event) || (event.key() == "Escape" && is_in_field());
            let control = event.ctrl_key() || event.meta_key();
            let editing = board.editing.get_untracked();
            match (event.key().as_str(), control) {
                ("s", true) if editing => save.run(()),
                ("z", true) if editing && !typing => board.undo(),
                ("Z" | "y", true) if editing && !typing => board.redo(),
                ("e", false) if !typing => match focused_panel(board) {
                    Some(id) => {
                        board.editing.set(true);
                        open.edit(Some(id));
                    }
                    None => board.editing.update(|editing| *editing = !*editing),
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

/// Asks before changes are lost that were not saved.
pub(crate) fn leave_guard(board: Board) {
    Effect::new(move |_| {
        let handle =
            window_event_listener(leptos::ev::beforeunload, move |event: web_sys::BeforeUnloadEvent| {
                if board.editing.get_untracked() && untrack(|| board.is_changed()) {
                    event.prevent_default();
                    event.set_return_value("There are changes that are not saved.");
                }
            });
        on_cleanup(move || handle.remove());
    });
}
