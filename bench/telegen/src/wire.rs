//! Protobuf by hand (<https://protobuf.dev/programming-guides/encoding/>), and the few messages of Prometheus remote
//! write 1.0: the label part of a series is encoded once and reused for every sample.

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

/// Appends a varint field.
pub(crate) fn varint_field(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

/// Appends a field of eight bytes: a `fixed64` or a `double`, little-endian.
pub(crate) fn fixed64_field(out: &mut Vec<u8>, field: u64, value: [u8; 8]) {
    varint(out, field << 3 | 1);
    out.extend_from_slice(&value);
}

/// What a field holds; of fields with four or eight bytes nobody asks here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    Fixed(&'a [u8]),
}

/// Takes the next field off a message; `None` at its end, and where it is broken.
pub(crate) fn next_field<'a>(message: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let tag = next_varint(message)?;
    let value = match tag & 7 {
        0 => Value::Varint(next_varint(message)?),
        1 => Value::Fixed(message.split_off(..8)?),
        2 => {
            let length = usize::try_from(next_varint(message)?).ok()?;
            Value::Bytes(message.split_off(..length)?)
        }
        5 => Value::Fixed(message.split_off(..4)?),
        _ => return None,
    };
    Some((tag >> 3, value))
}

fn next_varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *message.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_were_written_are_read() {
        let mut message = Vec::new();
        varint_field(&mut message, 1, 300);
        bytes_field(&mut message, 2, b"abc");
        fixed64_field(&mut message, 16, 1.0f64.to_le_bytes());
        varint_field(&mut message, 3, u64::MAX);
        let mut rest = &message[..];
        assert_eq!(next_field(&mut rest), Some((1, Value::Varint(300))));
        assert_eq!(next_field(&mut rest), Some((2, Value::Bytes(b"abc"))));
        assert_eq!(next_field(&mut rest), Some((16, Value::Fixed(&1.0f64.to_le_bytes()))));
        assert_eq!(next_field(&mut rest), Some((3, Value::Varint(u64::MAX))));
        assert_eq!(next_field(&mut rest), None);
    }

    #[test]
    fn a_broken_field_ends_the_message() {
        for broken in [&b"\x0a"[..], b"\x0a\x02a", b"\x08\xff", b"\x09\0\0", b"\x0b", &[0xff; 11]] {
            let mut rest = broken;
            assert_eq!(next_field(&mut rest), None, "for {broken:?}");
        }
    }

    #[test]
    fn a_series_of_remote_write_has_its_labels_sorted() {
        let pairs = [("job", "node"), ("__name__", "up")].map(|(name, value)| (name.into(), value.into()));
        let mut body = Vec::new();
        series(&mut body, &labels(&pairs), 1.0, 1000);
        let expected = b"\x0a\x2b\x0a\x0e\x0a\x08__name__\x12\x02up\x0a\x0b\x0a\x03job\x12\x04node\
            \x12\x0c\x09\0\0\0\0\0\0\xf0\x3f\x10\xe8\x07";
        assert_eq!(body, expected);
    }
}
