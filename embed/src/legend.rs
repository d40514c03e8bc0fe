//! The names of the series with their colours and numbers. A click shows one alone, with Ctrl it hides or shows one; a click on
//! a heading sorts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wasm_bindgen::JsCast;
use watchfire_chart::Theme;
use watchfire_dashboard::Panel;
use watchfire_panel::{Key, Prepared, escape, key};
use watchfire_view::{chosen, sorted};
use web_sys::{Element, MouseEvent};

use crate::page::Around;
use crate::{dom, pointer};

/// How many rows are shown; the rest is counted.
const MOST: usize = 200;

/// The legend of a picture.
pub(crate) struct Legend {
    root: Element,
    list: Element,
    hint: Element,
    /// What the server has made.
    first: Option<Element>,
    heads: Vec<&'static str>,
    /// Names and colours in their order: they change seldom, numbers with each tick.
    names: Vec<(String, String)>,
    sort: Option<(usize, bool)>,
}

impl Legend {
    pub(crate) fn take_over(panel: &Element) -> Option<Self> {
        let root = dom::find(panel, ".picture-area > .board-legend")?;
        Some(Self {
            list: dom::find(&root, "ul")?,
            hint: dom::find(&root, ".hint")?,
            first: dom::find(panel, ".legend-first"),
            root,
            heads: Vec::new(),
            names: Vec::new(),
            sort: None,
        })
    }

    /// What begins to follow clicks, in the `at`th panel of the page.
    pub(crate) fn begin(&self, at: usize) -> impl FnOnce() + use<> {
        let root = self.root.clone();
        move || {
            dom::on(&root, "click", move |event: MouseEvent| {
                let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                let Some(target) = target else { return };
                let of = |class: &str| -> Option<usize> {
                    target.closest(class).ok()??.get_attribute("data-at")?.parse().ok()
                };
                let (row, head) = (of(".legend-entry"), of(".legend-head"));
                let toggle = event.ctrl_key() || event.meta_key();
                pointer::act(at, |picture, around, item| {
                    if let Some(row) = row {
                        picture.hidden = picture.legend.chosen(&picture.hidden, row, toggle);
                    }
                    if let Some(column) = head {
                        picture.legend.turn(column);
                    }
                    picture.show_legend(item, around);
                });
            });
        }
    }

    fn chosen(&self, hidden: &BTreeSet<String>, row: usize, toggle: bool) -> BTreeSet<String> {
        let Some((name, _)) = self.names.get(row) else { return hidden.clone() };
        chosen(hidden, name, self.names.iter().map(|(name, _)| name.clone()), toggle)
    }

    fn turn(&mut self, column: usize) {
        self.sort = match self.sort {
            Some((known, false)) if known == column => Some((column, true)),
            Some((known, true)) if known == column => None,
            _ => Some((column, false)),
        };
    }

    /// Shows the legend of what is shown.
    pub(crate) fn show(
        &mut self,
        panel: &Panel,
        prepared: &Prepared,
        hidden: &BTreeSet<String>,
        around: &Around,
    ) {
        let legend = key(panel, prepared, &Theme::BOTH, around.utc_offset, around.now);
        let mut legend = legend.unwrap_or_default();
        if let Some((column, turned)) = self.sort {
            sorted(&mut legend, column, turned);
        }
        let more = legend.rows.len().saturating_sub(MOST);
        legend.rows.truncate(MOST);
        if let Some(first) = self.first.take() {
            first.remove();
        }
        self.show_heads(&legend);
        let names: Vec<_> = legend.rows.iter().map(|row| (row.name.clone(), row.color.clone())).collect();
        if names != self.names {
            self.list.set_inner_html(&rows(&legend));
            self.names = names;
        }
        let entries = dom::find_all(&self.list, ".legend-entry");
        for (entry, row) in entries.iter().zip(&legend.rows) {
            dom::set(entry, "aria-pressed", if hidden.contains(&row.name) { "false" } else { "true" });
            for (place, number) in dom::find_all(entry, ".legend-value").iter().zip(&row.numbers) {
                dom::write(place, number);
            }
        }
        let words = if more > 0 { format!("and {more} more series") } else { String::new() };
        dom::write(&self.hint, &words);
    }

    fn show_heads(&mut self, legend: &Key) {
        let heads = if legend.table { legend.heads.as_slice() } else { &[] };
        dom::set(&self.root, "class", if heads.is_empty() { "board-legend" } else { "board-legend table" });
        dom::set(&self.root, "style", &format!("--numbers:{}", legend.heads.len().max(1)));
        dom::set(&self.root, "data-rows", &legend.rows.len().to_string());
        if heads == self.heads {
            return;
        }
        self.heads = heads.to_vec();
        if let Some(old) = dom::find(&self.root, ".legend-heads") {
            old.remove();
        }
        let Some(row) = dom::make("div", "legend-heads").filter(|_| !heads.is_empty()) else { return };
        let head = |(at, head): (usize, &&str)| {
            format!(
                "<button type=\"button\" class=\"legend-head\" data-at=\"{at}\">{}</button>",
                escape(head)
            )
        };
        row.set_inner_html(&heads.iter().enumerate().map(head).collect::<String>());
        // It fails only where the list is not in the legend.
        let _ = self.root.insert_before(&row, Some(&self.list));
    }
}

/// The rows as HTML, without their numbers.
fn rows(legend: &Key) -> String {
    // Writing to a String cannot fail, so the results are not looked at.
    let mut html = String::new();
    for (at, row) in legend.rows.iter().enumerate() {
        let (name, color) = (escape(&row.name), escape(&row.color));
        let _ = write!(
            html,
            "<li><button type=\"button\" class=\"legend-entry\" title=\"{name}\" data-at=\"{at}\">"
        );
        let _ = write!(html, "<span class=\"legend-mark\" style=\"background-color:{color}\"></span>");
        let _ = write!(html, "<span class=\"legend-name\">{name}</span>");
        for _ in &row.numbers {
            html += "<span class=\"legend-value\"></span>";
        }
        html += "</button></li>";
    }
    html
}
