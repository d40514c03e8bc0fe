//! What has to do with the page around: its height, and the form of the variables.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Event, HtmlElement, HtmlFormElement, ResizeObserver};

use crate::dom;

/// Tells the page around the frame how high this one would like to be, whenever that changes: `{"watchfire": {"height": 480}}`.
pub(crate) fn tell_height() {
    let Some(body) = dom::document().and_then(|document| document.body()) else { return };
    let measured: HtmlElement = body.clone();
    let mut last = 0;
    let changed = Closure::<dyn FnMut()>::new(move || {
        let height = measured.scroll_height();
        if height != last {
            last = height;
            post(height);
        }
    });
    if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
        observer.observe(&body);
    }
    changed.forget();
}

fn post(height: i32) {
    let (inner, message) = (js_sys::Object::new(), js_sys::Object::new());
    // Setting a field of a fresh object cannot fail.
    let _ = js_sys::Reflect::set(&inner, &"height".into(), &height.into());
    let _ = js_sys::Reflect::set(&message, &"watchfire".into(), &inner);
    if let Some(Ok(Some(parent))) = dom::window().map(|window| window.parent()) {
        // A number that says nothing of what is shown: whoever has the frame may know it.
        let _ = parent.post_message(&message, "*");
    }
}

/// The form of the variables is sent as soon as something is chosen; without this client it has a button for that.
pub(crate) fn follow_form() {
    let Some(root) = dom::document().and_then(|document| document.document_element()) else { return };
    let form = dom::find(&root, "form.variables").and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    let Some(form) = form else { return };
    let sent = form.clone();
    dom::on(&form, "change", move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        // Of several all are chosen before they are sent: with the button beside them.
        if target.is_none_or(|target| target.get_attribute("type").as_deref() != Some("checkbox")) {
            // It fails only for a form that is not on the page.
            let _ = sent.submit();
        }
    });
}
