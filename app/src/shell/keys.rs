use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use super::extras::{Extra, Extras};
use crate::pages::Page;
use crate::preferences::Preferences;
use crate::range::{GoTo, PageRange, query_of};

/// Obeys keys that are pressed outside of fields.
pub(super) fn listen(extras: Extras) {
    let preferences = expect_context::<Preferences>();
    let range = expect_context::<PageRange>();
    let go_to = GoTo::new();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let (go_to, navigate) = (go_to.clone(), navigate.clone());
        // As a click on the page's link does, which asks before changes are lost.
        let to_page = move |page: Page| match find(&format!(".nav-link[title={:?}]", page.title())) {
            Some(link) => link.click(),
            None => navigate(
                &format!("{}{}", page.path(), query_of(range.window_untracked())),
                NavigateOptions::default(),
            ),
        };
        let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
            // What a page has done itself is done.
            let control = event.ctrl_key() || event.meta_key();
            if control && event.key() == "k" {
                event.prevent_default();
                return extras.open(Extra::Palette);
            }
            if event.default_prevented() || is_typing(&event) || event.alt_key() {
                return;
            }
            match (event.key().as_str(), control) {
                ("z", true) => go_to.zoom_out(),
                ("?", false) => extras.open(Extra::Keys),
                ("t", false) => open_time_range(),
                // A dashboard has a way of its own.
                ("s", false) if find(".share-board").is_none() => click(".share"),
                ("[", false) => preferences.folded.update(|folded| *folded = !*folded),
                ("o", false) => to_page(Page::Overview),
                ("d", false) => to_page(Page::Dashboards),
                ("h", false) => to_page(Page::Host),
                ("x", false) => to_page(Page::Explore),
                ("a", false) => to_page(Page::Alerts),
                ("/", false) => focus("[data-search]"),
                ("Escape", false) => return close_menus(),
                _ => return,
            }
            event.prevent_default();
        });
        // A click anywhere else closes a menu, too.
        let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            if let Some(menu) = find(".menu[open]").filter(|menu| !menu.contains(target.as_ref())) {
                let _ = menu.remove_attribute("open");
            }
        });
        on_cleanup(move || {
            handle.remove();
            outside.remove();
        });
    });
}

pub(crate) fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        ["TEXTAREA", "SELECT"].contains(&element.tag_name().as_str())
            || (element.tag_name() == "INPUT" && element.get_attribute("type").as_deref() != Some("checkbox"))
    }) && event.key() != "Escape"
}

fn find(selector: &str) -> Option<web_sys::HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

fn click(selector: &str) {
    if let Some(element) = find(selector) {
        element.click();
    }
}

fn focus(selector: &str) {
    if let Some(element) = find(selector) {
        // Focus is a courtesy.
        let _ = element.focus();
    }
}

fn open_time_range() {
    let Some(menu) = find(".time-picker") else { return };
    // Setting a boolean attribute fails only for an invalid name; so for focus, which is a courtesy.
    let _ = menu.set_attribute("open", "");
    if let Some(input) = find(".time-picker input[name=from]") {
        let _ = input.focus();
    }
}

fn close_menus() {
    if let Some(menu) = find(".menu[open]") {
        focus(".menu[open] summary");
        let _ = menu.remove_attribute("open");
    }
}
