use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use watchfire_dashboard::{COLUMNS, Kind, Place};
use watchfire_panel::Unfolded;

use super::super::board::Board;
use crate::boards::view::OpenPanel;

/// The height of a row of the grid with the gap below it, in CSS pixels; as in the style sheet.
const ROW: f64 = 36.0;

/// The least width and height that a drag makes of a panel; less has no room for its tools.
const LEAST: u16 = 2;

/// What a drag changes.
#[derive(Clone, Copy, PartialEq)]
enum Drag {
    Move,
    Resize,
}

/// Where a drag began.
#[derive(Clone, Copy)]
struct Began {
    drag: Drag,
    at: (f64, f64),
    place: Place,
    /// The width of a column in CSS pixels.
    column: f64,
    number: u32,
}

/// A panel of a dashboard, as it is shown.
pub(crate) type PanelItem = Memo<Option<Arc<Unfolded>>>;

/// The tools of a panel, while its dashboard is edited.
pub(crate) fn tools_while_edited(item: PanelItem) -> AnyView {
    let board = expect_context::<Board>();
    (move || board.editing.get().then(|| crate::parts::panel_tools(item))).into_any()
}

/// While a dashboard is edited: handles to move and resize a panel by pointer or by arrow keys, and what else can be done with
/// it.
#[component]
pub(crate) fn PanelTools(item: PanelItem) -> impl IntoView {
    let board = expect_context::<Board>();
    let open = use_context::<OpenPanel>();
    let id = Memo::new(move |_| item.with(|item| item.as_ref().map_or(0, |item| item.panel.id)));
    let is_row = move || item.with(|item| item.as_ref().is_some_and(|item| item.panel.kind == Kind::Row));
    let began = RwSignal::new(None::<Began>);
    let drags = StoredValue::new(0_u32);
    let place = move || {
        board.dashboard.with_untracked(|dashboard| dashboard.panel(id.get_untracked()).map(|panel| panel.at))
    };
    let press = move |event: &PointerEvent, drag: Drag| {
        let Some(place) = place().filter(|_| event.button() == 0) else { return };
        let grid = document().query_selector(".board-grid").ok().flatten();
        let Some(grid) = grid.filter(|grid| grid.client_width() > 700) else { return };
        event.prevent_default();
        if let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            // Without it the pointer is lost only when it leaves the window.
            let _ = target.set_pointer_capture(event.pointer_id());
        }
        drags.update_value(|count| *count += 1);
        let column = f64::from(grid.client_width()) / f64::from(COLUMNS);
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        began.set(Some(Began { drag, at, place, column, number: drags.get_value() }));
    };
    let follow = move |event: &PointerEvent| {
        let Some(began) = began.get_untracked() else { return };
        let across = ((f64::from(event.client_x()) - began.at.0) / began.column).round() as i32;
        let down = ((f64::from(event.client_y()) - began.at.1) / ROW).round() as i32;
        let id = id.get_untracked();
        let new = changed(began.place, began.drag, across, down);
        board.change(&format!("drag {id} {}", began.number), |dashboard| dashboard.move_to(id, new));
    };
    let key = move |event: &KeyboardEvent| {
        let (across, down) = match event.key().as_str() {
            "ArrowLeft" => (-1, 0),
            "ArrowRight" => (1, 0),
            "ArrowUp" => (0, -1),
            "ArrowDown" => (0, 1),
            _ => return,
        };
        let Some(place) = place() else { return };
        event.prevent_default();
        let drag = if event.shift_key() { Drag::Resize } else { Drag::Move };
        let id = id.get_untracked();
        let mut new = changed(place, drag, across, down);
        if drag == Drag::Move && down != 0 {
            new.y = beyond(board, id, place, down);
        }
        board.change(&format!("keys {id}"), |dashboard| dashboard.move_to(id, new));
        // Panels are read in the order of their places; one that is put elsewhere loses the focus.
        let key = item.with_untracked(|item| item.as_ref().map(|item| item.key.clone()));
        focus_soon(format!("[id={:?}] .panel-grip", format!("panel-{}", key.unwrap_or_default())));
    };
    let duplicate = move |_| {
        let id = id.get_untracked();
        board.change("", |dashboard| {
            dashboard.duplicate(id);
        });
    };
    let remove = move |_| {
        let id = id.get_untracked();
        board.change("", |dashboard| dashboard.remove(id));
        focus_soon(".add-menu summary".to_owned());
    };
    let edit = move |_| {
        if let Some(open) = open {
            open.edit(Some(id.get_untracked()));
        }
    };
    view! {
        <div class="panel-tools">
            <button
                type="button" class="panel-grip" title="Move: drag, or arrow keys; Shift and arrow keys resize"
                aria-label="Move this panel: arrow keys; with Shift they resize it"
                on:pointerdown=move |event| press(&event, Drag::Move)
                on:pointermove=move |event| follow(&event)
                on:pointerup=move |_| began.set(None)
                on:pointercancel=move |_| began.set(None)
                on:keydown=move |event| key(&event)
            >"⠿"</button>
            <button type="button" title="Edit ( e )" aria-label="Edit this panel" on:click=edit>"✎"</button>
            <button type="button" title="Duplicate" aria-label="Duplicate this panel" on:click=duplicate>
                <svg viewBox="0 0 16 16" width="12" height="12" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">
                    <path d="M2 2h8v8H2zM6 10v4h8V6h-4"/>
                </svg>
            </button>
            <button type="button" title="Remove" aria-label="Remove this panel" on:click=remove>"✕"</button>
        </div>
        <Show when=move || !is_row()>
            <span
                class="panel-resize" aria-hidden="true"
                on:pointerdown=move |event| press(&event, Drag::Resize)
                on:pointermove=move |event| follow(&event)
                on:pointerup=move |_| began.set(None)
                on:pointercancel=move |_| began.set(None)
            ></span>
        </Show>
    }
    .into_any()
}

/// Puts the focus on an element once it is there: what had it may be gone.
pub(super) fn focus_soon(selector: String) {
    request_animation_frame(move || {
        let found = document().query_selector(&selector).ok().flatten();
        if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            // Focus is a courtesy.
            let _ = element.focus();
        }
    });
}

/// A place after a drag of so many columns and rows.
fn changed(place: Place, drag: Drag, across: i32, down: i32) -> Place {
    let add = |value: u16, more: i32, least: u16| {
        let sum = i32::from(value).saturating_add(more).max(i32::from(least));
        u16::try_from(sum).unwrap_or(u16::MAX)
    };
    match drag {
        Drag::Move => Place {
            x: add(place.x, across, 0).min(COLUMNS - place.w.min(COLUMNS)),
            y: add(place.y, down, 0),
            ..place
        },
        Drag::Resize => Place {
            w: add(place.w, across, LEAST).min(COLUMNS - place.x.min(COLUMNS - 1)),
            h: add(place.h, down, LEAST),
            ..place
        },
    }
}

/// The row that a panel goes to by an arrow key: past its neighbour, since one row further it would fall back.
fn beyond(board: Board, id: u32, place: Place, down: i32) -> u16 {
    board.dashboard.with_untracked(|dashboard| {
        let beside = dashboard.panels.iter().filter(|panel| panel.id != id);
        let beside =
            beside.map(|panel| panel.at).filter(|other| other.x < place.right() && place.x < other.right());
        if down > 0 {
            let below = beside.filter(|other| other.y >= place.bottom()).min_by_key(|other| other.y);
            below.map_or(place.y, |below| below.y + 1)
        } else {
            let above = beside.filter(|other| other.bottom() <= place.y).max_by_key(|other| other.bottom());
            above.map_or(0, |above| above.y)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drags_stay_on_the_grid() {
        let place = Place { x: 6, y: 2, w: 12, h: 4 };
        for (drag, across, down, expected) in [
            (Drag::Move, 100, -5, Place { x: 12, y: 0, ..place }),
            (Drag::Move, -100, 3, Place { x: 0, y: 5, ..place }),
            (Drag::Resize, 100, 2, Place { w: 18, h: 6, ..place }),
            (Drag::Resize, -100, -100, Place { w: LEAST, h: LEAST, ..place }),
        ] {
            assert_eq!(changed(place, drag, across, down), expected);
        }
    }
}
