//! What goes into an evaluation and what comes out.

use watchfire_model::{Labels, Matcher, Rollup, RollupBuilder, Sample, Series, TimeRange};

use crate::ast::Span;

/// When a query is evaluated: all in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// The first step, since the epoch.
    pub start: i64,
    /// The last step is at or before this; equal to `start` for an instant query.
    pub end: i64,
    /// The distance of the steps; 0 makes it an instant query.
    pub step: i64,
    /// How old the newest sample of a series may be to count as its value.
    pub lookback: i64,
    /// The step of a subquery that names none.
    pub default_subquery_step: i64,
    /// Whether experimental functions may be called.
    pub experimental: bool,
}

/// Where an evaluation stops instead of taking the whole machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Samples in memory at one time: those of the series being read, and one for each series and step of an intermediate
    /// result.
    pub max_samples: usize,
    /// Series that a query may select.
    pub max_series: usize,
}

/// One selector of a query: what the caller has to fetch for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The conditions.
    pub matchers: Vec<Matcher>,
    /// All samples that the evaluation may ask for, both ends included. Of a series of which rollups are left it may ask for
    /// the buckets around both ends, too: for as much as the widest of them holds.
    pub range: TimeRange,
    /// The widest buckets (milliseconds) whose rollups give the same answer as the samples; `None` where only samples do.
    pub buckets: Option<i64>,
}

/// A series that the caller fetched.
pub trait SelectedSeries {
    /// Which series this is.
    fn labels(&self) -> &Labels;

    /// Hands the samples of `range` (both ends included) to `each` in time order: two columns of equal length, never empty,
    /// strictly rising timestamps over all calls. Where only rollups are left ([`widths`](Self::widths)), the last sample of
    /// each bucket, and a staleness marker behind it if the series ended in the bucket.
    fn read(&self, range: TimeRange, each: &mut dyn FnMut(&[i64], &[f64]));

    /// The newest sample of `range` (both ends included), a staleness marker too. A store that finds it without decoding
    /// all of them should do so: a query at one time over many series asks for nothing else.
    fn newest(&self, range: TimeRange) -> Option<Sample> {
        let mut newest = None;
        self.read(range, &mut |timestamps, values| {
            if let (Some(&timestamp), Some(&value)) = (timestamps.last(), values.last()) {
                newest = Some(Sample { timestamp, value });
            }
        });
        newest
    }

    /// Up to when (milliseconds, exclusive) which width of rollups (milliseconds) is the finest that is left of this series:
    /// the widest first, so times rise and widths fall. Empty for a series of which all samples are there. A store that
    /// takes rollups because [`Selection::buckets`] allows it names their width here, too.
    fn widths(&self) -> &[(i64, i64)] {
        &[]
    }

    /// Hands the rollups of the buckets of `width` that overlap `range` (both ends included) to `each`, in the order of time;
    /// where there are samples or narrower rollups, their sums. Asked only for widths that are whole multiples of what is
    /// there.
    fn read_rollups(&self, width: i64, range: TimeRange, each: &mut dyn FnMut(&Rollup)) {
        let mut builder = RollupBuilder::new(width);
        self.read(range, &mut |timestamps, values| {
            for (timestamp, value) in timestamps.iter().zip(values) {
                if let Some(finished) = builder.push(*timestamp, *value) {
                    each(&finished);
                }
            }
        });
        if let Some(last) = builder.finish() {
            each(&last);
        }
    }
}

/// Why nobody wants the answer any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It takes too long.
    Timeout,
    /// Whoever asked has gone.
    Canceled,
}

/// The value of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// One sample a series, at the time of the query: of an instant query. In the order of the caller's series, unless the
    /// query sorts.
    Vector(Vec<(Labels, f64)>),
    /// Samples over time, sorted by labels: of a range query, or of an instant query for a range vector.
    Matrix(Vec<Series>),
    /// A number.
    Scalar(f64),
    /// A text.
    String(String),
}

/// A query's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The value.
    pub value: Value,
    /// What may be wrong with it, in Prometheus' words.
    pub warnings: Vec<String>,
    /// What is probably not meant as it was written, in Prometheus' words.
    pub infos: Vec<String>,
    /// How many samples were read.
    pub samples: u64,
}

/// Why an evaluation has no answer, in Prometheus' words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// The query can't be evaluated at all, as it is written. Prometheus finds this while it parses.
    #[error("{message}")]
    Parse {
        /// What is wrong.
        message: String,
        /// Where it stands in the query.
        span: Span,
    },
    /// The query can't be evaluated over this data.
    #[error("{0}")]
    Execution(String),
    /// It would take more memory than it may.
    #[error("query processing would load too many samples into memory in {0}")]
    TooManySamples(&'static str),
    /// It selects more series than it may.
    #[error("the query selects {found} series, {most} are allowed; name more labels")]
    TooManySeries {
        /// How many it selects.
        found: usize,
        /// How many it may select.
        most: usize,
    },
    /// It took too long.
    #[error("query timed out in {0}")]
    Timeout(&'static str),
    /// Nobody waits for it any more.
    #[error("query was canceled in {0}")]
    Canceled(&'static str),
}
