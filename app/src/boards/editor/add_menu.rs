//! A button that opens a list of things to add.

use leptos::html;
use leptos::prelude::*;

/// What can be added: a word for each, and what people read.
#[component]
pub(super) fn AddMenu(
    /// What the button says.
    title: &'static str,
    #[prop(into)] entries: Signal<Vec<(String, String)>>,
    /// Called with the word of what was chosen.
    add: Callback<String>,
) -> impl IntoView {
    let menu = NodeRef::<html::Details>::new();
    let entry = move |(word, title): (String, String)| {
        let choose = move |_| {
            if let Some(menu) = menu.get_untracked() {
                menu.set_open(false);
            }
            add.run(word.clone());
        };
        view! { <li><button type="button" on:click=choose>{title}</button></li> }
    };
    view! {
        <details class="menu add-menu" node_ref=menu>
            <summary>{title}</summary>
            <ul class="menu-body menu-list">{move || entries.get().into_iter().map(entry).collect_view()}</ul>
        </details>
    }
    .into_any()
}
