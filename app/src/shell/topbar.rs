use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::connection::ConnectionBadge;
use super::icon::{Icon, IconView};
use super::keys::open_help;
use super::refresh_picker::RefreshPicker;
use super::share::ShareButton;
use super::theme::ThemeSwitch;
use super::time_picker::TimePicker;
use crate::pages::Page;

/// Where one is, which time is shown, and how the connection is.
#[component]
pub(super) fn Topbar(
    /// The help on keys.
    help: NodeRef<html::Dialog>,
) -> impl IntoView {
    let path = use_location().pathname;
    let page = Memo::new(move |_| Page::at(&path.get()));
    let title = move || page.get().map_or("Not found", Page::title);
    let parent = move || {
        let parent = page.get().and_then(Page::parent)?;
        Some(view! { <li><a href=parent.path()>{parent.title()}</a></li> })
    };
    view! {
        <header class="topbar">
            <nav class="breadcrumbs" aria-label="Breadcrumbs">
                <ol>
                    <li><a href="/">"Watchfire"</a></li>
                    {parent}
                    <li aria-current="page">{title}</li>
                </ol>
            </nav>
            <ConnectionBadge/>
            <TimePicker/>
            <Show when=move || page.get() == Some(Page::Board)><RefreshPicker/></Show>
            <ShareButton/>
            <ThemeSwitch/>
            <button type="button" class="icon-button" aria-label="Keys" title="Keys ( ? )" on:click=move |_| open_help(help)>
                <IconView icon=Icon::Keyboard/>
            </button>
        </header>
    }
}
