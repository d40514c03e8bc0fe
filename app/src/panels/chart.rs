use std::collections::BTreeSet;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use watchfire_chart::{format_value, series_css_color};
use watchfire_model::{TimeExpr, TimeRange, TimeWindow, format_utc};

use super::frame::PanelFrame;
use super::legend::ChartLegend;
use super::watching::{Drawn, PanelData};
use super::{ChartSource, Crosshair, PanelSpec};
use crate::Pictures;
use crate::preferences::Preferences;
use crate::range::GoTo;

/// A chart with its legend.
#[component]
pub(super) fn ChartPanel(
    /// What it shows.
    spec: PanelSpec,
) -> impl IntoView {
    let data = PanelData::of(&spec);
    let hidden = RwSignal::new(BTreeSet::new());
    view! {
        <PanelFrame spec=spec.clone() state=data.state>
            <ChartArea spec=spec.clone() source=ChartSource::Live(data) hidden/>
            <ChartLegend spec summaries=data.summaries hidden/>
        </PanelFrame>
    }
}

/// The picture: SVG as the server drew it, until the browser draws on its canvas. Points at the time under the pointer, on
/// all charts at once, and zooms into a part that is dragged over.
#[component]
pub(crate) fn ChartArea(
    /// Which panel.
    spec: PanelSpec,
    /// Where its data comes from.
    source: ChartSource,
    /// The names of the series that are not drawn.
    hidden: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let height = spec.height();
    let picture = use_context::<Pictures>().and_then(|pictures| pictures.of(spec.id)).unwrap_or_default();
    let canvas = NodeRef::<html::Canvas>::new();
    let drawn = RwSignal::new(None::<Drawn>);
    #[cfg(feature = "hydrate")]
    super::canvas::keep_drawn(&spec, source, hidden, canvas, drawn);
    #[cfg(not(feature = "hydrate"))]
    let _ = (source, hidden);
    let pointer =
        Pointer { crosshair: expect_context(), drawn, here: RwSignal::new(None), from: RwSignal::new(None) };
    let go_to = StoredValue::new(GoTo::new());
    let label = format!("{}: chart; use the left and right arrow keys to read values", spec.title);
    let zoom = move |window| go_to.with_value(|go_to| go_to.zoom_in(window));
    view! {
        <div
            class="chart"
            style:height=format!("{height}px")
            tabindex="0"
            role="group"
            aria-label=label
            data-drawn=move || drawn.with(Option::is_some).to_string()
            on:pointermove=move |event| pointer.moved(&event)
            on:pointerleave=move |event| pointer.gone(&event)
            on:pointerdown=move |event| pointer.pressed(&event)
            on:pointerup=move |event| if let Some(window) = pointer.released(&event) { zoom(window) }
            on:keydown=move |event| pointer.key(&event)
            on:blur=move |_| pointer.left()
        >
            <div class="chart-first" inner_html=picture></div>
            <canvas class="chart-canvas" node_ref=canvas aria-hidden="true"></canvas>
            <div class="chart-selection" style=move || pointer.selection_style()></div>
            <div class="chart-crosshair" style=move || pointer.line_style()></div>
            <ChartTooltip spec pointer/>
        </div>
    }
}

/// What browsers call a finger.
const TOUCH: &str = "touch";

/// What the pointer does on a chart.
#[derive(Clone, Copy)]
struct Pointer {
    crosshair: Crosshair,
    drawn: RwSignal<Option<Drawn>>,
    /// The pointer's place on this chart, in CSS pixels from its left edge.
    here: RwSignal<Option<f64>>,
    /// Where a drag began.
    from: RwSignal<Option<f64>>,
}

impl Pointer {
    fn moved(self, event: &PointerEvent) {
        let x = f64::from(event.offset_x());
        let time = self.drawn.with(|drawn| drawn.as_ref()?.frame.timestamp_at(x));
        self.here.set(time.map(|_| x));
        self.crosshair.time.set(time);
    }

    fn left(self) {
        self.here.set(None);
        self.from.set(None);
        self.crosshair.time.set(None);
    }

    /// A finger that is lifted leaves what it pointed at in sight; it goes with the focus.
    fn gone(self, event: &PointerEvent) {
        if event.pointer_type() != TOUCH {
            self.left();
        }
    }

    /// A finger points; a mouse may begin to drag.
    fn pressed(self, event: &PointerEvent) {
        self.moved(event);
        if event.pointer_type() != TOUCH && event.button() == 0 && self.here.get_untracked().is_some() {
            self.from.set(Some(f64::from(event.offset_x())));
        }
    }

    /// The part that was dragged over, if it is more than a click.
    fn released(self, event: &PointerEvent) -> Option<TimeWindow> {
        const LEAST_PIXELS: f64 = 6.0;
        let from = self.from.get_untracked()?;
        self.from.set(None);
        let to = f64::from(event.offset_x());
        if (to - from).abs() < LEAST_PIXELS {
            return None;
        }
        let range = self.drawn.with_untracked(|drawn| {
            let frame = &drawn.as_ref()?.frame;
            Some(TimeRange {
                start: frame.timestamp_at(from.min(to))?,
                end: frame.timestamp_at(from.max(to))?,
            })
        })?;
        self.left();
        // Whole seconds: nothing is collected more often than a person can tell apart on a chart.
        let start = range.start.div_euclid(1000) * 1000;
        let end = (range.end.div_euclid(1000) + 1) * 1000;
        Some(TimeWindow { from: TimeExpr::At(start), to: TimeExpr::At(end) })
    }

    fn key(self, event: &KeyboardEvent) {
        let direction = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "Escape" => return self.left(),
            _ => return,
        };
        event.prevent_default();
        let moved = self.drawn.with_untracked(|drawn| {
            let drawn = drawn.as_ref()?;
            let window = drawn.frame.time.window;
            let time = self.crosshair.time.get_untracked().unwrap_or(window.end);
            let time = (time + direction * drawn.grid.step).clamp(window.start, window.end);
            Some((time, drawn.frame.x(time)))
        });
        if let Some((time, x)) = moved {
            self.crosshair.time.set(Some(time));
            self.here.set(Some(x));
        }
    }

    fn line_style(self) -> String {
        let x = self.crosshair.time.get().and_then(|time| {
            self.drawn.with(|drawn| {
                let frame = &drawn.as_ref()?.frame;
                frame.time.window.contains(time).then(|| frame.x(time))
            })
        });
        x.map_or_else(|| "display:none".to_owned(), |x| format!("transform:translateX({x:.1}px)"))
    }

    fn selection_style(self) -> String {
        match (self.from.get(), self.here.get()) {
            (Some(from), Some(here)) => {
                format!("left:{:.1}px;width:{:.1}px", from.min(here), (from - here).abs())
            }
            _ => "display:none".to_owned(),
        }
    }
}

/// The values at the time under the pointer.
#[component]
fn ChartTooltip(spec: PanelSpec, pointer: Pointer) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let content = move || {
        let x = pointer.here.get()?;
        let time = pointer.crosshair.time.get()?;
        pointer.drawn.with(|drawn| {
            let drawn = drawn.as_ref()?;
            let index = drawn.grid.index(time)?;
            let mut rows: Vec<_> = drawn
                .columns
                .iter()
                .filter_map(|(color, column)| Some((*color, column.name.clone(), *column.values.get(index)?)))
                .filter(|(.., value)| !value.is_nan())
                .collect();
            rows.sort_by(|a, b| b.2.total_cmp(&a.2));
            let clock = format_utc(drawn.grid.time(index), preferences.utc_offset(), "%b %d, %H:%M:%S");
            let right = x > drawn.frame.width / 2.0;
            Some((x, right, clock, rows))
        })
    };
    let unit = spec.unit;
    move || {
        content().map(|(x, right, clock, rows)| {
            let style = format!(
                "transform:translateX({x:.1}px){}",
                if right { " translateX(calc(-100% - 12px))" } else { " translateX(12px)" }
            );
            let row = |(color, name, value): (usize, String, f64)| {
                view! {
                    <li>
                        <span class="legend-mark" style:background-color=series_css_color(color)></span>
                        <span class="legend-name">{name}</span>
                        <span class="legend-value">{format_value(unit, value)}</span>
                    </li>
                }
            };
            let nothing = rows.is_empty().then_some(view! { <li>"no value here"</li> });
            view! {
                <div class="chart-tooltip" style=style role="status">
                    <time>{clock}</time>
                    <ul>{rows.into_iter().map(row).collect_view()}{nothing}</ul>
                </div>
            }
        })
    }
}
