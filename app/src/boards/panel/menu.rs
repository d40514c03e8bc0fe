use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use watchfire_dashboard::{Clock, Panel};
use watchfire_panel::{Cells, Prepared, Table, Unfolded, shown_table};

use super::super::board::Board;
use super::super::links::href;
use super::super::share::ShareView;
use super::feed::Feed;
use super::table::csv;
use crate::address::Encoded;
use crate::boards::view::OpenPanel;

/// What can be done with a panel.
#[component]
pub(super) fn PanelMenu(item: Memo<Option<Arc<Unfolded>>>, feed: Feed) -> impl IntoView {
    let board = use_context::<Board>();
    let open = use_context::<OpenPanel>();
    let shared = use_context::<ShareView>().is_some();
    let menu = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
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
        let table = feed
            .prepared
            .with_untracked(|prepared| prepared.as_ref().and_then(|prepared| table_of(prepared)));
        if let (Some(table), Some(item)) = (table, item.get_untracked()) {
            save(&format!("{}.csv", item.panel.title), &csv(&table));
        }
    };
    let explore = move || {
        item.with(|item| {
            let item = item.as_ref()?;
            let query = item.panel.queries.iter().find(|query| !query.expr.is_empty())?;
            let clock =
                Clock { from: 0, to: 3_600_000, step: 15_000, scrape_interval: super::feed::SCRAPE_INTERVAL };
            Some(format!("/explore?q={}", Encoded(&item.values.in_query(&query.expr, &clock))))
        })
    };
    let links = move || {
        let Some(item) = item.get() else { return Vec::new() };
        let search = leptos_router::hooks::use_location().search.get();
        item.panel
            .links
            .iter()
            .map(|link| (link.title.clone(), href(link, &search, &item.values), link.new_tab))
            .collect()
    };
    let link = |(title, href, new_tab): (String, String, bool)| {
        view! { <li><a href=href target=new_tab.then_some("_blank") rel="noopener">{title}</a></li> }
    };
    let png = move || {
        let uid =
            board.map(|board| board.dashboard.with(|dashboard| dashboard.uid.clone())).unwrap_or_default();
        let key = item.with(|item| item.as_ref().map(|item| item.key.clone()).unwrap_or_default());
        format!("/render/d/{}.png?panel={}", Encoded(&uid), Encoded(&key))
    };
    view! {
        <details class="menu panel-menu" node_ref=menu>
            <summary aria-label="Panel menu" title="Panel menu">"⋮"</summary>
            <ul class="menu-body">
                <li><button type="button" on:click=look>{move || if alone() { "Back to the dashboard ( v )" } else { "View alone ( v )" }}</button></li>
                <li><button type="button" on:click=download>"Download as CSV"</button></li>
                {(!shared).then(|| view! {
                    <li><button type="button" on:click=edit>"Edit ( e )"</button></li>
                    <li><button type="button" on:click=copy>"Copy"</button></li>
                    <li><a href=png rel="external" target="_blank">"As a picture"</a></li>
                    {move || explore().map(|href| view! { <li><a href=href>"Explore"</a></li> })}
                })}
                {move || links().into_iter().map(link).collect_view()}
            </ul>
        </details>
    }
    .into_any()
}

/// What a panel shows as one table: series by their time.
fn table_of(prepared: &Prepared) -> Option<Table> {
    if let Some(table) = shown_table(&prepared.tables) {
        return Some(table);
    }
    let times = (0..prepared.grid.len).map(|index| prepared.grid.time(index)).collect();
    let column = |name: String, cells| watchfire_panel::Column {
        name,
        cells,
        labels: watchfire_model::Labels::empty(),
        query: String::new(),
        field: watchfire_dashboard::Field::default(),
    };
    let mut columns = vec![column("time".to_owned(), Cells::Time(times))];
    columns.extend(
        prepared
            .series
            .iter()
            .map(|series| column(series.name.clone(), Cells::Number(series.values.clone()))),
    );
    (columns.len() > 1).then_some(Table { columns })
}

/// Gives the reader a file.
fn save(name: &str, content: &str) {
    use wasm_bindgen::JsCast;
    let href = format!("data:text/csv;charset=utf-8,{}", Encoded(content));
    let Ok(anchor) = document().create_element("a") else { return };
    // Only an invalid attribute name could fail.
    let _ = anchor.set_attribute("href", &href);
    let _ = anchor.set_attribute("download", name);
    if let Some(anchor) = anchor.dyn_ref::<web_sys::HtmlElement>() {
        anchor.click();
    }
}
