use serde::{Deserialize, Serialize};

use crate::Labels;

/// A value at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Milliseconds since the epoch, UTC.
    pub timestamp: i64,
    /// The value, in the metric's base unit.
    pub value: f64,
}

/// The samples of one series in a time range: two columns of equal length, sorted by time, no time twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Which series this is.
    pub labels: Labels,
    /// Milliseconds since the epoch, strictly rising.
    pub timestamps: Vec<i64>,
    /// The value at each timestamp.
    pub values: Vec<f64>,
}

/// What a metric's values do over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricKind {
    /// Goes up and down.
    Gauge,
    /// Only goes up, and starts again from zero with its process or host.
    Counter,
}

/// What a value counts, so that an axis can say it in human words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// A plain number.
    #[default]
    Number,
    /// A number of things; its mean is shown as a whole number, too.
    Count,
    /// Per cent, 0 to 100.
    Percent,
    /// Bytes, shown in binary steps (KiB, MiB, ...).
    Bytes,
    /// Bytes each second.
    BytesPerSecond,
    /// Events each second.
    PerSecond,
    /// Seconds, shown from nanoseconds to days.
    Seconds,
    /// Degrees Celsius.
    Celsius,
}

/// What a metric is, once for all its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricDescription {
    /// The metric's name.
    pub name: &'static str,
    /// What its values do.
    pub kind: MetricKind,
    /// What its values count.
    pub unit: Unit,
    /// One sentence for people.
    pub help: &'static str,
}
