//! The rows of a dashboard, which fold what lies below them.

use wasm_bindgen::JsCast;
use watchfire_panel::layout;
use watchfire_view::place_style;
use web_sys::{Element, Event};

use crate::dom;
use crate::page::{self, Page};

/// Follows clicks on the headings of rows.
pub(crate) fn follow() {
    let Some(root) = dom::document().and_then(|document| document.document_element()) else { return };
    let Some(grid) = dom::find(&root, ".board-grid") else { return };
    let cells = grid.clone();
    dom::on(&grid, "click", move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let heading = target.and_then(|target| target.closest(".row-heading").ok()?);
        let Some(heading) = heading else { return };
        let cell = heading.closest(".board-cell").ok().flatten();
        if let Some(key) = cell.and_then(|cell| cell.get_attribute("data-key")) {
            page::with(|page| {
                page.turn(&key, &heading);
                page.lay(&cells);
            });
        }
    });
}

impl Page {
    /// Folds a row, or opens it.
    fn turn(&mut self, key: &str, heading: &Element) {
        let Some(item) = self.items.get(key) else { return };
        let folded = !self.folds.get(key).copied().unwrap_or(item.panel.view.folded);
        self.folds.insert(key.to_owned(), folded);
        dom::set(heading, "aria-expanded", if folded { "false" } else { "true" });
        if let Some(mark) = dom::find(heading, ".row-mark") {
            dom::write(&mark, if folded { "▸" } else { "▾" });
        }
    }

    /// Puts the panels where they belong.
    fn lay(&self, grid: &Element) {
        let places = layout(&self.items, |key, folded| self.folds.get(key).copied().unwrap_or(folded));
        for cell in dom::find_all(grid, ".board-cell") {
            let key = cell.get_attribute("data-key").unwrap_or_default();
            let place = places.iter().find(|(other, _)| *other == key);
            let style = place.map_or_else(|| "display:none".to_owned(), |(_, place)| place_style(*place));
            dom::set(&cell, "style", &style);
        }
    }
}
