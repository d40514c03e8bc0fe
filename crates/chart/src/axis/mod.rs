//! Axes: how values and times become places.

mod ticks;
mod time;
mod value;

use std::borrow::Cow;

use crate::Format;

pub use time::TimeScale;
pub use value::ValueScale;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it stands, 0 (left or bottom) to 1 (right or top).
    pub position: f64,
    /// What is written there.
    pub label: String,
}

/// How values become heights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scaling {
    /// In proportion.
    #[default]
    Linear,
    /// By the logarithm to a base, such as 2 or 10; what is not positive lies below the axis.
    Log(f64),
    /// By the logarithm, in proportion up to this value on both sides of zero.
    Symlog(f64),
}

/// A value axis: what users say of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis<'a> {
    /// How its labels are written.
    pub format: Format,
    /// Where it begins; lower values are cut off.
    pub min: Option<f64>,
    /// Where it ends; higher values are cut off.
    pub max: Option<f64>,
    /// It reaches at least down to this.
    pub soft_min: Option<f64>,
    /// It reaches at least up to this.
    pub soft_max: Option<f64>,
    /// How values become heights.
    pub scaling: Scaling,
    /// What stands beside it.
    pub label: Option<Cow<'a, str>>,
    /// Whether its labels are left out.
    pub hidden: bool,
}
