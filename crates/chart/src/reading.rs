use std::borrow::Cow;

use crate::surface::Rect;
use crate::surface::metrics::text_width;
use crate::{Coloring, Format, Rgba};

/// A number with a name: what a stat, a gauge, a bar or a slice shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading<'a> {
    /// What it is called.
    pub name: Cow<'a, str>,
    /// The number; NaN for none.
    pub value: f64,
    /// The number in words, or what stands in its place.
    pub number: Cow<'a, str>,
    /// The unit behind it; may be empty.
    pub unit: Cow<'a, str>,
    /// Its colour.
    pub color: Rgba,
    /// Where its scale begins.
    pub low: f64,
    /// Where its scale ends.
    pub high: f64,
}

impl<'a> Reading<'a> {
    /// A value on a scale from 0 to 100.
    pub fn new(name: impl Into<Cow<'a, str>>, value: f64, format: &Format, coloring: &Coloring<'_>) -> Self {
        let (number, unit) = format.split(value);
        Self {
            name: name.into(),
            value,
            number: Cow::Owned(number),
            unit,
            color: coloring.of(value),
            low: 0.0,
            high: 100.0,
        }
    }

    /// The same on another scale.
    #[must_use]
    pub fn on_scale(self, low: f64, high: f64) -> Self {
        Self { low, high, ..self }
    }

    /// The number and the unit.
    pub(crate) fn text(&self) -> String {
        let gap = if self.unit.is_empty() { "" } else { " " };
        [&self.number, gap, &self.unit].concat()
    }

    /// Where the value is on its scale, 0 to 1; 0 for no value.
    pub(crate) fn share(&self) -> f64 {
        share(self.value, self.low, self.high)
    }
}

/// Where a value is between two others, 0 to 1; 0 where that is not known.
pub(crate) fn share(value: f64, low: f64, high: f64) -> f64 {
    let share = (value - low) / (high - low);
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}

/// The largest size of letters, within bounds, at which a text is not wider than `room`.
pub(crate) fn fitting_size(text: &str, room: f64, least: f64, most: f64) -> f64 {
    let wide = text_width(text, 1.0, true);
    if wide <= 0.0 { most } else { (room / wide).clamp(least, most.max(least)) }
}

/// How tiles lie in an area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tiles {
    area: Rect,
    columns: usize,
    rows: usize,
    gap: f64,
}

impl Tiles {
    /// For `count` tiles: in a row, in a column, or where it is not said, so that tiles nearest to `aspect` (width to height) are largest.
    pub(crate) fn new(area: Rect, count: usize, aspect: f64, horizontal: Option<bool>, gap: f64) -> Self {
        let count = count.max(1);
        let columns = match horizontal {
            Some(true) => count,
            Some(false) => 1,
            None => {
                let size = |columns: usize| {
                    let rows = count.div_ceil(columns);
                    let (width, height) = (area.width / columns as f64, area.height / rows as f64);
                    width.min(height * aspect)
                };
                let most = (1..=count.min(64)).max_by(|a, b| size(*a).total_cmp(&size(*b)).then(b.cmp(a)));
                most.unwrap_or(1)
            }
        };
        Self { area, columns, rows: count.div_ceil(columns), gap }
    }

    /// Where a tile is.
    pub(crate) fn place(&self, index: usize) -> Rect {
        let (columns, rows) = (self.columns as f64, self.rows as f64);
        let width = (self.area.width - self.gap * (columns - 1.0)) / columns;
        let height = (self.area.height - self.gap * (rows - 1.0)) / rows;
        let (column, row) = ((index % self.columns) as f64, (index / self.columns) as f64);
        Rect::new(
            self.area.x + column * (width + self.gap),
            self.area.y + row * (height + self.gap),
            width,
            height,
        )
    }

    /// Which of `count` tiles is under a place.
    pub(crate) fn at(&self, count: usize, point: crate::Point) -> Option<usize> {
        (0..count).find(|index| self.place(*index).contains(point))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fill_their_area() {
        let area = Rect::new(0.0, 0.0, 300.0, 100.0);
        assert_eq!(Tiles::new(area, 3, 1.0, None, 0.0).place(2), Rect::new(200.0, 0.0, 100.0, 100.0));
        assert_eq!(Tiles::new(area, 2, 1.0, Some(false), 10.0).place(1), Rect::new(0.0, 55.0, 300.0, 45.0));
        assert_eq!(Tiles::new(area, 3, 1.0, None, 0.0).at(3, (150.0, 50.0)), Some(1));
        assert_eq!(Tiles::new(area, 0, 1.0, None, 0.0).at(0, (150.0, 50.0)), None);
    }

    #[test]
    fn a_reading_knows_its_share() {
        let reading = Reading::new("cpu", 25.0, &Format::new("percent", None), &Coloring::Palette(0));
        assert_eq!(reading.text(), "25.0 %");
        for ((low, high), expected) in [((0.0, 50.0), 0.5), ((0.0, 0.0), 1.0), ((30.0, 50.0), 0.0)] {
            let share = reading.clone().on_scale(low, high).share();
            assert!((share - expected).abs() < 1e-9, "{low} {high} {share}");
        }
        assert!(share(f64::NAN, 0.0, 1.0).abs() < 1e-9);
    }
}
