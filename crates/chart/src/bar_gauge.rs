use crate::picture::Picture;
use crate::reading::{Reading, Tiles};
use crate::surface::metrics::{fitted, text_width};
use crate::surface::shapes::rounded;
use crate::surface::{Anchor, Ink, Point, Rect, Surface, TextStyle};
use crate::{Coloring, Theme};

/// Numbers as bars, each on a scale of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarGauge<'a> {
    /// The numbers.
    pub readings: Vec<Reading<'a>>,
    /// Which colour a place on a scale has.
    pub coloring: Coloring<'a>,
    /// How bars are filled.
    pub mode: BarMode,
    /// Whether bars run from left to right; otherwise from bottom to top.
    pub horizontal: bool,
    /// Whether names are written.
    pub names: bool,
    /// Whether values are written.
    pub values: bool,
}

/// How bars are filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BarMode {
    /// Through the colours of the scale up to the value.
    #[default]
    Gradient,
    /// With the value's colour.
    Basic,
    /// As cells that light up.
    Lcd,
}

/// Bars in less room than this, with their names and values, lie upon each other.
const LEAST_ROW: f64 = 13.0;
const LEAST_COLUMN: f64 = 18.0;
/// The line that says how many have no room.
const MORE: f64 = 16.0;

impl BarGauge<'_> {
    /// The bars that have room, and the area that they take; below it is said how many have none.
    fn shown(&self, area: Rect) -> (usize, Rect) {
        let (length, least) =
            if self.horizontal { (area.height, LEAST_ROW) } else { (area.width, LEAST_COLUMN) };
        let most = |length: f64| ((length + 3.0) / (least + 3.0)).floor().max(1.0) as usize;
        if self.readings.len() <= most(length) || area.height < MORE * 2.0 {
            return (self.readings.len(), area);
        }
        let rest = area.shrunk(0.0, 0.0, 0.0, MORE);
        (most(if self.horizontal { rest.height } else { length }).min(self.readings.len()), rest)
    }

    fn tiles(&self, area: Rect, count: usize) -> Tiles {
        let each = if self.horizontal { area.height } else { area.width } / count.max(1) as f64;
        let gap = if count > 12 || each < 24.0 { 3.0 } else { 8.0 };
        Tiles::new(area, count, 1.0, Some(!self.horizontal), gap)
    }

    /// Which reading is under a place.
    pub fn reading_at(&self, area: Rect, point: Point) -> Option<usize> {
        let (count, area) = self.shown(area);
        self.tiles(area, count).at(count, point)
    }

    /// The room for names and values: all bars begin and end alike.
    fn margins(&self, area: Rect, size: f64) -> (f64, f64) {
        let widest = |text: &dyn Fn(&Reading<'_>) -> f64| self.readings.iter().map(text).fold(0.0, f64::max);
        let name = if self.names { widest(&|reading| text_width(&reading.name, size, false)) } else { 0.0 };
        let value =
            if self.values { widest(&|reading| text_width(&reading.text(), size + 1.0, true)) } else { 0.0 };
        let gap = |room: f64| if room > 0.0 { room + 10.0 } else { 0.0 };
        (gap(name).min(area.width * 0.4), gap(value).min(area.width * 0.35))
    }
}

impl Picture for BarGauge<'_> {
    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        let (count, rest) = self.shown(area);
        if count < self.readings.len() {
            let more = ["+ ", &(self.readings.len() - count).to_string(), " more"].concat();
            let at = (area.x, area.bottom() - MORE * 0.4);
            surface.text(at, &more, &TextStyle::new(11.0, Ink::Muted));
        }
        let area = rest;
        let tiles = self.tiles(area, count);
        if self.horizontal {
            let height = tiles.place(0).height;
            // Names above the bars where rows are high enough.
            let above = self.names && height >= 44.0 && area.width < 420.0;
            let size = (height * 0.5).clamp(9.0, 14.0);
            let (name, value) = self.margins(area, size);
            for (index, reading) in self.readings.iter().take(count).enumerate() {
                let tile = tiles.place(index);
                let bar = if above {
                    self.name(
                        surface,
                        reading,
                        (tile.x, tile.y + size * 0.7),
                        Anchor::Start,
                        size,
                        tile.width,
                    );
                    tile.shrunk(0.0, size * 1.4, value, 0.0)
                } else {
                    let right = (tile.x + name - 10.0, tile.center().1);
                    self.name(surface, reading, right, Anchor::End, size, name - 10.0);
                    tile.shrunk(name, 0.0, value, 0.0)
                };
                let bar = capped(bar, 64.0);
                self.bar(surface, reading, bar, theme);
                if self.values {
                    let style = value_style(reading, size + 1.0).anchored(Anchor::End);
                    let text = reading.text();
                    surface.text(
                        (tile.right(), bar.center().1),
                        &fitted(&text, size + 1.0, true, value),
                        &style,
                    );
                }
            }
        } else {
            for (index, reading) in self.readings.iter().take(count).enumerate() {
                self.upright(surface, reading, tiles.place(index), theme);
            }
        }
    }
}

/// A bar that is not too high for its length.
fn capped(bar: Rect, most: f64) -> Rect {
    let height = bar.height.min(most);
    Rect::new(bar.x, bar.y + (bar.height - height) / 2.0, bar.width, height)
}

fn value_style(reading: &Reading<'_>, size: f64) -> TextStyle {
    TextStyle::new(size, Ink::Legible(reading.color)).bold()
}

impl BarGauge<'_> {
    fn name(
        &self,
        surface: &mut dyn Surface,
        reading: &Reading<'_>,
        at: Point,
        anchor: Anchor,
        size: f64,
        room: f64,
    ) {
        if self.names {
            let name = fitted(&reading.name, size, false, room);
            surface.text(at, &name, &TextStyle::new(size, Ink::Text).anchored(anchor));
        }
    }

    fn upright(&self, surface: &mut dyn Surface, reading: &Reading<'_>, tile: Rect, theme: &Theme) {
        let size = (tile.width * 0.18).clamp(9.0, 14.0);
        let top = if self.values { size * 1.7 } else { 0.0 };
        let bottom = if self.names { size * 1.6 } else { 0.0 };
        let whole = tile.shrunk(0.0, top, 0.0, bottom);
        let width = whole.width.min(96.0);
        let bar = Rect::new(whole.x + (whole.width - width) / 2.0, whole.y, width, whole.height);
        self.bar(surface, reading, bar, theme);
        let middle = tile.center().0;
        if self.values {
            let text = reading.text();
            let style = value_style(reading, size).anchored(Anchor::Middle);
            surface.text((middle, tile.y + size * 0.8), &fitted(&text, size, true, tile.width), &style);
        }
        self.name(surface, reading, (middle, tile.bottom() - size * 0.6), Anchor::Middle, size, tile.width);
    }

    /// The part of a bar between two shares of its length.
    fn part(&self, bar: Rect, from: f64, to: f64) -> Rect {
        if self.horizontal {
            Rect::new(bar.x + bar.width * from, bar.y, bar.width * (to - from), bar.height)
        } else {
            Rect::new(bar.x, bar.y + bar.height * (1.0 - to), bar.width, bar.height * (to - from))
        }
    }

    fn bar(&self, surface: &mut dyn Surface, reading: &Reading<'_>, bar: Rect, theme: &Theme) {
        if bar.width < 1.0 || bar.height < 1.0 {
            return;
        }
        let share = reading.share();
        let value = |share: f64| reading.low + (reading.high - reading.low) * share;
        match self.mode {
            BarMode::Basic => {
                rounded(surface, bar, 2.0, theme.grid.faded(0.6));
                rounded(surface, self.part(bar, 0.0, share), 2.0, reading.color);
            }
            BarMode::Gradient => {
                rounded(surface, bar, 2.0, theme.grid.faded(0.6));
                // Slices of two pixels look even.
                let length = if self.horizontal { bar.width } else { bar.height };
                let count = (length * share / 2.0).ceil().clamp(0.0, 160.0) as u32;
                // The longest first: slices that lie on each other have no gaps between them.
                for slice in (0..count).rev() {
                    let at = |slice: u32| share * f64::from(slice) / f64::from(count);
                    surface.rect(self.part(bar, 0.0, at(slice + 1)), self.blend(value(at(slice)), reading));
                }
            }
            BarMode::Lcd => {
                let length = if self.horizontal { bar.width } else { bar.height };
                let count = (length / 9.0).floor().clamp(1.0, 120.0) as u32;
                let gap = (2.0 / length).min(0.2 / f64::from(count));
                for cell in 0..count {
                    let from = f64::from(cell) / f64::from(count);
                    let to = f64::from(cell + 1) / f64::from(count) - gap;
                    let lit = share > 0.0 && share >= from + 0.5 / f64::from(count);
                    let color = self.coloring.of(value(f64::midpoint(from, to)));
                    surface.rect(self.part(bar, from, to), if lit { color } else { color.faded(0.16) });
                }
            }
        }
    }

    /// The colour of a place in a gradient: steps blend into each other.
    fn blend(&self, value: f64, reading: &Reading<'_>) -> crate::Rgba {
        let Coloring::Steps(steps) = &self.coloring else {
            return match &self.coloring {
                Coloring::Scale { .. } => self.coloring.of(value),
                _ => reading.color,
            };
        };
        let begin = |index: usize| steps[index].from.max(reading.low);
        let place = (0..steps.len()).rev().find(|index| value >= begin(*index)).unwrap_or(0);
        match steps.get(place + 1) {
            Some(next) => {
                let share = crate::reading::share(value, begin(place), next.from);
                steps[place].color.mix(next.color, share)
            }
            None => self.coloring.of(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    #[test]
    fn bars_that_have_no_room_are_counted() {
        let reading = |index: usize| {
            Reading::new(format!("bar {index}"), 1.0, &Format::new("short", None), &Coloring::Palette(0))
        };
        let gauge = |count: usize, horizontal: bool| BarGauge {
            readings: (0..count).map(reading).collect(),
            horizontal,
            names: true,
            values: true,
            ..BarGauge::default()
        };
        let area = Rect::new(0.0, 0.0, 300.0, 200.0);
        for (count, horizontal, shown) in
            [(5, true, 5), (12, true, 12), (45, true, 11), (10, false, 10), (45, false, 14)]
        {
            let gauge = gauge(count, horizontal);
            let (there, rest) = gauge.shown(area);
            assert_eq!(there, shown, "{count} {horizontal}");
            let tiles = gauge.tiles(rest, there);
            assert!((1..there).all(|index| {
                let (before, own) = (tiles.place(index - 1), tiles.place(index));
                if horizontal {
                    own.y >= before.bottom() && own.height > 12.0
                } else {
                    own.x >= before.right()
                }
            }));
            assert_eq!(gauge.reading_at(area, (140.0, 199.0)).is_some(), there == count, "{count}");
        }
    }
}
