//! The entry point in the browser: takes over the page that the server has rendered.

use wasm_bindgen::prelude::wasm_bindgen;
use watchfire_app::Part;

/// Called by the page's script once the module is loaded.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let location = leptos::prelude::window().location();
    let (path, search) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    let needed = Part::needed(&path, &search);
    for part in &needed {
        // The loader has told the console why. Without its parts a page stays as the server has rendered it.
        if part.load().await.is_err() {
            return;
        }
    }
    leptos::mount::hydrate_body(watchfire_app::App);
    // At hand before it is asked for, also where the server goes away meanwhile; where it fails it is loaded when it is needed.
    if needed.iter().any(|part| part.has_pictures()) {
        let _ = Part::Later.load().await;
    }
}
