use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::Ask;

/// What is asked before changes are lost.
const LOST: &str = "There are changes that are not saved. Leave without them?";

/// Asks before changes are lost that were not saved, when the page is left and when a link leads to another one; as long as the
/// calling component lives.
pub(crate) fn ask_before_leaving(changed: impl Fn() -> bool + Copy + Send + Sync + 'static) {
    let ask = expect_context::<Ask>();
    // The reader has agreed to leave.
    let leaves = StoredValue::new(false);
    Effect::new(move |_| {
        let handle =
            window_event_listener(leptos::ev::beforeunload, move |event: web_sys::BeforeUnloadEvent| {
                if changed() {
                    event.prevent_default();
                    event.set_return_value(LOST);
                }
            });
        on_cleanup(move || handle.remove());
    });
    Effect::new(move |_| {
        // Before the router sees it.
        let clicked = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let link = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .and_then(|element| element.closest("a[href]").ok().flatten());
            let Some(link) = link else { return };
            let here = window().location().pathname().unwrap_or_default();
            let stays = link.has_attribute("target")
                || link.has_attribute("download")
                || link
                    .get_attribute("href")
                    .is_some_and(|href| href.split('?').next() == Some(here.as_str()));
            if stays || !changed() || leaves.try_get_value() == Some(true) {
                return;
            }
            event.prevent_default();
            event.stop_propagation();
            let Ok(link) = link.dyn_into::<web_sys::HtmlElement>() else { return };
            let link = SendWrapper::new(link);
            ask.confirm(LOST, "Leave", move || {
                leaves.try_set_value(true);
                link.click();
                leaves.try_set_value(false);
            });
        });
        let target = clicked.as_ref().unchecked_ref::<js_sys::Function>().clone();
        // Only an event that cannot be listened to could fail.
        let _ = document().add_event_listener_with_callback_and_bool("click", &target, true);
        let held = SendWrapper::new(clicked);
        on_cleanup(move || {
            let target = held.as_ref().unchecked_ref::<js_sys::Function>();
            let _ = document().remove_event_listener_with_callback_and_bool("click", target, true);
        });
    });
}
