use leptos::prelude::*;

/// Calls `then` after `millis` milliseconds.
pub(super) fn after(millis: u32, then: impl FnOnce() + 'static) {
    set_timeout(then, std::time::Duration::from_millis(u64::from(millis)));
}

/// Calls `then` each second as long as the page is open.
pub(super) fn each_second(then: impl Fn() + 'static) {
    set_interval(then, std::time::Duration::from_secs(1));
}

/// Tells `then` each time that the page is hidden (`true`) or seen again, as long as it is open.
pub(super) fn when_hidden(then: impl Fn(bool) + 'static) {
    // The listener stays: dropping the handle does not remove it.
    let _ = window_event_listener(leptos::ev::visibilitychange, move |_| then(document().hidden()));
}

/// Loads the page again if the server said that it is being developed.
pub(super) fn reload_in_development() {
    let root = document().document_element();
    if root.is_some_and(|root| root.has_attribute("data-dev-reload")) {
        // Nothing is lost if it fails: the developer has a reload key, too.
        let _ = window().location().reload();
    }
}
