use serde_json::{Map, Value as Json, json};

use super::{Reading, Sending, Value};
use crate::LABEL;

/// An `ExportMetricsServiceRequest` as JSON (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>): a resource for
/// each sender.
pub(super) fn body(all: &[&Sending], since: i64) -> Vec<u8> {
    let resources: Vec<Json> = all
        .iter()
        .map(|sending| {
            let about = [("service.name", sending.job), ("service.instance.id", &sending.instance), LABEL];
            let metrics: Vec<Json> =
                sending.readings.iter().map(|reading| metric(reading, sending.at, since)).collect();
            json!({"resource": {"attributes": attributes(about)}, "scopeMetrics": [{"metrics": metrics}]})
        })
        .collect();
    json!({"resourceMetrics": resources}).to_string().into_bytes()
}

fn metric(reading: &Reading, at: i64, since: i64) -> Json {
    let labels = reading.labels.iter().map(|(name, value)| (*name, value.as_str()));
    let mut point = Map::new();
    point.insert("attributes".to_owned(), attributes(std::iter::once(LABEL).chain(labels)));
    point.insert("timeUnixNano".to_owned(), nanoseconds(at));
    let (kind, more, name) = match &reading.value {
        Value::Gauge(value) => {
            point.insert("asDouble".to_owned(), json!(value));
            ("gauge", json!({}), reading.name)
        }
        Value::Counter(value) => {
            point.insert("startTimeUnixNano".to_owned(), nanoseconds(since));
            point.insert("asDouble".to_owned(), json!(value));
            // What only rises gets its ending where it is stored.
            let name = reading.name.trim_end_matches("_total");
            ("sum", json!({"aggregationTemporality": 2, "isMonotonic": true}), name)
        }
        Value::Histogram { bounds, cumulative, sum } => {
            let mut below = 0;
            let counts: Vec<String> = cumulative
                .iter()
                .map(|count| (count - std::mem::replace(&mut below, *count)).to_string())
                .collect();
            point.insert("startTimeUnixNano".to_owned(), nanoseconds(since));
            point.insert("count".to_owned(), json!(cumulative.last().copied().unwrap_or(0).to_string()));
            point.insert("sum".to_owned(), json!(sum));
            point.insert("bucketCounts".to_owned(), json!(counts));
            point.insert("explicitBounds".to_owned(), json!(bounds));
            ("histogram", json!({"aggregationTemporality": 2}), reading.name)
        }
    };
    let mut data = more;
    data["dataPoints"] = json!([point]);
    json!({"name": name, kind: data})
}

/// Numbers of 64 bits are texts in this form of JSON.
fn nanoseconds(at: i64) -> Json {
    json!((i128::from(at) * 1_000_000).to_string())
}

fn attributes<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Json {
    pairs.into_iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect()
}
