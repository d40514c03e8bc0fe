//! The fields of the messages that the decoder reads; <https://github.com/open-telemetry/opentelemetry-proto>, files
//! `metrics/v1/metrics.proto`, `common/v1/common.proto` and `resource/v1/resource.proto`.

use crate::protobuf::{bytes_field, fixed64_field, known, varint_field};

/// Fields of an `ExportMetricsServiceRequest`.
pub(super) mod request {
    use super::{bytes_field, known};

    pub(in crate::otlp) const RESOURCE_METRICS: u32 = bytes_field(1);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1]);
}

/// Fields of a `ResourceMetrics`.
pub(super) mod resource_metrics {
    use super::{bytes_field, known};

    pub(in crate::otlp) const RESOURCE: u32 = bytes_field(1);
    pub(in crate::otlp) const SCOPE_METRICS: u32 = bytes_field(2);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2]);
}

/// Fields of a `Resource`.
pub(super) mod resource {
    use super::{bytes_field, known};

    pub(in crate::otlp) const ATTRIBUTES: u32 = bytes_field(1);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1]);
}

/// Fields of a `ScopeMetrics`.
pub(super) mod scope_metrics {
    use super::{bytes_field, known};

    pub(in crate::otlp) const SCOPE: u32 = bytes_field(1);
    pub(in crate::otlp) const METRICS: u32 = bytes_field(2);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2]);
}

/// Fields of an `InstrumentationScope`.
pub(super) mod scope {
    use super::{bytes_field, known};

    pub(in crate::otlp) const NAME: u32 = bytes_field(1);
    pub(in crate::otlp) const VERSION: u32 = bytes_field(2);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2]);
}

/// Fields of a `Metric`.
pub(super) mod metric {
    use super::{bytes_field, known};

    pub(in crate::otlp) const NAME: u32 = bytes_field(1);
    pub(in crate::otlp) const DESCRIPTION: u32 = bytes_field(2);
    pub(in crate::otlp) const UNIT: u32 = bytes_field(3);
    pub(in crate::otlp) const GAUGE: u32 = bytes_field(5);
    pub(in crate::otlp) const SUM: u32 = bytes_field(7);
    pub(in crate::otlp) const HISTOGRAM: u32 = bytes_field(9);
    pub(in crate::otlp) const EXPONENTIAL_HISTOGRAM: u32 = bytes_field(10);
    pub(in crate::otlp) const SUMMARY: u32 = bytes_field(11);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2, 3, 5, 7, 9, 10, 11]);
}

/// Fields of a `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` and `Summary`.
pub(super) mod data {
    use super::{bytes_field, known, varint_field};

    pub(in crate::otlp) const DATA_POINTS: u32 = bytes_field(1);
    pub(in crate::otlp) const TEMPORALITY: u32 = varint_field(2);
    pub(in crate::otlp) const IS_MONOTONIC: u32 = varint_field(3);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2, 3]);
}

/// Fields that points of every kind have.
pub(super) mod point {
    use super::fixed64_field;

    pub(in crate::otlp) const START_TIME: u32 = fixed64_field(2);
    pub(in crate::otlp) const TIME: u32 = fixed64_field(3);
}

/// Fields of a `NumberDataPoint`, beside those of every point.
pub(super) mod number {
    use super::{bytes_field, fixed64_field, known, varint_field};

    pub(in crate::otlp) const AS_DOUBLE: u32 = fixed64_field(4);
    pub(in crate::otlp) const EXEMPLARS: u32 = bytes_field(5);
    pub(in crate::otlp) const AS_INT: u32 = fixed64_field(6);
    pub(in crate::otlp) const ATTRIBUTES: u32 = bytes_field(7);
    pub(in crate::otlp) const FLAGS: u32 = varint_field(8);
    pub(in crate::otlp) const FIELDS: u32 = known(&[2, 3, 4, 5, 6, 7, 8]);
}

/// Fields of a `HistogramDataPoint`, beside those of every point.
pub(super) mod histogram {
    use super::{bytes_field, fixed64_field, known, varint_field};

    pub(in crate::otlp) const COUNT: u32 = fixed64_field(4);
    pub(in crate::otlp) const SUM: u32 = fixed64_field(5);
    pub(in crate::otlp) const BUCKET_COUNTS: u32 = bytes_field(6);
    pub(in crate::otlp) const BUCKET_COUNT: u32 = fixed64_field(6);
    pub(in crate::otlp) const EXPLICIT_BOUNDS: u32 = bytes_field(7);
    pub(in crate::otlp) const EXPLICIT_BOUND: u32 = fixed64_field(7);
    pub(in crate::otlp) const EXEMPLARS: u32 = bytes_field(8);
    pub(in crate::otlp) const ATTRIBUTES: u32 = bytes_field(9);
    pub(in crate::otlp) const FLAGS: u32 = varint_field(10);
    pub(in crate::otlp) const FIELDS: u32 = known(&[2, 3, 4, 5, 6, 7, 8, 9, 10]);
}

/// Fields of an `ExponentialHistogramDataPoint`, beside those of every point.
pub(super) mod exponential {
    use super::{bytes_field, fixed64_field, known, varint_field};

    pub(in crate::otlp) const ATTRIBUTES: u32 = bytes_field(1);
    pub(in crate::otlp) const COUNT: u32 = fixed64_field(4);
    pub(in crate::otlp) const SUM: u32 = fixed64_field(5);
    pub(in crate::otlp) const SCALE: u32 = varint_field(6);
    pub(in crate::otlp) const ZERO_COUNT: u32 = fixed64_field(7);
    pub(in crate::otlp) const POSITIVE: u32 = bytes_field(8);
    pub(in crate::otlp) const NEGATIVE: u32 = bytes_field(9);
    pub(in crate::otlp) const FLAGS: u32 = varint_field(10);
    pub(in crate::otlp) const EXEMPLARS: u32 = bytes_field(11);
    pub(in crate::otlp) const ZERO_THRESHOLD: u32 = fixed64_field(14);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14]);
}

/// Fields of the `Buckets` of an `ExponentialHistogramDataPoint`.
pub(super) mod buckets {
    use super::{bytes_field, known, varint_field};

    pub(in crate::otlp) const OFFSET: u32 = varint_field(1);
    pub(in crate::otlp) const BUCKET_COUNTS: u32 = bytes_field(2);
    pub(in crate::otlp) const BUCKET_COUNT: u32 = varint_field(2);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2]);
}

/// Fields of a `SummaryDataPoint`, beside those of every point.
pub(super) mod summary {
    use super::{bytes_field, fixed64_field, known, varint_field};

    pub(in crate::otlp) const COUNT: u32 = fixed64_field(4);
    pub(in crate::otlp) const SUM: u32 = fixed64_field(5);
    pub(in crate::otlp) const QUANTILE_VALUES: u32 = bytes_field(6);
    pub(in crate::otlp) const ATTRIBUTES: u32 = bytes_field(7);
    pub(in crate::otlp) const FLAGS: u32 = varint_field(8);
    pub(in crate::otlp) const FIELDS: u32 = known(&[2, 3, 4, 5, 6, 7, 8]);
}

/// Fields of a `ValueAtQuantile`.
pub(super) mod quantile {
    use super::{fixed64_field, known};

    pub(in crate::otlp) const QUANTILE: u32 = fixed64_field(1);
    pub(in crate::otlp) const VALUE: u32 = fixed64_field(2);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2]);
}

/// Fields of an `Exemplar`.
pub(super) mod exemplar {
    use super::{bytes_field, fixed64_field, known};

    pub(in crate::otlp) const TIME: u32 = fixed64_field(2);
    pub(in crate::otlp) const AS_DOUBLE: u32 = fixed64_field(3);
    pub(in crate::otlp) const SPAN_ID: u32 = bytes_field(4);
    pub(in crate::otlp) const TRACE_ID: u32 = bytes_field(5);
    pub(in crate::otlp) const AS_INT: u32 = fixed64_field(6);
    pub(in crate::otlp) const FILTERED_ATTRIBUTES: u32 = bytes_field(7);
    pub(in crate::otlp) const FIELDS: u32 = known(&[2, 3, 4, 5, 6, 7]);
}

/// Fields of a `KeyValue`.
pub(super) mod key_value {
    use super::{bytes_field, known};

    pub(in crate::otlp) const KEY: u32 = bytes_field(1);
    pub(in crate::otlp) const VALUE: u32 = bytes_field(2);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2]);
}

/// Fields of an `AnyValue`.
pub(super) mod any_value {
    use super::{bytes_field, fixed64_field, known, varint_field};

    pub(in crate::otlp) const STRING: u32 = bytes_field(1);
    pub(in crate::otlp) const BOOL: u32 = varint_field(2);
    pub(in crate::otlp) const INT: u32 = varint_field(3);
    pub(in crate::otlp) const DOUBLE: u32 = fixed64_field(4);
    pub(in crate::otlp) const ARRAY: u32 = bytes_field(5);
    pub(in crate::otlp) const KVLIST: u32 = bytes_field(6);
    pub(in crate::otlp) const BYTES: u32 = bytes_field(7);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1, 2, 3, 4, 5, 6, 7]);
}

/// The field of an `ArrayValue` and of a `KeyValueList`.
pub(super) mod values {
    use super::{bytes_field, known};

    pub(in crate::otlp) const VALUES: u32 = bytes_field(1);
    pub(in crate::otlp) const FIELDS: u32 = known(&[1]);
}
