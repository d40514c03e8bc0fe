use super::{Sending, Value, edges, labels};

/// A `WriteRequest` (<https://prometheus.io/docs/specs/prw/remote_write_spec/>), compressed by snappy.
pub(super) fn body(all: &[&Sending]) -> Vec<u8> {
    let mut request = Vec::new();
    for sending in all {
        for reading in &sending.readings {
            let mut of = |name: &str, edge: Option<&str>, value: f64| {
                let mut pairs: Vec<(&str, &str)> = labels(sending, reading).collect();
                pairs.push(("__name__", name));
                pairs.extend(edge.map(|edge| ("le", edge)));
                // The protocol wants them in order.
                pairs.sort_unstable();
                put_series(&mut request, &pairs, sending.at, value);
            };
            match &reading.value {
                Value::Gauge(value) | Value::Counter(value) => of(reading.name, None, *value),
                Value::Histogram { bounds, cumulative, sum } => {
                    let bucket = format!("{}_bucket", reading.name);
                    for (edge, count) in edges(bounds).zip(cumulative) {
                        of(&bucket, Some(&edge), *count as f64);
                    }
                    let count = cumulative.last().copied().unwrap_or(0);
                    of(&format!("{}_sum", reading.name), None, *sum);
                    of(&format!("{}_count", reading.name), None, count as f64);
                }
            }
        }
    }
    // It fails for more than 4 GiB alone, which no request of the demo comes near.
    snap::raw::Encoder::new().compress_vec(&request).unwrap_or_default()
}

/// The field 1 of a `WriteRequest`, a `TimeSeries`: labels in field 1, the sample in field 2.
fn put_series(request: &mut Vec<u8>, labels: &[(&str, &str)], at: i64, value: f64) {
    let mut series = Vec::new();
    for (name, value) in labels {
        let mut label = Vec::new();
        put_bytes(&mut label, 1, name.as_bytes());
        put_bytes(&mut label, 2, value.as_bytes());
        put_bytes(&mut series, 1, &label);
    }
    // A double has the wire type 1, an int64 is a varint: type 0.
    let mut sample = vec![1 << 3 | 1];
    sample.extend(value.to_le_bytes());
    sample.push(2 << 3);
    put_varint(&mut sample, at as u64);
    put_bytes(&mut series, 2, &sample);
    put_bytes(request, 1, &series);
}

/// A field of bytes: wire type 2.
fn put_bytes(into: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    into.push(field << 3 | 2);
    put_varint(into, bytes.len() as u64);
    into.extend_from_slice(bytes);
}

fn put_varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}
