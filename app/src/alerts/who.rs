//! Who one is, as this browser was told last: there is no login to know it from.

use leptos::prelude::*;

/// Where the browser keeps it.
const KEY: &str = "watchfire_author";

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The name that was written last; empty at first. For the browser.
pub(super) fn remembered() -> String {
    storage().and_then(|storage| storage.get_item(KEY).ok().flatten()).unwrap_or_default()
}

/// Keeps a name for the next time.
pub(super) fn remember(name: &str) {
    if let Some(storage) = storage() {
        // A browser that keeps nothing asks again next time.
        let _ = storage.set_item(KEY, name);
    }
}
