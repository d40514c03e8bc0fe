//! The formats in which targets expose their metrics to whoever scrapes them, and in which short jobs push them:
//!
//! * Prometheus' text format, 0.0.4, and 1.0.0 with names in quotes
//!   (<https://prometheus.io/docs/instrumenting/exposition_formats/>,
//!   <https://github.com/prometheus/docs/blob/main/docs/instrumenting/escaping_schemes.md>);
//! * OpenMetrics 1.0 as text (<https://prometheus.io/docs/specs/om/open_metrics_spec/>);
//! * Prometheus' protobuf format
//!   (<https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto>).
//!
//! [`read`] tells all there is, good and bad; [`scrape`] is the strict way, in which the first bad line fails the whole;
//! [`batch()`] keeps the good part as a [`Batch`](watchfire_model::Batch). A series is told as the text that it is written
//! as: equal texts are equal series, so that labels, which [`labels()`] reads from it, are seldom needed. Nothing is
//! allocated for a sample.

use std::borrow::Cow;
use std::ops::ControlFlow;

use watchfire_model::{Labels, LabelsError, MetadataKind};

mod batch;
mod format;
mod labels;
mod number;
mod protobuf;
mod refused;
mod syntax;
mod text;

pub use batch::{MOST_TOLD, Pushed, batch};
pub use format::{Format, FormatError};
pub use labels::{SERIES_TEXT, labels};
pub use refused::{Place, Problem, Refused};

/// What an exposition tells in one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry<'a> {
    /// A sample.
    Series {
        /// The series as it is written, such as `http_requests_total{code="200"}`: [`labels()`] reads it.
        text: &'a [u8],
        /// Milliseconds since the epoch; mostly the target leaves that to the one who scrapes it.
        timestamp: Option<i64>,
        /// The value; each NaN is the same one.
        value: f64,
        /// An example for it.
        exemplar: Option<Exemplar<'a>>,
    },
    /// Something about a metric family.
    Metadata {
        /// The family's name.
        metric: Cow<'a, str>,
        /// What is said of it.
        told: Told<'a>,
    },
    /// A native histogram without classic buckets, which is not supported: only its count and its sum are told, as series
    /// and before this.
    NativeHistogram {
        /// The family's name.
        metric: &'a str,
    },
}

/// What an exposition says of a metric family, one thing at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// Its type; `untyped` is unknown.
    Kind(MetadataKind),
    /// One sentence for people.
    Help(Cow<'a, str>),
    /// Its unit, such as `seconds`.
    Unit(Cow<'a, str>),
}

/// An example for a sample, such as a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exemplar<'a> {
    /// Its labels as they are written, braces included.
    pub text: &'a [u8],
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
    /// The value.
    pub value: f64,
}

impl Exemplar<'_> {
    /// Its labels. Fails with a name that is there twice.
    pub fn labels(&self) -> Result<Labels, LabelsError> {
        labels::exemplar_labels(self.text)
    }
}

/// Reads an exposition: each entry in its order, and each part that can't be read. Stops where `each` breaks. The body, and
/// the texts of series that protobuf unfolds into, take at most `most` bytes; more is the last thing that is refused.
pub fn read<B>(
    format: Format,
    body: &[u8],
    most: usize,
    each: &mut impl FnMut(Result<Entry<'_>, Refused>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    if body.len() > most {
        return each(Err(Refused::too_large(body.len(), most)));
    }
    match format {
        Format::Text => text::read::<false, B>(body, each),
        Format::OpenMetrics => text::read::<true, B>(body, each),
        Format::Protobuf => protobuf::read(body, most, each),
    }
}

/// Reads an exposition strictly, as one that is scraped: the first part that can't be read fails the whole, and what `each`
/// got before is to be dropped then. `most` is that of [`read`].
pub fn scrape(
    format: Format,
    body: &[u8],
    most: usize,
    mut each: impl FnMut(Entry<'_>),
) -> Result<(), Refused> {
    let end = read(format, body, most, &mut |result| match result {
        Ok(entry) => {
            each(entry);
            ControlFlow::Continue(())
        }
        Err(refused) => ControlFlow::Break(refused),
    });
    end.break_value().map_or(Ok(()), Err)
}
