//! The plan: what [`plan`](super::plan) makes of the tree, with every name, time and label choice resolved.

use regex::Regex;
use watchfire_model::Labels;

use crate::ast::{AggregateOp, BinaryOp, Cardinality, Span};
use crate::eval::column::Shift;
use crate::eval::functions::{MapFunction, RangeFunction};
use crate::eval::keys::Picker;

/// A node with a number for each step.
#[derive(Debug)]
pub(crate) enum ScalarNode {
    /// The same number at each step.
    Number(f64),
    /// The step's time in seconds: `time()`.
    Time,
    /// The value of the only series: `scalar(v)`.
    Of(Box<VectorNode>),
    /// The number with the other sign.
    Negate(Box<ScalarNode>),
    /// Two numbers and an operator.
    Binary { op: BinaryOp, lhs: Box<ScalarNode>, rhs: Box<ScalarNode> },
    /// Evaluated at the first step alone, for it has the same value at each.
    Invariant(Box<ScalarNode>),
}

/// A node with series.
#[derive(Debug)]
pub(crate) enum VectorNode {
    /// A selector.
    Instant(InstantSelector),
    /// A function of the samples of a range.
    Range(Box<RangeCall>),
    /// A function of each number.
    Map(Box<MapCall>),
    /// A series and a scalar, with an operator between them.
    WithScalar(Box<WithScalar>),
    /// A series without labels: `vector(s)`.
    Of(ScalarNode),
    /// `absent(v)`, with the labels of its series.
    Absent(Box<VectorNode>, Labels),
    /// `absent_over_time(m)`, with the labels of its series.
    AbsentOver(Box<RangeSource>, Labels),
    /// `label_replace` and `label_join`.
    Relabel(Box<VectorNode>, Relabel),
    /// Functions of classic histograms.
    Histogram(Box<HistogramCall>),
    /// `sort` and its kin.
    Sort(Box<VectorNode>, Order),
    /// An aggregation.
    Aggregate(Box<Aggregation>),
    /// Series of two sides, with an operator between them.
    Match(Box<Match>),
    /// A set operator.
    Set(Box<SetOperation>),
    /// Evaluated at the first step alone, for it has the same values at each.
    Invariant(Box<VectorNode>),
}

/// A selector of the newest samples.
#[derive(Debug)]
pub(crate) struct InstantSelector {
    /// Which of the query's selections.
    pub(crate) selection: usize,
    /// When to look.
    pub(crate) shift: Shift,
    /// How old a sample may be, in milliseconds.
    pub(crate) lookback: i64,
    /// Whether to give the samples' times in seconds in place of their values.
    pub(crate) timestamps: bool,
    /// The widest buckets whose last samples give the exact answer.
    pub(crate) buckets: Option<i64>,
    /// Where it stands.
    pub(crate) span: Span,
}

/// Where the samples of a range come from.
#[derive(Debug)]
pub(crate) enum RangeSource {
    /// A selector.
    Selector(RangeSelector),
    /// An expression at the steps of a subquery.
    Subquery { input: VectorNode, shift: Shift, range: i64, step: i64 },
}

/// A selector of the samples of a range.
#[derive(Debug)]
pub(crate) struct RangeSelector {
    /// Which of the query's selections.
    pub(crate) selection: usize,
    /// When the range ends.
    pub(crate) shift: Shift,
    /// How long it is.
    pub(crate) range: i64,
    /// The widest buckets whose rollups give the exact answer.
    pub(crate) buckets: Option<i64>,
    /// Where it stands.
    pub(crate) span: Span,
}

impl RangeSource {
    pub(crate) fn shift(&self) -> Shift {
        match self {
            Self::Selector(RangeSelector { shift, .. }) | Self::Subquery { shift, .. } => *shift,
        }
    }

    pub(crate) fn range(&self) -> i64 {
        match self {
            Self::Selector(RangeSelector { range, .. }) | Self::Subquery { range, .. } => *range,
        }
    }
}

/// What to do about series that may differ in nothing but the name that an operation drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameCheck {
    /// They can't: nothing to do.
    Distinct,
    /// They become one series, and must not have values at the same step.
    Merge,
    /// There must be none.
    Refuse,
}

/// A function of the samples of a range.
#[derive(Debug)]
pub(crate) struct RangeCall {
    pub(crate) function: RangeFunction,
    pub(crate) source: RangeSource,
    /// The arguments that are numbers.
    pub(crate) args: Vec<ScalarNode>,
    pub(crate) check: NameCheck,
    /// Where the first argument stands.
    pub(crate) span: Span,
}

/// A function of each number.
#[derive(Debug)]
pub(crate) struct MapCall {
    pub(crate) function: MapFunction,
    pub(crate) input: VectorNode,
    /// The other arguments.
    pub(crate) args: Vec<ScalarNode>,
    pub(crate) check: NameCheck,
}

/// A series and a scalar, with an operator between them.
#[derive(Debug)]
pub(crate) struct WithScalar {
    pub(crate) op: BinaryOp,
    pub(crate) return_bool: bool,
    pub(crate) input: VectorNode,
    pub(crate) scalar: ScalarNode,
    /// Whether the scalar stands left of the operator.
    pub(crate) scalar_first: bool,
    pub(crate) check: NameCheck,
}

/// `label_replace` and `label_join`.
#[derive(Debug)]
pub(crate) enum Relabel {
    Replace { target: String, replacement: String, source: String, pattern: Regex },
    Join { target: String, separator: String, sources: Vec<String> },
}

/// `histogram_quantile(q, v)` and `histogram_fraction(lower, upper, v)`.
#[derive(Debug)]
pub(crate) struct HistogramCall {
    pub(crate) function: HistogramFunction,
    pub(crate) input: VectorNode,
    /// Where the argument of buckets stands.
    pub(crate) input_span: Span,
}

/// What to compute of a classic histogram.
#[derive(Debug)]
pub(crate) enum HistogramFunction {
    Quantile { quantile: ScalarNode, span: Span },
    Fraction { lower: ScalarNode, upper: ScalarNode },
}

/// An order of series.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Value { descending: bool },
    Labels { names: Vec<String>, descending: bool },
}

/// An aggregation.
#[derive(Debug)]
pub(crate) struct Aggregation {
    pub(crate) op: AggregateOp,
    pub(crate) param: Param,
    pub(crate) input: VectorNode,
    pub(crate) picker: Picker,
}

/// The parameter of an aggregation.
#[derive(Debug)]
pub(crate) enum Param {
    None,
    /// A number, and where it stands.
    Number(ScalarNode, Span),
    /// The label of `count_values`.
    Label(String),
}

/// Series of two sides, with an operator between them.
#[derive(Debug)]
pub(crate) struct Match {
    pub(crate) op: BinaryOp,
    pub(crate) return_bool: bool,
    pub(crate) lhs: VectorNode,
    pub(crate) rhs: VectorNode,
    pub(crate) matching: Matching,
}

/// A set operator.
#[derive(Debug)]
pub(crate) struct SetOperation {
    pub(crate) op: BinaryOp,
    pub(crate) lhs: VectorNode,
    pub(crate) rhs: VectorNode,
    pub(crate) picker: Picker,
}

/// How series of both sides find each other.
#[derive(Debug)]
pub(crate) struct Matching {
    pub(crate) card: Cardinality,
    /// The labels in which they must agree.
    pub(crate) picker: Picker,
    /// The labels of a result of one and one.
    pub(crate) result: Picker,
    /// The labels that the "one" side gives.
    pub(crate) include: Vec<String>,
}
