//! What pictures are drawn on: a few shapes and text, in CSS pixels with fractions. [`plotters`] puts them on any backend of
//! plotters, [`svg`] writes them as SVG. Pictures see only the trait, so their code is compiled once for all targets.

pub(crate) mod clip;
pub(crate) mod metrics;
#[cfg(feature = "pdf")]
pub(crate) mod pdf;
pub(crate) mod plotters;
pub(crate) mod shapes;
pub(crate) mod svg;

use crate::Rgba;

/// A place in CSS pixels: from the left edge, from the top.
pub type Point = (f64, f64);

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// From the left edge to its left side.
    pub x: f64,
    /// From the top to its top side.
    pub y: f64,
    /// To its right side; never negative.
    pub width: f64,
    /// To its bottom side; never negative.
    pub height: f64,
}

impl Rect {
    /// From a corner and a size; what is not a size is none.
    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        let size = |value: f64| if value.is_finite() { value.max(0.0) } else { 0.0 };
        Self { x, y, width: size(width), height: size(height) }
    }

    /// Its right side.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Its bottom side.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Its middle.
    pub fn center(&self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Whether a place lies in it; the left and top sides do, the others don't.
    pub fn contains(&self, (x, y): Point) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }

    /// What is left without a margin at each side.
    #[must_use]
    pub fn shrunk(&self, left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self::new(self.x + left, self.y + top, self.width - left - right, self.height - top - bottom)
    }

    /// What both have in common.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        Self::new(x, y, self.right().min(other.right()) - x, self.bottom().min(other.bottom()) - y)
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke<'a> {
    /// The colour.
    pub color: Rgba,
    /// The width in CSS pixels.
    pub width: f64,
    /// Lengths of strokes and gaps in CSS pixels, in turn; none for a whole line.
    pub dash: &'a [f64],
}

impl Stroke<'_> {
    /// A whole line.
    pub fn solid(color: Rgba, width: f64) -> Self {
        Self { color, width, dash: &[] }
    }
}

/// The colour of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// The theme's, or the page's, for values and names.
    Text,
    /// The theme's, or the page's, for what is less important.
    Muted,
    /// This one, as it is.
    Color(Rgba),
    /// This one, lightened or darkened until it is legible on the theme's surface.
    Legible(Rgba),
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    #[default]
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// How text is written. Its place is the middle of its height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// The size of letters in CSS pixels.
    pub size: f64,
    /// Whether it is set in semi-bold type.
    pub bold: bool,
    /// The colour.
    pub ink: Ink,
    /// Which part stands at its place.
    pub anchor: Anchor,
    /// Whether it runs from bottom to top.
    pub upright: bool,
}

impl TextStyle {
    /// Plain text of a size.
    pub fn new(size: f64, ink: Ink) -> Self {
        Self { size, bold: false, ink, anchor: Anchor::Start, upright: false }
    }

    /// The same text with another part at its place.
    #[must_use]
    pub fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same text in semi-bold type.
    #[must_use]
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// The size of axis labels and names in CSS pixels.
pub(crate) const SMALL_TEXT: f64 = 11.0;

/// Something to draw on.
pub trait Surface {
    /// Backend pixels a CSS pixel has: finer points are not seen.
    fn scale(&self) -> f64;

    /// A line through points.
    fn line(&mut self, points: &[Point], stroke: &Stroke<'_>);

    /// The inside of a polygon.
    fn polygon(&mut self, points: &[Point], fill: Rgba);

    /// The inside of a rectangle.
    fn rect(&mut self, rect: Rect, fill: Rgba);

    /// The inside of a circle.
    fn circle(&mut self, center: Point, radius: f64, fill: Rgba);

    /// A line of text.
    fn text(&mut self, at: Point, text: &str, style: &TextStyle);
}
