//! Putting a chart onto a surface.

use super::stack::Stacks;
use super::thin::{Thinner, Vertex};
use super::{Chart, Draw, Frame, Gaps, Look, Points, Series, Side, bars, curve};
use crate::axes::{time_labels, value_axis};
use crate::color::{Coloring, Step};
use crate::surface::{Point, Rect, Stroke, Surface, clip};
use crate::{Rgba, Theme, ValueScale};

pub(super) fn chart(chart: &Chart<'_>, frame: &Frame, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
    let plot = frame.insets.plot(area);
    if plot.width < 1.0 || plot.height < 1.0 {
        return;
    }
    if !chart.bare {
        let grid_of_left = chart.has(Side::Left) || frame.right.is_none();
        if grid_of_left {
            value_axis(surface, &chart.left, &frame.left, area, plot, Side::Left, Some(theme.grid));
        }
        if let Some(right) = &frame.right {
            let grid = (!grid_of_left).then_some(theme.grid);
            value_axis(surface, &chart.right, right, area, plot, Side::Right, grid);
        }
        time_labels(surface, &frame.time, plot, Some(theme.grid));
    }
    if let Some(thresholds) = &chart.thresholds {
        thresholds.paint_bands(frame, surface, plot);
    }
    let mut painter =
        Painter { chart, frame, surface, plot, bridge: chart.longest_bridge(), room: Room::default() };
    painter.series();
    if let Some(thresholds) = &chart.thresholds {
        thresholds.paint_lines(frame, surface, plot);
    }
    for mark in &chart.marks {
        mark.paint(frame, surface, plot);
    }
}

/// Room that is used again for each line.
#[derive(Default)]
struct Room {
    run: Vec<Vertex>,
    far: Vec<Point>,
    near: Vec<Point>,
    outline: Vec<Point>,
    band: Vec<Point>,
    scratch: Vec<Point>,
}

pub(super) struct Painter<'a> {
    pub(super) chart: &'a Chart<'a>,
    frame: &'a Frame,
    pub(super) surface: &'a mut dyn Surface,
    pub(super) plot: Rect,
    bridge: i64,
    room: Room,
}

/// What the area below a line reaches to.
#[derive(Clone, Copy)]
enum Floor {
    /// A height, where values are from zero.
    Flat(f64),
    /// Each point's other edge.
    Near,
}

impl Painter<'_> {
    fn series(&mut self) {
        let chart = self.chart;
        let visible = chart.visible();
        let mut stacks = Stacks::new(chart, visible.clone());
        for series in &chart.series {
            if series.envelope.is_some() {
                self.walk(series, Floor::Near, true, |index| series.bounds(index));
            }
            let mut layer = stacks.layer(series);
            let stacked = layer.is_stacked();
            if series.look.draw == Draw::Bars {
                bars::paint(self, series, |index, value| layer.put(index, value));
                continue;
            }
            let other = series.look.band_to.and_then(|place| chart.series.get(place));
            let floor = if stacked || other.is_some() { Floor::Near } else { self.floor(series.look.side) };
            self.walk(series, floor, false, |index| {
                let value = series.value(index);
                if value.is_nan() {
                    return None;
                }
                if let Some(other) = other {
                    return Some(other.value(index)).filter(|near| !near.is_nan()).map(|near| (near, value));
                }
                let (far, near) = layer.put(index, value);
                Some((near, far))
            });
        }
    }

    /// The height of zero, or of the end of the axis that is nearest to it.
    fn floor(&self, side: Side) -> Floor {
        let position = self.frame.scale(side).position(0.0).clamp(0.0, 1.0);
        Floor::Flat(self.plot.y + (1.0 - position) * self.plot.height)
    }

    pub(super) fn scale(&self, side: Side) -> &ValueScale {
        self.frame.scale(side)
    }

    pub(super) fn x(&self, index: usize) -> f64 {
        self.plot.x + self.frame.time.position(self.chart.time(index)) * self.plot.width
    }

    pub(super) fn y(&self, side: Side, value: f64) -> f64 {
        let y = self.plot.y + (1.0 - self.frame.scale(side).position(value)) * self.plot.height;
        // What is far outside must not lose its digits in sums.
        y.clamp(-1e6, 1e6)
    }

    /// Goes along a series and draws each stretch without a gap. `edges` tells the near and the far value of a point.
    fn walk(
        &mut self,
        series: &Series<'_>,
        floor: Floor,
        envelope: bool,
        mut edges: impl FnMut(usize) -> Option<(f64, f64)>,
    ) {
        let visible = self.chart.visible();
        let mut thinner = Thinner::new(visible.len(), self.plot.width, self.surface.scale());
        let mut run = std::mem::take(&mut self.room.run);
        run.clear();
        let mut last = None;
        // One that is collected less often than the others has its own distance.
        let bridge = self.bridge.max(self.chart.least_distance(series).saturating_mul(3));
        for index in visible {
            let Some((near, far)) = edges(index) else { continue };
            let time = self.chart.time(index);
            let gap = last.replace(time).is_some_and(|last| time - last > bridge);
            if gap && series.look.gaps == Gaps::Break {
                thinner.flush(&mut run);
                self.run(&run, series, floor, envelope);
                run.clear();
            }
            let side = series.look.side;
            let near = if matches!(floor, Floor::Near) { self.y(side, near) } else { 0.0 };
            thinner.push(Vertex { x: self.x(index), far: self.y(side, far), near }, &mut run);
        }
        thinner.flush(&mut run);
        self.run(&run, series, floor, envelope);
        self.room.run = run;
    }

    /// Draws a stretch without a gap: its area, its line and its points.
    fn run(&mut self, run: &[Vertex], series: &Series<'_>, floor: Floor, envelope: bool) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
        let look = &series.look;
        let mut room = std::mem::take(&mut self.room);
        if run.len() > 1 && (look.draw == Draw::Line || envelope) {
            room.far.clear();
            curve::shape(look.interpolation, run.iter().map(|vertex| (vertex.x, vertex.far)), &mut room.far);
            let fill = if envelope { 0.18 } else { look.fill };
            if fill > 0.0 {
                room.near.clear();
                match floor {
                    Floor::Flat(y) => room.near.extend([(first.x, y), (last.x, y)]),
                    Floor::Near => {
                        let edge = run.iter().map(|vertex| (vertex.x, vertex.near));
                        curve::shape(look.interpolation, edge, &mut room.near);
                    }
                }
                self.fill(&mut room, look, fill);
            }
            if look.width > 0.0 && !envelope {
                self.line(&mut room, look);
            }
        }
        let dots = match look.points {
            Points::Never => look.draw == Draw::Points,
            Points::Always => true,
            Points::Auto => run.len() == 1 || look.draw == Draw::Points,
        };
        if dots && !envelope {
            let radius = if look.draw == Draw::Line && look.points == Points::Auto {
                look.width.max(1.5)
            } else {
                (look.point_size / 2.0).max(0.5)
            };
            self.dots(run, look, radius);
        }
        self.room = room;
    }

    fn fill(&mut self, room: &mut Room, look: &Look<'_>, fill: f64) {
        self.in_colors(look, |painter, band, color| {
            room.outline.clear();
            room.outline.extend(room.far.iter().chain(room.near.iter().rev()));
            clip::polygon(&mut room.outline, &band, &mut room.band);
            painter.surface.polygon(&room.outline, color.faded(fill));
        });
    }

    fn line(&mut self, room: &mut Room, look: &Look<'_>) {
        self.in_colors(look, |painter, band, color| {
            let stroke = Stroke { color, width: look.width, dash: &look.dash };
            clip::line(&room.far, &band, &mut room.scratch, |piece| painter.surface.line(piece, &stroke));
        });
    }

    fn dots(&mut self, run: &[Vertex], look: &Look<'_>, radius: f64) {
        let plot = self.plot;
        for vertex in run {
            let inside = vertex.x >= plot.x - 0.5
                && vertex.x <= plot.right() + 0.5
                && vertex.far >= plot.y - 0.5
                && vertex.far <= plot.bottom() + 0.5;
            if inside {
                let position = 1.0 - (vertex.far - plot.y) / plot.height;
                let value = self.scale(look.side).value_at(position);
                self.surface.circle((vertex.x, vertex.far), radius, look.color.of(value));
            }
        }
    }

    /// Calls `each` with every colour of a line and the part of the plot in which it has it.
    fn in_colors(&mut self, look: &Look<'_>, mut each: impl FnMut(&mut Self, Rect, Rgba)) {
        let plot = self.plot;
        let steps: &[Step] = match &look.color {
            Coloring::Palette(_) | Coloring::Fixed(_) => return each(self, plot, look.color.of(0.0)),
            Coloring::Steps(steps) => steps,
            Coloring::Scale { scale, low, high } => {
                // As many as the eye tells apart on a line.
                const PARTS: u32 = 24;
                let from = |part: u32| low + (high - low) * f64::from(part) / f64::from(PARTS);
                let parts = (0..PARTS).map(|part| {
                    let color = scale.at((f64::from(part) + 0.5) / f64::from(PARTS));
                    Step { from: if part == 0 { f64::NEG_INFINITY } else { from(part) }, color }
                });
                return self.in_steps(&parts.collect::<Vec<_>>(), look.side, each);
            }
        };
        self.in_steps(steps, look.side, each);
    }

    fn in_steps(&mut self, steps: &[Step], side: Side, mut each: impl FnMut(&mut Self, Rect, Rgba)) {
        let plot = self.plot;
        let mut bottom = plot.bottom();
        for (index, step) in steps.iter().enumerate() {
            let top =
                steps.get(index + 1).map_or(plot.y, |next| self.y(side, next.from).clamp(plot.y, bottom));
            // What is below the first step has its colour.
            if bottom > top || (index + 1 == steps.len() && bottom >= plot.y) {
                each(self, Rect::new(plot.x, top, plot.width, bottom - top), step.color);
            }
            bottom = top;
        }
        if steps.is_empty() {
            each(self, plot, crate::series_color(0));
        }
    }
}
