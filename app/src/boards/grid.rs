//! The panels of a dashboard on its grid.

use leptos::html;
use leptos::prelude::*;
use watchfire_dashboard::{Clock, Kind, Place};

use super::board::Board;
use super::panel::{BoardPanel, RowHeading, in_sight};

/// Panels below this row come in sight only by scrolling: their pictures, and all but their titles, are made then.
pub(crate) const FIRST_ROWS: u16 = 40;

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
    let place = Memo::new(move |_| {
        layout
            .with(|layout| layout.iter().find(|(other, _)| *other == key).map(|(_, place)| *place))
            .unwrap_or_default()
    });
    let cell = NodeRef::<html::Div>::new();
    let seen = in_sight(cell);
    let at_first = place.get_untracked().y < FIRST_ROWS;
    // Once it is there, it stays.
    let there = Memo::new(move |before: Option<&bool>| at_first || before == Some(&true) || seen.get());
    let is_row =
        Memo::new(move |_| item.with(|item| item.as_ref().is_some_and(|item| item.panel.kind == Kind::Row)));
    view! {
        <div class="board-cell" node_ref=cell class:row-cell=move || is_row.get() style=move || style(place.get())>
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

/// A place as the style sheet takes it.
pub(crate) fn style(place: Place) -> String {
    let Place { x, y, w, h } = place;
    format!("--x:{};--y:{};--w:{w};--h:{h}", x + 1, y + 1)
}
