use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::preferences::{ColorTheme, Preferences};
use crate::range::{PageRange, clock, query_of};
use watchfire_model::{TimeExpr, TimeWindow};

/// Copies a link to what is on the screen: the theme goes along, and the range as fixed times, so that the
/// receiver sees the same.
#[component]
pub(super) fn ShareButton() -> impl IntoView {
    let range = expect_context::<PageRange>();
    let preferences = expect_context::<Preferences>();
    let copied = RwSignal::new(false);
    let share = move |_| {
        let location = window().location();
        let (Ok(origin), Ok(path)) = (location.origin(), location.pathname()) else { return };
        let shown = range.window_untracked().resolve(clock());
        let fixed = TimeWindow { from: TimeExpr::At(shown.start), to: TimeExpr::At(shown.end) };
        // The promise is not waited for: where copying is not allowed, the address bar still holds a link.
        let theme = match preferences.theme.get_untracked() {
            ColorTheme::System => String::new(),
            theme => format!("&theme={}", theme.word()),
        };
        let link = format!("{origin}{path}{}{theme}", query_of(fixed));
        let _ = window().navigator().clipboard().write_text(&link);
        copied.set(true);
        set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
    };
    view! {
        <button
            type="button"
            class="icon-button share"
            aria-label="Copy a link to this view"
            title="Copy a link to this view ( s )"
            on:click=share
        >
            <IconView icon=Icon::Link/>
            <span class="share-done" role="status" data-shown=move || copied.get().then_some("true")>{move || copied.get().then_some("Link copied")}</span>
        </button>
    }
}
