use std::sync::Arc;

use leptos::prelude::*;
use watchfire_chart::Theme;
use watchfire_panel::{CellWords, Cells, ColumnWords, Table, Unfolded, shown_table, table_names};
use watchfire_view::ordered;

use super::super::links::OfValue;
use super::super::share::ShareView;
use super::feed::Feed;
use super::value_links::searched;
use crate::preferences::Preferences;

/// How many rows are shown; the rest is counted, and found by filtering.
const MOST: usize = 500;

/// Rows and columns: sorted by a click on a heading, filtered by writing, with colours in cells.
#[expect(clippy::too_many_lines, reason = "a page in one piece reads better than in two")]
#[component]
pub(super) fn PanelTable(
    item: Memo<Option<Arc<Unfolded>>>,
    feed: Feed,
    /// Of tables with different columns one is shown at a time.
    chosen: RwSignal<usize>,
    first: StoredValue<String>,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let sort = RwSignal::new(None::<(String, bool)>);
    let filters = RwSignal::new(std::collections::BTreeMap::<String, String>::new());
    let names = Memo::new(move |_| {
        feed.prepared.with(|prepared| prepared.as_ref().map(|prepared| table_names(&prepared.tables)))
    });
    let table = Memo::new(move |_| {
        feed.prepared
            .with(|prepared| {
                prepared.as_ref().and_then(|prepared| shown_table(&prepared.tables, chosen.get()))
            })
            .map(Arc::new)
    });
    let own_sort = Memo::new(move |_| {
        item.with(|item| item.as_ref().and_then(|item| item.panel.view.sort_by.first().cloned())).map(
            |text| {
                let descending = text.starts_with('-');
                (text.trim_start_matches('-').to_owned(), descending)
            },
        )
    });
    let filterable =
        Memo::new(move |_| item.with(|item| item.as_ref().is_some_and(|item| item.panel.view.filterable)));
    let columns = Memo::new(move |_| {
        let column = |column: &watchfire_panel::Column| {
            (column.name.clone(), matches!(column.cells, Cells::Number(_)), column.field.column_width)
        };
        table.with(|table| {
            table
                .as_ref()
                .map(|table| table.columns.iter().map(column).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let shared = use_context::<ShareView>().is_some();
    let search = searched();
    // Where the cells of a row lead.
    let ways = move |table: &Table, row: usize, cells: &[CellWords]| -> Vec<Option<(String, bool)>> {
        let values = item.with(|item| item.as_ref().map(|item| item.values.clone()).unwrap_or_default());
        let names = table.columns.iter().map(|column| column.name.as_str());
        let fields: Vec<_> = names.zip(cells.iter().map(|cell| cell.text.clone())).collect();
        let way = |(column, cell): (&watchfire_panel::Column, &CellWords)| {
            let link = column.field.links.first()?;
            let key = column.cells.key(row);
            let text = if key.is_empty() { &cell.text } else { &key };
            let value = OfValue { name: &column.name, labels: &column.labels, text, fields: &fields };
            Some((search.with(|search| value.href(link, search, &values)), link.new_tab))
        };
        table.columns.iter().zip(cells).map(way).collect()
    };
    let rows = move || {
        let Some(table) = table.get() else { return (Vec::new(), 0) };
        let sort = sort.get().or_else(|| own_sort.get());
        let words: Vec<ColumnWords<'_>> = table
            .columns
            .iter()
            .map(|column| {
                ColumnWords::of(column, &Theme::BOTH, preferences.utc_offset(), crate::range::clock())
            })
            .collect();
        let say = |column: usize, row: usize| words[column].cell(row).text;
        let order = filters.with(|filters| ordered(&table, sort.as_ref(), filters, &say));
        let linked = !shared && table.columns.iter().any(|column| !column.field.links.is_empty());
        let row = |row: &usize| {
            let cells: Vec<_> = words.iter().map(|words| words.cell(*row)).collect();
            let ways = if linked { ways(&table, *row, &cells) } else { Vec::new() };
            let numeric = words.iter().map(ColumnWords::is_numeric);
            let cells = cells.into_iter().zip(numeric).enumerate();
            cells
                .map(|(at, (cell, numeric))| (cell, numeric, ways.get(at).cloned().flatten()))
                .collect::<Vec<_>>()
        };
        (order.iter().take(MOST).map(row).collect::<Vec<_>>(), order.len())
    };
    let head = move |(name, numeric, width): (String, bool, Option<u16>)| {
        let (clicked, asked, filtered) = (name.clone(), name.clone(), name.clone());
        let turn = move |_| {
            sort.update(|sort| {
                *sort = match sort.take() {
                    Some((known, false)) if known == clicked => Some((clicked.clone(), true)),
                    Some((known, true)) if known == clicked => None,
                    _ => Some((clicked.clone(), false)),
                };
            });
        };
        let order = move || match sort.get().or_else(|| own_sort.get()) {
            Some((known, descending)) if known == asked => {
                if descending {
                    "descending"
                } else {
                    "ascending"
                }
            }
            _ => "none",
        };
        let write = move |event| {
            let text = event_target_value(&event);
            filters.update(|filters| drop(filters.insert(filtered.clone(), text)));
        };
        let label = format!("Filter {name}");
        let style = width.map(|width| format!("width:{width}px"));
        view! {
            <th scope="col" class:numeric=numeric aria-sort=order style=style>
                <button type="button" class="sort" on:click=turn>{name}</button>
                <Show when=move || filterable.get()><input type="search" class="table-filter" aria-label=label.clone() on:input=write.clone()/></Show>
            </th>
        }
        .into_any()
    };
    let cell = |(cell, numeric, way): (CellWords, bool, Option<(String, bool)>)| {
        let style = cell.color.map(|color| {
            if cell.fill {
                format!("background:{};color:{}", color.css(), color.ink().css())
            } else {
                format!("--tint:{}", color.css())
            }
        });
        let content = match way {
            Some((href, new_tab)) => {
                let target = new_tab.then_some("_blank");
                view! { <a href=href target=target rel="noopener">{cell.text}</a> }.into_any()
            }
            None => cell.text.into_any(),
        };
        view! { <td class:numeric=numeric style=style>{content}</td> }
    };
    let filtered_out = move || table.with(Option::is_some) && rows().1 == 0;
    let choose = move |event| chosen.set(event_target_value(&event).parse().unwrap_or(0));
    let choice = move || {
        let names = names.get().filter(|names| names.len() > 1)?;
        let option = |(at, name): (usize, String)| {
            view! { <option value=at.to_string() selected=move || chosen.get() == at>{name}</option> }
        };
        let options = names.into_iter().enumerate().map(option).collect_view();
        Some(
            view! { <select class="table-choice" aria-label="Which series" on:change=choose>{options}</select> },
        )
    };
    let ready = move || table.with(Option::is_some);
    view! {
        <div class="panel-table-area" tabindex="0">
            <Show when=ready fallback=move || view! { <div class="panel-first" inner_html=first.get_value()></div> }>
                <table class="panel-table">
                    <thead><tr>{move || columns.get().into_iter().map(head).collect_view()}</tr></thead>
                    <tbody>
                        {move || rows().0.into_iter().map(|row| view! { <tr>{row.into_iter().map(cell).collect_view()}</tr> }).collect_view()}
                    </tbody>
                </table>
                <Show when=move || filtered_out()><p class="hint">"No row fits what is written above."</p></Show>
                <p class="hint">{move || { let there = rows().1; (there > MOST).then(|| format!("{there} rows; the first {MOST} are shown")) }}</p>
            </Show>
            {choice}
        </div>
    }
    .into_any()
}
