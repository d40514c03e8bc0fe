use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::element::{Circle, PathElement, Polygon};
use plotters::prelude::{DrawingArea, DrawingBackend, IntoFont, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, TextStyle};

use crate::scale::LabelSide;
use crate::{Chart, Frame, Style, Theme, series_color};

/// Whether the axes' labels are drawn into the picture or added by others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Labelling {
    /// Labels drawn by plotters, `scale` device pixels a CSS pixel.
    Drawn,
    /// Only the plot's inside is drawn and fills the whole area.
    None,
}

/// Draws `chart` into `area`, whose size in device pixels may be any multiple of the frame's.
///
/// With [`Labelling::None`] the plot fills the area, so that it can be stretched without stretching letters.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &Chart<'_>,
    frame: &Frame,
    theme: &Theme,
    labelling: Labelling,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let (width, height) = area.dim_in_pixel();
    let (width, height) = (f64::from(width), f64::from(height));
    let place = match labelling {
        Labelling::Drawn => {
            let scale = width / frame.width;
            Place {
                left: frame.insets.left * scale,
                top: frame.insets.top * scale,
                width: frame.plot_width() * scale,
                height: frame.plot_height() * scale,
                scale,
            }
        }
        Labelling::None => Place { left: 0.0, top: 0.0, width, height, scale: 1.0 },
    };
    if chart.style != Style::Sparkline {
        grid(area, frame, &place, theme, labelling)?;
    }
    let bridge = chart.longest_bridge();
    let pen = Pen { area, chart, frame, place, bridge };
    match chart.style {
        Style::Stacked => pen.stacked(),
        Style::Lines | Style::Sparkline => pen.lines(),
    }
}

/// The plot's inside in device pixels.
#[derive(Clone, Copy)]
struct Place {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    scale: f64,
}

impl Place {
    fn point(&self, frame: &Frame, timestamp: i64, value: f64) -> (i32, i32) {
        let x = self.left + frame.time.position(timestamp) * self.width;
        let y = self.top + (1.0 - frame.value.position(value)) * self.height;
        // A value far outside the axis (a window that is zoomed in) must not overflow a pixel's number.
        (x.round().clamp(-1e6, 1e6) as i32, y.round().clamp(-1e6, 1e6) as i32)
    }
}

fn grid<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    frame: &Frame,
    place: &Place,
    theme: &Theme,
    labelling: Labelling,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let font = ("system-ui, sans-serif", 11.0 * place.scale).into_font();
    let text = |horizontal, vertical| {
        TextStyle::from(font.clone()).color(&theme.text).pos(Pos::new(horizontal, vertical))
    };
    let right = place.left + place.width;
    let bottom = place.top + place.height;
    let line: ShapeStyle = theme.grid.stroke_width(place.scale.round().max(1.0) as u32);
    for tick in frame.value.ticks() {
        let y = (place.top + (1.0 - tick.position) * place.height).round() as i32;
        area.draw(&PathElement::new(vec![(place.left as i32, y), (right as i32, y)], line))?;
        if labelling == Labelling::Drawn {
            let x = (place.left - 8.0 * place.scale) as i32;
            area.draw_text(&tick.label, &text(HPos::Right, VPos::Center), (x, y))?;
        }
    }
    for tick in frame.time.ticks(frame.time_labels()) {
        let x = (place.left + tick.position * place.width).round() as i32;
        area.draw(&PathElement::new(vec![(x, place.top as i32), (x, bottom as i32)], line))?;
        if labelling == Labelling::Drawn {
            let y = (bottom + 6.0 * place.scale) as i32;
            let side = match tick.label_side(frame.plot_width()) {
                LabelSide::Left => HPos::Right,
                LabelSide::Middle => HPos::Center,
                LabelSide::Right => HPos::Left,
            };
            area.draw_text(&tick.label, &text(side, VPos::Top), (x, y))?;
        }
    }
    Ok(())
}

struct Pen<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    chart: &'a Chart<'a>,
    frame: &'a Frame,
    place: Place,
    bridge: i64,
}

type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

impl<DB: DrawingBackend> Pen<'_, DB> {
    fn lines(&self) -> Drawn<DB> {
        let filled = self.chart.columns.len() == 1;
        for column in &self.chart.columns {
            let color = series_color(column.color);
            for run in self.runs(column.values) {
                let points: Vec<_> =
                    run.iter().map(|&(time, value)| self.place.point(self.frame, time, value)).collect();
                if filled && points.len() > 1 {
                    self.fill_to_floor(&points, color)?;
                }
                self.line(points, color)?;
            }
        }
        Ok(())
    }

    /// The stretches of a column without a gap, as times and values.
    fn runs(&self, values: &[f64]) -> Vec<Vec<(i64, f64)>> {
        let mut runs: Vec<Vec<(i64, f64)>> = Vec::new();
        for index in self.chart.visible() {
            let Some(&value) = values.get(index).filter(|value| value.is_finite()) else { continue };
            let time = self.chart.grid.time(index);
            match runs.last_mut() {
                Some(run) if run.last().is_some_and(|(last, _)| time - last <= self.bridge) => {
                    run.push((time, value));
                }
                _ => runs.push(vec![(time, value)]),
            }
        }
        runs
    }

    fn stacked(&self) -> Drawn<DB> {
        let visible = self.chart.visible();
        let mut base = vec![0.0; visible.len()];
        for column in &self.chart.columns {
            let color = series_color(column.color);
            // The top edge of this layer; where the column has no value, the layer is broken.
            let mut run: Vec<(i64, f64, f64)> = Vec::new();
            for (offset, index) in visible.clone().enumerate() {
                let Some(&value) = column.values.get(index).filter(|value| value.is_finite()) else {
                    continue;
                };
                let time = self.chart.grid.time(index);
                if run.last().is_some_and(|(last, ..)| time - last > self.bridge) {
                    self.layer(&std::mem::take(&mut run), color)?;
                }
                run.push((time, base[offset], base[offset] + value));
                base[offset] += value;
            }
            self.layer(&run, color)?;
        }
        Ok(())
    }

    fn layer(&self, run: &[(i64, f64, f64)], color: RGBColor) -> Drawn<DB> {
        if run.is_empty() {
            return Ok(());
        }
        let top: Vec<_> =
            run.iter().map(|&(time, _, high)| self.place.point(self.frame, time, high)).collect();
        let bottom = run.iter().rev().map(|&(time, low, _)| self.place.point(self.frame, time, low));
        if run.len() > 1 {
            let outline: Vec<_> = top.iter().copied().chain(bottom).collect();
            self.area.draw(&Polygon::new(outline, color.mix(0.55).filled()))?;
        }
        self.line(top, color)
    }

    fn fill_to_floor(&self, points: &[(i32, i32)], color: RGBColor) -> Drawn<DB> {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(()) };
        let floor = (self.place.top + self.place.height).round() as i32;
        let outline: Vec<_> = points.iter().copied().chain([(last.0, floor), (first.0, floor)]).collect();
        self.area.draw(&Polygon::new(outline, color.mix(0.14).filled()))
    }

    /// A line, or a dot where a single point stands alone between two gaps.
    fn line(&self, points: Vec<(i32, i32)>, color: RGBColor) -> Drawn<DB> {
        let width = (1.5 * self.place.scale).round().max(1.0) as u32;
        if let [point] = points.as_slice() {
            return self.area.draw(&Circle::new(*point, width, color.filled()));
        }
        self.area.draw(&PathElement::new(points, color.stroke_width(width)))
    }
}
