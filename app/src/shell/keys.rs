use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use crate::pages::Page;
use crate::preferences::Preferences;
use crate::range::{GoTo, PageRange, query_of};

/// The keys there are, and what they do.
const KEYS: [(&str, &str); 17] = [
    ("?", "Show this list"),
    ("/", "Write in the query or the search field"),
    ("t", "Choose the time range"),
    ("Ctrl+Z", "Zoom back out; while editing: undo"),
    ("s", "Copy a link to this view"),
    ("[", "Fold or open the sidebar"),
    ("e", "Edit the dashboard, or the panel under the pointer"),
    ("v", "Show the panel under the pointer alone"),
    ("Ctrl+S", "Save the dashboard that is edited"),
    ("Ctrl+Shift+Z", "Redo what Ctrl+Z has undone"),
    ("d", "Go to the dashboards"),
    ("o", "Go to the overview"),
    ("h", "Go to the host"),
    ("x", "Explore"),
    ("a", "Go to the alerts"),
    ("← →", "On a chart: read value after value"),
    ("Esc", "Close what is open"),
];

/// Obeys keys that are pressed outside of fields.
pub(super) fn listen(help: NodeRef<html::Dialog>) {
    let preferences = expect_context::<Preferences>();
    let range = expect_context::<PageRange>();
    let go_to = GoTo::new();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let (go_to, navigate) = (go_to.clone(), navigate.clone());
        let to_page = move |page: Page| {
            navigate(
                &format!("{}{}", page.path(), query_of(range.window_untracked())),
                NavigateOptions::default(),
            );
        };
        let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
            // What a page has done itself is done.
            if event.default_prevented() || is_typing(&event) || event.alt_key() {
                return;
            }
            let control = event.ctrl_key() || event.meta_key();
            match (event.key().as_str(), control) {
                ("z", true) => go_to.zoom_out(),
                ("?", false) => open_help(help),
                ("t", false) => open_time_range(),
                ("s", false) => click(".share"),
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

/// Shows the help on keys.
pub(super) fn open_help(help: NodeRef<html::Dialog>) {
    if let Some(dialog) = help.get_untracked().filter(|dialog| !dialog.open()) {
        // It fails only for a dialog that is open or not in the page.
        let _ = dialog.show_modal();
    }
}

/// The list of keys.
#[component]
pub(super) fn KeyHelp(
    /// The dialog that [`open_help`] opens.
    dialog: NodeRef<html::Dialog>,
) -> impl IntoView {
    let row = |(key, meaning): (&'static str, &'static str)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{meaning}</dd></div> };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <dl class="keys">{KEYS.map(row).collect_view()}</dl>
            <form method="dialog"><button type="submit" class="button">"Close"</button></form>
        </dialog>
    }
}
