use std::sync::Arc;
use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use watchfire_dashboard::{Clock, Panel};
use watchfire_panel::Unfolded;
use watchfire_view::{SCRAPE_INTERVAL, csv, table_at};

use super::super::address::VARIABLE;
use super::super::board::Board;
use super::super::links::href;
use super::super::share::ShareView;
use super::feed::Feed;
use super::value_links::searched;
use crate::address::{Encoded, Search};
use crate::boards::view::OpenPanel;
use crate::range::{PageRange, query_of};

/// For how long a file that is downloaded is kept.
const KEPT: Duration = Duration::from_mins(1);

/// What can be done with a panel; what it is comes once the menu is opened for the first time.
#[component]
pub(super) fn PanelMenu(
    item: Memo<Option<Arc<Unfolded>>>,
    feed: Feed,
    /// The place of the table that is shown, among those with different columns.
    shown: RwSignal<usize>,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    if use_context::<super::super::EmbedPage>().is_some() {
        return super::super::embed::menu(item);
    }
    let menu = NodeRef::<html::Details>::new();
    let opened = RwSignal::new(false);
    let close = Callback::new(move |()| {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    });
    let entries = move || opened.get().then(|| crate::parts::panel_menu(item, feed, shown, close));
    view! {
        <details class="menu panel-menu" node_ref=menu on:toggle=move |_| opened.set(true)>
            <summary aria-label="Panel menu" title="Panel menu">"⋮"</summary>
            {entries}
        </details>
    }
    .into_any()
}

/// The entries of the menu of a panel.
#[component]
pub(crate) fn MenuEntries(
    item: Memo<Option<Arc<Unfolded>>>,
    feed: Feed,
    /// The place of the table that is shown, among those with different columns.
    shown: RwSignal<usize>,
    /// Closes the menu.
    close: Callback<()>,
) -> impl IntoView {
    let board = use_context::<Board>();
    let open = use_context::<OpenPanel>();
    let shared = use_context::<ShareView>().is_some();
    let close = move || close.run(());
    let key =
        move || item.with_untracked(|item| item.as_ref().map(|item| item.key.clone())).unwrap_or_default();
    let alone = move || open.is_some_and(|open| open.asked().with(|asked| asked.panel.is_some()));
    let look = move |_| {
        close();
        if let Some(open) = open {
            let alone = open.asked().with_untracked(|asked| asked.panel.is_some());
            open.view((!alone).then(key).as_deref());
        }
    };
    let edit = move |_| {
        close();
        let id = item.with_untracked(|item| item.as_ref().map(|item| item.panel.id));
        if let (Some(board), Some(open), Some(id)) = (board, open, id) {
            board.editing.set(true);
            open.edit(Some(id));
        }
    };
    let copy = move |_| {
        close();
        let Some((board, item)) = board.zip(item.get_untracked()) else { return };
        let panel: Option<Panel> =
            board.dashboard.with_untracked(|dashboard| dashboard.panel(item.panel.id).cloned());
        if let Some(panel) = panel {
            spawn_local(crate::parts::copy_panel(panel));
        }
    };
    let download = move |_| {
        close();
        let chosen = shown.get_untracked();
        let table = feed
            .prepared
            .with_untracked(|prepared| prepared.as_ref().and_then(|prepared| table_at(prepared, chosen)));
        if let (Some(table), Some(item)) = (table, item.get_untracked()) {
            save(&format!("{}.csv", item.panel.title), &csv(&table));
        }
    };
    let range = expect_context::<PageRange>();
    let explore = move || {
        item.with(|item| {
            let item = item.as_ref()?;
            let query = item.panel.queries.iter().find(|query| !query.expr.is_empty())?;
            let clock = Clock { from: 0, to: 3_600_000, step: 15_000, scrape_interval: SCRAPE_INTERVAL };
            let window = range.window();
            let query = Encoded(&item.values.in_query(&query.expr, &clock)).to_string();
            Some(format!("/explore{}&q={query}", query_of(window)))
        })
    };
    let search = searched();
    let links = move || {
        let item = item.get();
        item.map(|item| panel_links(&item, &search.get()))
    };
    let png = move || {
        let uid =
            board.map(|board| board.dashboard.with(|dashboard| dashboard.uid.clone())).unwrap_or_default();
        let key = item.with(|item| item.as_ref().map(|item| item.key.clone()).unwrap_or_default());
        search.with(|search| picture_path(&uid, &key, search))
    };
    view! {
            <ul class="menu-body menu-list">
                <li><button type="button" on:click=look>{move || if alone() { "Back to the dashboard ( v )" } else { "View alone ( v )" }}</button></li>
                <li><button type="button" on:click=download>"Download as CSV"</button></li>
                {(!shared).then(|| view! {
                    <li><button type="button" on:click=edit>"Edit ( e )"</button></li>
                    <li><button type="button" on:click=copy>"Copy"</button></li>
                    <li><a href=png rel="external" target="_blank">"As a picture"</a></li>
                    {move || explore().map(|href| view! { <li><a href=href>"Explore"</a></li> })}
                })}
                {links}
            </ul>
    }
    .into_any()
}

/// Where a panel leads, as entries of its menu.
pub(crate) fn panel_links(item: &Unfolded, search: &str) -> Vec<AnyView> {
    let link = |link: &watchfire_dashboard::Link| {
        let (title, href) = (link.title.clone(), href(link, search, &item.values));
        view! { <li><a href=href target=link.new_tab.then_some("_blank") rel="noopener">{title}</a></li> }
            .into_any()
    };
    item.panel.links.iter().map(link).collect()
}

/// Where a panel is a picture, of the range and the variables of the page with this query part.
fn picture_path(uid: &str, key: &str, search: &str) -> String {
    let page = Search::parse(search);
    let goes_along = |name: &str| matches!(name, "from" | "to" | "compare") || name.starts_with(VARIABLE);
    let kept = page.pairs().iter().filter(|(name, _)| goes_along(name));
    let search =
        kept.fold(Search::default().with("panel", key), |search, (name, value)| search.and(name, value));
    format!("/render/d/{}.png{search}", Encoded(uid))
}

/// Gives the reader a file. A large one does not fit into a URL of its own, so the URL only names it.
fn save(name: &str, content: &str) {
    use wasm_bindgen::{JsCast, JsValue};
    let parts = js_sys::Array::of1(&JsValue::from_str(content));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    // They fail only where a browser has no more memory.
    let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) else { return };
    let Ok(href) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    let Ok(anchor) = document().create_element("a") else { return };
    // Only an invalid attribute name could fail.
    let _ = anchor.set_attribute("href", &href);
    let _ = anchor.set_attribute("download", name);
    if let Some(anchor) = anchor.dyn_ref::<web_sys::HtmlElement>() {
        anchor.click();
    }
    // Browsers that ask where to put it read it later. Only what is no URL could fail.
    set_timeout(move || drop(web_sys::Url::revoke_object_url(&href)), KEPT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_show_what_the_page_shows() {
        let search = "?from=now-1h&to=now&var-host=a%20b&var-host=c&compare=1d&theme=dark&edit=1";
        assert_eq!(
            picture_path("we b", "7~a", search),
            "/render/d/we%20b.png?panel=7~a&from=now-1h&to=now&var-host=a%20b&var-host=c&compare=1d"
        );
    }
}
