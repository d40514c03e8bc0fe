use std::sync::Arc;

use leptos::prelude::*;
use watchfire_dashboard::Clock;
use watchfire_panel::Unfolded;

use super::super::board::Board;
use super::super::editor::tools_while_edited;

/// The heading of a row, which folds what lies below it.
#[component]
pub(crate) fn RowHeading(item: Memo<Option<Arc<Unfolded>>>) -> impl IntoView {
    let board = expect_context::<Board>();
    let title = move || {
        item.with(|item| {
            let item = item.as_ref()?;
            Some(item.values.in_text(&item.panel.title, &Clock::default()))
        })
    };
    let key = move || -> Option<(String, bool)> {
        item.with(|item| item.as_ref().map(|item| (item.key.clone(), item.panel.view.folded)))
    };
    let folded = Memo::new(move |_| key().is_some_and(|(key, folded)| board.is_folded(&key, folded)));
    let turn = move |_| {
        if let Some((key, by_itself)) = key() {
            board.fold(&key, !board.is_folded(&key, by_itself));
        }
    };
    view! {
        <section class="board-row">
            <h2>
                <button type="button" class="row-heading" aria-expanded=move || (!folded.get()).to_string() on:click=turn>
                    <span class="row-mark" aria-hidden="true">{move || if folded.get() { "▸" } else { "▾" }}</span>
                    {title}
                </button>
            </h2>
            {tools_while_edited(item)}
        </section>
    }
}
