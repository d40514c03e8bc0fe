use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use super::firing::first;
use super::icon::{Icon, IconView};
use crate::pages::Page;
use crate::preferences::Preferences;
use crate::range::kept;

impl Page {
    fn icon(self) -> Icon {
        match self {
            Self::Overview => Icon::Overview,
            Self::Host => Icon::Host,
            Self::Dashboards | Self::Board | Self::Playlists | Self::Shares => Icon::Dashboards,
            Self::Explore | Self::Cardinality => Icon::Explore,
            Self::Alerts
            | Self::Rules
            | Self::Rule
            | Self::RuleForm
            | Self::Silences
            | Self::Silence
            | Self::Routing
            | Self::Deliveries
            | Self::OnCall => Icon::Alerts,
            Self::AddData | Self::Targets => Icon::Add,
        }
    }
}

/// The ways to the pages. Links keep the time range.
#[component]
pub(super) fn Sidebar() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let (search, path) = (use_location().search, use_location().pathname);
    let entry = move |page: Page| {
        let href = move || format!("{}{}", page.path(), search.with(|search| kept(search)));
        // What belongs to a page marks it, too; everything lies below the overview's path.
        let exact = page == Page::Overview;
        // Dashboards do not lie below their list.
        let class = move || {
            let below = path.with(|path| Page::at(path)) == Some(Page::Board) && page == Page::Dashboards;
            if below { "nav-link current" } else { "nav-link" }
        };
        view! {
            <li>
                <A href=href exact attr:class=class attr:title=page.title() attr:aria-describedby=page.path()>
                    <IconView icon=page.icon()/>
                    <span class="nav-text">{page.title()}</span>
                </A>
                // Of who only hears it belongs to the way there, too.
                <span id=page.path() inner_html=first(page)></span>
            </li>
        }
    };
    let fold = move |_| preferences.folded.update(|folded| *folded = !*folded);
    view! {
        <nav class="sidebar" aria-label="Pages">
            <a class="brand" href="/">
                <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M12 2c1 4 6 6 6 12a6 6 0 0 1-12 0c0-2 1-4 2-5c0 2 1 3 2 3c1-3-1-6 2-10z"></path>
                </svg>
                <span class="nav-text">"Watchfire"</span>
            </a>
            <ul>{Page::SIDEBAR.map(entry).collect_view()}</ul>
            <button
                type="button"
                class="nav-link fold"
                aria-pressed=move || preferences.folded.get().to_string()
                title="Fold the sidebar ( [ )"
                on:click=fold
            >
                <IconView icon=Icon::Fold/>
                <span class="nav-text">"Fold"</span>
            </button>
        </nav>
    }
}
