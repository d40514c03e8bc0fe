use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fields::{fields, words};
use crate::{Link, Mapping, Thresholds, is_default};

/// How the values of a series are shown and drawn. What is left out follows from the kind of panel.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Field {
    /// What the series is called; `{{label}}` stands for a label's value, `$name` for a variable's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the values count: a unit's short name, as Grafana has them (`bytes`, `percentunit`, `s`, `reqps`), or
    /// `suffix: things`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Digits behind the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Where the scale begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Where the scale ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The scale begins here or lower.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft_min: Option<f64>,
    /// The scale ends here or higher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft_max: Option<f64>,
    /// What stands where there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_value: Option<String>,
    /// Where values change their colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Thresholds>,
    /// Words for values.
    #[serde(skip_serializing_if = "is_default")]
    pub mappings: Vec<Mapping>,
    /// The colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Where a click on a value leads.
    #[serde(skip_serializing_if = "is_default")]
    pub links: Vec<Link>,
    /// How a series over time is drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<LineStyle>,
    /// How full the area below is, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<u8>,
    /// The line's width in CSS pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
    /// How the line goes from sample to sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpolation: Option<Interpolation>,
    /// Lengths of strokes and gaps of the line in CSS pixels; none for a whole line.
    #[serde(skip_serializing_if = "is_default")]
    pub dash: Vec<f64>,
    /// Whether samples are marked by points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// A point's size in CSS pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_size: Option<f64>,
    /// Whether series stand on top of each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stacking: Option<Stacking>,
    /// What happens where there are no samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gaps: Option<Gaps>,
    /// On which side its scale is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axis: Option<Axis>,
    /// What stands beside the scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axis_label: Option<String>,
    /// How values become heights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// Whether it is drawn upside down: what goes out below what comes in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negate: Option<bool>,
    /// The series down to which the area is filled, by its name: a band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band_to: Option<String>,
    /// Where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide: Option<Hide>,
    /// A table's column: its width in CSS pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column_width: Option<u16>,
    /// A table's column: whether the value's colour fills the cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill_cell: Option<bool>,
    /// What this version does not know; kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fields! { Field { name, unit, decimals, min, max, soft_min, soft_max, no_value, thresholds, mappings, color, links, style, fill, width, interpolation, dash, points, point_size, stacking, gaps, axis, axis_label, scale, negate, band_to, hide, column_width, fill_cell } keeps other }

macro_rules! laid_over {
    ($over:ident, $under:ident; $($option:ident)*; $($list:ident)*) => {{
        $(if $over.$option.is_some() { $under.$option.clone_from(&$over.$option); })*
        $(if !$over.$list.is_empty() { $under.$list.clone_from(&$over.$list); })*
    }};
}

impl Field {
    /// This one with what `over` says in place of what it says itself.
    #[must_use]
    pub fn with(mut self, over: &Self) -> Self {
        let under = &mut self;
        laid_over!(over, under;
            name unit decimals min max soft_min soft_max no_value thresholds color style fill width interpolation points point_size stacking
            gaps axis axis_label scale negate band_to hide column_width fill_cell; mappings links dash);
        self
    }
}

/// How a series over time is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineStyle {
    /// A line.
    Line,
    /// A bar for each sample.
    Bars,
    /// Points alone.
    Points,
}

/// How a line goes from sample to sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interpolation {
    /// Straight.
    Linear,
    /// In a curve that does not overshoot.
    Smooth,
    /// At the old value up to the new sample.
    StepAfter,
    /// At the new value from the old sample on.
    StepBefore,
}

/// Whether samples are marked by points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Points {
    /// Where a line would not show them: a sample alone.
    Auto,
    /// Each.
    Always,
    /// None.
    Never,
}

/// Whether series stand on top of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stacking {
    /// Each from zero.
    None,
    /// On top of each other.
    Normal,
    /// As shares of 100 percent.
    Percent,
}

/// What happens where there are no samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gaps {
    /// The line ends and begins anew.
    Break,
    /// The line goes on.
    Connect,
}

/// On which side the scale is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Left; right where the left one has another unit.
    Auto,
    /// Left.
    Left,
    /// Right.
    Right,
    /// Nowhere.
    Hidden,
}

/// How values become heights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// In proportion.
    Linear,
    /// By the logarithm to base 2.
    Log2,
    /// By the logarithm to base 10.
    Log10,
    /// By the logarithm, and in proportion around zero.
    Symlog,
}

/// How thresholds are seen in a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThresholdsAs {
    /// Not at all.
    Off,
    /// As lines.
    Lines,
    /// As coloured bands.
    Bands,
    /// As both.
    LinesAndBands,
}

/// Where a series is left out, of a legend, tooltips or the drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hide {
    /// It is not in the legend.
    #[serde(skip_serializing_if = "is_default")]
    pub legend: bool,
    /// It is not in tooltips.
    #[serde(skip_serializing_if = "is_default")]
    pub tooltip: bool,
    /// It is not drawn.
    #[serde(skip_serializing_if = "is_default")]
    pub drawing: bool,
}

fields! { Hide { legend, tooltip, drawing } }

/// The colour of series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// One after the other from the palette.
    Palette,
    /// By the series' name, so that a series has the same colour in every panel.
    ByName,
    /// Always this one.
    Fixed(String),
    /// By thresholds.
    Thresholds,
    /// From low to high through the colours of a scale, by its name: `blues`, `viridis`, `turbo`, `red_yellow_green`.
    Continuous(String),
}

/// Which series an [`Override`] is for; all that are given must fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Matcher {
    /// Those with one of these names.
    #[serde(skip_serializing_if = "is_default")]
    pub names: Vec<String>,
    /// Those whose name matches this regular expression somewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// Those of this query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Those that the conditions above do not fit.
    #[serde(skip_serializing_if = "is_default")]
    pub not: bool,
}

fields! { Matcher { names, regex, query, not } }

/// What is different for some series.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Override {
    /// Which.
    #[serde(rename = "match")]
    pub matcher: Matcher,
    /// What is different.
    pub set: Field,
}

fields! { Override { matcher as "match", set } }

words! {
    LineStyle { Line = "line", Bars = "bars", Points = "points" }
    Interpolation { Linear = "linear", Smooth = "smooth", StepAfter = "step_after", StepBefore = "step_before" }
    Points { Auto = "auto", Always = "always", Never = "never" }
    Stacking { None = "none", Normal = "normal", Percent = "percent" }
    Gaps { Break = "break", Connect = "connect" }
    Axis { Auto = "auto", Left = "left", Right = "right", Hidden = "hidden" }
    Scale { Linear = "linear", Log2 = "log2", Log10 = "log10", Symlog = "symlog" }
    ThresholdsAs { Off = "off", Lines = "lines", Bands = "bands", LinesAndBands = "lines_and_bands" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_over_wins() {
        let under = Field { unit: Some("s".to_owned()), fill: Some(20), ..Field::default() };
        let over = Field { unit: Some("ms".to_owned()), negate: Some(true), ..Field::default() };
        let both = under.with(&over);
        assert_eq!((both.unit.as_deref(), both.fill, both.negate), (Some("ms"), Some(20), Some(true)));
    }
}
