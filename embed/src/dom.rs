//! Short words for what the browser offers. Listeners stay as long as the page is open.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Document, Element, Event, EventTarget, Window};

/// The window. A page has one.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// Tells that the page is in this client's hands; tests wait for it.
pub(crate) fn mark_ready() {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        set(&root, "data-hydrated", "true");
    }
}

/// Sets an attribute.
pub(crate) fn set(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        // Only an invalid name could fail.
        let _ = element.set_attribute(name, value);
    }
}

/// Writes a text, unless it stands there already.
pub(crate) fn write(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        element.set_text_content(Some(text));
    }
}

/// The first element below `parent` that a selector finds.
pub(crate) fn find(parent: &Element, selector: &str) -> Option<Element> {
    parent.query_selector(selector).ok().flatten()
}

/// All of them.
pub(crate) fn find_all(parent: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = parent.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

/// A new element with a class.
pub(crate) fn make(tag: &str, class: &str) -> Option<Element> {
    let element = document()?.create_element(tag).ok()?;
    element.set_class_name(class);
    Some(element)
}

/// Calls `then` at each event of this name.
pub(crate) fn on<E: JsCast>(target: &EventTarget, name: &str, mut then: impl FnMut(E) + 'static) {
    let heard = Closure::<dyn FnMut(Event)>::new(move |event: Event| then(event.unchecked_into()));
    // It fails for no name of an event.
    let _ = target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    heard.forget();
}

/// Calls `then` after `millis` milliseconds.
pub(crate) fn after(millis: u32, then: impl FnOnce() + 'static) {
    let called = Closure::once_into_js(then);
    if let Some(window) = window() {
        // It fails for no callback.
        let _ = window
            .set_timeout_with_callback_and_timeout_and_arguments_0(called.unchecked_ref(), millis as i32);
    }
}

/// Calls `then` each second.
pub(crate) fn each_second(then: impl FnMut() + 'static) {
    let called = Closure::<dyn FnMut()>::new(then);
    if let Some(window) = window() {
        // It fails for no callback.
        let _ = window
            .set_interval_with_callback_and_timeout_and_arguments_0(called.as_ref().unchecked_ref(), 1000);
    }
    called.forget();
}

/// Calls `then` before the next picture of the screen.
pub(crate) fn next_frame(then: impl FnOnce() + 'static) {
    let called = Closure::once_into_js(then);
    if let Some(window) = window() {
        // It fails for no callback.
        let _ = window.request_animation_frame(called.unchecked_ref());
    }
}
