//! Rows and columns: sorted by a click on a heading, filtered by writing, with colours in cells.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use wasm_bindgen::JsCast;
use watchfire_chart::Theme;
use watchfire_dashboard::Panel;
use watchfire_panel::{Cells, ColumnWords, Prepared, Table, escape, shown_table};
use watchfire_view::ordered;
use web_sys::{Element, Event, HtmlInputElement};

use crate::dom;
use crate::page::{self, Around};

/// How many rows are shown; the rest is counted, and found by filtering.
const MOST: usize = 500;

/// The table of a panel.
pub(crate) struct PanelTable {
    area: Element,
    table: Option<Arc<Table>>,
    /// The heads as they stand there.
    heads: String,
    body: String,
    filterable: bool,
    own_sort: Option<(String, bool)>,
    sort: Option<(String, bool)>,
    filters: BTreeMap<String, String>,
}

impl PanelTable {
    pub(crate) fn new(area: Element, panel: &Panel) -> Self {
        let own_sort = panel.view.sort_by.first();
        Self {
            area,
            table: None,
            heads: String::new(),
            body: String::new(),
            filterable: panel.view.filterable,
            own_sort: own_sort.map(|text| (text.trim_start_matches('-').to_owned(), text.starts_with('-'))),
            sort: None,
            filters: BTreeMap::new(),
        }
    }

    /// What begins to follow clicks and what is written, in the `at`th panel of the page.
    pub(crate) fn begin(&self, at: usize) -> impl FnOnce() + use<> {
        let area = self.area.clone();
        move || {
            dom::on(&area, "click", move |event: Event| {
                if let Some((column, _)) = column_of(&event, ".sort") {
                    act(at, |table| table.turn(column));
                }
            });
            dom::on(&area, "input", move |event: Event| {
                if let Some((column, element)) = column_of(&event, ".table-filter") {
                    let text = element.dyn_into::<HtmlInputElement>().map(|input| input.value());
                    act(at, |table| table.filter(column, text.unwrap_or_default()));
                }
            });
        }
    }

    fn name(&self, column: usize) -> Option<String> {
        Some(self.table.as_ref()?.columns.get(column)?.name.clone())
    }

    fn turn(&mut self, column: usize) {
        let Some(clicked) = self.name(column) else { return };
        self.sort = match self.sort.take() {
            Some((known, false)) if known == clicked => Some((clicked, true)),
            Some((known, true)) if known == clicked => None,
            _ => Some((clicked, false)),
        };
    }

    fn filter(&mut self, column: usize, text: String) {
        if let Some(name) = self.name(column) {
            self.filters.insert(name, text);
        }
    }

    /// Shows the table of what is shown.
    pub(crate) fn show(&mut self, prepared: &Prepared, around: &Around) {
        if let Some(table) = shown_table(&prepared.tables, 0) {
            self.table = Some(Arc::new(table));
            self.write(around);
        }
    }

    fn write(&mut self, around: &Around) {
        let Some(table) = self.table.clone() else { return };
        let heads = self.heads_of(&table);
        if heads != self.heads {
            self.area.set_inner_html(&format!(
                "<table class=\"panel-table\"><thead><tr>{heads}</tr></thead><tbody></tbody></table><p class=\"hint\"></p>"
            ));
            self.heads = heads;
            self.body.clear();
        }
        let sort = self.sort.as_ref().or(self.own_sort.as_ref());
        for (head, column) in dom::find_all(&self.area, "th").iter().zip(&table.columns) {
            let order = match sort {
                Some((name, true)) if *name == column.name => "descending",
                Some((name, false)) if *name == column.name => "ascending",
                _ => "none",
            };
            dom::set(head, "aria-sort", order);
        }
        let words = words_of(&table, around);
        let say = |column: usize, row: usize| {
            words.get(column).map(|words| words.cell(row).text).unwrap_or_default()
        };
        let order = ordered(&table, sort, &self.filters, &say);
        let body = rows(&words, order.get(..MOST).unwrap_or(&order));
        if body != self.body {
            if let Some(place) = dom::find(&self.area, "tbody") {
                place.set_inner_html(&body);
            }
            self.body = body;
        }
        let there = order.len();
        let hint =
            if there > MOST { format!("{there} rows; the first {MOST} are shown") } else { String::new() };
        if let Some(place) = dom::find(&self.area, ".hint") {
            dom::write(&place, &hint);
        }
    }

    fn heads_of(&self, table: &Table) -> String {
        // Writing to a String cannot fail, so the results are not looked at.
        let mut html = String::new();
        for (at, column) in table.columns.iter().enumerate() {
            let class = if matches!(column.cells, Cells::Number(_)) { " class=\"numeric\"" } else { "" };
            let width = column.field.column_width;
            let style = width.map(|width| format!(" style=\"width:{width}px\"")).unwrap_or_default();
            let name = escape(&column.name);
            let _ = write!(
                html,
                "<th scope=\"col\"{class}{style}><button type=\"button\" class=\"sort\" data-at=\"{at}\">{name}</button>"
            );
            if self.filterable {
                let _ = write!(
                    html,
                    "<input type=\"search\" class=\"table-filter\" aria-label=\"Filter {name}\" data-at=\"{at}\">"
                );
            }
            html += "</th>";
        }
        html
    }
}

fn words_of<'a>(table: &'a Table, around: &Around) -> Vec<ColumnWords<'a>> {
    let words = |column| ColumnWords::of(column, &Theme::BOTH, around.utc_offset, around.now);
    table.columns.iter().map(words).collect()
}

fn rows(words: &[ColumnWords<'_>], order: &[usize]) -> String {
    let mut html = String::new();
    for row in order {
        html += "<tr>";
        for words in words {
            html += &words.cell_html(*row);
        }
        html += "</tr>";
    }
    html
}

/// The column that an event is about, and the element that stands for it.
fn column_of(event: &Event, selector: &str) -> Option<(usize, Element)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest(selector).ok()??;
    Some((element.get_attribute("data-at")?.parse().ok()?, element))
}

fn act(at: usize, then: impl FnOnce(&mut PanelTable)) {
    page::with(|page| {
        if let Some(table) = page.panels.get_mut(at).and_then(|panel| panel.table_mut()) {
            then(table);
            table.write(&page.around);
        }
    });
}
