use std::fmt::Write as _;

use plotters::drawing::{DrawingAreaErrorKind, IntoDrawingArea};
use plotters_svg::SVGBackend;

use crate::scale::LabelSide;
use crate::{Chart, Frame, Labelling, Style, Theme, draw};

/// Units of the drawing a CSS pixel of height; points lie on whole units, so this is how fine they lie.
const UNITS: f64 = 2.0;
/// The drawing's width in its own units; stretched to whatever width the page gives.
const WIDTH: u32 = 2000;

/// An SVG of `chart` that stretches to its container's width. Lines keep their width and letters their shape. It is the plot
/// alone, as high as a chart of `height` CSS pixels leaves it; the axes' labels overflow into the room that the page leaves
/// around it, which is [`Insets::of`](crate::Insets::of) the style. Letters have the class `chart-label`.
///
/// `title` is read to those who can't see the picture.
pub fn svg(chart: &Chart<'_>, height: f64, utc_offset: i64, title: &str) -> Result<String, String> {
    // A width to place labels by; the server does not know the real one.
    const TYPICAL_WIDTH: f64 = 560.0;
    let frame = Frame::new(chart, TYPICAL_WIDTH, height, utc_offset);
    let plot = geometry(chart, &frame).map_err(|error| error.to_string())?;
    let plot_height = frame.plot_height();
    let view_height = plot_height * UNITS;
    let title = escape(title);
    let mut svg = String::with_capacity(plot.len() + 1024);
    // Writing to a String cannot fail, so the results are not looked at.
    let _ = write!(
        svg,
        r#"<svg class="chart-svg" width="100%" height="{plot_height}" overflow="visible" role="img" aria-label="{title}"><svg width="100%" height="100%" viewBox="0 0 {WIDTH} {view_height}" preserveAspectRatio="none">{plot}</svg>"#
    );
    if chart.style != Style::Sparkline {
        for tick in frame.value.ticks() {
            let y = (1.0 - tick.position) * plot_height;
            let _ = write!(
                svg,
                r#"<text class="chart-label" x="-8" y="{y:.1}" dy="0.35em" text-anchor="end">{}</text>"#,
                escape(&tick.label)
            );
        }
        for tick in frame.time.ticks(frame.time_labels()) {
            let (x, y) = (tick.position * 100.0, plot_height + 16.0);
            let side = match tick.label_side(frame.plot_width()) {
                LabelSide::Left => "end",
                LabelSide::Middle => "middle",
                LabelSide::Right => "start",
            };
            let _ = write!(
                svg,
                r#"<text class="chart-label" x="{x:.2}%" y="{y}" text-anchor="{side}">{}</text>"#,
                escape(&tick.label)
            );
        }
    }
    svg.push_str("</svg>");
    Ok(svg)
}

/// The plot's inside as SVG elements, drawn by plotters.
fn geometry(chart: &Chart<'_>, frame: &Frame) -> Result<String, DrawingAreaErrorKind<std::io::Error>> {
    let mut drawing = String::new();
    {
        let size = (WIDTH, (frame.plot_height() * UNITS) as u32);
        let area = SVGBackend::with_string(&mut drawing, size).into_drawing_area();
        draw(&area, chart, frame, &Theme::DARK, Labelling::None)?;
        area.present()?;
    }
    // Only what stands between the outer tags: the SVG element around it is made here.
    let inside = drawing
        .split_once('>')
        .and_then(|(_, rest)| rest.rsplit_once("</svg>"))
        .map_or("", |(inside, _)| inside);
    Ok(inside.replace('\n', ""))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::tests::chart;

    #[test]
    fn a_gap_breaks_the_line() {
        let mut values = vec![10.0; 60];
        values[20..40].fill(f64::NAN);
        let svg = svg(&chart(Style::Lines, &[values]), 120.0, 0, "CPU").unwrap();
        // Four grid lines aside, the data has two lines and two fills.
        assert_eq!(svg.matches("<polygon").count(), 2, "{svg}");
    }

    #[test]
    fn lines_sparkline_and_stack() {
        let columns = [vec![1.0, 2.0, 4.0, 3.0], vec![2.0, 1.0, f64::NAN, 1.0]];
        insta::assert_snapshot!("lines", svg(&chart(Style::Lines, &columns), 120.0, 0, "a <chart>").unwrap());
        insta::assert_snapshot!("stacked", svg(&chart(Style::Stacked, &columns), 120.0, 0, "stack").unwrap());
        insta::assert_snapshot!(
            "sparkline",
            svg(&chart(Style::Sparkline, &columns[..1]), 32.0, 0, "spark").unwrap()
        );
    }

    #[test]
    fn nothing_to_draw_is_no_error() {
        let svg = svg(&chart(Style::Lines, &[]), 120.0, 0, "empty").unwrap();
        assert!(svg.ends_with("</svg>"));
    }
}
