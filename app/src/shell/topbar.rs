use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::connection::ConnectionBadge;
use super::extras::{Extra, Extras};
use super::icon::{Icon, IconView};
use super::refresh_picker::RefreshPicker;
use super::share::ShareButton;
use super::theme::ThemeSwitch;
use super::time_picker::TimePicker;
use crate::pages::Page;

/// What a page calls itself, where that is known only once it is loaded; a Leptos context.
#[derive(Clone, Copy)]
pub(crate) struct Heading(RwSignal<Option<String>>);

impl Heading {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// As long as the calling component lives.
    pub(crate) fn follow(self, title: impl Fn() -> String + 'static) {
        Effect::new(move |_| self.0.set(Some(title())));
        on_cleanup(move || {
            // The page may be gone as a whole.
            let _ = self.0.try_set(None);
        });
    }
}

/// Where one is, which time is shown, and how the connection is.
#[component]
pub(super) fn Topbar(
    /// Dialogs that it opens.
    extras: Extras,
) -> impl IntoView {
    let path = use_location().pathname;
    let page = Memo::new(move |_| Page::at(&path.get()));
    let heading = expect_context::<Heading>();
    let title = move || match page.get() {
        Some(page) if !page.is_listed() => {
            heading.0.get().unwrap_or_else(|| path.with(|path| page.title_at(path).to_owned()))
        }
        page => page.map_or("Not found", Page::title).to_owned(),
    };
    let parents = move || {
        let parents = std::iter::successors(page.get().and_then(Page::parent), |page| page.parent());
        let mut parents: Vec<Page> = parents.collect();
        parents.reverse();
        let link = |parent: Page| view! { <li><a href=parent.path()>{parent.title()}</a></li> };
        parents.into_iter().map(link).collect_view()
    };
    view! {
        <header class="topbar">
            <nav class="breadcrumbs" aria-label="Breadcrumbs">
                <ol>
                    <li><a href="/">"Watchfire"</a></li>
                    {parents}
                    <li aria-current="page">{title}</li>
                </ol>
            </nav>
            <ConnectionBadge/>
            <TimePicker/>
            <Show when=move || page.get().is_some_and(Page::is_live)><RefreshPicker/></Show>
            <ShareButton extras/>
            <ThemeSwitch/>
            <button type="button" class="icon-button" aria-label="Keys" title="Keys ( ? )" on:click=move |_| extras.open(Extra::Keys)>
                <IconView icon=Icon::Keyboard/>
            </button>
        </header>
    }
}
