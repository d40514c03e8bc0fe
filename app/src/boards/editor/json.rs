use leptos::html;
use leptos::prelude::*;
use watchfire_dashboard::{Dashboard, check};

use super::super::board::Board;

/// A text area that was filled has its cursor, and with it what is in sight, at its end.
fn at_start(area: NodeRef<html::Textarea>) {
    let Some(area) = area.get_untracked() else { return };
    // Only where nobody has been yet.
    if area.selection_start().ok().flatten() == Some(area.value().encode_utf16().count() as u32) {
        let _ = area.set_selection_range(0, 0);
        area.set_scroll_top(0);
    }
}

/// The dashboard as its file is written, to read, copy and change.
#[component]
pub(super) fn JsonDialog(dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let board = expect_context::<Board>();
    let error = RwSignal::new(None::<String>);
    let area = NodeRef::<html::Textarea>::new();
    let text = move || {
        board.dashboard.with(|dashboard| serde_json::to_string_pretty(dashboard.as_ref()).unwrap_or_default())
    };
    let take = move |_| {
        let Some(area) = area.get_untracked() else { return };
        match serde_json::from_str::<Dashboard>(&area.value()) {
            Ok(mut new) => {
                // Another uid would be another dashboard.
                board.dashboard.with_untracked(|old| new.uid.clone_from(&old.uid));
                if let Err(wrong) = check(&new) {
                    return error.set(Some(wrong.to_string()));
                }
                error.set(None);
                board.change("", |dashboard| *dashboard = new);
                if let Some(dialog) = dialog.get_untracked() {
                    dialog.close();
                }
            }
            Err(wrong) => error.set(Some(format!("line {}: {wrong}", wrong.line()))),
        }
    };
    view! {
        <dialog class="dialog wide" node_ref=dialog aria-labelledby="json-title">
            <h2 id="json-title">"JSON"</h2>
            <textarea class="json-area mono" node_ref=area rows="24" spellcheck="false" aria-label="The dashboard as JSON" prop:value=text
                on:focus=move |_| at_start(area)></textarea>
            <p class="field-error" role="alert">{move || error.get()}</p>
            <form method="dialog" class="overlay-actions">
                <button type="button" class="button primary" on:click=take>"Take over"</button>
                <button type="submit" class="button">"Close"</button>
            </form>
        </dialog>
    }
}
