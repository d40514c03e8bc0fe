//! Drawing in the browser: once an animation frame at most, and only when something has changed.

use std::collections::BTreeSet;

use leptos::html;
use leptos::prelude::*;
use plotters::prelude::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use watchfire_chart::{Chart, Frame, Resolution, Theme, draw};
use watchfire_model::TimeExpr;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ResizeObserver};

use super::watching::Drawn;
use super::{ChartSource, Crosshair, PanelSpec};
use crate::live::Live;
use crate::preferences::{ColorTheme, Preferences};
use crate::range::PageRange;

/// Draws the panel whenever its data, its size, its range or the theme changes.
pub(super) fn keep_drawn(
    spec: &PanelSpec,
    source: ChartSource,
    hidden: RwSignal<BTreeSet<String>>,
    canvas: NodeRef<html::Canvas>,
    drawn: RwSignal<Option<Drawn>>,
) {
    let spec = StoredValue::new(spec.clone());
    let preferences = expect_context::<Preferences>();
    let range = expect_context::<PageRange>();
    let crosshair = expect_context::<Crosshair>();
    let now = expect_context::<Live>().now();
    let width = observe_width(canvas);
    let dark = system_is_dark();
    let scheduled = StoredValue::new(false);
    // Long ranges move less than a pixel a second; no need to draw each second.
    let moment = Memo::new(move |_| {
        let window = range.window();
        if !window.is_live() {
            return 0;
        }
        let now = now.get();
        let pixel = (window.resolve(now).length() / 1000).max(1000);
        now.div_euclid(pixel)
    });
    let paint = move || {
        scheduled.try_set_value(false);
        let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
        let dark = match preferences.theme.get_untracked() {
            ColorTheme::System => dark.get_untracked(),
            ColorTheme::Dark => true,
            ColorTheme::Light => false,
        };
        let theme = if dark { Theme::DARK } else { Theme::LIGHT };
        let page = range.window_untracked();
        let page = match (page.from, now.get_untracked()) {
            // The clock has not ticked yet.
            (TimeExpr::BeforeNow(_), 0) if source.moves() => return,
            (_, now) => page.resolve(now),
        };
        let painted = spec.with_value(|spec| {
            let (window, grid, columns) = source.columns(spec, page)?;
            let hidden = hidden.get_untracked();
            let columns: Vec<_> = columns
                .into_iter()
                .enumerate()
                .filter(|(_, column)| !hidden.contains(&column.name))
                .collect();
            let drawn: Vec<_> =
                columns.iter().map(|(color, column)| (*color, column.values.as_slice())).collect();
            let chart = spec.chart(window, grid, preferences.utc_offset_untracked(), &drawn)?;
            let frame = Frame::new(&chart, width.get_untracked(), spec.height());
            paint_on(&canvas, &chart, &frame, &theme)?;
            Some(Drawn { frame, grid, columns })
        });
        if painted.is_some() {
            drawn.set(painted);
        }
    };
    Effect::new(move |_| {
        source.version().track();
        hidden.track();
        width.track();
        dark.track();
        moment.track();
        preferences.theme.track();
        preferences.utc_offset();
        // While the pointer rests on a chart, pictures hold still; they catch up when it leaves.
        let held =
            source.moves() && crosshair.time.with(Option::is_some) && drawn.with_untracked(Option::is_some);
        if held || source.version().get_untracked() == 0 || scheduled.get_value() {
            return;
        }
        scheduled.set_value(true);
        request_animation_frame(paint);
    });
}

/// Draws on the canvas at the screen's own resolution. `None` if there is no room or no drawing context.
fn paint_on(canvas: &HtmlCanvasElement, chart: &Chart<'_>, frame: &Frame, theme: &Theme) -> Option<()> {
    // Between pixels of the screen there are four steps, so that slopes are smooth.
    const GRAIN: u32 = 4;
    let ratio = window().device_pixel_ratio();
    let (width, height) = ((frame.width * ratio).round() as u32, (frame.height * ratio).round() as u32);
    if width < 2 || height < 2 {
        return None;
    }
    // Setting the size also clears the canvas.
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    // A sharp peak must not seem higher than it is.
    context.set_line_join("round");
    let area = CanvasBackend::with_canvas_object(canvas.clone())?.into_drawing_area();
    context.scale(1.0 / f64::from(GRAIN), 1.0 / f64::from(GRAIN)).ok()?;
    let resolution = Resolution { scale: ratio * f64::from(GRAIN), grain: GRAIN };
    draw(&area, chart, theme, resolution).ok()?;
    area.present().ok()
}

/// The canvas' width in CSS pixels, as it changes.
fn observe_width(canvas: NodeRef<html::Canvas>) -> ReadSignal<f64> {
    let (width, set_width) = signal(0.0);
    Effect::new(move |_| {
        let Some(element) = canvas.get() else { return };
        set_width.set(f64::from(element.client_width()));
        let measured = element.clone();
        let changed = Closure::<dyn FnMut()>::new(move || {
            let now = f64::from(measured.client_width());
            if width.try_get_untracked().is_some_and(|before| (before - now).abs() > 0.5) {
                set_width.set(now);
            }
        });
        let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        let held = SendWrapper::new((observer, changed));
        on_cleanup(move || held.0.disconnect());
    });
    width
}

/// Whether the operating system asks for dark colours, as it changes.
fn system_is_dark() -> ReadSignal<bool> {
    let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let (dark, set_dark) = signal(query.as_ref().is_none_or(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let asked = query.clone();
        let changed = Closure::<dyn FnMut()>::new(move || set_dark.set(asked.matches()));
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        let held = SendWrapper::new((query, changed));
        on_cleanup(move || held.0.set_onchange(None));
    }
    dark
}
