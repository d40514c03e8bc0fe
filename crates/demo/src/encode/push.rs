use serde_json::{Map, Value as Json, json};

use super::{Sending, Value, edges, labels};

/// A list of metrics, as docs/INGEST.md describes it.
pub(super) fn body(all: &[&Sending]) -> Vec<u8> {
    let metrics = all.iter().flat_map(|sending| {
        sending.readings.iter().map(|reading| {
            let labels: Map<String, Json> =
                labels(sending, reading).map(|(name, value)| (name.to_owned(), value.into())).collect();
            let (kind, value) = match &reading.value {
                Value::Gauge(value) => ("gauge", json!(value)),
                Value::Counter(value) => ("counter", json!(value)),
                Value::Histogram { bounds, cumulative, sum } => {
                    let buckets: Map<String, Json> =
                        edges(bounds).zip(cumulative).map(|(edge, count)| (edge, json!(count))).collect();
                    ("histogram", json!({"buckets": buckets, "sum": sum, "count": cumulative.last()}))
                }
            };
            json!({"name": reading.name, "labels": labels, "kind": kind, "value": value, "timestamp": sending.at})
        })
    });
    Json::Array(metrics.collect()).to_string().into_bytes()
}
