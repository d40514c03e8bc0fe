use std::borrow::Cow;

use crate::axes::{label_style, value_axis};
use crate::chart::{Insets, Side, Stacking, axis_room, value_marks};
use crate::picture::Picture;
use crate::surface::metrics::{fitted, text_width};
use crate::surface::{Anchor, Ink, Point, Rect, SMALL_TEXT, Stroke, Surface, TextStyle};
use crate::{Axis, Coloring, Format, Theme, ValueScale};

/// Numbers side by side as bars on one scale: categories along one axis, in each a bar of every series. A histogram is one
/// whose categories are the edges of buckets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars<'a> {
    /// What stands below each group of bars; with `edges` one more than there are groups, below the gaps between them.
    pub categories: Cow<'a, [Cow<'a, str>]>,
    /// Whether categories are the edges of buckets; bars then touch each other.
    pub edges: bool,
    /// The series.
    pub series: Vec<BarSeries<'a>>,
    /// Whether the bars of a category stand on each other.
    pub stacking: Stacking,
    /// Whether bars run from left to right.
    pub horizontal: bool,
    /// The value axis.
    pub axis: Axis<'a>,
    /// Whether values are written where there is room.
    pub values: bool,
}

/// One series of bars.
#[derive(Clone, Debug, PartialEq)]
pub struct BarSeries<'a> {
    /// What it is called.
    pub name: Cow<'a, str>,
    /// A value for each category, NaN for none.
    pub values: Cow<'a, [f64]>,
    /// The colour.
    pub coloring: Coloring<'a>,
}

struct Bar {
    series: usize,
    category: usize,
    value: f64,
    rect: Rect,
}

impl Bars<'_> {
    fn count(&self) -> usize {
        let longest = self.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
        let named = self.categories.len() - usize::from(self.edges && !self.categories.is_empty());
        if self.edges && named > 0 { named } else { longest.max(named) }
    }

    fn value(&self, series: usize, category: usize) -> f64 {
        let value = self.series[series].values.get(category).copied().unwrap_or(f64::NAN);
        if value.is_finite() { value } else { f64::NAN }
    }

    /// Calls `each` with series, category, value, and the two ends of each bar.
    fn ends(&self, mut each: impl FnMut(usize, usize, f64, f64, f64)) {
        for category in 0..self.count() {
            let values = |series| self.value(series, category);
            let total: f64 =
                (0..self.series.len()).map(values).filter(|value| !value.is_nan()).map(f64::abs).sum();
            let (mut up, mut down) = (0.0, 0.0);
            for series in 0..self.series.len() {
                let value = values(series);
                if value.is_nan() {
                    continue;
                }
                let height = match self.stacking {
                    Stacking::Percent if total > 0.0 => value / total * 100.0,
                    _ => value,
                };
                let near = match self.stacking {
                    Stacking::None => 0.0,
                    _ if height < 0.0 => down,
                    _ => up,
                };
                if height < 0.0 {
                    down += height;
                } else {
                    up += height;
                }
                each(series, category, value, near, near + height);
            }
        }
    }

    fn scale(&self, length: f64) -> ValueScale {
        let mut extent: Option<(f64, f64)> = None;
        self.ends(|_, _, _, near, far| {
            let (low, high) = extent.unwrap_or((0.0, 0.0));
            extent = Some((low.min(near).min(far), high.max(near).max(far)));
        });
        let marks =
            if self.horizontal { (length / 90.0).clamp(2.0, 8.0) as usize } else { value_marks(length) };
        if self.stacking == Stacking::Percent {
            let axis = Axis { format: Format::new("percent", None), max: Some(100.0), ..self.axis.clone() };
            return ValueScale::new(extent, &axis, marks);
        }
        // Where logarithms begin, bars do.
        let extent = match self.axis.scaling {
            crate::Scaling::Log(_) => {
                let mut least = f64::MAX;
                self.ends(|_, _, value, _, _| least = if value > 0.0 { least.min(value) } else { least });
                extent.map(|(_, high)| (least.min(high), high))
            }
            _ => extent,
        };
        ValueScale::new(extent, &self.axis, marks)
    }

    fn bars(&self, plot: Rect, scale: &ValueScale) -> Vec<Bar> {
        let count = self.count().max(1) as f64;
        let length = if self.horizontal { plot.height } else { plot.width };
        let slot = length / count;
        let group = if self.edges { slot - 1.0_f64.min(slot * 0.2) } else { slot * 0.76 };
        let beside = if self.stacking == Stacking::None { self.series.len().max(1) as f64 } else { 1.0 };
        let width = group / beside;
        let at = |value: f64| scale.position(value).clamp(0.0, 1.0);
        let mut bars = Vec::new();
        self.ends(|series, category, value, near, far| {
            let place = if self.stacking == Stacking::None { series as f64 } else { 0.0 };
            let begin = category as f64 * slot + (slot - group) / 2.0 + place * width;
            let thick = if beside > 1.0 { width - 1.0_f64.min(width * 0.15) } else { width };
            let (from, to) = (at(near.min(far)), at(near.max(far)));
            let rect = if self.horizontal {
                Rect::new(plot.x + from * plot.width, plot.y + begin, (to - from) * plot.width, thick)
            } else {
                let height = (to - from) * plot.height;
                Rect::new(plot.x + begin, plot.y + (1.0 - to) * plot.height, thick, height)
            };
            bars.push(Bar { series, category, value, rect });
        });
        bars
    }

    fn laid_out(&self, area: Rect) -> (Rect, ValueScale) {
        let plot = self.room(area.width, area.height).plot(area);
        let scale = self.scale(if self.horizontal { plot.width } else { plot.height });
        (plot, scale)
    }

    fn room(&self, width: f64, height: f64) -> Insets {
        if self.horizontal {
            let names =
                self.categories.iter().map(|name| text_width(name, SMALL_TEXT, false)).fold(0.0, f64::max);
            let left = (names + 14.0).min(width * 0.35);
            return Insets { left, top: 6.0, right: 22.0, bottom: if self.axis.hidden { 8.0 } else { 22.0 } };
        }
        let scale = self.scale(height - 30.0);
        Insets { left: axis_room(&self.axis, &scale), top: 10.0, right: 12.0, bottom: 22.0 }
    }

    /// The series and the category of the bar under a place.
    pub fn bar_at(&self, area: Rect, point: Point) -> Option<(usize, usize)> {
        let (plot, scale) = self.laid_out(area);
        let bars = self.bars(plot, &scale);
        bars.iter().find(|bar| bar.rect.contains(point)).map(|bar| (bar.series, bar.category))
    }

    /// The category under a place, also beside its bars.
    pub fn category_at(&self, area: Rect, point: Point) -> Option<usize> {
        let (plot, _) = self.laid_out(area);
        if !plot.contains(point) {
            return None;
        }
        let share =
            if self.horizontal { (point.1 - plot.y) / plot.height } else { (point.0 - plot.x) / plot.width };
        Some((share * self.count() as f64) as usize).filter(|category| *category < self.count())
    }
}

impl Picture for Bars<'_> {
    fn insets(&self, width: f64, height: f64) -> Option<Insets> {
        Some(self.room(width, height))
    }

    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        let (plot, scale) = self.laid_out(area);
        if plot.width < 1.0 || plot.height < 1.0 {
            return;
        }
        if self.horizontal {
            self.lying_axis(surface, &scale, plot, theme);
        } else {
            value_axis(surface, &self.axis, &scale, area, plot, Side::Left, Some(theme.grid));
        }
        self.names(surface, plot);
        let bars = self.bars(plot, &scale);
        for bar in &bars {
            surface.rect(bar.rect, self.series[bar.series].coloring.of(bar.value));
        }
        if self.values {
            for bar in &bars {
                self.written(surface, bar, plot);
            }
        }
    }
}

impl Bars<'_> {
    /// The value axis of bars that run from left to right: below.
    fn lying_axis(&self, surface: &mut dyn Surface, scale: &ValueScale, plot: Rect, theme: &Theme) {
        for tick in scale.ticks() {
            let x = plot.x + tick.position * plot.width;
            surface.line(&[(x, plot.y), (x, plot.bottom())], &Stroke::solid(theme.grid, 1.0));
            if !self.axis.hidden {
                let style = label_style().anchored(Anchor::Middle);
                surface.text((x, plot.bottom() + 13.0), &tick.label, &style);
            }
        }
    }

    fn names(&self, surface: &mut dyn Surface, plot: Rect) {
        let slots = self.count().max(1) as f64;
        let shift = if self.edges { 0.0 } else { 0.5 };
        let length = if self.horizontal { plot.height } else { plot.width };
        let slot = length / slots;
        // Only each so many, so that they don't touch.
        let widest =
            self.categories.iter().map(|name| text_width(name, SMALL_TEXT, false)).fold(0.0, f64::max);
        let need = if self.horizontal { 14.0 } else { widest.min(90.0) + 10.0 };
        let every = (need / slot.max(0.01)).ceil().max(1.0) as usize;
        for (index, name) in self.categories.iter().enumerate().step_by(every) {
            let place = (index as f64 + shift) * slot;
            if self.horizontal {
                let name = fitted(name, SMALL_TEXT, false, plot.x);
                let at = (plot.x - 8.0, plot.y + place);
                surface.text(at, &name, &label_style().anchored(Anchor::End));
            } else {
                let name = fitted(name, SMALL_TEXT, false, (slot * every as f64 - 4.0).max(need - 10.0));
                let at = (plot.x + place, plot.bottom() + 13.0);
                surface.text(at, &name, &label_style().anchored(Anchor::Middle));
            }
        }
    }

    /// The value of a bar: within it where bars stand on each other, otherwise at its end.
    fn written(&self, surface: &mut dyn Surface, bar: &Bar, plot: Rect) {
        let text = self.axis.format.text(bar.value);
        let size = SMALL_TEXT;
        let width = text_width(&text, size, false);
        let color = self.series[bar.series].coloring.of(bar.value);
        let inside = TextStyle::new(size, Ink::Color(color.ink())).anchored(Anchor::Middle);
        let fits = bar.rect.width >= width + 4.0 && bar.rect.height >= size * 1.2;
        if self.stacking != Stacking::None {
            if fits {
                surface.text(bar.rect.center(), &text, &inside);
            }
            return;
        }
        let (x, y) = bar.rect.center();
        if self.horizontal {
            if bar.rect.height < size * 0.9 {
                return;
            }
            let free = plot.right() + 20.0 - bar.rect.right();
            if bar.value >= 0.0 && free >= width + 6.0 {
                surface.text((bar.rect.right() + 5.0, y), &text, &TextStyle::new(size, Ink::Text));
            } else if fits {
                surface.text((x, y), &text, &inside);
            }
        } else if bar.rect.width >= width - 2.0 {
            if bar.value >= 0.0 && bar.rect.y - plot.y >= size * 0.6 {
                let style = TextStyle::new(size, Ink::Text).anchored(Anchor::Middle);
                surface.text((x, bar.rect.y - size * 0.7), &text, &style);
            } else if fits {
                surface.text((x, y), &text, &inside);
            }
        }
    }
}
