//! The theme and the zone of the page.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlDocument};

use crate::dom;

/// Whether the page is dark now: as chosen, or as the operating system asks. `changed` is called when that is another.
pub(crate) fn is_dark(changed: impl Fn(bool) + 'static) -> bool {
    let root = dom::document().and_then(|document| document.document_element());
    match root.and_then(|root| root.get_attribute("data-theme")).as_deref() {
        Some("dark") => return true,
        Some("light") => return false,
        _ => {}
    }
    let query = dom::window().and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok()?);
    let Some(query) = query else { return true };
    let asked = query.clone();
    dom::on(&query, "change", move |_: Event| changed(asked.matches()));
    query.matches()
}

/// Milliseconds that the zone of the browser is east of UTC. A cookie keeps it for the server's next page.
pub(crate) fn zone() -> i64 {
    const YEAR: u32 = 365 * 86_400;
    // JavaScript counts minutes to the west.
    let minutes = -(js_sys::Date::new_0().get_timezone_offset() as i64);
    if let Some(document) = dom::document().and_then(|document| document.dyn_into::<HtmlDocument>().ok()) {
        // A browser that takes no cookies, as many do in frames, shows UTC at first next time.
        let _ = document
            .set_cookie(&format!("watchfire_utc_offset={minutes}; path=/; max-age={YEAR}; samesite=lax"));
    }
    minutes * 60_000
}
