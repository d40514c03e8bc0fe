use std::borrow::Cow;

use crate::Coloring;

/// How a series over time is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Look<'a> {
    /// The colour; by value, a line changes it where it crosses a step.
    pub color: Coloring<'a>,
    /// Lines, bars or points.
    pub draw: Draw,
    /// A line's width in CSS pixels; 0 for none.
    pub width: f64,
    /// How full the area below is, 0 to 1.
    pub fill: f64,
    /// How a line goes from sample to sample.
    pub interpolation: Interpolation,
    /// Lengths of strokes and gaps in CSS pixels; none for a whole line.
    pub dash: Cow<'a, [f64]>,
    /// Whether samples are marked.
    pub points: Points,
    /// A point's diameter in CSS pixels.
    pub point_size: f64,
    /// What happens where there are no samples.
    pub gaps: Gaps,
    /// Whether it stands on others of its group.
    pub stacking: Stacking,
    /// Series with the same number, side and stacking stand on each other.
    pub stack_group: u32,
    /// Whether it is drawn upside down.
    pub negate: bool,
    /// The series, by its place in the chart, down to which the area is filled.
    pub band_to: Option<usize>,
    /// On which side its axis is.
    pub side: Side,
}

impl Default for Look<'_> {
    fn default() -> Self {
        Self {
            color: Coloring::Palette(0),
            draw: Draw::Line,
            width: 1.5,
            fill: 0.0,
            interpolation: Interpolation::Linear,
            dash: Cow::Borrowed(&[]),
            points: Points::Auto,
            point_size: 5.0,
            gaps: Gaps::Break,
            stacking: Stacking::None,
            stack_group: 0,
            negate: false,
            band_to: None,
            side: Side::Left,
        }
    }
}

impl Look<'_> {
    /// A line in a colour of the palette.
    pub fn line(color: usize) -> Self {
        Self { color: Coloring::Palette(color), ..Self::default() }
    }

    /// A line with a light fill, for a chart with a single series.
    pub fn area(color: usize) -> Self {
        Self { fill: 0.14, ..Self::line(color) }
    }

    /// An area on top of those before it.
    pub fn stacked(color: usize) -> Self {
        Self { fill: 0.55, stacking: Stacking::Normal, ..Self::line(color) }
    }

    /// A bar for each sample.
    pub fn bars(color: usize) -> Self {
        Self { draw: Draw::Bars, fill: 0.8, ..Self::line(color) }
    }
}

/// Lines, bars or points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Draw {
    /// A line.
    #[default]
    Line,
    /// A bar for each sample.
    Bars,
    /// Points alone.
    Points,
}

/// How a line goes from sample to sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Interpolation {
    /// Straight.
    #[default]
    Linear,
    /// In a curve that does not overshoot.
    Smooth,
    /// At the old value up to the new sample.
    StepAfter,
    /// At the new value from the old sample on.
    StepBefore,
}

/// Whether samples are marked by points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Points {
    /// Where a line would not show them: a sample alone.
    #[default]
    Auto,
    /// Each.
    Always,
    /// None.
    Never,
}

/// What happens where there are no samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Gaps {
    /// The line ends and begins anew.
    #[default]
    Break,
    /// The line goes on.
    Connect,
}

/// Whether series stand on top of each other. Negative values stand downwards from zero, apart from positive ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stacking {
    /// Each from zero.
    #[default]
    None,
    /// On top of each other.
    Normal,
    /// As shares of 100 percent.
    Percent,
}

/// On which side an axis is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Side {
    /// Left.
    #[default]
    Left,
    /// Right.
    Right,
}
