//! What the functions do. Their names and types stand in [`functions`](crate::functions).

mod extrapolation;
mod extremes;
mod histogram;
mod kahan;
mod label;
mod math;
mod over_time;
mod quantile;
mod rate;
mod regression;
mod sort;
mod time;

pub(crate) use histogram::{Bucket, fraction as bucket_fraction, quantile as bucket_quantile};
pub(crate) use kahan::{Kahan, Mean};
pub(crate) use label::whole_pattern;
pub(crate) use over_time::PRESENT;
pub(crate) use quantile::quantile;
pub(crate) use regression::check_factors;
pub(crate) use sort::{compare_natural, compare_values};

use crate::eval::rollups::RolledApply;
use crate::eval::window::RangeApply;

/// A function of each number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MapFunction {
    /// Of the number alone.
    Plain(fn(f64) -> f64),
    /// Of the number and two arguments; where fewer are given, the rest is 1.
    WithArgs(fn(f64, f64, f64) -> f64),
    /// The step's time in seconds.
    StepTime,
    /// The number as it is.
    Identity,
    /// Nothing: what the functions of native histograms give for floats.
    Nothing,
}

/// A function of the samples of a range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RangeFunction {
    pub(crate) apply: RangeApply,
    /// The same from rollups, where they are enough.
    pub(crate) rolled: Option<RolledApply>,
    pub(crate) keeps_name: bool,
    /// What to note on its input.
    pub(crate) note: RangeNote,
}

/// What a function of ranges looks at besides the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RangeNote {
    Nothing,
    /// Whether the name is that of a counter.
    Counter,
    /// Whether the first argument is a quantile.
    Quantile,
    /// Whether the arguments are factors for smoothing.
    Factors,
}

/// What stands behind a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Implementation {
    Range(RangeFunction),
    Map(MapFunction),
}

/// The function of this name, where it is one of ranges or of single numbers.
pub(crate) fn implementation(name: &str) -> Option<Implementation> {
    over_time::function(name)
        .or_else(|| rate::function(name))
        .or_else(|| regression::function(name))
        .map(Implementation::Range)
        .or_else(|| math::function(name).or_else(|| time::function(name)).map(Implementation::Map))
}

/// A function of ranges that drops the name and notes nothing.
const fn plain(apply: RangeApply) -> RangeFunction {
    RangeFunction { apply, rolled: None, keeps_name: false, note: RangeNote::Nothing }
}

/// The same for a function that rollups can answer, too.
const fn rolled(apply: RangeApply, rolled: RolledApply) -> RangeFunction {
    RangeFunction { rolled: Some(rolled), ..plain(apply) }
}
