use crate::surface::metrics::{fitted, text_width};
use crate::surface::shapes::rounded;
use crate::surface::svg::{Fit, SvgSurface};
use crate::surface::{Anchor, Ink, Rect, Surface, TextStyle};
use crate::{Rgba, Theme};

/// A badge such as those in READMEs, as an SVG file: a label, and a value on a colour.
pub fn badge(label: &str, value: &str, color: Rgba) -> String {
    const HEIGHT: f64 = 20.0;
    const SIZE: f64 = 11.0;
    const LABEL: Rgba = Rgba::hex(0x4a_50_59);
    // A badge is a line, not a page.
    let (label, value) = (fitted(label, SIZE, false, 400.0), fitted(value, SIZE, false, 400.0));
    let room = |text: &str| if text.is_empty() { 0.0 } else { (text_width(text, SIZE, false) + 12.0).ceil() };
    let (left, right) = (room(&label), room(&value));
    let width = (left + right).max(8.0);
    let mut surface = SvgSurface::new(Fit::Fixed, &Theme::LIGHT);
    let solid = Rgba { alpha: 1.0, ..color };
    // The corners of both ends are round, the edge between them is not.
    rounded(&mut surface, Rect::new(0.0, 0.0, width, HEIGHT), 3.0, if right > 0.0 { solid } else { LABEL });
    if left > 0.0 && right > 0.0 {
        rounded(&mut surface, Rect::new(0.0, 0.0, left.min(width), HEIGHT), 3.0, LABEL);
        surface.rect(Rect::new(left - 3.0, 0.0, 3.0, HEIGHT), LABEL);
    }
    let style = |ink: Rgba| TextStyle::new(SIZE, Ink::Color(ink)).anchored(Anchor::Middle);
    surface.text((left / 2.0, HEIGHT / 2.0), &label, &style(Rgba::WHITE));
    surface.text((left + right / 2.0, HEIGHT / 2.0), &value, &style(solid.ink()));
    let mut out = String::new();
    crate::svg::open(&mut out, width, HEIGHT);
    out.push_str(&surface.shapes);
    out.push_str("</svg>");
    out
}
