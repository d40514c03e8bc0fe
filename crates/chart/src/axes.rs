//! Drawing axes: grid lines and labels around a plot.

use crate::chart::Side;
use crate::surface::metrics::text_width;
use crate::surface::{Anchor, Ink, Rect, SMALL_TEXT, Stroke, Surface, TextStyle};
use crate::{Axis, Rgba, TimeScale, ValueScale};

pub(crate) fn label_style() -> TextStyle {
    TextStyle::new(SMALL_TEXT, Ink::Muted)
}

/// The labels of a value axis beside `plot`, and lines across it in the colour `grid`. `area` is the whole picture.
pub(crate) fn value_axis(
    surface: &mut dyn Surface,
    axis: &Axis<'_>,
    scale: &ValueScale,
    area: Rect,
    plot: Rect,
    side: Side,
    grid: Option<Rgba>,
) {
    let (x, anchor) = match side {
        Side::Left => (plot.x - 8.0, Anchor::End),
        Side::Right => (plot.right() + 8.0, Anchor::Start),
    };
    for tick in scale.ticks() {
        let y = plot.y + (1.0 - tick.position) * plot.height;
        if let Some(grid) = grid {
            surface.line(&[(plot.x, y), (plot.right(), y)], &Stroke::solid(grid, 1.0));
        }
        if !axis.hidden {
            surface.text((x, y), &tick.label, &label_style().anchored(anchor));
        }
    }
    if let Some(name) = &axis.label {
        let x = match side {
            Side::Left => area.x + 9.0,
            Side::Right => area.right() - 9.0,
        };
        let style = TextStyle { upright: true, ..label_style().anchored(Anchor::Middle) };
        surface.text((x, plot.center().1), name, &style);
    }
}

/// The labels of a time axis below `plot`, and lines across it in the colour `grid`.
pub(crate) fn time_labels(surface: &mut dyn Surface, time: &TimeScale, plot: Rect, grid: Option<Rgba>) {
    for tick in time.ticks(crate::chart::time_label_count(plot.width)) {
        let x = plot.x + tick.position * plot.width;
        if let Some(grid) = grid {
            surface.line(&[(x, plot.y), (x, plot.bottom())], &Stroke::solid(grid, 1.0));
        }
        // A label at the end must not run out of the picture.
        let half = text_width(&tick.label, SMALL_TEXT, false) / 2.0 - 10.0;
        let anchor = if plot.right() - x < half {
            Anchor::End
        } else if x - plot.x < half {
            Anchor::Start
        } else {
            Anchor::Middle
        };
        surface.text((x, plot.bottom() + 13.0), &tick.label, &label_style().anchored(anchor));
    }
}
