use std::sync::Arc;

use leptos::prelude::*;
use watchfire_chart::{Rect, Theme};
use watchfire_dashboard::Panel;
use watchfire_model::format_utc;
use watchfire_panel::{Drawing, Manner, Shown, Stage, Unfolded, Words};

use super::super::board::Board;
use super::super::marks::Marks;
use super::super::share::ShareView;
use super::pointer::{Drawn, Pointer};
use crate::preferences::Preferences;

/// How many values a tooltip tells.
const MOST: usize = 16;

/// A line of the tooltip.
#[derive(Clone, PartialEq)]
struct Line {
    color: String,
    name: String,
    value: String,
}

/// The values below the pointer.
#[component]
pub(super) fn Tooltip(item: Memo<Option<Arc<Unfolded>>>, pointer: Pointer) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let shared = use_context::<ShareView>().is_some() || use_context::<Marks>().is_none();
    // What is not on a dashboard cannot be annotated.
    let marks = use_context::<Board>().zip(use_context::<Marks>());
    let annotate = move |item: Memo<Option<Arc<Unfolded>>>, pointer: Pointer| {
        let (Some(time), Some(id)) =
            (pointer.time(), item.with_untracked(|item| item.as_ref().map(|item| item.panel.id)))
        else {
            return;
        };
        let Some((board, marks)) = marks else { return };
        let text = window().prompt_with_message("What happened here?").ok().flatten().unwrap_or_default();
        if text.trim().is_empty() {
            return;
        }
        // Without a list of those that were written it would not be seen.
        let lists = |dashboard: &watchfire_dashboard::Dashboard| {
            dashboard.annotations.iter().any(|one| one.expr.is_empty())
        };
        if !board.dashboard.with_untracked(|dashboard| lists(dashboard)) {
            board.change("", |dashboard| {
                let name = "Annotations".to_owned();
                dashboard
                    .annotations
                    .push(watchfire_dashboard::AnnotationQuery { name, ..Default::default() });
            });
        }
        let uid = board.dashboard.with_untracked(|dashboard| dashboard.uid.clone());
        marks.write(uid, id, time, text);
    };
    let content = move || {
        let ((x, y), drawn) = pointer.here()?;
        let item = item.get()?;
        let offset = preferences.utc_offset();
        let (heading, lines, more) = told(&item.panel, &drawn, (x, y), pointer.time(), offset)?;
        let right = x > drawn.size.0 / 2.0;
        Some((x, right, heading, lines, more))
    };
    move || {
        content().map(|(x, right, heading, lines, more)| {
            let style = format!(
                "transform:translateX({x:.1}px){}",
                if right { " translateX(calc(-100% - 12px))" } else { " translateX(12px)" }
            );
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

/// A heading, the lines, and how many more there would be.
#[expect(clippy::too_many_lines, reason = "an arm for each kind of picture")]
fn told(
    panel: &Panel,
    drawn: &Drawn,
    (x, y): (f64, f64),
    time: Option<i64>,
    utc_offset: i64,
) -> Option<(String, Vec<Line>, usize)> {
    let prepared = &drawn.prepared;
    let theme = Theme::DARK;
    let stage = Stage {
        theme: &theme,
        window: drawn.window,
        utc_offset,
        now: drawn.window.end,
        hidden: &drawn.hidden,
        marks: &[],
        positions: &drawn.positions,
    };
    let clock = |at: i64| format_utc(at, utc_offset, "%b %d, %H:%M:%S");
    let area = Rect::new(0.0, 0.0, drawn.size.0, drawn.size.1);
    let one = |heading: String, line: Line| Some((heading, vec![line], 0));
    match Drawing::of(panel, prepared, &stage)? {
        Drawing::Time(_) => {
            let time = time?;
            let step = prepared.grid.step;
            let index = usize::try_from((time - prepared.grid.start + step / 2).div_euclid(step)).ok()?;
            let index = index.min(prepared.grid.len.checked_sub(1)?);
            let shown = prepared.series.iter().enumerate().filter(|(_, series)| {
                !drawn.hidden.contains(&series.name) && !series.field.hide.is_some_and(|hide| hide.tooltip)
            });
            let mut rows: Vec<(f64, Line)> = shown
                .filter_map(|(place, series)| {
                    let value = *series.values.get(index).filter(|value| !value.is_nan())?;
                    Some((value, line(series, place, value, &stage)))
                })
                .collect();
            watchfire_model::sort_small(&mut rows, &|one, other| other.0.total_cmp(&one.0));
            let more = rows.len().saturating_sub(MOST);
            // What is marked within a few pixels of the pointer.
            let near = drawn.window.length() / (drawn.size.0.max(1.0) as i64).max(1) * 5;
            let told = drawn
                .marked
                .iter()
                .filter(|mark| time >= mark.from - near && time <= mark.to.unwrap_or(mark.from) + near);
            let marked = told.map(|mark| Line {
                color: mark.shade(&theme).css(),
                name: mark.text.clone(),
                value: String::new(),
            });
            let lines = marked.chain(rows.into_iter().take(MOST).map(|(_, line)| line)).collect();
            Some((clock(prepared.grid.time(index)), lines, more))
        }
        Drawing::Stat(stat) => {
            let reading = &stat.items.get(stat.item_at(area, (x, y))?)?.reading;
            one(String::new(), reading_line(reading))
        }
        Drawing::Gauge(gauge) => {
            let reading = gauge.readings.get(gauge.reading_at(area, (x, y))?)?;
            one(String::new(), reading_line(reading))
        }
        Drawing::BarGauge(gauge) => {
            let reading = gauge.readings.get(gauge.reading_at(area, (x, y))?)?;
            one(String::new(), reading_line(reading))
        }
        Drawing::Pie(pie) => {
            let reading = pie.readings.get(pie.slice_at(area, (x, y))?)?;
            one(String::new(), reading_line(reading))
        }
        Drawing::Bars(bars) => {
            let category = bars.category_at(area, (x, y))?;
            let name =
                bars.categories.get(category).map(std::string::ToString::to_string).unwrap_or_default();
            let lines: Vec<Line> = bars
                .series
                .iter()
                .filter_map(|series| {
                    let value = *series.values.get(category).filter(|value| !value.is_nan())?;
                    Some(Line {
                        color: series.coloring.of(value).css(),
                        name: series.name.to_string(),
                        value: bars.axis.format.text(value),
                    })
                })
                .collect();
            let more = lines.len().saturating_sub(MOST);
            Some((name, lines.into_iter().take(MOST).collect(), more))
        }
        Drawing::Heatmap(heatmap) => {
            let cell = heatmap.cell_at(area, (x, y))?;
            let value = heatmap.values.get(cell.row)?.get(cell.index).copied().unwrap_or(f64::NAN);
            let name = match &heatmap.rows {
                watchfire_chart::Rows::Names(names) => names.get(cell.row)?.to_string(),
                watchfire_chart::Rows::Edges(edges, axis) => {
                    let edge =
                        |at: usize| edges.get(at).map(|edge| axis.format.text(*edge)).unwrap_or_default();
                    format!("{} – {}", edge(cell.row), edge(cell.row + 1))
                }
            };
            let value = heatmap.format.text(value);
            one(clock(prepared.grid.time(cell.index)), Line { color: "transparent".to_owned(), name, value })
        }
        Drawing::States(states) => {
            let (row, span) = states.state_at(area, (x, y))?;
            let row = states.rows.get(row)?;
            let span = row.spans.get(span)?;
            let heading = format!("{} – {}", clock(span.from), clock(span.to));
            one(
                heading,
                Line { color: span.color.css(), name: row.name.to_string(), value: span.text.to_string() },
            )
        }
        Drawing::Graph(graph) => {
            if let Some(node) = graph.node_at(area, (x, y)).and_then(|at| graph.nodes.get(at)) {
                let value = format!("{} {}", node.value, node.detail);
                let color = node.arcs.first().map_or_else(String::new, |(_, color)| color.css());
                return one(String::new(), Line { color, name: node.name.to_string(), value });
            }
            let edge = graph.edges.get(graph.edge_at(area, (x, y))?)?;
            let name = |at: usize| graph.nodes.get(at).map(|node| node.name.to_string()).unwrap_or_default();
            let heading = format!("{} → {}", name(edge.from), name(edge.to));
            one(heading, Line { color: edge.color.css(), name: String::new(), value: edge.text.to_string() })
        }
    }
}

fn line(series: &Shown, place: usize, value: f64, stage: &Stage<'_>) -> Line {
    let manner = Manner {
        theme: stage.theme,
        index: place,
        name: &series.name,
        extent: (series.field.min.unwrap_or(0.0), series.field.max.unwrap_or(100.0)),
        by_thresholds: false,
        utc_offset: stage.utc_offset,
        now: stage.now,
    };
    let said = Words::of(&series.field, &manner).say(value);
    Line { color: said.color.css(), name: series.name.clone(), value: said.text() }
}

fn reading_line(reading: &watchfire_chart::Reading<'_>) -> Line {
    let value = if reading.unit.is_empty() {
        reading.number.to_string()
    } else {
        format!("{} {}", reading.number, reading.unit)
    };
    Line { color: reading.color.css(), name: reading.name.to_string(), value }
}
