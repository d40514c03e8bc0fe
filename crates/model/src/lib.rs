//! The vocabulary of Watchfire: plain data that every other crate speaks in.
//!
//! Nothing here does IO, and everything compiles to WebAssembly, so that the server and the browser share one
//! definition of a label set, a time range, a query and a message of the live protocol.

mod batch;
mod calendar;
mod duration;
mod labels;
mod matcher;
mod order;
mod query;
mod rollup;
mod sample;
mod time;

pub mod live;

pub use batch::{Batch, BatchSeries, Exemplar, KeyFormat, Metadata, MetadataKind, PACKED_KEYS};
pub use duration::{DurationError, format_duration, parse_duration};
pub use labels::{
    Label, Labels, LabelsError, LabelsIter, METRIC_NAME, is_plain_label_name, is_plain_metric_name,
};
pub use matcher::{MatchOp, Matcher};
pub use order::{mapped, sort_small};
pub use query::{Function, Grid, GridError, GridSeries, SeriesQuery, choose_step};
pub use rollup::{Rollup, RollupBuilder, STALE, end_of, is_stale};
pub use sample::{MetricDescription, MetricKind, Sample, Series, Unit};
pub use time::{TimeError, TimeExpr, TimeRange, TimeWindow, format_utc};
