//! OTLP metrics (<https://opentelemetry.io/docs/specs/otlp/>): the body of an `ExportMetricsServiceRequest`, as protobuf
//! or as JSON, in, a [`Batch`] out.
//!
//! The mapping is that of
//! <https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/> as Prometheus 3 has it by default:
//!
//! - A gauge or a sum is one series; a sum that only rises is a counter and ends in `_total`.
//! - A histogram is `_bucket` with cumulative counts by `le`, `_sum` and `_count`. Its minimum and maximum are left out.
//! - An exponential histogram is the same, with powers of two as bounds: its buckets are scaled down to scale 0, so that
//!   `le` stays the same from point to point while the sender changes the scale. What is over 0 and at most the zero
//!   threshold is counted under the threshold as `le`; negative values under negative bounds.
//! - A summary is a series with `quantile` for each, `_sum` and `_count`.
//! - Deltas are added up to totals; see [`Deltas`].
//! - `service.namespace` and `service.name` become `job`, `service.instance.id` becomes `instance`, and what else a
//!   resource tells becomes labels of one `target_info` series with the value 1.
//! - Name and version of the scope become `otel_scope_name` and `otel_scope_version`; its attributes are left out.
//! - The flag for no recorded value becomes a staleness marker ([`STALE`](watchfire_model::STALE)).

use watchfire_model::Batch;

mod deltas;
mod distribution;
mod error;
mod exemplar;
mod histograms;
mod json;
mod key;
mod metric;
mod names;
mod points;
mod refused;
mod request;
mod resource;
mod stream;
mod value;
mod wire;

pub use deltas::{Deltas, Totals};
pub use error::Error;
pub use key::OTLP_KEYS;
pub use refused::{Reason, Refusal, Refusals};

/// The form of a body; the request's `Content-Type` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

/// What becomes of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// Letters, digits and `_` alone, with units and `_total` at the end of metrics (`UnderscoreEscapingWithSuffixes` in
    /// Prometheus).
    #[default]
    Prometheus,
    /// As they were sent, whatever is in them (`NoTranslation`). The parts of histograms and summaries still end in
    /// `_bucket`, `_sum` and `_count`.
    AsSent,
}

/// How requests are decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What becomes of names.
    pub names: Names,
    /// Keys of resource attributes that become labels of each series, where no attribute of the point has that name.
    pub promote: Vec<String>,
    /// The most bytes that the keys, exemplars and metadata of a request may take: a resource's labels are there again in
    /// each of its series, so this is several times the size of a body.
    pub max_unfolded: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { names: Names::default(), promote: Vec::new(), max_unfolded: 256 << 20 }
    }
}

/// What a request held.
#[derive(Debug)]
pub struct Decoded {
    /// Samples, exemplars and metadata, with [`OTLP_KEYS`], each of which is a label set.
    pub batch: Batch,
    /// How many data points there were, those refused included. A histogram is one.
    pub points: u64,
    /// Points that were left out: what an answer's `partial_success` tells.
    pub refused: Refusals,
    /// Exemplars that were left out because they have no number.
    pub refused_exemplars: usize,
}

/// Decodes the body of a request, decompressed, at the time `now` in milliseconds since the epoch. Deltas are added to
/// `deltas`.
pub fn decode(
    encoding: Encoding,
    body: &[u8],
    options: &Options,
    deltas: &mut dyn Totals,
    now: i64,
) -> Result<Decoded, Error> {
    match encoding {
        Encoding::Protobuf => request::decode(body, options, deltas, now),
        Encoding::Json => request::decode(&json::to_protobuf(body)?, options, deltas, now),
    }
}
