use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::preferences::{ColorTheme, Preferences};

/// Goes through the themes: as the system, dark, light.
#[component]
pub(crate) fn ThemeSwitch() -> impl IntoView {
    let theme = expect_context::<Preferences>().theme;
    let icon = Signal::derive(move || match theme.get() {
        ColorTheme::System => Icon::System,
        ColorTheme::Dark => Icon::Moon,
        ColorTheme::Light => Icon::Sun,
    });
    let label = move || format!("Theme: {}", theme.get().word());
    view! {
        <button
            type="button"
            class="icon-button theme-switch"
            aria-label=label
            title=label
            on:click=move |_| theme.update(|theme| *theme = theme.next())
        >
            <IconView icon/>
        </button>
    }
}
