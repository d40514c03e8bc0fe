//! The panels of a dashboard on its grid.

use leptos::html;
use leptos::prelude::*;
use watchfire_dashboard::{Clock, Kind, Place};
use watchfire_view::place_style;

use super::board::Board;
use super::panel::{BoardPanel, RowHeading, in_sight};
use super::turns::in_turn;

/// Panels below this row come in sight only by scrolling ...
const FIRST_ROWS: u16 = 40;

/// ... and of a dashboard with no more than this many, all are made at once.
const FIRST_PANELS: usize = 30;

/// Whether a panel, the `at`th to be read, is made with the page. Pictures of others, and all but their titles, are made when they
/// come in sight.
pub(crate) fn is_first(at: usize, place: Place) -> bool {
    at < FIRST_PANELS || place.y < FIRST_ROWS
}

/// All panels in sight.
#[component]
pub(crate) fn BoardGrid() -> impl IntoView {
    let board = expect_context::<Board>();
    let layout = Memo::new(move |_| board.layout());
    let keys = Memo::new(move |_| {
        layout.with(|layout| layout.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>())
    });
    let empty = move || keys.with(Vec::is_empty);
    view! {
        <div class="board-grid" class:editing=move || board.editing.get()>
            <For each=move || keys.get() key=Clone::clone let:key>
                <Cell key layout/>
            </For>
        </div>
        <Show when=empty><super::view::EmptyBoard/></Show>
    }
}

/// A panel in its place.
#[component]
fn Cell(key: String, layout: Memo<Vec<(String, Place)>>) -> impl IntoView {
    let board = expect_context::<Board>();
    let item = board.item(&key);
    let standing = Memo::new(move |_| {
        layout.with(|layout| {
            let at = layout.iter().position(|(other, _)| *other == key)?;
            Some((at, layout.get(at)?.1))
        })
    });
    let place = move || standing.get().map(|(_, place)| place).unwrap_or_default();
    let cell = NodeRef::<html::Div>::new();
    let seen = in_turn(in_sight(cell));
    let at_first = standing.get_untracked().is_some_and(|(at, place)| is_first(at, place));
    // Once it is there, it stays.
    let there = Memo::new(move |before: Option<&bool>| at_first || before == Some(&true) || seen.get());
    let is_row =
        Memo::new(move |_| item.with(|item| item.as_ref().is_some_and(|item| item.panel.kind == Kind::Row)));
    view! {
        <div class="board-cell" node_ref=cell class:row-cell=move || is_row.get() style=move || place_style(place())>
            {move || if is_row.get() {
                view! { <RowHeading item/> }.into_any()
            } else if there.get() {
                view! { <BoardPanel item/> }.into_any()
            } else {
                let (id, title) = item.with(|item| {
                    let item = item.as_ref()?;
                    let title = item.values.in_text(&item.panel.title, &Clock::default());
                    Some((format!("panel-{}", item.key), title))
                }).unwrap_or_default();
                view! {
                    <section id=id class="board-panel" data-state="waiting">
                        <header class="panel-head"><h2>{title}</h2></header>
                    </section>
                }
                .into_any()
            }}
        </div>
    }
}
