use std::borrow::Cow;
use std::f64::consts::TAU;

use crate::color::{Step, step_color};
use crate::picture::Picture;
use crate::reading::{Reading, Tiles, fitting_size, share};
use crate::surface::metrics::{fitted, text_width};
use crate::surface::shapes::ring;
use crate::surface::{Anchor, Ink, Point, Rect, Surface, TextStyle};
use crate::{Rgba, Theme};

/// Numbers on arcs, side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gauge<'a> {
    /// The numbers.
    pub readings: Vec<Reading<'a>>,
    /// Where values change their colour; drawn as a thin arc outside.
    pub steps: Cow<'a, [Step]>,
    /// Whether that arc is drawn.
    pub threshold_marks: bool,
    /// Whether names are written.
    pub names: bool,
    /// Whether they lie beside each other (true), below each other (false), or as there is room.
    pub horizontal: Option<bool>,
}

/// From the lower left over the top to the lower right.
const BEGIN: f64 = -TAU / 3.0;
const SWEEP: f64 = TAU * 2.0 / 3.0;

impl Gauge<'_> {
    fn tiles(&self, area: Rect) -> Tiles {
        Tiles::new(area, self.readings.len(), 1.25, self.horizontal, 8.0)
    }

    /// Which reading is under a place.
    pub fn reading_at(&self, area: Rect, point: Point) -> Option<usize> {
        self.tiles(area).at(self.readings.len(), point)
    }
}

impl Picture for Gauge<'_> {
    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        let tiles = self.tiles(area);
        for (index, reading) in self.readings.iter().enumerate() {
            self.arc(surface, reading, tiles.place(index), theme);
        }
    }
}

impl Gauge<'_> {
    fn arc(&self, surface: &mut dyn Surface, reading: &Reading<'_>, tile: Rect, theme: &Theme) {
        let named = self.names && !reading.name.is_empty();
        let name_size = (tile.height * 0.09).clamp(10.0, 16.0);
        let name_room = if named { name_size * 1.5 } else { 0.0 };
        let inside = tile.shrunk(4.0, 4.0, 4.0, name_room + 4.0);
        // The arc reaches half of its radius below its centre.
        let radius = (inside.width / 2.0).min(inside.height / 1.5);
        if radius < 6.0 {
            return;
        }
        let center = (inside.center().0, inside.y + (inside.height - radius * 1.5) / 2.0 + radius);
        let outer = if self.threshold_marks { radius * 0.93 } else { radius };
        let inner = radius * 0.72;
        let mut points = Vec::new();
        let mut arc = |surface: &mut dyn Surface, inner: f64, outer: f64, from: f64, to: f64, color: Rgba| {
            points.clear();
            ring(&mut points, center, inner, outer, BEGIN + SWEEP * from, BEGIN + SWEEP * to);
            surface.polygon(&points, color);
        };
        arc(surface, inner, outer, 0.0, 1.0, theme.grid);
        if reading.share() > 0.0 {
            arc(surface, inner, outer, 0.0, reading.share(), reading.color);
        }
        if self.threshold_marks {
            for (index, step) in self.steps.iter().enumerate() {
                let from = share(step.from, reading.low, reading.high);
                let next = self.steps.get(index + 1);
                let to = next.map_or(1.0, |next| share(next.from, reading.low, reading.high));
                if to > from {
                    let middle =
                        f64::midpoint(from.max(0.0), to) * (reading.high - reading.low) + reading.low;
                    arc(surface, radius * 0.95, radius, from, to, step_color(&self.steps, middle));
                }
            }
        }
        let text = reading.text();
        let size = fitting_size(&text, inner * 1.6, 8.0, radius * 0.42);
        let style = TextStyle::new(size, Ink::Legible(reading.color)).bold().anchored(Anchor::Middle);
        surface.text((center.0, center.1), &text, &style);
        if named {
            let style = TextStyle::new(name_size, Ink::Text).anchored(Anchor::Middle);
            let name = fitted(&reading.name, name_size, false, tile.width - 8.0);
            let y = (center.1 + radius * 0.5 + name_size * 0.9).min(tile.bottom() - name_size * 0.6);
            // Below the ends of the arc, unless it fits between them.
            let between = text_width(&name, name_size, false) < inner * 1.3;
            let y = if between { y.min(center.1 + radius * 0.5 - 1.0 + name_size * 0.4) } else { y };
            surface.text((center.0, y), &name, &style);
        }
    }
}
