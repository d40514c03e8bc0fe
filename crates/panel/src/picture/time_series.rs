use std::borrow::Cow;

use watchfire_chart::{
    Axis as ChartAxis, Chart, Draw, Format, Gaps as Holes, Interpolation as Curve, Look, Points as Dots,
    Scaling, Series, Side, Stacking as Stack, Thresholds as ChartThresholds,
};
use watchfire_dashboard::{
    Axis, Field, Gaps, Interpolation, LineStyle, Panel, Points, Scale, Stacking, ThresholdsAs,
};

use super::Stage;
use crate::words::{Manner, Words, steps};
use crate::{Prepared, Shown};

/// Series over time. Those that readers have switched off are left out; the others keep their colours.
pub(super) fn chart<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'a>) -> Chart<'a> {
    let mut chart = Chart::new(stage.window, prepared.grid);
    chart.utc_offset = stage.utc_offset;
    chart.marks = stage.marks.to_vec();
    let shown: Vec<(usize, &Shown)> = prepared
        .series
        .iter()
        .enumerate()
        .filter(|(_, series)| {
            !stage.hidden.contains(&series.name) && !series.field.hide.is_some_and(|hide| hide.drawing)
        })
        .collect();
    let unit = shown.first().map(|(_, series)| series.field.unit.clone());
    let extent = extent(&shown);
    let alone = shown.iter().filter(|(_, series)| series.earlier_of.is_none()).count() == 1;
    for (index, series) in &shown {
        let side = side(&series.field, unit.as_ref());
        let band_to = series.field.band_to.as_ref();
        let band_to = band_to.and_then(|name| shown.iter().position(|(_, other)| other.name == *name));
        let manner = Manner {
            theme: stage.theme,
            index: series.color_at(*index),
            name: &series.name,
            extent,
            by_thresholds: false,
            utc_offset: stage.utc_offset,
            now: stage.now,
        };
        let look = Look { side, band_to, ..look(&series.field, &manner, alone) };
        let envelope = series.envelope.as_ref().map(|(low, high)| (low.as_slice(), high.as_slice()));
        chart.series.push(Series {
            name: Cow::Borrowed(&series.name),
            values: &series.values,
            envelope,
            look,
        });
        let axis = if side == Side::Left { &mut chart.left } else { &mut chart.right };
        take_over(axis, &series.field, stage);
    }
    if shown.is_empty() {
        take_over(&mut chart.left, &panel.field, stage);
    }
    chart.thresholds = panel.field.thresholds.as_ref().and_then(|thresholds| {
        let (lines, bands) = match thresholds.shown? {
            ThresholdsAs::Off => return None,
            ThresholdsAs::Lines => (true, false),
            ThresholdsAs::Bands => (false, true),
            ThresholdsAs::LinesAndBands => (true, true),
        };
        let scale = (panel.field.min.unwrap_or(extent.0), panel.field.max.unwrap_or(extent.1));
        Some(ChartThresholds {
            steps: Cow::Owned(steps(thresholds, scale, stage.theme)),
            lines,
            bands,
            side: Side::Left,
        })
    });
    chart
}

fn extent(shown: &[(usize, &Shown)]) -> (f64, f64) {
    let values = || {
        shown.iter().flat_map(|(_, series)| series.values.iter().copied()).filter(|value| value.is_finite())
    };
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

/// Series with another unit than the first stand on the right.
fn side(field: &Field, unit: Option<&Option<String>>) -> Side {
    match field.axis {
        Some(Axis::Right) => Side::Right,
        Some(Axis::Left | Axis::Hidden) => Side::Left,
        Some(Axis::Auto) | None => {
            if unit.is_none_or(|unit| *unit == field.unit) {
                Side::Left
            } else {
                Side::Right
            }
        }
    }
}

fn look(field: &Field, manner: &Manner<'_>, alone: bool) -> Look<'static> {
    let words = Words::of(field, manner);
    let style = field.style.unwrap_or(LineStyle::Line);
    let stacking = field.stacking.unwrap_or(Stacking::None);
    let usual_fill = match (style, stacking) {
        (LineStyle::Bars, _) => 0.8,
        (_, Stacking::None) => {
            if alone {
                0.14
            } else {
                0.0
            }
        }
        _ => 0.55,
    };
    Look {
        color: words.coloring,
        draw: match style {
            LineStyle::Line => Draw::Line,
            LineStyle::Bars => Draw::Bars,
            LineStyle::Points => Draw::Points,
        },
        width: field.width.unwrap_or(1.5),
        fill: field.fill.map_or(usual_fill, |percent| f64::from(percent) / 100.0),
        interpolation: match field.interpolation.unwrap_or(Interpolation::Linear) {
            Interpolation::Linear => Curve::Linear,
            Interpolation::Smooth => Curve::Smooth,
            Interpolation::StepAfter => Curve::StepAfter,
            Interpolation::StepBefore => Curve::StepBefore,
        },
        dash: Cow::Owned(field.dash.clone()),
        points: match field.points.unwrap_or(Points::Auto) {
            Points::Auto => Dots::Auto,
            Points::Always => Dots::Always,
            Points::Never => Dots::Never,
        },
        point_size: field.point_size.unwrap_or(5.0),
        gaps: if field.gaps == Some(Gaps::Connect) { Holes::Connect } else { Holes::Break },
        stacking: match stacking {
            Stacking::None => Stack::None,
            Stacking::Normal => Stack::Normal,
            Stacking::Percent => Stack::Percent,
        },
        negate: field.negate.unwrap_or(false),
        ..Look::default()
    }
}

/// What a series says of its axis. The first that says something is heard.
pub(super) fn take_over<'a>(axis: &mut ChartAxis<'a>, field: &'a Field, stage: &Stage<'_>) {
    if axis.format == Format::default() {
        let format = field.unit.as_ref().map(|unit| Format::new(unit, field.decimals));
        axis.format = format.unwrap_or_else(|| Format::default().with_decimals(field.decimals));
        axis.format = std::mem::take(&mut axis.format).with_clock(stage.utc_offset, stage.now);
    }
    axis.min = axis.min.or(field.min);
    axis.max = axis.max.or(field.max);
    axis.soft_min = axis.soft_min.or(field.soft_min);
    axis.soft_max = axis.soft_max.or(field.soft_max);
    if axis.scaling == Scaling::Linear {
        axis.scaling = match field.scale.unwrap_or(Scale::Linear) {
            Scale::Linear => Scaling::Linear,
            Scale::Log2 => Scaling::Log(2.0),
            Scale::Log10 => Scaling::Log(10.0),
            Scale::Symlog => Scaling::Symlog(1.0),
        };
    }
    if axis.label.is_none() {
        axis.label = field.axis_label.as_deref().map(Cow::Borrowed);
    }
    axis.hidden |= field.axis == Some(Axis::Hidden);
}
