use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use watchfire_panel::{Marked, Unfolded};
use watchfire_view::{Line, Tip, marked_at, told};

use super::super::board::Board;
use super::super::marks::Marks;
use super::super::share::ShareView;
use super::pointer::Pointer;
use crate::api::call;
use crate::preferences::Preferences;
use crate::shell::Ask;

/// How many annotations a tooltip offers to delete at most.
const MOST_WRITTEN: usize = 5;

/// The status of an answer that says that there is none of this number.
const MISSING: u16 = 404;

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
        let dashboard = board.dashboard.with_untracked(|dashboard| dashboard.uid.clone());
        let moment = Moment { dashboard, panel: id, time };
        let words = "What happened here? Words such as #deploy become its tags.".to_owned();
        Writing { marks, pointer, ask }.write(moment, words, String::new());
    };
    // Those that were written can go.
    let written = move || {
        let (_, drawn) = pointer.here().filter(|_| pointer.is_pinned() && !shared)?;
        let one = |mark: &Marked| Some((mark.id?, mark.text.clone()));
        Some(marked_at(&drawn, pointer.time()?).filter_map(one).take(MOST_WRITTEN).collect::<Vec<_>>())
    };
    let remove = move |(id, text): (i64, String)| {
        let title = text.clone();
        let delete = move |_| {
            if let Some(((_, marks), ask)) = marks.zip(ask) {
                let words = format!("Delete the annotation “{text}”?");
                Writing { marks, pointer, ask }.delete(id, words);
            }
        };
        view! { <button type="button" class="button small" title=title on:click=delete>"Delete the annotation"</button> }
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
                    {move || written().unwrap_or_default().into_iter().map(remove).collect_view()}
                </div>
            }
        })
    }
}

/// A moment on a panel.
#[derive(Clone)]
struct Moment {
    /// The uid of the dashboard.
    dashboard: String,
    /// The id of the panel.
    panel: u32,
    /// Milliseconds since the epoch.
    time: i64,
}

/// What annotations are written and deleted with.
#[derive(Clone, Copy)]
struct Writing {
    marks: Marks,
    pointer: Pointer,
    ask: Ask,
}

impl Writing {
    /// Asks what happened, and writes it down. What is refused is asked again, with the reason and the text as it was typed.
    fn write(self, moment: Moment, words: String, text: String) {
        self.ask.text(words, "Annotate", text, move |text| {
            let moment = moment.clone();
            spawn_local(async move {
                let body = json!({
                    "time": moment.time,
                    "text": text,
                    "tags": tags_in(&text),
                    "dashboard": moment.dashboard,
                    "panel": moment.panel,
                });
                match call::<Value>("POST", "/api/v1/annotations", Some(&body)).await {
                    Ok(_) => self.changed(),
                    Err(refusal) => self.write(moment, format!("Not saved: {refusal}"), text),
                }
            });
        });
    }

    /// Deletes one, if the reader agrees to `words`.
    fn delete(self, id: i64, words: String) {
        self.ask.confirm(words, "Delete", move || {
            spawn_local(async move {
                match call::<Value>("DELETE", &format!("/api/v1/annotations/{id}"), None).await {
                    Ok(_) => self.changed(),
                    Err(refusal) if refusal.status == MISSING => self.changed(),
                    Err(refusal) => self.delete(id, format!("Not deleted: {refusal}. Try again?")),
                }
            });
        });
    }

    /// Shows what there is now. A tooltip that stays would hold the picture as it was.
    fn changed(self) {
        self.marks.look_again();
        self.pointer.resume();
    }
}

/// The words of a text that begin with a `#` and a letter.
fn tags_in(text: &str) -> Vec<&str> {
    let mut tags: Vec<&str> = Vec::new();
    for word in text.split_whitespace().filter_map(|word| word.strip_prefix('#')) {
        let tag = word.trim_end_matches(|letter: char| !letter.is_alphanumeric());
        if tag.starts_with(char::is_alphabetic) && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_words_behind_a_hash() {
        for (text, expected) in [
            ("Deployed", ""),
            ("#deploy of 1.2, mends #123", "deploy"),
            ("Rolled back: #deploy, #web-1. #deploy", "deploy web-1"),
            ("# heading ##", ""),
        ] {
            assert_eq!(tags_in(text).join(" "), expected, "{text}");
        }
    }
}
