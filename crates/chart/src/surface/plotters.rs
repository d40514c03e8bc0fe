//! On any backend of plotters, such as the browser's canvas.

use ::plotters::coord::Shift;
use ::plotters::drawing::DrawingAreaErrorKind;
use ::plotters::element::{Drawable, PointCollection};
use ::plotters::prelude::{DrawingArea, DrawingBackend, FontFamily, IntoFont};
use ::plotters::style::text_anchor::{HPos, Pos, VPos};
use ::plotters::style::{FontStyle, FontTransform, TextStyle as PlottersText};
use plotters_backend::{BackendColor, BackendStyle, DrawingErrorKind};

use super::{Anchor, Ink, Point, Rect, Stroke, Surface, TextStyle};
use crate::{Rgba, Theme};

/// A drawing area of plotters. The first error is kept; after it nothing is drawn.
pub(crate) struct OnPlotters<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    /// Backend pixels a CSS pixel has.
    scale: f64,
    grain: f64,
    theme: &'a Theme,
    pub(crate) error: Option<DrawingAreaErrorKind<DB::ErrorType>>,
    dashes: Vec<Point>,
}

impl<'a, DB: DrawingBackend> OnPlotters<'a, DB> {
    pub(crate) fn new(area: &'a DrawingArea<DB, Shift>, scale: f64, grain: f64, theme: &'a Theme) -> Self {
        Self { area, scale, grain, theme, error: None, dashes: Vec::new() }
    }

    fn put(&mut self, shape: Shape<'_>) {
        if self.error.is_none() {
            self.error = self.area.draw(&Raw { shape, scale: self.scale, grain: self.grain }).err();
        }
    }
}

impl<DB: DrawingBackend> Surface for OnPlotters<'_, DB> {
    fn scale(&self) -> f64 {
        self.scale / self.grain
    }

    fn line(&mut self, points: &[Point], stroke: &Stroke<'_>) {
        let width = (stroke.width * self.scale).round().max(self.grain);
        let same = |a: f64, b: f64| (a - b).abs() < 1e-9;
        if let [from, to] = points
            && stroke.dash.is_empty()
            && (same(from.0, to.0) || same(from.1, to.1))
        {
            // Straight lines are sharp where they fill whole pixels.
            let half = width / self.scale / 2.0;
            let (x, y) = (from.0.min(to.0), from.1.min(to.1));
            let (right, bottom) = (from.0.max(to.0), from.1.max(to.1));
            let rect = if same(from.1, to.1) {
                Rect::new(x, y - half, right - x, half * 2.0)
            } else {
                Rect::new(x - half, y, half * 2.0, bottom - y)
            };
            self.put(Shape::Rect(rect, Pen::of(stroke.color, 1.0)));
            return;
        }
        let pen = Pen::of(stroke.color, width);
        if stroke.dash.iter().sum::<f64>() < 0.5 {
            self.put(Shape::Line(points, pen));
            return;
        }
        let mut dashes = std::mem::take(&mut self.dashes);
        dashed(points, stroke.dash, &mut dashes, |dash| self.put(Shape::Line(dash, pen)));
        self.dashes = dashes;
    }

    fn polygon(&mut self, points: &[Point], fill: Rgba) {
        if points.len() > 2 {
            self.put(Shape::Polygon(points, Pen::of(fill, 1.0)));
        }
    }

    fn rect(&mut self, rect: Rect, fill: Rgba) {
        self.put(Shape::Rect(rect, Pen::of(fill, 1.0)));
    }

    fn circle(&mut self, center: Point, radius: f64, fill: Rgba) {
        self.put(Shape::Circle(center, radius, Pen::of(fill, 1.0)));
    }

    fn text(&mut self, at: Point, text: &str, style: &TextStyle) {
        let color = match style.ink {
            Ink::Text => self.theme.text,
            Ink::Muted => self.theme.muted,
            Ink::Color(color) => color,
            Ink::Legible(color) => color.legible_on(self.theme.surface),
        };
        self.put(Shape::Text(at, text, style, color));
    }
}

/// Cuts a line into dashes, each given to `dash`.
pub(crate) fn dashed(
    points: &[Point],
    pattern: &[f64],
    scratch: &mut Vec<Point>,
    mut dash: impl FnMut(&[Point]),
) {
    let Some(&first) = points.first() else { return };
    // Shorter ones would make a line of a million strokes.
    let length = |index: usize| pattern[index % pattern.len()].max(0.5);
    let mut index = 0;
    let mut left = length(0);
    scratch.clear();
    scratch.push(first);
    for pair in points.windows(2) {
        let ((mut x, mut y), (to_x, to_y)) = (pair[0], pair[1]);
        loop {
            let distance = (to_x - x).hypot(to_y - y);
            if distance.is_nan() || distance <= left {
                left -= if distance.is_nan() { 0.0 } else { distance };
                if index % 2 == 0 {
                    scratch.push((to_x, to_y));
                }
                break;
            }
            (x, y) = (x + (to_x - x) * left / distance, y + (to_y - y) * left / distance);
            if index % 2 == 0 {
                scratch.push((x, y));
                dash(scratch);
                scratch.clear();
            } else {
                scratch.clear();
                scratch.push((x, y));
            }
            index += 1;
            left = length(index);
        }
    }
    if index.is_multiple_of(2) && scratch.len() > 1 {
        dash(scratch);
    }
}

#[derive(Clone, Copy)]
struct Pen {
    color: BackendColor,
    width: u32,
}

impl Pen {
    fn of(color: Rgba, width: f64) -> Self {
        let color = BackendColor { alpha: f64::from(color.alpha), rgb: (color.red, color.green, color.blue) };
        Self { color, width: width as u32 }
    }
}

impl BackendStyle for Pen {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

enum Shape<'a> {
    Line(&'a [Point], Pen),
    Polygon(&'a [Point], Pen),
    Rect(Rect, Pen),
    Circle(Point, f64, Pen),
    Text(Point, &'a str, &'a TextStyle, Rgba),
}

/// A shape as an element of plotters that has only the area's corner as a point of its own: plotters' elements allocate
/// for each line, and cut points off at the area's edge.
struct Raw<'a> {
    shape: Shape<'a>,
    scale: f64,
    grain: f64,
}

impl<'a> PointCollection<'a, (i32, i32)> for &'a Raw<'_> {
    type Point = (i32, i32);
    type IntoIter = std::option::IntoIter<(i32, i32)>;

    fn point_iter(self) -> Self::IntoIter {
        Some((0, 0)).into_iter()
    }
}

impl<DB: DrawingBackend> Drawable<DB> for Raw<'_> {
    fn draw<I: Iterator<Item = (i32, i32)>>(
        &self,
        mut corner: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        let (left, top) = corner.next().unwrap_or_default();
        // What is far outside must not overflow a pixel's number.
        let pixel = |value: f64| (value * self.scale).round().clamp(-1e6, 1e6) as i32;
        let place = |&(x, y): &Point| (left + pixel(x), top + pixel(y));
        match &self.shape {
            Shape::Line(points, pen) => backend.draw_path(points.iter().map(place), pen),
            Shape::Polygon(points, pen) => backend.fill_polygon(points.iter().map(place), pen),
            Shape::Rect(rect, pen) => {
                if rect.width <= 0.0 || rect.height <= 0.0 {
                    return Ok(());
                }
                let edge = |value: f64| {
                    ((value * self.scale / self.grain).round() * self.grain).clamp(-1e6, 1e6) as i32
                };
                let least = self.grain as i32;
                let (x, y) = (left + edge(rect.x), top + edge(rect.y));
                let to =
                    ((left + edge(rect.right())).max(x + least), (top + edge(rect.bottom())).max(y + least));
                backend.draw_rect((x, y), to, pen, true)
            }
            Shape::Circle(center, radius, pen) => {
                backend.draw_circle(place(center), pixel(*radius).max(1) as u32, pen, true)
            }
            Shape::Text(at, text, style, color) => {
                backend.draw_text(text, &font(style, *color, self.scale), place(at))
            }
        }
    }
}

fn font(style: &TextStyle, color: Rgba, scale: f64) -> PlottersText<'static> {
    let weight = if style.bold { FontStyle::Bold } else { FontStyle::Normal };
    let mut font = (FontFamily::Name("system-ui, sans-serif"), style.size * scale, weight).into_font();
    if style.upright {
        font = font.transform(FontTransform::Rotate270);
    }
    let side = match style.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let mut text = PlottersText::from(font).pos(Pos::new(side, VPos::Center));
    text.color = Pen::of(color, 1.0).color;
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_into_dashes() {
        let mut dashes = Vec::new();
        dashed(&[(0.0, 0.0), (5.0, 0.0), (12.0, 0.0)], &[4.0, 2.0], &mut Vec::new(), |dash| {
            dashes.push(dash.to_vec());
        });
        assert_eq!(dashes, [vec![(0.0, 0.0), (4.0, 0.0)], vec![(6.0, 0.0), (10.0, 0.0)]]);
        dashed(&[(0.0, 0.0), (f64::NAN, 1.0)], &[1.0], &mut Vec::new(), |_| {});
        dashed(&[], &[1.0], &mut Vec::new(), |_| panic!("there is nothing"));
    }
}
