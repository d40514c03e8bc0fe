//! As SVG text.

use super::{Anchor, Ink, Point, Rect, Stroke, Surface, TextStyle};
use crate::{Rgba, Theme};

/// How the picture stands in what is around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fit {
    /// All sizes are known.
    Fixed,
    /// In a page, keeping its aspect: text takes the page's colours.
    Page,
    /// In a page, where the plot (this rectangle) is stretched to whatever width there is.
    Stretched(Rect),
}

/// Writes shapes and text as SVG elements.
pub(crate) struct SvgSurface<'a> {
    pub(crate) shapes: String,
    /// Text that must not be stretched with the shapes.
    pub(crate) labels: String,
    fit: Fit,
    theme: &'a Theme,
    corner: Point,
}

impl<'a> SvgSurface<'a> {
    pub(crate) fn new(fit: Fit, theme: &'a Theme) -> Self {
        let corner = if let Fit::Stretched(plot) = fit { (plot.x, plot.y) } else { (0.0, 0.0) };
        Self { shapes: String::new(), labels: String::new(), fit, theme, corner }
    }

    fn points(&mut self, points: &[Point]) {
        let (left, top) = self.corner;
        for (index, (x, y)) in points.iter().enumerate() {
            if index > 0 {
                self.shapes.push(' ');
            }
            push_number(&mut self.shapes, x - left);
            self.shapes.push(' ');
            push_number(&mut self.shapes, y - top);
        }
    }

    fn attribute(&mut self, name: &str, value: f64) {
        attribute(&mut self.shapes, name, value);
    }

    fn color(&mut self, name: &str, color: Rgba) {
        write_color(&mut self.shapes, name, color);
    }

    /// The colour of text, and what else stands in its tag.
    fn ink(&self, style: &TextStyle) -> String {
        let mut out = String::new();
        match (style.ink, self.fit) {
            (Ink::Text, Fit::Fixed) => write_color(&mut out, "fill", self.theme.text),
            (Ink::Muted, Fit::Fixed) => write_color(&mut out, "fill", self.theme.muted),
            (Ink::Legible(color), Fit::Fixed) => {
                write_color(&mut out, "fill", color.legible_on(self.theme.surface));
            }
            (Ink::Text, _) => out.push_str(" class=\"chart-text\" fill=\"currentColor\""),
            // The page says how large labels of axes are, and only these.
            (Ink::Muted, _) if is_label(style) => out.push_str(" class=\"chart-label\""),
            (Ink::Muted, _) => out.push_str(" class=\"chart-muted\""),
            (Ink::Color(color), _) => write_color(&mut out, "fill", color),
            (Ink::Legible(color), _) => {
                write_color(&mut out, "fill", color);
                out.push_str(" style=\"fill:light-dark(");
                color.legible_on(Theme::LIGHT.surface).write_hex(&mut out);
                out.push(',');
                color.legible_on(Theme::DARK.surface).write_hex(&mut out);
                out.push_str(")\"");
            }
        }
        out
    }

    fn write_text(&self, out: &mut String, at: Point, text: &str, style: &TextStyle) {
        let mut x = at.0 - self.corner.0;
        let y = at.1 - self.corner.1;
        if let Fit::Stretched(plot) = self.fit {
            // Inside of the plot text moves with it, outside it keeps its distance.
            if x > plot.width && style.upright {
                out.push_str("<svg x=\"100%\" overflow=\"visible\">");
                self.write_text_at(out, x - plot.width, y, text, style, None);
                out.push_str("</svg>");
                return;
            }
            let share = (x.clamp(0.0, plot.width) / plot.width.max(1.0) * 100.0).min(100.0);
            x -= x.clamp(0.0, plot.width);
            self.write_text_at(out, x, y, text, style, (share > 0.0).then_some(share));
            return;
        }
        self.write_text_at(out, x, y, text, style, None);
    }

    /// Writes text at a place, or `x` beside a share of the width in percent.
    fn write_text_at(
        &self,
        out: &mut String,
        x: f64,
        y: f64,
        text: &str,
        style: &TextStyle,
        share: Option<f64>,
    ) {
        out.push_str("<text");
        if let Some(share) = share {
            out.push_str(" x=\"");
            push_number(out, share);
            out.push_str("%\"");
            if x != 0.0 {
                attribute(out, "dx", x);
            }
        } else {
            attribute(out, "x", x);
        }
        attribute(out, "y", y);
        if style.upright {
            out.push_str(" transform=\"rotate(-90 ");
            push_number(out, x);
            out.push(' ');
            push_number(out, y);
            out.push_str(")\"");
        }
        out.push_str(" dy=\"0.35em\"");
        match style.anchor {
            Anchor::Start => {}
            Anchor::Middle => out.push_str(" text-anchor=\"middle\""),
            Anchor::End => out.push_str(" text-anchor=\"end\""),
        }
        if self.fit == Fit::Fixed || !is_label(style) {
            attribute(out, "font-size", style.size);
        }
        if style.bold {
            out.push_str(" font-weight=\"600\"");
        }
        out.push_str(&self.ink(style));
        out.push('>');
        push_escaped(out, text);
        out.push_str("</text>");
    }
}

impl Surface for SvgSurface<'_> {
    fn scale(&self) -> f64 {
        2.0
    }

    fn line(&mut self, points: &[Point], stroke: &Stroke<'_>) {
        if points.len() < 2 || stroke.color.alpha == 0.0 {
            return;
        }
        self.shapes.push_str("<polyline points=\"");
        self.points(points);
        self.shapes.push_str("\" fill=\"none\"");
        self.color("stroke", stroke.color);
        self.attribute("stroke-width", stroke.width);
        if stroke.dash.iter().sum::<f64>() >= 0.5 {
            self.shapes.push_str(" stroke-dasharray=\"");
            for (index, length) in stroke.dash.iter().enumerate() {
                if index > 0 {
                    self.shapes.push(' ');
                }
                push_number(&mut self.shapes, length.max(0.0));
            }
            self.shapes.push('"');
        }
        // A line along an axis is sharp where it fills whole pixels.
        let straight = |pair: &[Point]| same(pair[0].0, pair[1].0) || same(pair[0].1, pair[1].1);
        if points.len() == 2 && straight(points) {
            self.shapes.push_str(" shape-rendering=\"crispEdges\"");
        } else {
            // No corner sticks out. That those of thin lines are not round is not seen, and much faster to draw.
            self.shapes.push_str(if stroke.width > 2.5 {
                " stroke-linejoin=\"round\""
            } else {
                " stroke-linejoin=\"bevel\""
            });
        }
        if matches!(self.fit, Fit::Stretched(_)) {
            self.shapes.push_str(" vector-effect=\"non-scaling-stroke\"");
        }
        self.shapes.push_str("/>");
    }

    fn polygon(&mut self, points: &[Point], fill: Rgba) {
        if points.len() < 3 || fill.alpha == 0.0 {
            return;
        }
        self.shapes.push_str("<polygon points=\"");
        self.points(points);
        self.shapes.push('"');
        self.color("fill", fill);
        self.shapes.push_str("/>");
    }

    fn rect(&mut self, rect: Rect, fill: Rgba) {
        if fill.alpha == 0.0 || rect.width <= 0.0 || rect.height <= 0.0 {
            return;
        }
        let (left, top) = self.corner;
        self.shapes.push_str("<rect");
        self.attribute("x", rect.x - left);
        self.attribute("y", rect.y - top);
        self.attribute("width", rect.width);
        self.attribute("height", rect.height);
        self.color("fill", fill);
        self.shapes.push_str(" shape-rendering=\"crispEdges\"/>");
    }

    fn circle(&mut self, center: Point, radius: f64, fill: Rgba) {
        if fill.alpha == 0.0 || !(center.0.is_finite() && center.1.is_finite()) {
            return;
        }
        if matches!(self.fit, Fit::Stretched(_)) {
            // A circle would be stretched; the round end of a line without length is not.
            self.shapes.push_str("<path d=\"M");
            self.points(&[center]);
            self.shapes.push_str("h0\" stroke-linecap=\"round\" vector-effect=\"non-scaling-stroke\"");
            self.attribute("stroke-width", radius * 2.0);
            self.color("stroke", fill);
        } else {
            self.shapes.push_str("<circle");
            self.attribute("cx", center.0);
            self.attribute("cy", center.1);
            self.attribute("r", radius);
            self.color("fill", fill);
        }
        self.shapes.push_str("/>");
    }

    fn text(&mut self, at: Point, text: &str, style: &TextStyle) {
        if text.is_empty() {
            return;
        }
        let stretched = matches!(self.fit, Fit::Stretched(_));
        let mut out = std::mem::take(if stretched { &mut self.labels } else { &mut self.shapes });
        self.write_text(&mut out, at, text, style);
        *(if stretched { &mut self.labels } else { &mut self.shapes }) = out;
    }
}

/// Whether a text is as those of axes are.
fn is_label(style: &TextStyle) -> bool {
    style.ink == Ink::Muted && (style.size - super::SMALL_TEXT).abs() < 0.1
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

pub(crate) fn attribute(out: &mut String, name: &str, value: f64) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    push_number(out, value);
    out.push('"');
}

pub(crate) fn write_color(out: &mut String, name: &str, color: Rgba) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    color.write_hex(out);
    out.push('"');
    if color.alpha < 1.0 {
        out.push(' ');
        out.push_str(name);
        out.push_str("-opacity=\"");
        push_hundredths(out, (f64::from(color.alpha) * 100.0).round() as i64);
        out.push('"');
    }
}

/// Writes a number with at most two digits behind the point; what is no number, or far outside, as an edge.
pub(crate) fn push_number(out: &mut String, value: f64) {
    let hundredths = (value * 100.0).round().clamp(-1e8, 1e8) as i64;
    // A tenth of a pixel is enough where there are many.
    let tenths = (hundredths + if hundredths < 0 { -5 } else { 5 }) / 10 * 10;
    push_hundredths(out, if value.abs() >= 10.0 { tenths } else { hundredths });
}

fn push_hundredths(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    let value = value.unsigned_abs();
    let mut digits = [0; 20];
    let mut begin = digits.len();
    let mut whole = value / 100;
    loop {
        begin -= 1;
        digits[begin] = b'0' + (whole % 10) as u8;
        whole /= 10;
        if whole == 0 {
            break;
        }
    }
    out.extend(digits[begin..].iter().map(|digit| char::from(*digit)));
    let rest = (value % 100) as u8;
    if rest > 0 {
        out.push('.');
        out.push(char::from(b'0' + rest / 10));
        if !rest.is_multiple_of(10) {
            out.push(char::from(b'0' + rest % 10));
        }
    }
}

/// Writes text so that it stays text in SVG; what XML cannot hold is left out.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (-0.001, "0"),
            (1.5, "1.5"),
            (-2.257, "-2.26"),
            (123.456, "123.5"),
            (-123.44, "-123.4"),
            (1e300, "1000000"),
            (f64::NAN, "0"),
        ] {
            let mut out = String::new();
            push_number(&mut out, value);
            assert_eq!(out, text, "{value}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_near(value in -1e5..1e5_f64) {
            let mut out = String::new();
            push_number(&mut out, value);
            prop_assert!((out.parse::<f64>().unwrap() - value).abs() <= 0.056);
        }
    }
}
