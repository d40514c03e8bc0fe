//! Series over time.

mod bars;
mod columns;
mod curve;
mod extent;
mod frame;
mod look;
mod marks;
mod paint;
mod stack;
#[cfg(test)]
pub(crate) mod tests;
mod thin;

use std::borrow::Cow;

use watchfire_model::{Grid, TimeRange};

pub use frame::{Frame, Insets};
pub(crate) use frame::{axis_room, time_label_count, value_marks};
pub use look::{Draw, Gaps, Interpolation, Look, Points, Side, Stacking};
pub use marks::{Mark, Thresholds};

use crate::picture::Picture;
use crate::surface::{Rect, Surface};
use crate::{Axis, Theme};

/// One series as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Series<'a> {
    /// What it is called; pictures with a legend write it.
    pub name: Cow<'a, str>,
    /// A value for each point of the chart's grid, NaN where there is none.
    pub values: &'a [f64],
    /// The least and the greatest value at each point of the grid, drawn as a translucent band behind the line.
    pub envelope: Option<(&'a [f64], &'a [f64])>,
    /// How it is drawn.
    pub look: Look<'a>,
}

impl<'a> Series<'a> {
    /// A series without a name.
    pub fn new(values: &'a [f64], look: Look<'a>) -> Self {
        Self { name: Cow::Borrowed(""), values, envelope: None, look }
    }
}

/// Series over time: what to draw, not where.
///
/// ```
/// use watchfire_chart::{Chart, Look, Series, Theme, svg};
/// use watchfire_model::{Grid, TimeRange};
/// let values = [1.0, 3.0, 2.0];
/// let mut chart = Chart::new(TimeRange { start: 0, end: 2000 }, Grid { start: 0, step: 1000, len: 3 });
/// chart.series.push(Series::new(&values, Look::line(0)));
/// assert!(svg(&chart, 400.0, 200.0, &Theme::LIGHT, None).contains("<polyline"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Chart<'a> {
    /// The time that the chart shows; the grid may hold more.
    pub window: TimeRange,
    /// The points in time of the series.
    pub grid: Grid,
    /// Milliseconds that the shown zone is east of UTC.
    pub utc_offset: i64,
    /// The series, in the order of the legend.
    pub series: Vec<Series<'a>>,
    /// The axis of series on the left.
    pub left: Axis<'a>,
    /// The axis of series on the right.
    pub right: Axis<'a>,
    /// Where values change their colour.
    pub thresholds: Option<Thresholds<'a>>,
    /// Moments and spans that are marked.
    pub marks: Vec<Mark<'a>>,
    /// Whether axes and grid are left out: a sparkline.
    pub bare: bool,
}

impl Chart<'_> {
    /// A chart without series.
    pub fn new(window: TimeRange, grid: Grid) -> Self {
        Self {
            window,
            grid,
            utc_offset: 0,
            series: Vec::new(),
            left: Axis::default(),
            right: Axis::default(),
            thresholds: None,
            marks: Vec::new(),
            bare: false,
        }
    }
}

impl Picture for Chart<'_> {
    fn insets(&self, width: f64, height: f64) -> Option<Insets> {
        Some(Frame::new(self, width, height).insets)
    }

    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        let frame = Frame::new(self, area.width, area.height);
        paint::chart(self, &frame, surface, area, theme);
    }
}
