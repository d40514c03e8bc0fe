//! The frame around every page: sidebar, top bar, keys.

mod ask;
mod compare;
mod connection;
mod extras;
mod firing;
mod icon;
mod keys;
mod leave;
mod palette;
mod refresh_picker;
mod share;
mod sidebar;
mod theme;
mod time_picker;
mod topbar;

use leptos::prelude::*;

use crate::preferences::Preferences;
pub(crate) use ask::{Ask, AskDialog};
pub(crate) use connection::ConnectionBadge as Connected;
pub(crate) use extras::{Extra, Extras, opened};
#[cfg(feature = "ssr")]
pub(crate) use firing::Firing;
pub(crate) use firing::follow_firing;
pub(crate) use keys::is_typing;
pub(crate) use leave::ask_before_leaving;
#[cfg(feature = "hydrate")]
pub(crate) use leave::hear_of_history;
pub(crate) use share::copy;
pub(crate) use theme::ThemeSwitch;
pub(crate) use time_picker::TimePicker;
pub(crate) use topbar::Heading;

/// The frame around every page.
#[component]
pub(crate) fn Shell(
    /// The page.
    children: Children,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let extras = Extras::new();
    provide_context(extras);
    keys::listen(extras);
    let ask = Ask::new();
    provide_context(ask);
    // Once it is there it stays: what is done after an answer may belong to it.
    let asked = Memo::new(move |before: Option<&bool>| before == Some(&true) || ask.is_open());
    view! {
        <a class="skip-link" href="#main">"Skip to content"</a>
        <div class="shell" class:folded=move || preferences.folded.get()>
            <sidebar::Sidebar/>
            <div class="content">
                <topbar::Topbar extras/>
                <main id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
        {move || extras.opened().map(|extra| crate::parts::extra(extra, extras))}
        {move || asked.get().then(|| crate::parts::ask_dialog(ask))}
    }
}
