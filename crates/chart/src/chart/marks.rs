//! What is drawn beside the series: thresholds and marks in time.

use std::borrow::Cow;

use super::{Frame, Side};
use crate::surface::clip::segment;
use crate::surface::{Rect, Stroke, Surface};
use crate::{Rgba, Step};

/// Where values change their colour, as lines and coloured bands.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds<'a> {
    /// The steps from low to high; the first may begin at negative infinity.
    pub steps: Cow<'a, [Step]>,
    /// Whether each is a line.
    pub lines: bool,
    /// Whether what lies between them is coloured.
    pub bands: bool,
    /// The axis that they are of.
    pub side: Side,
}

/// A moment, or a span of time, that is marked.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark<'a> {
    /// When it begins, in milliseconds since the epoch.
    pub from: i64,
    /// When it ends, for a span.
    pub to: Option<i64>,
    /// The colour.
    pub color: Rgba,
    /// What it is; for tooltips.
    pub text: Cow<'a, str>,
}

impl Thresholds<'_> {
    pub(super) fn paint_bands(&self, frame: &Frame, surface: &mut dyn Surface, plot: Rect) {
        if !self.bands {
            return;
        }
        let y = |value: f64| height(frame, self.side, value, plot);
        for (index, step) in self.steps.iter().enumerate() {
            let top = self.steps.get(index + 1).map_or(plot.y, |next| y(next.from));
            let bottom = y(step.from);
            surface.rect(Rect::new(plot.x, top, plot.width, bottom - top), step.color.faded(0.1));
        }
    }

    pub(super) fn paint_lines(&self, frame: &Frame, surface: &mut dyn Surface, plot: Rect) {
        if !self.lines {
            return;
        }
        let scale = frame.scale(self.side);
        for step in self.steps.iter().filter(|step| step.from >= scale.low && step.from <= scale.high) {
            let y = height(frame, self.side, step.from, plot);
            let stroke = Stroke { color: step.color.faded(0.85), width: 1.0, dash: &[6.0, 4.0] };
            surface.line(&[(plot.x, y), (plot.right(), y)], &stroke);
        }
    }
}

fn height(frame: &Frame, side: Side, value: f64, plot: Rect) -> f64 {
    let position = frame.scale(side).position(value);
    let position = if position.is_nan() { 0.0 } else { position.clamp(0.0, 1.0) };
    plot.y + (1.0 - position) * plot.height
}

impl Mark<'_> {
    pub(super) fn paint(&self, frame: &Frame, surface: &mut dyn Surface, plot: Rect) {
        let x = |time: i64| plot.x + frame.time.position(time) * plot.width;
        let from = x(self.from);
        if let Some(to) = self.to {
            let span = Rect::new(from, plot.y, x(to) - from, plot.height).common(&plot);
            surface.rect(span, self.color.faded(0.12));
        }
        for x in [Some(from), self.to.map(x)].into_iter().flatten() {
            let whole = ((x, plot.y), (x, plot.bottom()));
            if let Some((top, bottom)) = segment(whole.0, whole.1, &plot) {
                let stroke = Stroke { color: self.color.faded(0.8), width: 1.0, dash: &[3.0, 3.0] };
                surface.line(&[top, bottom], &stroke);
                let (x, y) = bottom;
                surface.polygon(&[(x - 4.5, y + 5.0), (x, y - 1.0), (x + 4.5, y + 5.0)], self.color);
            }
        }
    }
}
