use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::live::{Connection, Live};
use crate::pages::Page;
use crate::range::PageRange;

/// Whether what one sees is live: by word and shape as well as by colour.
#[component]
pub(crate) fn ConnectionBadge() -> impl IntoView {
    let connection = expect_context::<Live>().connection();
    let range = expect_context::<PageRange>();
    let path = use_location().pathname;
    let moves = Memo::new(move |_| Page::at(&path.get()).is_none_or(Page::is_live));
    let state = move || match connection.get() {
        Connection::Connecting => ("connecting", "… Connecting"),
        Connection::Lost => ("lost", "✕ Not connected, trying again"),
        // What this page shows is asked for once, whatever the range.
        Connection::Live if !moves.get() => ("connected", "● Connected"),
        Connection::Live if range.window().is_live() => ("live", "● Live"),
        Connection::Live => ("fixed", "■ Fixed range"),
    };
    view! {
        <span class="connection" role="status" data-state=move || state().0>{move || state().1}</span>
    }
}
