use leptos::prelude::*;
use leptos::task::spawn_local;

use super::extras::{Extra, Extras};
use super::icon::{Icon, IconView};
use crate::preferences::{ColorTheme, Preferences};
use crate::range::{PageRange, clock, search_with};
use watchfire_model::{TimeExpr, TimeWindow};

/// Copies a link to what is on the screen.
#[component]
pub(super) fn ShareButton(
    /// Does it.
    extras: Extras,
) -> impl IntoView {
    let said = RwSignal::new(None::<&'static str>);
    let share = move |_| {
        // One that could not be loaded is tried again.
        extras.close();
        extras.open(Extra::Link(said));
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
            <span class="share-done" role="status" data-shown=move || said.get().map(|_| "true")>{move || said.get()}</span>
        </button>
    }
}

/// Copies the link, once: the theme goes along, and the range as fixed times, so that the receiver sees the same.
#[component]
pub(super) fn CopyLink(
    /// How it went.
    said: RwSignal<Option<&'static str>>,
    extras: Extras,
) -> impl IntoView {
    let range = expect_context::<PageRange>();
    let preferences = expect_context::<Preferences>();
    let copied = move || {
        let location = window().location();
        let (origin, path, search) =
            (location.origin().ok()?, location.pathname().ok()?, location.search().ok()?);
        let shown = range.window_untracked().resolve(clock());
        let fixed = TimeWindow { from: TimeExpr::At(shown.start), to: TimeExpr::At(shown.end) };
        let theme = match preferences.theme.get_untracked() {
            ColorTheme::System => "",
            theme => theme.word(),
        };
        Some(format!("{origin}{path}{}", search_with(&search, fixed).with("theme", theme)))
    };
    Effect::new(move |_| {
        extras.close();
        let Some(link) = copied() else { return };
        spawn_local(async move {
            let text = if copy(&link).await {
                "Link copied"
            } else {
                "Copying is not allowed here; take it from the address bar"
            };
            said.set(Some(text));
            set_timeout(move || said.set(None), std::time::Duration::from_secs(3));
        });
    });
}

/// Puts `text` on the clipboard, where the browser has one to give: only on secure pages, and if it is allowed.
pub(crate) async fn copy(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
