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
        .filter(move |page| page.is_listed() && (*page == family || page.parent() == Some(family)))
        .map(|page| (page.path(), page.view_title()));
    let mut members: Vec<_> = members.collect();
    if family == Page::Alerts {
        // Who does what comes right after what there is now; how it is set up after that.
        members.insert(1, ("/alerts/incidents", "Incidents"));
        members.insert(4, ("/alerts/maintenance", "Maintenance"));
        members.insert(5, ("/alerts/heartbeats", "Heartbeats"));
        members.insert(6, ("/alerts/schedules", "Schedules"));
    }
    let link = move |(path, title): (&'static str, &'static str)| {
        let href = move || format!("{path}{}", search.with(|search| kept(search)));
        // What lies below a view belongs to it; everything lies below the first.
        let exact = path == family.path();
        view! { <li><A href=href exact attr:class="view-link">{title}</A></li> }
    };
    view! {
        <nav class="views" aria-label="Views">
            <ul>{members.into_iter().map(link).collect_view()}</ul>
        </nav>
    }
    .into_any()
}
