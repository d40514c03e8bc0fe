use watchfire_chart::{Rect, Theme};
use watchfire_dashboard::Panel;
use watchfire_model::format_utc;
use watchfire_panel::{Drawing, Manner, Marked, Shown, Stage, Words};

use crate::Drawn;

/// How many values a tooltip tells.
const MOST: usize = 16;

/// What a tooltip says.
#[derive(Clone, Debug, PartialEq)]
pub struct Tip {
    /// What stands above: a time, or a name.
    pub heading: String,
    /// The values.
    pub lines: Vec<Line>,
    /// How many more there would be.
    pub more: usize,
}

/// A line of a tooltip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The colour, as CSS has it.
    pub color: String,
    /// What the value is of.
    pub name: String,
    /// It, in words.
    pub value: String,
}

impl Tip {
    /// How the tooltip stands at `x` on a picture of this width, in CSS pixels: right of the pointer, or left where there is
    /// less room.
    pub fn style(x: f64, width: f64) -> String {
        let beside = if x > width / 2.0 { "translateX(calc(-100% - 12px))" } else { "translateX(12px)" };
        format!("transform:translateX({x:.1}px) {beside}")
    }
}

/// The values at a place of a picture, in CSS pixels from its corner. `time`: the instant that all pictures of the page point
/// at; `utc_offset`: milliseconds that the shown zone is east of UTC.
#[expect(clippy::too_many_lines, reason = "an arm for each kind of picture")]
pub fn told(
    panel: &Panel,
    drawn: &Drawn,
    (x, y): (f64, f64),
    time: Option<i64>,
    utc_offset: i64,
) -> Option<Tip> {
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
    let one = |heading: String, line: Line| Some(Tip { heading, lines: vec![line], more: 0 });
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
            let marked = marked_at(drawn, time).map(|mark| Line {
                color: mark.shade(&theme).css(),
                name: mark.text.clone(),
                value: String::new(),
            });
            let lines = marked.chain(rows.into_iter().take(MOST).map(|(_, line)| line)).collect();
            Some(Tip { heading: clock(prepared.grid.time(index)), lines, more })
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
            Some(Tip { heading: name, lines: lines.into_iter().take(MOST).collect(), more })
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

/// What is marked within a few pixels of an instant on a picture.
pub fn marked_at(drawn: &Drawn, time: i64) -> impl Iterator<Item = &Marked> {
    let near = drawn.window.length() / (drawn.size.0.max(1.0) as i64).max(1) * 5;
    let marked = drawn.marked.iter();
    marked.filter(move |mark| time >= mark.from - near && time <= mark.to.unwrap_or(mark.from) + near)
}

fn line(series: &Shown, place: usize, value: f64, stage: &Stage<'_>) -> Line {
    let manner = Manner {
        theme: stage.theme,
        index: series.color_at(place),
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
