//! The browser's side of an embedded share. The server has rendered the page; this takes it over element by element: it watches
//! what is in sight, draws it on the canvas that stands there, and writes numbers, tables and states where they belong. What
//! it does with panels is that of the interface (`watchfire_view`), without the interface around it, so that a frame loads
//! little.

mod asking;
mod dom;
mod frame;
mod legend;
mod line;
mod look;
mod page;
mod panel;
mod picture;
mod pointer;
mod rows;
mod table;

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script once the module is loaded.
#[wasm_bindgen]
pub fn start() {
    console_error_panic_hook::set_once();
    // Without what the server tells a page stays as the server has rendered it.
    let Some(told) = page::told() else { return };
    frame::tell_height();
    frame::follow_form();
    page::open(told);
    dom::mark_ready();
}
