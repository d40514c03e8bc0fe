use std::borrow::Cow;

use watchfire_model::{Grid, TimeRange};

use crate::axes::{label_style, time_labels};
use crate::chart::{Insets, value_marks};
use crate::picture::Picture;
use crate::reading::share;
use crate::surface::metrics::{fitted, text_width};
use crate::surface::{Anchor, Point, Rect, SMALL_TEXT, Surface, TextStyle};
use crate::{Axis, AxisFormat, ColorScale, Format, Rgba, Theme, TimeScale, ValueScale};

/// Counts by time and size, as colours.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent, and each is said by its name")]
pub struct Heatmap<'a> {
    /// The time that it shows; the grid may hold more.
    pub window: TimeRange,
    /// The moments of the columns: each reaches from its moment to the next.
    pub grid: Grid,
    /// Milliseconds that the shown zone is east of UTC.
    pub utc_offset: i64,
    /// What the rows are, from the bottom.
    pub rows: Rows<'a>,
    /// Whether rows between edges are all of one height, whatever lies between them: buckets mostly grow with their size, and in
    /// proportion the lower ones could hardly be seen.
    pub even: bool,
    /// For each row a value for each point of the grid; NaN, and zero unless `zeros`, are not drawn.
    pub values: Vec<Cow<'a, [f64]>>,
    /// Whether zeros are drawn.
    pub zeros: bool,
    /// The colours. Scales from light to dark, or the other way, are turned around where the theme asks for it, so that many stands out
    /// from few.
    pub scale: ColorScale,
    /// The values of the first and of the last colour; left out, the least and the greatest in sight.
    pub range: Option<(f64, f64)>,
    /// Whether colours follow the logarithm of values.
    pub logarithmic: bool,
    /// How values are written in the legend.
    pub format: Format,
    /// Whether there is a legend.
    pub legend: bool,
}

/// The rows of a heatmap.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows<'a> {
    /// Each with a name.
    Names(Cow<'a, [Cow<'a, str>]>),
    /// Buckets between edges, one more than there are rows, on an axis. Infinite edges lie a bucket's height beyond their
    /// neighbour.
    Edges(Cow<'a, [f64]>, Axis<'a>),
}

/// A cell of a heatmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The row, from the bottom.
    pub row: usize,
    /// The point of the grid.
    pub index: usize,
}

impl Heatmap<'_> {
    fn axis(&self, height: f64) -> Option<(Axis<'_>, ValueScale)> {
        let Rows::Edges(edges, axis) = &self.rows else { return None };
        if self.even {
            return None;
        }
        let finite = |value: &&f64| value.is_finite();
        let low = edges.iter().filter(finite).copied().fold(f64::MAX, f64::min);
        let high = edges.iter().filter(finite).copied().fold(f64::MIN, f64::max);
        let extent = (low <= high).then_some((low, high));
        // The axis ends with the buckets.
        let bound = |own: Option<f64>, edge: f64| own.or((low < high).then_some(edge));
        let positive = !matches!(axis.scaling, crate::Scaling::Log(_)) || low > 0.0;
        let min = if positive { bound(axis.min, low) } else { axis.min };
        let axis = Axis { min, max: bound(axis.max, high), ..axis.clone() };
        let scale = ValueScale::new(extent, &axis, value_marks(height));
        Some((axis, scale))
    }

    fn room(&self, width: f64) -> Insets {
        let bottom = if self.legend { 50.0 } else { 22.0 };
        let width_of = |text: &str| text_width(text, SMALL_TEXT, false);
        let left = match &self.rows {
            Rows::Edges(_, axis) if axis.hidden => 12.0,
            Rows::Edges(edges, axis) => {
                let edges = edges.iter().filter(|edge| edge.is_finite());
                let widest = edges
                    .map(|edge| width_of(&AxisFormat::each(&axis.format).text(*edge)))
                    .fold(0.0, f64::max);
                widest + 14.0 + if axis.label.is_some() { 18.0 } else { 0.0 }
            }
            Rows::Names(names) => names.iter().map(|name| width_of(name)).fold(0.0, f64::max) + 14.0,
        };
        Insets { left: left.min(width * 0.4), top: 8.0, right: 12.0, bottom }
    }

    /// The lower and the upper side of a row, 0 at the bottom and 1 at the top.
    fn row(&self, row: usize, scale: Option<&ValueScale>) -> (f64, f64) {
        if let (Rows::Edges(edges, _), Some(scale)) = (&self.rows, scale) {
            let at = |index: usize, beyond: f64| {
                let edge = edges.get(index).copied().unwrap_or(f64::INFINITY);
                if edge.is_finite() { scale.position(edge).clamp(0.0, 1.0) } else { beyond }
            };
            return (at(row, 0.0), at(row + 1, 1.0));
        }
        let rows = self.values.len().max(1) as f64;
        (row as f64 / rows, (row + 1) as f64 / rows)
    }

    /// The points of the grid that can be seen.
    fn visible(&self) -> std::ops::Range<usize> {
        let step = self.grid.step.max(1);
        let index = |time: i64| time.saturating_sub(self.grid.start).div_euclid(step).max(0) as usize;
        let last = index(self.window.end).saturating_add(1).min(self.grid.len);
        index(self.window.start).min(last)..last
    }

    fn value(&self, row: usize, index: usize) -> f64 {
        let value = self.values[row].get(index).copied().unwrap_or(f64::NAN);
        if value.is_finite() && (self.zeros || value != 0.0) { value } else { f64::NAN }
    }

    fn bounds(&self) -> (f64, f64) {
        self.range.unwrap_or_else(|| {
            let (mut low, mut high) = (f64::MAX, f64::MIN);
            for row in 0..self.values.len() {
                for value in
                    self.visible().map(|index| self.value(row, index)).filter(|value| !value.is_nan())
                {
                    (low, high) = (low.min(value), high.max(value));
                }
            }
            // Counts begin at none.
            if low > high { (0.0, 1.0) } else { (low.min(0.0), high) }
        })
    }

    fn color(&self, scale: ColorScale, value: f64, (low, high): (f64, f64)) -> Rgba {
        let share = if self.logarithmic {
            share((value - low).max(0.0).ln_1p(), 0.0, (high - low).ln_1p())
        } else {
            share(value, low, high)
        };
        // More shades than the eye tells apart would only make more pieces.
        scale.at((share * 48.0).round() / 48.0)
    }

    /// The cell under a place.
    pub fn cell_at(&self, area: Rect, point: Point) -> Option<Cell> {
        let plot = self.room(area.width).plot(area);
        if !plot.contains(point) {
            return None;
        }
        let axis = self.axis(plot.height);
        let height = 1.0 - (point.1 - plot.y) / plot.height;
        let row = (0..self.values.len()).find(|row| {
            let (low, high) = self.row(*row, axis.as_ref().map(|(_, scale)| scale));
            (low..high).contains(&height)
        })?;
        let length = self.window.length() as f64;
        let time = self.window.start.saturating_add(((point.0 - plot.x) / plot.width * length) as i64);
        let index = time.saturating_sub(self.grid.start).div_euclid(self.grid.step.max(1));
        let index = usize::try_from(index).ok().filter(|index| *index < self.grid.len)?;
        Some(Cell { row, index })
    }
}

impl Picture for Heatmap<'_> {
    fn insets(&self, width: f64, _: f64) -> Option<Insets> {
        Some(self.room(width))
    }

    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        let plot = self.room(area.width).plot(area);
        if plot.width < 1.0 || plot.height < 1.0 {
            return;
        }
        let axis = self.axis(plot.height);
        let time = TimeScale { window: self.window, utc_offset: self.utc_offset };
        let bounds = self.bounds();
        let colors = self.scale.on(theme);
        self.cells(surface, colors, plot, &time, axis.as_ref().map(|(_, scale)| scale), bounds);
        match (&self.rows, &axis) {
            (Rows::Edges(edges, _), Some((axis, scale))) if !axis.hidden => {
                edge_labels(surface, edges, axis, &|_, edge| scale.position(edge), area, plot);
            }
            (Rows::Edges(edges, axis), None) if !axis.hidden => {
                let rows = self.values.len().max(1) as f64;
                edge_labels(surface, edges, axis, &|index, _| index as f64 / rows, area, plot);
            }
            (Rows::Names(names), None) => {
                let slot = plot.height / self.values.len().max(1) as f64;
                let every = (13.0 / slot.max(0.01)).ceil().max(1.0) as usize;
                for (row, name) in names.iter().enumerate().take(self.values.len()).step_by(every) {
                    let y = plot.bottom() - (row as f64 + 0.5) * slot;
                    let name = fitted(name, SMALL_TEXT, false, plot.x - area.x - 10.0);
                    surface.text((plot.x - 8.0, y), &name, &label_style().anchored(Anchor::End));
                }
            }
            _ => {}
        }
        time_labels(surface, &time, plot, None);
        if self.legend {
            self.legend(surface, colors, plot, bounds);
        }
    }
}

/// The edges of buckets, from the bottom those that have room. `position`: how high one is, 0 to 1, by its place and by itself.
fn edge_labels(
    surface: &mut dyn Surface,
    edges: &[f64],
    axis: &Axis<'_>,
    position: &dyn Fn(usize, f64) -> f64,
    area: Rect,
    plot: Rect,
) {
    let mut free = f64::MAX;
    for (index, edge) in edges.iter().enumerate().filter(|(_, edge)| edge.is_finite()) {
        let y = plot.y + (1.0 - position(index, *edge)) * plot.height;
        if y <= free && y >= plot.y - 1.0 && y <= plot.bottom() + 1.0 {
            let text = AxisFormat::each(&axis.format).text(*edge);
            surface.text((plot.x - 8.0, y), &text, &label_style().anchored(Anchor::End));
            free = y - 22.0;
        }
    }
    if let Some(name) = &axis.label {
        let style = TextStyle { upright: true, ..label_style().anchored(Anchor::Middle) };
        surface.text((area.x + 9.0, plot.center().1), name, &style);
    }
}

impl Heatmap<'_> {
    fn cells(
        &self,
        surface: &mut dyn Surface,
        colors: ColorScale,
        plot: Rect,
        time: &TimeScale,
        scale: Option<&ValueScale>,
        bounds: (f64, f64),
    ) {
        let visible = self.visible();
        // Columns narrower than this are drawn together, by their mean.
        let every = (visible.len() as f64 * 3.0 / plot.width).ceil().max(1.0) as usize;
        let at = |index: usize| {
            let moment = self.grid.start.saturating_add(self.grid.step.saturating_mul(index as i64));
            (plot.x + time.position(moment) * plot.width).clamp(plot.x, plot.right())
        };
        for row in 0..self.values.len() {
            let (low, high) = self.row(row, scale);
            let (top, height) = (plot.bottom() - high * plot.height, (high - low) * plot.height);
            // Gaps between cells where there is room.
            let gap = if height > 6.0 { 1.0 } else { 0.0 };
            let mut pending: Option<(f64, f64, Rgba)> = None;
            for begin in visible.clone().step_by(every) {
                let end = (begin + every).min(visible.end);
                let (sum, count) = (begin..end)
                    .map(|index| self.value(row, index))
                    .filter(|value| !value.is_nan())
                    .fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
                let (from, to) = (at(begin), at(end));
                let column_gap = if to - from > 6.0 { 1.0 } else { 0.0 };
                let color = (count > 0).then(|| self.color(colors, sum / f64::from(count), bounds));
                match (&mut pending, color) {
                    // Neighbours of a colour are one rectangle.
                    (Some((_, right, last)), Some(color)) if *last == color && column_gap == 0.0 => {
                        *right = to;
                    }
                    (pending, color) => {
                        if let Some((left, right, color)) = pending.take() {
                            surface.rect(Rect::new(left, top, right - left, height - gap), color);
                        }
                        *pending = color.map(|color| (from, to - column_gap, color));
                    }
                }
            }
            if let Some((left, right, color)) = pending {
                surface.rect(Rect::new(left, top, right - left, height - gap), color);
            }
        }
    }

    /// A bar with the colours and the values of its ends and of its middle.
    fn legend(&self, surface: &mut dyn Surface, colors: ColorScale, plot: Rect, (low, high): (f64, f64)) {
        const PARTS: u32 = 44;
        let bar = Rect::new(plot.x, plot.bottom() + 27.0, plot.width.min(220.0), 7.0);
        let value = |share: f64| {
            if self.logarithmic {
                low + (share * (high - low).ln_1p()).exp_m1()
            } else {
                low + share * (high - low)
            }
        };
        for part in 0..PARTS {
            let at = |part: u32| f64::from(part) / f64::from(PARTS);
            let slice = Rect::new(
                bar.x + bar.width * at(part),
                bar.y,
                bar.width / f64::from(PARTS) + 0.3,
                bar.height,
            );
            surface.rect(slice, colors.at(at(part)));
        }
        for (share, anchor) in [(0.0, Anchor::Start), (0.5, Anchor::Middle), (1.0, Anchor::End)] {
            let at = (bar.x + bar.width * share, bar.bottom() + 8.0);
            surface.text(at, &self.format.text(value(share)), &label_style().anchored(anchor));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_where_they_are_drawn() {
        let heatmap = Heatmap {
            window: TimeRange { start: 0, end: 4000 },
            grid: Grid { start: 0, step: 1000, len: 4 },
            utc_offset: 0,
            rows: Rows::Edges(vec![0.0, 1.0, 3.0].into(), Axis::default()),
            even: false,
            values: vec![vec![1.0; 4].into(), vec![2.0; 4].into()],
            zeros: false,
            scale: ColorScale::VIRIDIS,
            range: None,
            logarithmic: false,
            format: Format::default(),
            legend: false,
        };
        let area = Rect::new(0.0, 0.0, 400.0, 200.0);
        let plot = heatmap.room(400.0).plot(area);
        let at = |x: f64, y: f64| heatmap.cell_at(area, (plot.x + x * plot.width, plot.y + y * plot.height));
        assert_eq!(at(0.1, 0.9), Some(Cell { row: 0, index: 0 }));
        assert_eq!(at(0.6, 0.5), Some(Cell { row: 1, index: 2 }));
        assert_eq!(at(1.1, 0.5), None);
        let even = Heatmap { even: true, ..heatmap.clone() };
        let at = |y: f64| even.cell_at(area, (plot.x + 0.1 * plot.width, plot.y + y * plot.height));
        assert_eq!(at(0.45).map(|cell| cell.row), Some(1));
        assert_eq!(at(0.55).map(|cell| cell.row), Some(0));
    }
}
