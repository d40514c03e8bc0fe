//! The frame around every page: sidebar, top bar, keys.

mod ask;
mod connection;
mod icon;
mod keys;
mod leave;
mod refresh_picker;
mod share;
mod sidebar;
mod theme;
mod time_picker;
mod topbar;

use leptos::html;
use leptos::prelude::*;

use crate::preferences::Preferences;
pub(crate) use ask::Ask;
pub(crate) use connection::ConnectionBadge as Connected;
pub(crate) use keys::is_typing;
pub(crate) use leave::ask_before_leaving;
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
    let help = NodeRef::<html::Dialog>::new();
    keys::listen(help);
    let ask = Ask::new();
    provide_context(ask);
    view! {
        <a class="skip-link" href="#main">"Skip to content"</a>
        <div class="shell" class:folded=move || preferences.folded.get()>
            <sidebar::Sidebar/>
            <div class="content">
                <topbar::Topbar help/>
                <main id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
        <keys::KeyHelp dialog=help/>
        <ask::AskDialog ask/>
    }
}
