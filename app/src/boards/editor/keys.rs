//! The keys of a dashboard.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::super::board::Board;
use super::bar::toggle;
use super::edit::EditBar;
use crate::boards::view::OpenPanel;

/// `e` edits, Ctrl+S saves, Ctrl+Z and Ctrl+Shift+Z undo and redo while the dashboard is edited.
#[component]
pub(crate) fn BoardKeys(bar: EditBar) -> impl IntoView {
    let board = expect_context::<Board>();
    let open = expect_context::<OpenPanel>();
    Effect::new(move |_| {
        let hear = move |event: &web_sys::KeyboardEvent| {
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
        };
        // It was pressed before this code was there.
        if let Some(event) = bar.awake.unheard() {
            hear(&event);
        }
        let pressed = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            if let Some(event) = event.dyn_ref() {
                hear(event);
            }
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
