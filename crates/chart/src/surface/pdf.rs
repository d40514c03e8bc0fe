//! As shapes and text of a PDF page.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point as PdfPoint, Rect as PdfRect, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke as PdfStroke, StrokeDash};
use krilla::surface::Surface as Page;
use krilla::text::{Font, TextDirection};

use super::metrics::inter_width;
use super::{Anchor, Ink, Point, Rect, Stroke, Surface, TextStyle};
use crate::{Rgba, Theme};

/// Draws on a page whose unit is the CSS pixel.
pub(crate) struct PdfSurface<'a, 'page> {
    pub(crate) page: &'a mut Page<'page>,
    pub(crate) fonts: &'a Fonts,
    pub(crate) theme: &'a Theme,
}

/// The fonts of a document; what is used of them is embedded.
pub(crate) struct Fonts {
    pub(crate) regular: Font,
    pub(crate) bold: Font,
}

fn place((x, y): Point) -> PdfPoint {
    PdfPoint::from_xy(x as f32, y as f32)
}

/// How far the handles of four curves lie from their ends, for the circle that they come nearest to; of the radius.
const HANDLE: f64 = 0.552_284_75;

fn opacity(color: Rgba) -> NormalizedF32 {
    NormalizedF32::new(color.alpha.clamp(0.0, 1.0)).unwrap_or(NormalizedF32::ONE)
}

fn is_somewhere(points: &[Point]) -> bool {
    points.iter().all(|(x, y)| x.is_finite() && y.is_finite())
}

impl PdfSurface<'_, '_> {
    fn fill(&mut self, color: Rgba) {
        let paint = rgb::Color::new(color.red, color.green, color.blue).into();
        self.page.set_stroke(None);
        self.page.set_fill(Some(Fill { paint, opacity: opacity(color), rule: FillRule::NonZero }));
    }

    fn path(&mut self, build: impl FnOnce(&mut PathBuilder)) {
        let mut path = PathBuilder::new();
        build(&mut path);
        // A path without extent is none.
        if let Some(path) = path.finish() {
            self.page.draw_path(&path);
        }
    }
}

fn walk(path: &mut PathBuilder, points: &[Point]) {
    for (index, (x, y)) in points.iter().enumerate() {
        let (x, y) = (*x as f32, *y as f32);
        if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
}

impl Surface for PdfSurface<'_, '_> {
    fn scale(&self) -> f64 {
        2.0
    }

    fn line(&mut self, points: &[Point], stroke: &Stroke<'_>) {
        if points.len() < 2 || stroke.color.alpha == 0.0 || !is_somewhere(points) {
            return;
        }
        let dashed = stroke.dash.iter().sum::<f64>() >= 0.5;
        let dash = dashed.then(|| StrokeDash {
            array: stroke.dash.iter().map(|length| length.max(0.0) as f32).collect(),
            offset: 0.0,
        });
        self.page.set_fill(None);
        self.page.set_stroke(Some(PdfStroke {
            paint: rgb::Color::new(stroke.color.red, stroke.color.green, stroke.color.blue).into(),
            width: stroke.width as f32,
            miter_limit: 4.0,
            line_cap: LineCap::Butt,
            line_join: LineJoin::Bevel,
            opacity: opacity(stroke.color),
            dash,
        }));
        self.path(|path| walk(path, points));
    }

    fn polygon(&mut self, points: &[Point], fill: Rgba) {
        if points.len() < 3 || fill.alpha == 0.0 || !is_somewhere(points) {
            return;
        }
        self.fill(fill);
        self.path(|path| {
            walk(path, points);
            path.close();
        });
    }

    fn rect(&mut self, rect: Rect, fill: Rgba) {
        if fill.alpha == 0.0 || rect.width <= 0.0 || rect.height <= 0.0 {
            return;
        }
        let shape = PdfRect::from_xywh(rect.x as f32, rect.y as f32, rect.width as f32, rect.height as f32);
        let Some(shape) = shape else { return };
        self.fill(fill);
        self.path(|path| path.push_rect(shape));
    }

    fn circle(&mut self, center: Point, radius: f64, fill: Rgba) {
        if fill.alpha == 0.0 || !is_somewhere(&[center]) || radius <= 0.0 {
            return;
        }
        let (x, y, r, h) = (center.0 as f32, center.1 as f32, radius as f32, (radius * HANDLE) as f32);
        self.fill(fill);
        self.path(|path| {
            path.move_to(x + r, y);
            path.cubic_to(x + r, y + h, x + h, y + r, x, y + r);
            path.cubic_to(x - h, y + r, x - r, y + h, x - r, y);
            path.cubic_to(x - r, y - h, x - h, y - r, x, y - r);
            path.cubic_to(x + h, y - r, x + r, y - h, x + r, y);
            path.close();
        });
    }

    fn text(&mut self, at: Point, text: &str, style: &TextStyle) {
        if text.is_empty() || !is_somewhere(&[at]) {
            return;
        }
        let color = match style.ink {
            Ink::Text => self.theme.text,
            Ink::Muted => self.theme.muted,
            Ink::Color(color) => color,
            Ink::Legible(color) => color.legible_on(self.theme.surface),
        };
        let width = inter_width(text, style.size, style.bold);
        let back = match style.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
        let font = if style.bold { self.fonts.bold.clone() } else { self.fonts.regular.clone() };
        self.fill(color);
        self.page.push_transform(&Transform::from_translate(at.0 as f32, at.1 as f32));
        if style.upright {
            self.page.push_transform(&Transform::from_rotate(-90.0));
        }
        // The middle of small letters lies about a third of the size above the line that they stand on.
        let start = place((-back, style.size * 0.35));
        self.page.draw_text(start, font, style.size as f32, text, false, TextDirection::Auto);
        if style.upright {
            self.page.pop();
        }
        self.page.pop();
    }
}
