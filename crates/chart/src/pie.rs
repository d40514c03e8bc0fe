use std::f64::consts::TAU;

use crate::Theme;
use crate::picture::Picture;
use crate::reading::Reading;
use crate::surface::metrics::text_width;
use crate::surface::shapes::{on_circle, ring};
use crate::surface::{Anchor, Ink, Point, Rect, Stroke, Surface, TextStyle};

/// Shares of a whole.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Pie<'a> {
    /// The slices, from the top clockwise; those without a positive value are left out.
    pub readings: Vec<Reading<'a>>,
    /// Whether it has a hole.
    pub donut: bool,
    /// Whether names are written.
    pub names: bool,
    /// Whether values are written.
    pub values: bool,
    /// Whether shares are written in percent.
    pub percents: bool,
}

struct Slice {
    index: usize,
    from: f64,
    to: f64,
}

struct Layout {
    center: Point,
    radius: f64,
    slices: Vec<Slice>,
}

impl Pie<'_> {
    fn layout(&self, area: Rect) -> Layout {
        let size = |reading: &Reading<'_>| {
            if reading.value.is_finite() { reading.value.max(0.0) } else { 0.0 }
        };
        // Sums of halves don't overflow.
        let most = self.readings.iter().map(size).fold(0.0, f64::max);
        let total: f64 =
            self.readings.iter().map(|reading| size(reading) / most.max(f64::MIN_POSITIVE)).sum();
        let mut angle = 0.0;
        let mut slices = Vec::new();
        for (index, reading) in self.readings.iter().enumerate() {
            let turn = size(reading) / most.max(f64::MIN_POSITIVE) / total * TAU;
            if turn > 0.0 && turn.is_finite() {
                slices.push(Slice { index, from: angle, to: angle + turn });
                angle += turn;
            }
        }
        let radius = (area.width.min(area.height) / 2.0 - 4.0).max(0.0);
        Layout { center: area.center(), radius, slices }
    }

    /// Which slice is under a place: its index in the readings.
    pub fn slice_at(&self, area: Rect, point: Point) -> Option<usize> {
        let layout = self.layout(area);
        let (x, y) = (point.0 - layout.center.0, point.1 - layout.center.1);
        let distance = x.hypot(y);
        if distance > layout.radius || (self.donut && distance < layout.radius * HOLE) {
            return None;
        }
        let angle = x.atan2(-y).rem_euclid(TAU);
        layout.slices.iter().find(|slice| (slice.from..slice.to).contains(&angle)).map(|slice| slice.index)
    }
}

/// The hole's radius, of the whole one.
const HOLE: f64 = 0.58;

impl Picture for Pie<'_> {
    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        let layout = self.layout(area);
        if layout.radius < 2.0 {
            return;
        }
        let inner = if self.donut { layout.radius * HOLE } else { 0.0 };
        let mut points = Vec::new();
        for slice in &layout.slices {
            points.clear();
            ring(&mut points, layout.center, inner, layout.radius, slice.from, slice.to);
            surface.polygon(&points, self.readings[slice.index].color);
        }
        if layout.slices.len() > 1 && layout.slices.len() < 60 {
            // Gaps in the background's colour part the slices.
            for slice in &layout.slices {
                let edge = [
                    on_circle(layout.center, inner, slice.from),
                    on_circle(layout.center, layout.radius + 1.0, slice.from),
                ];
                surface.line(&edge, &Stroke::solid(theme.surface, 1.5));
            }
        }
        for slice in &layout.slices {
            self.label(surface, slice, &layout, inner);
        }
    }
}

impl Pie<'_> {
    fn label(&self, surface: &mut dyn Surface, slice: &Slice, layout: &Layout, inner: f64) {
        let reading = &self.readings[slice.index];
        let turn = slice.to - slice.from;
        let middle = if layout.slices.len() == 1 && !self.donut {
            0.0
        } else if inner > 0.0 {
            f64::midpoint(inner, layout.radius)
        } else {
            layout.radius * 0.66
        };
        let size = (layout.radius * 0.11).clamp(9.0, 15.0);
        let (x, y) = on_circle(layout.center, middle, f64::midpoint(slice.from, slice.to));
        let (dx, dy) = ((x - layout.center.0).abs(), (y - layout.center.1).abs());
        // The room of a chord, and up to the outer and the inner edge beside the text.
        let chord = if turn >= TAU / 2.0 { layout.radius * 1.6 } else { 2.0 * middle * (turn / 2.0).sin() };
        let beside = |radius: f64| (radius * radius - dy * dy).max(0.0).sqrt();
        let outside = beside(layout.radius) - dx;
        let inside = if inner > dy { dx - beside(inner) } else { f64::MAX };
        let room = (2.0 * outside.min(inside)).min(if dx > dy { f64::MAX } else { chord }) - 6.0;
        let mut lines: Vec<String> = Vec::new();
        if self.names && text_width(&reading.name, size, true) <= room {
            lines.push(reading.name.to_string());
        }
        let share = turn / TAU * 100.0;
        let percent = format!("{share:.*} %", usize::from(share < 9.95));
        let value = reading.text();
        let both = [value.as_str(), " · ", &percent].concat();
        let numbers = match (self.values, self.percents) {
            (true, true) => vec![both, value, percent],
            (true, false) => vec![value],
            (false, true) => vec![percent],
            (false, false) => Vec::new(),
        };
        lines.extend(numbers.into_iter().find(|number| text_width(number, size, false) <= room));
        let height = lines.len() as f64 * size * 1.2;
        // A line of text must not stick out of its slice.
        if lines.is_empty() || chord.min(layout.radius - inner) < height {
            return;
        }
        let style = TextStyle::new(size, Ink::Color(reading.color.ink())).anchored(Anchor::Middle);
        for (index, line) in lines.iter().enumerate() {
            let y = y - height / 2.0 + (index as f64 + 0.5) * size * 1.2;
            surface.text((x, y), line, &if index == 0 && lines.len() > 1 { style.bold() } else { style });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Coloring, Format};

    #[test]
    fn slices_are_found() {
        let format = Format::default();
        let reading = |value| Reading::new("x", value, &format, &Coloring::Palette(0));
        let mut pie = Pie { readings: [1.0, f64::NAN, -3.0, 1.0].map(reading).to_vec(), ..Pie::default() };
        let area = Rect::new(0.0, 0.0, 100.0, 100.0);
        assert_eq!(pie.slice_at(area, (75.0, 50.0)), Some(0));
        assert_eq!(pie.slice_at(area, (25.0, 50.0)), Some(3));
        assert_eq!(pie.slice_at(area, (99.0, 99.0)), None);
        pie.donut = true;
        assert_eq!(pie.slice_at(area, (51.0, 50.0)), None);
    }
}
