use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::Ask;

/// What is asked before changes are lost.
const LOST: &str = "There are changes that are not saved. Leave without them?";

/// Asks before changes are lost that were not saved: when the page is left, when a link leads to another one, and when the
/// browser goes back or forward to one; as long as the calling component lives.
pub(crate) fn ask_before_leaving(changed: impl Fn() -> bool + Copy + Send + Sync + 'static) {
    // The reader has agreed to leave.
    let leaves = StoredValue::new(false);
    let asks = move || changed() && leaves.try_get_value() != Some(true);
    Effect::new(move |_| {
        let handle =
            window_event_listener(leptos::ev::beforeunload, move |event: web_sys::BeforeUnloadEvent| {
                if asks() {
                    event.prevent_default();
                    event.set_return_value(LOST);
                }
            });
        on_cleanup(move || handle.remove());
    });
    guard_links(asks, leaves);
    guard_history(asks, leaves);
}

/// Asks no more for as long as leaving takes; who is still there after that has not left.
fn leave(leaves: StoredValue<bool>) {
    leaves.try_set_value(true);
    let stayed = move || {
        leaves.try_set_value(false);
    };
    set_timeout(stayed, Duration::from_secs(3));
}

/// Links, and the keys that follow them.
fn guard_links(asks: impl Fn() -> bool + Copy + Send + Sync + 'static, leaves: StoredValue<bool>) {
    let ask = expect_context::<Ask>();
    let navigate = StoredValue::new(use_navigate());
    Effect::new(move |_| {
        // Before the router sees it.
        let clicked = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let link = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .and_then(|element| element.closest("a[href]").ok().flatten());
            let Some(link) = link else { return };
            let href = link.get_attribute("href").unwrap_or_default();
            let here = window().location().pathname().unwrap_or_default();
            let other_scheme = href.split(['/', '?', '#']).next().is_some_and(|start| start.contains(':'))
                && !href.starts_with("http");
            let stays = link.has_attribute("target")
                || link.has_attribute("download")
                || other_scheme
                || href.starts_with(['#', '?'])
                || href.split('?').next() == Some(here.as_str());
            if stays || !asks() {
                return;
            }
            event.prevent_default();
            event.stop_propagation();
            let outside = link.has_attribute("rel") || !href.starts_with('/');
            ask.confirm(LOST, "Leave", move || {
                leave(leaves);
                if outside {
                    // A browser that refuses says so itself.
                    let _ = window().location().set_href(&href);
                } else {
                    navigate.try_with_value(|navigate| navigate(&href, NavigateOptions::default()));
                }
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

thread_local! {
    /// What stops the browser's way back and forward; says whether it does.
    static GUARD: RefCell<Option<Guard>> = const { RefCell::new(None) };
}

type Guard = Rc<dyn Fn() -> bool>;

/// Hears of the browser's way back and forward before the router does: browsers tell those first who listened first, so this
/// has to come before the router is there.
#[cfg(feature = "hydrate")]
pub(crate) fn hear_of_history() {
    let gone = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        let guard = GUARD.with_borrow(Clone::clone);
        if guard.is_some_and(|stops| stops()) {
            event.stop_immediate_propagation();
        }
    });
    // Only an event that cannot be listened to could fail.
    let _ = window().add_event_listener_with_callback("popstate", gone.as_ref().unchecked_ref());
    // It lives as long as the page.
    gone.forget();
}

/// The browser's way back and forward: it has gone already when it is told, so it is undone until the reader agrees.
fn guard_history(asks: impl Fn() -> bool + Copy + Send + Sync + 'static, leaves: StoredValue<bool>) {
    let ask = expect_context::<Ask>();
    let location = use_location();
    let stops = move || {
        // The router does not know yet.
        let (Some(path), Some(search)) =
            (location.pathname.try_get_untracked(), location.search.try_get_untracked())
        else {
            return false;
        };
        if window().location().pathname().is_ok_and(|now| now == path) || !asks() {
            return false;
        }
        let Ok(history) = window().history() else { return false };
        let here =
            if search.is_empty() { path } else { format!("{path}?{}", search.trim_start_matches('?')) };
        // Only a URL of another origin could fail.
        let _ = history.push_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&here));
        ask.confirm(LOST, "Leave", move || {
            leave(leaves);
            // Without a history there is nowhere to go.
            let _ = window().history().and_then(|history| history.back());
        });
        true
    };
    Effect::new(move |_| {
        GUARD.set(Some(Rc::new(stops)));
        on_cleanup(|| GUARD.set(None));
    });
}
