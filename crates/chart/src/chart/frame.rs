use super::{Chart, Side, Stacking};
use crate::surface::metrics::text_width;
use crate::surface::{Rect, SMALL_TEXT};
use crate::{Axis, Format, TimeScale, ValueScale};

/// The room around a plot for its axes' labels, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Insets {
    /// Left of the plot.
    pub left: f64,
    /// Above the plot.
    pub top: f64,
    /// Right of the plot.
    pub right: f64,
    /// Below the plot.
    pub bottom: f64,
}

impl Insets {
    /// What is left of an area.
    pub fn plot(&self, area: Rect) -> Rect {
        area.shrunk(self.left, self.top, self.right, self.bottom)
    }
}

/// Where a chart is drawn: a size in CSS pixels and the scales. Answers which pixel stands for which time.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The whole width in CSS pixels.
    pub width: f64,
    /// The whole height in CSS pixels.
    pub height: f64,
    /// The room around the plot.
    pub insets: Insets,
    /// The time axis.
    pub time: TimeScale,
    /// The axis of series on the left.
    pub left: ValueScale,
    /// The axis of series on the right, if there are any.
    pub right: Option<ValueScale>,
}

const SPARKLINE: Insets = Insets { left: 0.0, top: 2.0, right: 0.0, bottom: 2.0 };

impl Frame {
    /// Lays out `chart` in `width` x `height` CSS pixels.
    pub fn new(chart: &Chart<'_>, width: f64, height: f64) -> Self {
        let mut insets =
            if chart.bare { SPARKLINE } else { Insets { left: 12.0, top: 8.0, right: 12.0, bottom: 22.0 } };
        let plot_height = (height - insets.top - insets.bottom).max(1.0);
        let marks = value_marks(plot_height);
        let left = scale(chart, Side::Left, marks);
        let right = chart.has(Side::Right).then(|| scale(chart, Side::Right, marks));
        if !chart.bare {
            // Without series the left axis stands there all the same.
            if chart.has(Side::Left) || right.is_none() {
                insets.left = axis_room(&chart.left, &left);
            }
            if let Some(right) = &right {
                insets.right = axis_room(&chart.right, right);
            }
        }
        // In a narrow picture the plot is more important than its labels.
        if insets.left + insets.right > width * 0.7 {
            (insets.left, insets.right) = (width.max(0.0) * 0.35, width.max(0.0) * 0.35);
        }
        let time = TimeScale { window: chart.window, utc_offset: chart.utc_offset };
        Self { width, height, insets, time, left, right }
    }

    /// The plot's inside.
    pub fn plot(&self) -> Rect {
        self.insets.plot(Rect::new(0.0, 0.0, self.width, self.height))
    }

    /// The axis of a side; the left one where there is no right one.
    pub fn scale(&self, side: Side) -> &ValueScale {
        match (side, &self.right) {
            (Side::Right, Some(right)) => right,
            _ => &self.left,
        }
    }

    /// The distance of an instant from the frame's left edge in CSS pixels.
    pub fn x(&self, timestamp: i64) -> f64 {
        self.insets.left + self.time.position(timestamp) * self.plot().width
    }

    /// The distance of a value from the frame's top in CSS pixels.
    pub fn y(&self, side: Side, value: f64) -> f64 {
        self.insets.top + (1.0 - self.scale(side).position(value)) * self.plot().height
    }

    /// The instant at `x` CSS pixels from the left edge, or `None` outside the plot.
    pub fn timestamp_at(&self, x: f64) -> Option<i64> {
        let position = (x - self.insets.left) / self.plot().width;
        let window = self.time.window;
        (0.0..=1.0)
            .contains(&position)
            .then(|| window.start + (position * window.length() as f64).round() as i64)
    }

    /// How many labels the time axis has room for.
    pub fn time_labels(&self) -> usize {
        time_label_count(self.plot().width)
    }

    /// The series and the point of the grid that are drawn nearest to a place in CSS pixels, within 24 pixels upwards or
    /// downwards.
    pub fn nearest(&self, chart: &Chart<'_>, x: f64, y: f64) -> Option<(usize, usize)> {
        let index = chart.grid.index(self.timestamp_at(x)?)?;
        let mut stacks = super::stack::Stacks::new(chart, index..index + 1);
        let mut nearest = None;
        for (number, series) in chart.series.iter().enumerate() {
            let value = series.value(index);
            if value.is_nan() {
                continue;
            }
            let (top, _) = stacks.layer(series).put(index, value);
            let distance = (self.y(series.look.side, top) - y).abs();
            if distance <= 24.0 && nearest.is_none_or(|(_, _, least)| distance < least) {
                nearest = Some((number, index, distance));
            }
        }
        nearest.map(|(number, index, _)| (number, index))
    }
}

/// How many labels a time axis has room for.
pub(crate) fn time_label_count(width: f64) -> usize {
    (width / 84.0).floor().clamp(2.0, 12.0) as usize
}

/// How many labels a value axis has room for.
pub(crate) fn value_marks(height: f64) -> usize {
    (height / 40.0).floor().clamp(2.0, 8.0) as usize
}

fn scale(chart: &Chart<'_>, side: Side, marks: usize) -> ValueScale {
    let axis = if side == Side::Left { &chart.left } else { &chart.right };
    let extent = chart.extent(side);
    let mut here = chart.series.iter().filter(|series| series.look.side == side).peekable();
    let shares = here.peek().is_some() && here.all(|series| series.look.stacking == Stacking::Percent);
    if shares {
        let format = Format::new("percent", None);
        let max = axis.max.or_else(|| extent.is_some_and(|(low, _)| low >= 0.0).then_some(100.0));
        return ValueScale::new(extent, &Axis { format, max, ..axis.clone() }, marks);
    }
    ValueScale::new(extent, axis, marks)
}

/// The room that the labels of an axis need beside the plot.
pub(crate) fn axis_room(axis: &Axis<'_>, scale: &ValueScale) -> f64 {
    let name = if axis.label.is_some() { 18.0 } else { 0.0 };
    if axis.hidden {
        return 12.0 + name;
    }
    let widest =
        scale.ticks().iter().map(|tick| text_width(&tick.label, SMALL_TEXT, false)).fold(0.0, f64::max);
    // In whole steps, so that a plot does not tremble while values move.
    ((widest + 14.0) / 6.0).ceil() * 6.0 + name
}
