//! The messages by the names that JSON has for their fields; those that the decoder has no use for are left out.

use Form::{Base64, Bool, Double, Fixed64, Hex, Int64, Message, Sfixed64, Sint32, Text, Uint};

/// How a value is written, in JSON and in protobuf.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Text.
    Text,
    /// Bytes, as base 64 in JSON.
    Base64,
    /// Bytes, in hexadecimal in JSON: the ids of traces and spans, which OTLP has so.
    Hex,
    Bool,
    /// An enumerator, flags or a count, as a varint.
    Uint,
    Int64,
    /// A varint in the zigzag encoding.
    Sint32,
    Fixed64,
    Sfixed64,
    Double,
    Message(&'static [Field]),
}

impl Form {
    /// The wire type.
    pub(super) fn wire(self) -> u32 {
        match self {
            Bool | Uint | Int64 | Sint32 => 0,
            Fixed64 | Sfixed64 | Double => 1,
            Text | Base64 | Hex | Message(_) => 2,
        }
    }

    /// What JSON should have had.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Text => "text",
            Base64 => "bytes in base 64",
            Hex => "bytes in hexadecimal",
            Bool => "true or false",
            Uint | Fixed64 => "a whole number of 0 or more, or one in quotes",
            Int64 | Sint32 | Sfixed64 => "a whole number, or one in quotes",
            Double => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
            Message(_) => "an object",
        }
    }
}

/// A field of a message.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) number: u32,
    pub(super) form: Form,
    pub(super) repeated: bool,
}

const fn one(name: &'static str, number: u32, form: Form) -> Field {
    Field { name, number, form, repeated: false }
}

const fn many(name: &'static str, number: u32, form: Form) -> Field {
    Field { name, number, form, repeated: true }
}

/// An `ExportMetricsServiceRequest`.
pub(super) static REQUEST: [Field; 1] = [many("resourceMetrics", 1, Message(&RESOURCE_METRICS))];

static RESOURCE_METRICS: [Field; 2] =
    [one("resource", 1, Message(&RESOURCE)), many("scopeMetrics", 2, Message(&SCOPE_METRICS))];

static RESOURCE: [Field; 1] = [many("attributes", 1, Message(&KEY_VALUE))];

static SCOPE_METRICS: [Field; 2] = [one("scope", 1, Message(&SCOPE)), many("metrics", 2, Message(&METRIC))];

static SCOPE: [Field; 2] = [one("name", 1, Text), one("version", 2, Text)];

static METRIC: [Field; 8] = [
    one("name", 1, Text),
    one("description", 2, Text),
    one("unit", 3, Text),
    one("gauge", 5, Message(&GAUGE)),
    one("sum", 7, Message(&SUM)),
    one("histogram", 9, Message(&HISTOGRAM)),
    one("exponentialHistogram", 10, Message(&EXPONENTIAL_HISTOGRAM)),
    one("summary", 11, Message(&SUMMARY)),
];

static GAUGE: [Field; 1] = [many("dataPoints", 1, Message(&NUMBER))];

static SUM: [Field; 3] = [
    many("dataPoints", 1, Message(&NUMBER)),
    one("aggregationTemporality", 2, Uint),
    one("isMonotonic", 3, Bool),
];

static HISTOGRAM: [Field; 2] =
    [many("dataPoints", 1, Message(&HISTOGRAM_POINT)), one("aggregationTemporality", 2, Uint)];

static EXPONENTIAL_HISTOGRAM: [Field; 2] =
    [many("dataPoints", 1, Message(&EXPONENTIAL_POINT)), one("aggregationTemporality", 2, Uint)];

static SUMMARY: [Field; 1] = [many("dataPoints", 1, Message(&SUMMARY_POINT))];

static NUMBER: [Field; 7] = [
    many("attributes", 7, Message(&KEY_VALUE)),
    one("startTimeUnixNano", 2, Fixed64),
    one("timeUnixNano", 3, Fixed64),
    one("asDouble", 4, Double),
    one("asInt", 6, Sfixed64),
    many("exemplars", 5, Message(&EXEMPLAR)),
    one("flags", 8, Uint),
];

static HISTOGRAM_POINT: [Field; 9] = [
    many("attributes", 9, Message(&KEY_VALUE)),
    one("startTimeUnixNano", 2, Fixed64),
    one("timeUnixNano", 3, Fixed64),
    one("count", 4, Fixed64),
    one("sum", 5, Double),
    many("bucketCounts", 6, Fixed64),
    many("explicitBounds", 7, Double),
    many("exemplars", 8, Message(&EXEMPLAR)),
    one("flags", 10, Uint),
];

static EXPONENTIAL_POINT: [Field; 12] = [
    many("attributes", 1, Message(&KEY_VALUE)),
    one("startTimeUnixNano", 2, Fixed64),
    one("timeUnixNano", 3, Fixed64),
    one("count", 4, Fixed64),
    one("sum", 5, Double),
    one("scale", 6, Sint32),
    one("zeroCount", 7, Fixed64),
    one("positive", 8, Message(&BUCKETS)),
    one("negative", 9, Message(&BUCKETS)),
    one("flags", 10, Uint),
    many("exemplars", 11, Message(&EXEMPLAR)),
    one("zeroThreshold", 14, Double),
];

static BUCKETS: [Field; 2] = [one("offset", 1, Sint32), many("bucketCounts", 2, Uint)];

static SUMMARY_POINT: [Field; 7] = [
    many("attributes", 7, Message(&KEY_VALUE)),
    one("startTimeUnixNano", 2, Fixed64),
    one("timeUnixNano", 3, Fixed64),
    one("count", 4, Fixed64),
    one("sum", 5, Double),
    many("quantileValues", 6, Message(&VALUE_AT_QUANTILE)),
    one("flags", 8, Uint),
];

static VALUE_AT_QUANTILE: [Field; 2] = [one("quantile", 1, Double), one("value", 2, Double)];

static EXEMPLAR: [Field; 6] = [
    many("filteredAttributes", 7, Message(&KEY_VALUE)),
    one("timeUnixNano", 2, Fixed64),
    one("asDouble", 3, Double),
    one("asInt", 6, Sfixed64),
    one("spanId", 4, Hex),
    one("traceId", 5, Hex),
];

static KEY_VALUE: [Field; 2] = [one("key", 1, Text), one("value", 2, Message(&ANY_VALUE))];

static ANY_VALUE: [Field; 7] = [
    one("stringValue", 1, Text),
    one("boolValue", 2, Bool),
    one("intValue", 3, Int64),
    one("doubleValue", 4, Double),
    one("arrayValue", 5, Message(&ARRAY_VALUE)),
    one("kvlistValue", 6, Message(&KEY_VALUE_LIST)),
    one("bytesValue", 7, Base64),
];

static ARRAY_VALUE: [Field; 1] = [many("values", 1, Message(&ANY_VALUE))];

static KEY_VALUE_LIST: [Field; 1] = [many("values", 1, Message(&KEY_VALUE))];
