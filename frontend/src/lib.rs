//! The entry point in the browser: takes over the page that the server has rendered.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::{set_timeout, window_event_listener_untyped};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::wasm_bindgen;
use watchfire_app::Part;

/// Called by the page's script once the module is loaded.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let location = leptos::prelude::window().location();
    let (path, search) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    let needed = Part::needed(&path, &search);
    for part in needed {
        // The loader has told the console why. Without its parts a page stays as the server has rendered it.
        if part.load().await.is_err() {
            return;
        }
    }
    leptos::mount::hydrate_body(watchfire_app::App);
    load_later();
}

/// How long a page is looked at before it is made ready for more.
const LOOKED_AT: Duration = Duration::from_secs(15);

/// Loads what no first view shows with the first move of a hand; after a while without one, too, so that it is at hand where the server
/// goes away.
fn load_later() {
    let begun = Rc::new(Cell::new(false));
    let load = move || {
        if !begun.replace(true) {
            load_until_there();
        }
    };
    for what in ["pointermove", "pointerdown", "keydown"] {
        let load = load.clone();
        // As long as the page.
        let _listens = window_event_listener_untyped(what, move |_| load());
    }
    set_timeout(load, LOOKED_AT);
}

/// Tries again after a while, also where no hand moves: the number of alerts that fire is followed from then on.
fn load_until_there() {
    spawn_local(async {
        if Part::Later.load().await.is_err() {
            set_timeout(load_until_there, LOOKED_AT);
        }
    });
}
