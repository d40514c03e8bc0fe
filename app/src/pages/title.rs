use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// The title of a page, as long as no other page has one.
///
/// The server says it at once: it writes the page's head when what the page was made of may be out of its reach, on another
/// thread. The browser writes it by itself: `leptos_meta` keeps the titles of pages that were put in the place of others, and
/// asks them when they are gone.
#[component]
pub(crate) fn Title(#[prop(into)] text: TextProp) -> impl IntoView {
    let whole = move || format!("{} · Watchfire", text.get());
    // Making it is enough; in the page itself neither side has anything.
    #[cfg(feature = "ssr")]
    drop(view! { <leptos_meta::Title text=untrack(whole)/> });
    #[cfg(not(feature = "ssr"))]
    Effect::new(move |_| document().set_title(&whole()));
}
