use std::sync::Arc;

use leptos::prelude::*;
use watchfire_panel::Unfolded;
use watchfire_view::{Line, Tip, told};

use super::super::board::Board;
use super::super::marks::Marks;
use super::super::share::ShareView;
use super::pointer::Pointer;
use crate::preferences::Preferences;
use crate::shell::Ask;

/// The values below the pointer.
#[component]
pub(crate) fn Tooltip(item: Memo<Option<Arc<Unfolded>>>, pointer: Pointer) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let shared = use_context::<ShareView>().is_some() || use_context::<Marks>().is_none();
    // What is not on a dashboard cannot be annotated.
    let marks = use_context::<Board>().zip(use_context::<Marks>());
    let ask = use_context::<Ask>();
    let annotate = move |item: Memo<Option<Arc<Unfolded>>>, pointer: Pointer| {
        let (Some(time), Some(id)) =
            (pointer.time(), item.with_untracked(|item| item.as_ref().map(|item| item.panel.id)))
        else {
            return;
        };
        let Some(((board, marks), ask)) = marks.zip(ask) else { return };
        ask.text("What happened here?", "Annotate", "", move |text| write_mark(board, marks, id, time, text));
    };
    let content = move || {
        let ((x, y), drawn) = pointer.here()?;
        let item = item.get()?;
        let offset = preferences.utc_offset();
        let tip = told(&item.panel, &drawn, (x, y), pointer.time(), offset)?;
        Some((Tip::style(x, drawn.size.0), tip))
    };
    move || {
        content().map(|(style, Tip { heading, lines, more })| {
            let row = |line: Line| {
                view! {
                    <li>
                        <span class="legend-mark" style:background-color=line.color></span>
                        <span class="legend-name">{line.name}</span>
                        <span class="legend-value">{line.value}</span>
                    </li>
                }
            };
            let nothing = lines.is_empty().then_some(view! { <li>"no value here"</li> });
            let more = (more > 0).then(|| view! { <li class="hint">{format!("and {more} more")}</li> });
            let annotate = move |_| annotate(item, pointer);
            view! {
                <div class="chart-tooltip" class:pinned=move || pointer.is_pinned() style=style role="status"
                    // A click in it is none on the chart.
                    on:pointerdown=move |event| event.stop_propagation() on:pointerup=move |event| event.stop_propagation()>
                    <time>{heading}</time>
                    <ul>{lines.into_iter().map(row).collect_view()}{nothing}{more}</ul>
                    <Show when=move || pointer.is_pinned() && pointer.time().is_some() && !shared>
                        <button type="button" class="button small" on:click=annotate>"Annotate"</button>
                    </Show>
                </div>
            }
        })
    }
}

/// Marks a moment on a panel. Without a list of those that were written it would not be seen.
fn write_mark(board: Board, marks: Marks, panel: u32, time: i64, text: String) {
    let lists = |dashboard: &watchfire_dashboard::Dashboard| {
        dashboard.annotations.iter().any(|one| one.expr.is_empty())
    };
    if !board.dashboard.with_untracked(|dashboard| lists(dashboard)) {
        board.change("", |dashboard| {
            let name = "Annotations".to_owned();
            dashboard.annotations.push(watchfire_dashboard::AnnotationQuery { name, ..Default::default() });
        });
    }
    let uid = board.dashboard.with_untracked(|dashboard| dashboard.uid.clone());
    marks.write(uid, panel, time, text);
}
