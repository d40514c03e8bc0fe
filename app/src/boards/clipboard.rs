//! Panels that go from one dashboard to another: by this browser's own store, and by the clipboard where it gives one.

use leptos::prelude::*;
use watchfire_dashboard::Panel;

const KEY: &str = "watchfire_panel";

/// Keeps a panel to be pasted.
pub(crate) fn remember(panel: &Panel) {
    let text = &serde_json::to_string_pretty(panel).unwrap_or_default();
    // Where the browser keeps nothing, nothing can be pasted.
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(KEY, text);
    }
    let clipboard = window().navigator().clipboard();
    if !clipboard.is_undefined() {
        // A courtesy, for other programs; it needs a permission.
        let _ = clipboard.write_text(text);
    }
}

/// The panel that was kept last.
pub(crate) fn remembered() -> Option<Panel> {
    let storage = window().local_storage().ok()??;
    serde_json::from_str(&storage.get_item(KEY).ok()??).ok()
}
