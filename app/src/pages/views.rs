use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use super::Page;
use crate::range::kept;

/// The views of a page that has more than one: links that keep the time range.
#[component]
pub(crate) fn Views(
    /// Where one is.
    current: Page,
) -> impl IntoView {
    let search = use_location().search;
    let family = current.parent().unwrap_or(current);
    let members = Page::ALL
        .into_iter()
        .filter(move |page| page.is_listed() && (*page == family || page.parent() == Some(family)));
    let link = move |page: Page| {
        let href = move || format!("{}{}", page.path(), search.with(|search| kept(search)));
        let title = page.view_title();
        // What lies below a view belongs to it; everything lies below the first.
        let exact = page == family;
        view! { <li><A href=href exact attr:class="view-link">{title}</A></li> }
    };
    view! { <nav class="views" aria-label="Views"><ul>{members.map(link).collect_view()}</ul></nav> }
        .into_any()
}
