//! Dialogs of every page that no first view shows; their code is loaded when the first of them is opened.

use leptos::html;
use leptos::prelude::*;

use super::compare::ComparePicker;
use super::palette::Palette;
use super::share::CopyLink;

/// Which of them is open. A Leptos context.
#[derive(Clone, Copy)]
pub(crate) struct Extras(RwSignal<Option<Extra>>);

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    /// The list of keys.
    Keys,
    /// The way to everything by name.
    Palette,
    /// With what a dashboard is compared; it stands in the list of time ranges.
    Compare,
    /// Copies a link to what is in sight, and says how that went.
    Link(RwSignal<Option<&'static str>>),
}

impl Extras {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    pub(super) fn open(self, extra: Extra) {
        // What was typed into one that is open stays.
        if self.0.get_untracked() != Some(extra) {
            self.0.set(Some(extra));
        }
    }

    pub(super) fn close(self) {
        self.0.set(None);
    }

    pub(super) fn opened(self) -> Option<Extra> {
        self.0.get()
    }
}

/// What is open.
pub(crate) fn opened(extra: Extra, extras: Extras) -> AnyView {
    match extra {
        Extra::Keys => view! { <KeyHelp extras/> }.into_any(),
        Extra::Palette => view! { <Palette extras/> }.into_any(),
        Extra::Compare => view! { <ComparePicker/> }.into_any(),
        Extra::Link(said) => view! { <CopyLink said extras/> }.into_any(),
    }
}

/// A dialog that opens as it is put into the page, and is gone once it is closed.
#[component]
pub(super) fn Opened(
    /// The id of its heading.
    heading: &'static str,
    class: &'static str,
    extras: Extras,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // It fails only for a dialog that is open or not in the page.
            let _ = dialog.show_modal();
        }
    });
    // What is beside the dialog counts as the dialog itself.
    let beside = move |event: leptos::ev::MouseEvent| {
        let target = event.target().map(wasm_bindgen::JsValue::from);
        if target == dialog.get_untracked().map(|dialog| wasm_bindgen::JsValue::from(&*dialog)) {
            extras.close();
        }
    };
    view! {
        <dialog class=class node_ref=dialog aria-labelledby=heading on:close=move |_| extras.close() on:click=beside>
            {children()}
        </dialog>
    }
}

/// The keys there are, and what they do.
const KEYS: [(&str, &str); 18] = [
    ("?", "Show this list"),
    ("Ctrl+K", "Go anywhere by name"),
    ("/", "Write in the query or the search field"),
    ("t", "Choose the time range"),
    ("Ctrl+Z", "Zoom back out; while editing: undo"),
    ("s", "Share the dashboard; elsewhere copy a link to this view"),
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

/// The list of keys.
#[component]
fn KeyHelp(extras: Extras) -> impl IntoView {
    let row = |(key, meaning): (&'static str, &'static str)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{meaning}</dd></div> };
    view! {
        <Opened heading="keys-title" class="dialog" extras>
            <h2 id="keys-title">"Keys"</h2>
            <dl class="keys">{KEYS.map(row).collect_view()}</dl>
            <form method="dialog"><button type="submit" class="button">"Close"</button></form>
        </Opened>
    }
}
