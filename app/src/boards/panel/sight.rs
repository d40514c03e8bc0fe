//! Whether an element is in sight, and how large it is.

use leptos::html::ElementType;
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use {send_wrapper::SendWrapper, wasm_bindgen::JsCast, wasm_bindgen::closure::Closure};

/// Whether the element is in sight or nearly so; what is not need not ask for data.
pub(crate) fn in_sight<E>(element: NodeRef<E>) -> RwSignal<bool>
where
    E: ElementType + 'static,
    E::Output: wasm_bindgen::JsCast + AsRef<web_sys::Element> + Clone + 'static,
{
    let seen = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let changed = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let last = entries
                .iter()
                .last()
                .and_then(|entry| entry.dyn_into::<web_sys::IntersectionObserverEntry>().ok());
            if let Some(entry) = last {
                let now = entry.is_intersecting();
                if seen.try_get_untracked().is_some_and(|before| before != now) {
                    seen.set(now);
                }
            }
        });
        let options = web_sys::IntersectionObserverInit::new();
        // What comes into sight soon is there when it does.
        options.set_root_margin("300px");
        let observer =
            web_sys::IntersectionObserver::new_with_options(changed.as_ref().unchecked_ref(), &options);
        let Ok(observer) = observer else { return seen.set(true) };
        observer.observe(AsRef::<web_sys::Element>::as_ref(&element));
        let held = SendWrapper::new((observer, changed));
        on_cleanup(move || held.0.disconnect());
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = element;
    seen
}

/// The element's size in CSS pixels, as it changes.
pub(super) fn size_of<E>(element: NodeRef<E>) -> RwSignal<(f64, f64)>
where
    E: ElementType + 'static,
    E::Output: wasm_bindgen::JsCast + AsRef<web_sys::Element> + Clone + 'static,
{
    let size = RwSignal::new((0.0, 0.0));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let element: web_sys::Element = AsRef::<web_sys::Element>::as_ref(&element).clone();
        let measure = move |element: &web_sys::Element| {
            let now = (f64::from(element.client_width()), f64::from(element.client_height()));
            let moved = size.try_get_untracked().is_some_and(|(width, height): (f64, f64)| {
                (width - now.0).abs() > 0.5 || (height - now.1).abs() > 0.5
            });
            if moved {
                size.set(now);
            }
        };
        measure(&element);
        let measured = element.clone();
        let changed = Closure::<dyn FnMut()>::new(move || measure(&measured));
        let Ok(observer) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        let held = SendWrapper::new((observer, changed));
        on_cleanup(move || held.0.disconnect());
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = element;
    size
}
