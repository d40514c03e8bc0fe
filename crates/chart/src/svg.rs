//! Pictures as SVG.

use crate::picture::Picture;
use crate::surface::svg::{Fit, SvgSurface, attribute, push_escaped, push_number};
use crate::surface::{Rect, Surface};
use crate::{Rgba, Theme};

/// The fonts of systems, and the one of our PNGs.
const FONTS: &str = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";

/// A width to lay out by; the server does not know the real one. A narrow one, so that texts that fit here fit most panels.
const TYPICAL_WIDTH: f64 = 480.0;

/// An SVG of `picture` for a page, `height` CSS pixels high and as wide as its container. Lines keep their width and letters their
/// shape. Colours suit both themes: text takes those of the page, by the classes `chart-label` and `chart-text`.
///
/// Of pictures with axes the plot is stretched, and the labels stand around it, in room that the element leaves by its own
/// padding. Others keep their shape, in the middle.
///
/// `title` is read to those who can't see the picture.
pub fn svg_inline(picture: &dyn Picture, height: f64, title: &str) -> String {
    let theme = &Theme::BOTH;
    let area = Rect::new(0.0, 0.0, TYPICAL_WIDTH, height);
    let mut out = String::new();
    let Some(insets) = picture.insets(area.width, area.height) else {
        let mut surface = SvgSurface::new(Fit::Page, theme);
        picture.paint(&mut surface, area, theme);
        out.push_str("<svg class=\"chart-svg\" width=\"100%\"");
        attribute(&mut out, "height", area.height);
        view_box(&mut out, area.width, area.height);
        out.push_str(" preserveAspectRatio=\"xMidYMid meet\"");
        describe(&mut out, title);
        out.push_str(&surface.shapes);
        out.push_str("</svg>");
        return out;
    };
    let plot = insets.plot(area);
    let mut surface = SvgSurface::new(Fit::Stretched(plot), theme);
    picture.paint(&mut surface, area, theme);
    out.reserve(surface.shapes.len() + surface.labels.len() + 512);
    out.push_str("<div class=\"chart-room\" style=\"padding:");
    for (index, side) in [insets.top, insets.right, insets.bottom, insets.left].into_iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        push_number(&mut out, side);
        out.push_str("px");
    }
    out.push_str("\"><svg class=\"chart-svg\" width=\"100%\"");
    attribute(&mut out, "height", plot.height);
    out.push_str(" overflow=\"visible\"");
    describe(&mut out, title);
    out.push_str("<svg width=\"100%\" height=\"100%\" overflow=\"visible\"");
    view_box(&mut out, plot.width, plot.height);
    out.push_str(" preserveAspectRatio=\"none\">");
    out.push_str(&surface.shapes);
    out.push_str("</svg>");
    out.push_str(&surface.labels);
    out.push_str("</svg></div>");
    out
}

/// An SVG file of `picture` of a fixed size in CSS pixels, on `background` if there is one.
pub fn svg(
    picture: &dyn Picture,
    width: f64,
    height: f64,
    theme: &Theme,
    background: Option<Rgba>,
) -> String {
    let area = Rect::new(0.0, 0.0, width, height);
    let mut surface = SvgSurface::new(Fit::Fixed, theme);
    if let Some(background) = background {
        surface.rect(area, background);
    }
    picture.paint(&mut surface, area, theme);
    let mut out = String::with_capacity(surface.shapes.len() + 256);
    open(&mut out, area.width, area.height);
    out.push_str(&surface.shapes);
    out.push_str("</svg>");
    out
}

/// The beginning of an SVG file, up to its content.
pub(crate) fn open(out: &mut String, width: f64, height: f64) {
    out.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\"");
    // A picture without size is no picture for most readers.
    attribute(out, "width", width.max(1.0));
    attribute(out, "height", height.max(1.0));
    view_box(out, width.max(1.0), height.max(1.0));
    out.push_str(" font-family=\"");
    out.push_str(FONTS);
    out.push_str("\">");
}

fn view_box(out: &mut String, width: f64, height: f64) {
    out.push_str(" viewBox=\"0 0 ");
    push_number(out, width);
    out.push(' ');
    push_number(out, height);
    out.push('"');
}

fn describe(out: &mut String, title: &str) {
    out.push_str(" role=\"img\" aria-label=\"");
    push_escaped(out, title);
    out.push_str("\">");
}
