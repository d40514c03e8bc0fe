//! The bytes of a remote write request, version 1.0: <https://prometheus.io/docs/specs/prw/remote_write_spec/>.

use super::data::Samples;

/// A `WriteRequest` with these series, compressed.
pub(crate) fn write_request(series: &[Samples]) -> Vec<u8> {
    let mut request = Vec::new();
    for (labels, samples) in series {
        let mut message = Vec::new();
        for label in labels {
            let mut pair = Vec::new();
            field(&mut pair, 1, label.name.as_bytes());
            field(&mut pair, 2, label.value.as_bytes());
            field(&mut message, 1, &pair);
        }
        for (timestamp, value) in samples {
            let mut sample = vec![1 << 3 | 1];
            sample.extend(value.to_le_bytes());
            sample.push(2 << 3);
            varint(&mut sample, *timestamp as u64);
            field(&mut message, 2, &sample);
        }
        field(&mut request, 1, &message);
    }
    snap::raw::Encoder::new().compress_vec(&request).unwrap()
}

/// A field whose content has a length.
fn field(out: &mut Vec<u8>, number: u8, content: &[u8]) {
    out.push(number << 3 | 2);
    varint(out, content.len() as u64);
    out.extend(content);
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
