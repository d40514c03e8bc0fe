//! The interface: Leptos pages, rendered on the server (feature `ssr`) and taken over in the browser (feature `hydrate`).
//!
//! [`document`] is the whole HTML page, [`App`] its body. What the first render needs is read before it begins
//! ([`prefetch`]) and given to it as context, so that rendering never waits.

// Views are types inside of types.
#![recursion_limit = "256"]
#![allow(unreachable_pub, reason = "the component macro makes items public that lie in private modules")]

mod add_data;
mod address;
mod alerts;
mod api;
mod boards;
mod cardinality;
mod crosshair;
mod data;
mod document;
mod explore;
mod live;
mod numbers;
mod pages;
mod parts;
mod preferences;
mod range;
mod shell;
mod targets;

#[cfg(feature = "ssr")]
use std::{collections::BTreeMap, sync::Arc};

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

pub use add_data::Doors;
#[cfg(feature = "ssr")]
pub use boards::EmbedPage;
pub use boards::ShareView;
#[cfg(feature = "ssr")]
pub use data::{Asked, FirstPaint, frozen_paint, prefetch, shared_paint};
pub use document::{Assets, document};
pub use pages::Page;
pub use parts::Part;
pub use preferences::{Choices, ColorTheme};
pub use range::{DEFAULT_WINDOW, window_of};

#[cfg(feature = "ssr")]
use crate::boards::FirstPanel;
use crate::boards::FirstShare;
use crate::crosshair::Crosshair;
use crate::live::Live;
use crate::preferences::Preferences;
use crate::range::PageRange;

/// The panels that the server has drawn, by their key; a Leptos context that only the server provides.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub(crate) struct Pictures(Arc<BTreeMap<String, FirstPanel>>);

#[cfg(feature = "ssr")]
impl Pictures {
    pub(crate) fn of(&self, key: &str) -> Option<FirstPanel> {
        self.0.get(key).cloned()
    }
}

/// What the server has read ahead, as Leptos contexts.
#[cfg(feature = "ssr")]
pub fn provide_first_paint(paint: FirstPaint, choices: Choices) {
    provide_context(Pictures(Arc::new(paint.pictures)));
    provide_context(paint.board);
    provide_context(paint.list);
    provide_context(paint.share);
    provide_context(choices);
}

/// The first value of a name in the query part of a URL, read as the pages read it.
#[cfg(feature = "ssr")]
pub fn query_value(search: &str, name: &str) -> Option<String> {
    address::Search::parse(search).get(name).map(str::to_owned)
}

/// Tells pages at which address they were asked for, as a Leptos context: `host` is the request's `Host`, a name or an
/// address with its port. And where else the server takes samples.
#[cfg(feature = "ssr")]
pub fn provide_addresses(host: Option<&str>, doors: Doors) {
    if let Some(host) = host {
        provide_context(add_data::Origin(format!("http://{host}")));
    }
    provide_context(doors);
}

/// Tells pages how many alerts fire that nothing mutes, and how grave the gravest is, as a Leptos context.
#[cfg(feature = "ssr")]
pub fn provide_firing(firing: u64, severity: Option<&str>) {
    provide_context(shell::Firing { firing, severity: severity.map(str::to_owned) });
}

/// What the server has provided as a context, and the browser finds in the page. It is not put into pages that another client
/// takes over.
pub(crate) fn carried<T>() -> T
where
    T: Clone + Default + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
{
    let there = || use_context::<T>().unwrap_or_default();
    #[cfg(feature = "ssr")]
    if use_context::<EmbedPage>().is_some() {
        return there();
    }
    SharedValue::new(there).into_inner()
}

/// The page's body.
#[component]
pub fn App() -> impl IntoView {
    #[cfg(feature = "ssr")]
    leptos_meta::provide_meta_context();
    #[cfg(feature = "hydrate")]
    shell::hear_of_history();
    provide_context(carried::<Doors>());
    let preferences = Preferences::new(first_choices());
    provide_context(preferences);
    let share = carried::<FirstShare>().0;
    let live = Live::new(share.as_ref().map_or_else(|| Live::PATH.to_owned(), ShareView::live_path));
    provide_context(live.clone());
    provide_context(Crosshair::new());
    preferences.keep();
    // Of a snapshot, and of a link that leads nowhere, there is nothing to watch.
    let frozen = share.as_ref().is_some_and(|share| share.frozen.is_some() || share.token.is_empty());
    Effect::new(move |_| {
        if !frozen {
            live.start();
        }
        if let Some(root) = document_element() {
            // Only an invalid attribute name could fail. Tests wait for this.
            let _ = root.set_attribute("data-hydrated", "true");
        }
    });
    view! {
        <Router>
            <Frame share/>
        </Router>
    }
}

/// The shell around the pages; below the router, since the range is in the URL.
#[component]
fn Frame(share: Option<ShareView>) -> impl IntoView {
    let range = PageRange::from_url();
    provide_context(range);
    provide_context(shell::Heading::new());
    if let Some(share) = share {
        if let Some((from, to)) = &share.window {
            range.lock(from, to);
        }
        return parts::share(share);
    }
    parts::site()
}

/// All pages but those of shares.
pub(crate) fn site() -> impl IntoView {
    view! {
        <shell::Shell>
            <Routes fallback=pages::NotFound>
                <Route path=path!("/") view=parts::board/>
                <Route path=path!("/host") view=parts::board/>
                <Route path=path!("/dashboards") view=parts::boards/>
                <Route path=path!("/dashboards/playlists") view=parts::playlists/>
                <Route path=path!("/dashboards/links") view=parts::shares/>
                <Route path=path!("/d/:uid") view=parts::board/>
                <Route path=path!("/explore") view=parts::explore/>
                <Route path=path!("/explore/cardinality") view=parts::cardinality/>
                // One for all: each route costs every page some kilobytes.
                <Route path=path!("/alerts") view=alerts::alerting/>
                <Route path=path!("/alerts/*below") view=alerts::alerting/>
                <Route path=path!("/add-data") view=parts::add_data/>
                <Route path=path!("/add-data/targets") view=parts::targets/>
            </Routes>
        </shell::Shell>
    }
}

fn first_choices() -> Choices {
    #[cfg(feature = "hydrate")]
    return preferences::of_this_browser();
    #[cfg(not(feature = "hydrate"))]
    return use_context::<Choices>().unwrap_or_default();
}

fn document_element() -> Option<web_sys::Element> {
    leptos::prelude::document().document_element()
}
