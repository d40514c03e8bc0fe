//! The few protobuf messages of Prometheus remote write 1.0, encoded by hand so
//! that the label part of a series is encoded once and reused for every sample.

/// Appends `value` as a protobuf varint.
pub(crate) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a length-delimited field.
pub(crate) fn bytes_field(out: &mut Vec<u8>, field: u64, payload: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, payload.len() as u64);
    out.extend_from_slice(payload);
}

/// The `labels` fields of one `TimeSeries`, sorted by name as the protocol demands.
pub(crate) fn labels(pairs: &[(String, String)]) -> Vec<u8> {
    let mut sorted: Vec<_> = pairs.iter().collect();
    sorted.sort();
    let mut out = Vec::new();
    for (name, value) in sorted {
        let mut label = Vec::new();
        bytes_field(&mut label, 1, name.as_bytes());
        bytes_field(&mut label, 2, value.as_bytes());
        bytes_field(&mut out, 1, &label);
    }
    out
}

/// Appends one `TimeSeries` with a single sample to a `WriteRequest`.
pub(crate) fn series(out: &mut Vec<u8>, labels: &[u8], value: f64, timestamp_ms: i64) {
    let mut sample = Vec::with_capacity(20);
    sample.push(1 << 3 | 1);
    sample.extend_from_slice(&value.to_le_bytes());
    sample.push(2 << 3);
    varint(&mut sample, timestamp_ms as u64);
    let mut body = Vec::with_capacity(labels.len() + sample.len() + 2);
    body.extend_from_slice(labels);
    bytes_field(&mut body, 2, &sample);
    bytes_field(out, 1, &body);
}
