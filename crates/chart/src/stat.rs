use std::borrow::Cow;

use crate::picture::Picture;
use crate::reading::{Reading, Tiles, fitting_size};
use crate::surface::metrics::{fitted, text_width};
use crate::surface::shapes::rounded;
use crate::surface::{Anchor, Ink, Point, Rect, Stroke, Surface, TextStyle};
use crate::{Rgba, Theme};

/// Numbers in large type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stat<'a> {
    /// The numbers.
    pub items: Vec<StatItem<'a>>,
    /// What the value's colour fills.
    pub fill: StatFill,
    /// Whether values are written.
    pub values: bool,
    /// Whether names are written.
    pub names: bool,
    /// Whether they lie beside each other (true), below each other (false), or as there is room.
    pub horizontal: Option<bool>,
}

/// A number with its course.
#[derive(Clone, Debug, PartialEq)]
pub struct StatItem<'a> {
    /// The number.
    pub reading: Reading<'a>,
    /// Its course at equal distances, NaN where there is no value; empty for none.
    pub sparkline: Cow<'a, [f64]>,
}

/// What the colour of a value fills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StatFill {
    /// Nothing: text is as all text.
    None,
    /// The number.
    #[default]
    Value,
    /// What lies behind it.
    Background,
}

/// A tile of less than this height in CSS pixels has no room for a line below its number.
const LOW: f64 = 44.0;

impl Stat<'_> {
    fn tiles(&self, area: Rect) -> Tiles {
        Tiles::new(area, self.items.len(), 2.2, self.horizontal, 6.0)
    }

    /// Which number is under a place.
    pub fn item_at(&self, area: Rect, point: Point) -> Option<usize> {
        self.tiles(area).at(self.items.len(), point)
    }
}

impl Picture for Stat<'_> {
    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        let tiles = self.tiles(area);
        for (index, item) in self.items.iter().enumerate() {
            self.tile(surface, item, tiles.place(index), theme);
        }
    }
}

impl Stat<'_> {
    fn tile(&self, surface: &mut dyn Surface, item: &StatItem<'_>, tile: Rect, theme: &Theme) {
        if tile.width < 8.0 || tile.height < 8.0 {
            return;
        }
        let reading = &item.reading;
        let (ink, muted, line) = match self.fill {
            StatFill::None => (Ink::Text, Ink::Muted, crate::series_color(0)),
            StatFill::Value => (Ink::Legible(reading.color), Ink::Text, reading.color),
            StatFill::Background => {
                let solid = reading.color.over(theme.surface);
                rounded(surface, tile, 4.0, solid);
                let ink = solid.ink();
                (Ink::Color(ink), Ink::Color(ink.faded(0.9)), ink)
            }
        };
        let named = self.names && !reading.name.is_empty();
        // In a low tile the number has all the room.
        let is_low = self.values && tile.height < LOW;
        let has_line = !is_low && item.sparkline.iter().filter(|value| value.is_finite()).count() > 1;
        if has_line {
            let height = tile.height * if self.values { 0.42 } else { 0.7 };
            let place = Rect::new(tile.x, tile.bottom() - height, tile.width, height);
            let fill = if self.fill == StatFill::Background { 0.22 } else { 0.16 };
            sparkline(surface, &item.sparkline, place, line, fill);
        }
        let pad = (tile.width * 0.05).clamp(4.0, 14.0);
        let inside = tile.shrunk(pad, pad * 0.6, pad, pad * 0.6);
        let words = if has_line { inside.height * 0.62 } else { inside.height };
        let name_size = if named { (words * 0.26).clamp(9.0, 18.0) } else { 0.0 };
        if named {
            let name = fitted(&reading.name, name_size, false, inside.width);
            let style = TextStyle::new(name_size, muted);
            let y = if self.values { inside.y + name_size * 0.65 } else { inside.center().1 };
            surface.text((inside.x, y), &name, &style);
        }
        if self.values {
            let room = words - name_size * 1.3;
            let text = reading.text();
            let size = fitting_size(&text, inside.width, 8.0, (room * 0.8).min(96.0));
            let y = inside.y + name_size * 1.3 + room / 2.0;
            // The unit in smaller type; both stand in the middle where there is no name beside which they could begin.
            let unit_size = size * 0.62;
            let gap = if reading.unit.is_empty() { 0.0 } else { size * 0.08 };
            let number = text_width(&reading.number, size, true);
            let whole = number + gap + text_width(&reading.unit, unit_size, true);
            let x = if named || has_line { inside.x } else { inside.x + (inside.width - whole) / 2.0 };
            let x = x.max(inside.x);
            // Both stand at the gap between them, so that they don't meet in a font that is wider than ours.
            let style = TextStyle::new(size, ink).bold();
            if reading.unit.is_empty() && (named || has_line) {
                surface.text((x, y), &reading.number, &style);
            } else {
                surface.text((x + number, y), &reading.number, &style.anchored(Anchor::End));
            }
            if !reading.unit.is_empty() {
                let baseline = y + (size - unit_size) * 0.35;
                surface.text(
                    (x + number + gap, baseline),
                    &reading.unit,
                    &TextStyle::new(unit_size, ink).bold(),
                );
            }
        }
    }
}

/// A course without axes, with a light fill.
pub(crate) fn sparkline(surface: &mut dyn Surface, values: &[f64], place: Rect, color: Rgba, fill: f64) {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let (low, high) =
        finite.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let height = |value: f64| {
        let share = if high > low { (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) } else { 0.5 };
        place.bottom() - 1.0 - share * (place.height - 2.0).max(0.0)
    };
    let step = place.width / values.len().saturating_sub(1).max(1) as f64;
    let mut points: Vec<Point> = Vec::with_capacity(values.len() + 2);
    let mut index = 0;
    while index < values.len() {
        points.clear();
        while index < values.len() && values[index].is_finite() {
            points.push((place.x + step * index as f64, height(values[index])));
            index += 1;
        }
        if points.len() > 1 {
            let (first, last) = (points[0], points[points.len() - 1]);
            surface.line(&points, &Stroke::solid(color, 1.5));
            points.extend([(last.0, place.bottom()), (first.0, place.bottom())]);
            surface.polygon(&points, color.faded(fill));
        }
        index += 1;
    }
}
