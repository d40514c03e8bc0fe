use serde::Serialize;
use serde_json::{Map, Value};

use crate::fields::{fields, words};
use crate::{Reducer, is_default};

/// What only some kinds of panels have. What is left out follows from the kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own, as files write them")]
pub struct View {
    /// How a series becomes the number that a stat, a gauge, a bar or a slice shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reduce: Option<Reducer>,
    /// Whether each row of a table becomes a number, instead of each column.
    #[serde(skip_serializing_if = "is_default")]
    pub each_row: bool,
    /// Whether a stat has a sparkline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sparkline: Option<bool>,
    /// What the value's colour fills.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_of: Option<ColorOf>,
    /// What stands in large type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_of: Option<TextOf>,
    /// Whether numbers lie beside each other instead of below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizontal: Option<bool>,
    /// Whether a gauge shows where its thresholds lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_marks: Option<bool>,
    /// A pie with a hole.
    #[serde(skip_serializing_if = "is_default")]
    pub donut: bool,
    /// What of a value is written: in slices, on bars, in timelines.
    #[serde(skip_serializing_if = "is_default")]
    pub show: Vec<Show>,
    /// A histogram's width of buckets; left out, one that suits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_size: Option<f64>,
    /// The bounds of a histogram's buckets, or of a heatmap's.
    #[serde(skip_serializing_if = "is_default")]
    pub buckets: Vec<f64>,
    /// Whether a heatmap's cells are the buckets of a classic histogram, and so are cumulative.
    #[serde(skip_serializing_if = "is_default")]
    pub from_buckets: bool,
    /// A heatmap's colours, by the name of a scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_scale: Option<String>,
    /// Whether equal states beside each other become one band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<bool>,
    /// A row's height within its place, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_height: Option<f64>,
    /// The Markdown of a text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Whether the text is code, shown as it is.
    #[serde(skip_serializing_if = "is_default")]
    pub code: bool,
    /// Columns that a table is sorted by; a minus before the name for the greatest first.
    #[serde(skip_serializing_if = "is_default")]
    pub sort_by: Vec<String>,
    /// Whether columns have a box to filter by.
    #[serde(skip_serializing_if = "is_default")]
    pub filterable: bool,
    /// Tags of the dashboards, states of the alerts that a list has.
    #[serde(skip_serializing_if = "is_default")]
    pub only: Vec<String>,
    /// How many entries a list has at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// The legend.
    #[serde(skip_serializing_if = "is_default")]
    pub legend: Legend,
    /// Whether a tooltip tells all series instead of the nearest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tooltip_all: Option<bool>,
    /// Whether a row is folded.
    #[serde(skip_serializing_if = "is_default")]
    pub folded: bool,
    /// What this version does not know; kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fields! { View { reduce, each_row, sparkline, color_of, text_of, horizontal, threshold_marks, donut, show, bucket_size, buckets, from_buckets, color_scale, merge, row_height, text, code, sort_by, filterable, only, most, legend, tooltip_all, folded } keeps other }

/// What the colour of a value fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColorOf {
    /// Nothing: text is as all text.
    None,
    /// The number.
    Value,
    /// What lies behind it.
    Background,
}

/// What stands in large type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextOf {
    /// The value; with several series their names, too.
    Auto,
    /// The value.
    Value,
    /// The value and the name.
    ValueAndName,
    /// The name.
    Name,
    /// Nothing.
    None,
}

/// What of a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Show {
    /// The value.
    Value,
    /// Its share in percent.
    Percent,
    /// The series' name.
    Name,
}

/// The legend of a chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Legend {
    /// Its form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<LegendShape>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<LegendPlace>,
    /// What it tells of each series.
    #[serde(skip_serializing_if = "is_default")]
    pub numbers: Vec<Reducer>,
    /// The number that it is sorted by; the greatest comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_by: Option<Reducer>,
}

fields! { Legend { shape, place, numbers, sort_by } }

/// The form of a legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LegendShape {
    /// Names one after the other.
    List,
    /// A row for each series.
    Table,
    /// There is none.
    Hidden,
}

/// Where a legend is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LegendPlace {
    /// Below the chart.
    Bottom,
    /// Right of the chart.
    Right,
}

words! {
    ColorOf { None = "none", Value = "value", Background = "background" }
    TextOf { Auto = "auto", Value = "value", ValueAndName = "value_and_name", Name = "name", None = "none" }
    Show { Value = "value", Percent = "percent", Name = "name" }
    LegendShape { List = "list", Table = "table", Hidden = "hidden" }
    LegendPlace { Bottom = "bottom", Right = "right" }
}
