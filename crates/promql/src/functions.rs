//! The functions of the language: their names and types. What they do stands with the evaluation.

use crate::ast::ValueType;
use crate::ast::ValueType::{Matrix, Scalar, Vector};

/// A function's signature.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The types of its arguments. Of a function with more arguments than types, the last type repeats.
    pub args: &'static [ValueType],
    /// How many arguments a call must have.
    pub required: usize,
    /// How many arguments a call may have; `None`: any number from `required` on.
    pub max: Option<usize>,
    /// The type of its value.
    pub returns: ValueType,
    /// Whether it must be switched on by a setting.
    pub experimental: bool,
    /// One sentence for people.
    pub help: &'static str,
}

impl Function {
    /// The type that argument number `index`, counted from 0, must have; `None` where no argument may stand.
    pub fn arg_type(&self, index: usize) -> Option<ValueType> {
        if self.max.is_some_and(|max| index >= max) {
            return None;
        }
        self.args.get(index).or(self.args.last()).copied()
    }

    /// What Prometheus' API calls `variadic`: 0 takes exactly the arguments of the table, n > 0 takes up to n more than are
    /// required, -1 any number more.
    pub fn variadic(&self) -> i64 {
        self.max.map_or(-1, |max| max as i64 - self.required as i64)
    }

    /// A function that takes exactly `args` and returns an instant vector.
    const fn new(name: &'static str, args: &'static [ValueType], help: &'static str) -> Self {
        let (required, max) = (args.len(), Some(args.len()));
        Self { name, args, required, max, returns: Vector, experimental: false, help }
    }

    /// The last argument may be left out.
    const fn last_optional(mut self) -> Self {
        self.required -= 1;
        self
    }

    /// The last argument may be left out or given any number of times.
    const fn last_repeats(mut self) -> Self {
        self.required -= 1;
        self.max = None;
        self
    }

    const fn returning_scalar(mut self) -> Self {
        self.returns = Scalar;
        self
    }

    const fn experimental(mut self) -> Self {
        self.experimental = true;
        self
    }
}

/// The function of this name. Names are case-sensitive.
pub fn lookup(name: &str) -> Option<&'static Function> {
    let index = FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok()?;
    FUNCTIONS.get(index)
}

const NONE: &[ValueType] = &[];
const V: &[ValueType] = &[Vector];
const M: &[ValueType] = &[Matrix];
const VS: &[ValueType] = &[Vector, Scalar];
const VSS: &[ValueType] = &[Vector, Scalar, Scalar];
const MS: &[ValueType] = &[Matrix, Scalar];
const MSS: &[ValueType] = &[Matrix, Scalar, Scalar];
const SM: &[ValueType] = &[Scalar, Matrix];
const SV: &[ValueType] = &[Scalar, Vector];
const SSV: &[ValueType] = &[Scalar, Scalar, Vector];
const V_TEXT: &[ValueType] = &[Vector, ValueType::String];
const V_3_TEXTS: &[ValueType] = &[Vector, ValueType::String, ValueType::String, ValueType::String];
const V_4_TEXTS: &[ValueType] =
    &[Vector, ValueType::String, ValueType::String, ValueType::String, ValueType::String];

const fn new(name: &'static str, args: &'static [ValueType], help: &'static str) -> Function {
    Function::new(name, args, help)
}

/// All functions, sorted by name. Names and types:
/// <https://prometheus.io/docs/prometheus/latest/querying/functions/>.
pub static FUNCTIONS: &[Function] = &[
    new("abs", V, "The absolute value of each sample."),
    new("absent", V, "1 if the vector has no series, nothing otherwise."),
    new("absent_over_time", M, "1 if no series has a sample in the range, nothing otherwise."),
    new("acos", V, "The arccosine of each sample, in radians."),
    new("acosh", V, "The inverse hyperbolic cosine of each sample."),
    new("asin", V, "The arcsine of each sample, in radians."),
    new("asinh", V, "The inverse hyperbolic sine of each sample."),
    new("atan", V, "The arctangent of each sample, in radians."),
    new("atanh", V, "The inverse hyperbolic tangent of each sample."),
    new("avg_over_time", M, "The average of the samples in the range."),
    new("ceil", V, "Each sample rounded up to a whole number."),
    new("changes", M, "How often the value changed in the range."),
    new("clamp", VSS, "Each sample, kept between a lower and an upper bound."),
    new("clamp_max", VS, "Each sample, kept at or below a bound."),
    new("clamp_min", VS, "Each sample, kept at or above a bound."),
    new("cos", V, "The cosine of each sample in radians."),
    new("cosh", V, "The hyperbolic cosine of each sample."),
    new("count_over_time", M, "How many samples are in the range."),
    new("day_of_month", V, "The day of the month in UTC, from 1 to 31.").last_optional(),
    new("day_of_week", V, "The day of the week in UTC, 0 is Sunday.").last_optional(),
    new("day_of_year", V, "The day of the year in UTC, from 1 to 366.").last_optional(),
    new("days_in_month", V, "How many days the month has, in UTC.").last_optional(),
    // vmalert restores the state of its alerts by it.
    new(
        "default_rollup",
        M,
        "The newest sample in the range: the name that MetricsQL has for last_over_time.",
    ),
    new("deg", V, "Each sample from radians to degrees."),
    new("delta", M, "The difference between the range's ends, of a gauge."),
    new("deriv", M, "The slope per second by linear regression, of a gauge."),
    new("double_exponential_smoothing", MSS, "A smoothed value with a smoothing and a trend factor.")
        .experimental(),
    new("exp", V, "e to the power of each sample."),
    new("first_over_time", M, "The oldest sample in the range.").experimental(),
    new("floor", V, "Each sample rounded down to a whole number."),
    new("histogram_avg", V, "The average of each native histogram."),
    new("histogram_count", V, "The count of observations of each native histogram."),
    new("histogram_fraction", SSV, "The share of observations between two bounds."),
    new("histogram_quantile", SV, "The quantile (0 to 1) of the observations of each histogram."),
    new("histogram_stddev", V, "The standard deviation of each native histogram."),
    new("histogram_stdvar", V, "The standard variance of each native histogram."),
    new("histogram_sum", V, "The sum of observations of each native histogram."),
    new("hour", V, "The hour of the day in UTC, from 0 to 23.").last_optional(),
    new("idelta", M, "The difference of the two newest samples, of a gauge."),
    new("increase", M, "How much a counter grew over the range."),
    new("irate", M, "The growth per second of a counter between its two newest samples."),
    new("label_join", V_3_TEXTS, "Joins the values of labels with a separator into a new label.")
        .last_repeats(),
    new("label_replace", V_4_TEXTS, "Sets a label from the matches of a regular expression in another."),
    new("last_over_time", M, "The newest sample in the range."),
    new("ln", V, "The natural logarithm of each sample."),
    new("log10", V, "The decimal logarithm of each sample."),
    new("log2", V, "The binary logarithm of each sample."),
    new("mad_over_time", M, "The median absolute deviation of the samples in the range.").experimental(),
    new("max_over_time", M, "The largest sample in the range."),
    new("min_over_time", M, "The smallest sample in the range."),
    new("minute", V, "The minute of the hour in UTC, from 0 to 59.").last_optional(),
    new("month", V, "The month of the year in UTC, from 1 to 12.").last_optional(),
    new("pi", NONE, "The number pi.").returning_scalar(),
    new("predict_linear", MS, "The value in so many seconds from now by linear regression, of a gauge."),
    new("present_over_time", M, "1 for each series with a sample in the range."),
    new("quantile_over_time", SM, "The quantile (0 to 1) of the samples in the range."),
    new("rad", V, "Each sample from degrees to radians."),
    new("rate", M, "The average growth per second of a counter over the range."),
    new("resets", M, "How often a counter was reset in the range."),
    new("round", VS, "Each sample rounded to the nearest multiple of a number, of 1 if it is left out.")
        .last_optional(),
    new("scalar", V, "The value of the only series as a number, NaN unless there is exactly one.")
        .returning_scalar(),
    new("sgn", V, "The sign of each sample: 1, 0 or -1."),
    new("sin", V, "The sine of each sample in radians."),
    new("sinh", V, "The hyperbolic sine of each sample."),
    new("sort", V, "The series by value, smallest first; for instant queries."),
    new("sort_by_label", V_TEXT, "The series by the values of labels, in natural order.")
        .last_repeats()
        .experimental(),
    new("sort_by_label_desc", V_TEXT, "The series by the values of labels, in reversed natural order.")
        .last_repeats()
        .experimental(),
    new("sort_desc", V, "The series by value, largest first; for instant queries."),
    new("sqrt", V, "The square root of each sample."),
    new("stddev_over_time", M, "The standard deviation of the samples in the range."),
    new("stdvar_over_time", M, "The standard variance of the samples in the range."),
    new("sum_over_time", M, "The sum of the samples in the range."),
    new("tan", V, "The tangent of each sample in radians."),
    new("tanh", V, "The hyperbolic tangent of each sample."),
    new("time", NONE, "The time of the step in seconds since the epoch.").returning_scalar(),
    new("timestamp", V, "The time of each sample in seconds since the epoch."),
    new("ts_of_first_over_time", M, "The time of the oldest sample in the range, in seconds.").experimental(),
    new("ts_of_last_over_time", M, "The time of the newest sample in the range, in seconds.").experimental(),
    new("ts_of_max_over_time", M, "The time of the newest largest sample in the range, in seconds.")
        .experimental(),
    new("ts_of_min_over_time", M, "The time of the newest smallest sample in the range, in seconds.")
        .experimental(),
    new("vector", &[Scalar], "A number as a vector of one series without labels."),
    new("year", V, "The year in UTC.").last_optional(),
];
