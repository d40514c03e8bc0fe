//! The entry point in the browser: takes over the page that the server has rendered.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script once the module is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(watchfire_app::App);
}
