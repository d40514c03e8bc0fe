use leptos::prelude::*;

use crate::live::{Connection, Live};
use crate::range::PageRange;

/// Whether what one sees is live: by word and shape as well as by colour.
#[component]
pub(super) fn ConnectionBadge() -> impl IntoView {
    let connection = expect_context::<Live>().connection();
    let range = expect_context::<PageRange>();
    let state = move || match connection.get() {
        Connection::Connecting => ("connecting", "… Connecting"),
        Connection::Lost => ("lost", "✕ Not connected, trying again"),
        Connection::Live if range.window().is_live() => ("live", "● Live"),
        Connection::Live => ("fixed", "■ Fixed range"),
    };
    view! {
        <span class="connection" role="status" data-state=move || state().0>{move || state().1}</span>
    }
}
