//! A bar for each sample.

use super::Series;
use super::paint::Painter;
use crate::surface::{Rect, Stroke};

/// Draws the bars of a series. `put` tells the far and the near edge of a value.
pub(super) fn paint(
    painter: &mut Painter<'_>,
    series: &Series<'_>,
    mut put: impl FnMut(usize, f64) -> (f64, f64),
) {
    let chart = painter.chart;
    let side = series.look.side;
    let window = chart.window.length().max(1) as f64;
    let pixel = 1.0 / painter.surface.scale();
    let slot = chart.usual_distance() as f64 / window * painter.plot.width;
    let width = (slot * 0.75).max(pixel);
    // Of bars narrower than a pixel, those of one column become one: from the lowest to the highest edge.
    let dense = slot < pixel;
    let mut column: Option<Bar> = None;
    for index in chart.visible() {
        let value = series.value(index);
        if value.is_nan() {
            continue;
        }
        let (far, near) = put(index, value);
        let (far, near) = (painter.y(side, far), painter.y(side, near));
        let x = painter.x(index);
        let bar =
            Bar { x: x - width / 2.0, top: far.min(near), bottom: far.max(near), up: far <= near, value };
        match &mut column {
            Some(last) if dense && (last.x / pixel).floor() as i64 == (bar.x / pixel).floor() as i64 => {
                last.top = last.top.min(bar.top);
                last.bottom = last.bottom.max(bar.bottom);
            }
            column => {
                if let Some(done) = column.replace(bar) {
                    draw(painter, series, &done, width);
                }
            }
        }
    }
    if let Some(done) = column {
        draw(painter, series, &done, width);
    }
}

struct Bar {
    x: f64,
    top: f64,
    bottom: f64,
    up: bool,
    value: f64,
}

fn draw(painter: &mut Painter<'_>, series: &Series<'_>, bar: &Bar, width: f64) {
    let look = &series.look;
    let color = look.color.of(bar.value);
    let whole = Rect::new(bar.x, bar.top, width, (bar.bottom - bar.top).max(0.0));
    let seen = whole.common(&painter.plot);
    if seen.width <= 0.0 {
        return;
    }
    if look.fill > 0.0 {
        painter.surface.rect(seen, color.faded(look.fill));
    }
    // The far edge in full colour, where there is room for it.
    let edge = if bar.up { bar.top } else { bar.bottom };
    if look.width > 0.0 && width >= 4.0 && edge >= painter.plot.y && edge <= painter.plot.bottom() {
        let stroke = Stroke::solid(color, look.width);
        painter.surface.line(&[(seen.x, edge), (seen.right(), edge)], &stroke);
    }
}
