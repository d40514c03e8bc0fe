use std::borrow::Cow;

use watchfire_model::{Grid, TimeRange};

use crate::axes::{label_style, time_labels};
use crate::chart::Insets;
use crate::picture::Picture;
use crate::surface::metrics::{fitted, text_width};
use crate::surface::{Anchor, Ink, Point, Rect, SMALL_TEXT, Surface, TextStyle};
use crate::{Rgba, Theme, TimeScale};

/// States over time: a band for as long as one lasts, or a box for each moment.
#[derive(Clone, Debug, PartialEq)]
pub struct States<'a> {
    /// The time that it shows.
    pub window: TimeRange,
    /// Milliseconds that the shown zone is east of UTC.
    pub utc_offset: i64,
    /// The rows, from the top.
    pub rows: Vec<StateRow<'a>>,
    /// Whether equal states beside each other become one band.
    pub merge: bool,
    /// Whether each state is a box of its own, with gaps: a status history.
    pub boxes: bool,
    /// A row's height within its place, 0 to 1.
    pub row_height: f64,
    /// Whether texts are written where there is room.
    pub values: bool,
}

/// The states of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct StateRow<'a> {
    /// What it is called.
    pub name: Cow<'a, str>,
    /// The states in order.
    pub spans: Vec<Span<'a>>,
}

/// A state that lasts.
#[derive(Clone, Debug, PartialEq)]
pub struct Span<'a> {
    /// When it begins, in milliseconds since the epoch.
    pub from: i64,
    /// When it ends.
    pub to: i64,
    /// What is written.
    pub text: Cow<'a, str>,
    /// The colour.
    pub color: Rgba,
}

impl<'a> StateRow<'a> {
    /// The states of values: each lasts up to the next one, but not longer than three times the grid's step. `state` tells the text
    /// and the colour of a value; `None` for a gap.
    pub fn new(
        name: impl Into<Cow<'a, str>>,
        grid: Grid,
        values: &[f64],
        mut state: impl FnMut(f64) -> Option<(Cow<'a, str>, Rgba)>,
    ) -> Self {
        let time = |index: usize| grid.start.saturating_add(grid.step.saturating_mul(index as i64));
        let mut spans: Vec<Span<'a>> = Vec::new();
        for (index, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let from = time(index);
            if let Some(last) = spans.last_mut()
                && from - last.from <= grid.step.saturating_mul(3)
            {
                last.to = from;
            }
            if let Some((text, color)) = state(*value) {
                spans.push(Span { from, to: time(index + 1), text, color });
            }
        }
        Self { name: name.into(), spans }
    }
}

impl States<'_> {
    fn room(&self, width: f64) -> Insets {
        let widest = self.rows.iter().map(|row| text_width(&row.name, SMALL_TEXT, false)).fold(0.0, f64::max);
        Insets { left: (widest + 14.0).min(width * 0.3), top: 4.0, right: 12.0, bottom: 22.0 }
    }

    fn band(&self, plot: Rect, row: usize) -> Rect {
        let slot = plot.height / self.rows.len().max(1) as f64;
        let share = if self.row_height > 0.0 && self.row_height <= 1.0 { self.row_height } else { 0.9 };
        let height = slot * share;
        Rect::new(plot.x, plot.y + slot * row as f64 + (slot - height) / 2.0, plot.width, height)
    }

    /// The row and the state under a place.
    pub fn state_at(&self, area: Rect, point: Point) -> Option<(usize, usize)> {
        let plot = self.room(area.width).plot(area);
        let row = (0..self.rows.len()).find(|row| self.band(plot, *row).contains(point))?;
        let length = self.window.length() as f64;
        let time = self.window.start.saturating_add(((point.0 - plot.x) / plot.width * length) as i64);
        let span = self.rows[row].spans.iter().position(|span| (span.from..span.to).contains(&time))?;
        Some((row, span))
    }
}

impl Picture for States<'_> {
    fn insets(&self, width: f64, _: f64) -> Option<Insets> {
        Some(self.room(width))
    }

    fn paint(&self, surface: &mut dyn Surface, area: Rect, _: &Theme) {
        let plot = self.room(area.width).plot(area);
        if plot.width < 1.0 || plot.height < 1.0 {
            return;
        }
        let time = TimeScale { window: self.window, utc_offset: self.utc_offset };
        let slot = plot.height / self.rows.len().max(1) as f64;
        // Names that don't touch, and rows that are seen.
        let every = (12.0 / slot).ceil().max(1.0) as usize;
        for (index, row) in self.rows.iter().enumerate() {
            let band = self.band(plot, index);
            self.row(surface, row, band, &time);
            if index % every == 0 {
                let name = fitted(&row.name, SMALL_TEXT, false, plot.x - area.x - 10.0);
                surface.text((plot.x - 8.0, band.center().1), &name, &label_style().anchored(Anchor::End));
            }
        }
        time_labels(surface, &time, plot, None);
    }
}

impl States<'_> {
    fn row(&self, surface: &mut dyn Surface, row: &StateRow<'_>, band: Rect, time: &TimeScale) {
        let pixel = 1.0 / surface.scale();
        // Boxes end with pixels: where they don't, narrow ones make a pattern of their own.
        let whole = |x: f64| if self.boxes { (x / pixel).round() * pixel } else { x };
        let at = |moment: i64| whole(band.x + time.position(moment) * band.width);
        let mut index = 0;
        let mut drawn_to = f64::MIN;
        while let Some(span) = row.spans.get(index) {
            let mut to = span.to;
            index += 1;
            while let Some(next) = row.spans.get(index).filter(|next| {
                self.merge && next.from <= to && next.color == span.color && next.text == span.text
            }) {
                to = next.to;
                index += 1;
            }
            let (from, to) = (at(span.from).max(band.x), at(to).min(band.right()));
            // What is narrower than a pixel, and where something is already, is not seen.
            if to <= from || to - drawn_to < pixel {
                continue;
            }
            let gap = match to - from {
                // Gaps of less than a pixel are none.
                width if self.boxes && width < 6.0 => 0.0,
                width if self.boxes => whole((width * 0.12).clamp(1.0, 3.0)),
                width => (width * 0.1).min(1.0),
            };
            let place = Rect::new(from, band.y, to - from - gap, band.height);
            surface.rect(place, span.color);
            drawn_to = to;
            let size = SMALL_TEXT.min(band.height * 0.7);
            if self.values && size >= 7.0 && !span.text.is_empty() {
                let text = fitted(&span.text, size, false, place.width - 8.0);
                // A letter and an ellipsis tell nothing.
                if text == span.text || text.chars().count() > 4 {
                    let style = TextStyle::new(size, Ink::Color(span.color.ink()));
                    surface.text((place.x + 5.0, place.center().1), &text, &style);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_last_up_to_the_next() {
        let grid = Grid { start: 0, step: 10, len: 9 };
        let gap = f64::NAN;
        let row = StateRow::new("up", grid, &[1.0, gap, 1.0, 0.0, gap, gap, gap, gap, 2.0], |value| {
            (value < 2.0).then(|| (Cow::Owned(value.to_string()), Rgba::BLACK))
        });
        let spans: Vec<_> = row.spans.iter().map(|span| (span.from, span.to, span.text.as_ref())).collect();
        assert_eq!(spans, [(0, 20, "1"), (20, 30, "1"), (30, 40, "0")]);
        let window = TimeRange { start: 0, end: 100 };
        let states = States {
            window,
            utc_offset: 0,
            rows: vec![row],
            merge: true,
            boxes: false,
            row_height: 0.9,
            values: true,
        };
        let area = Rect::new(0.0, 0.0, 300.0, 60.0);
        let plot = states.room(300.0).plot(area);
        let at = |share: f64| states.state_at(area, (plot.x + share * plot.width, plot.center().1));
        assert_eq!((at(0.1), at(0.25), at(0.6)), (Some((0, 0)), Some((0, 1)), None));
    }
}
