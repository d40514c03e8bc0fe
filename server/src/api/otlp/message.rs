//! The few messages that answers consist of, as protobuf.

use super::Partial;

/// `ExportMetricsServiceResponse { partial_success { rejected_data_points = 1, error_message = 2 } = 1 }`
/// (`metrics_service.proto` of opentelemetry-proto); empty when all was taken.
pub(super) fn response(partial: &Partial) -> Vec<u8> {
    let mut inner = Vec::new();
    if partial.points > 0 {
        inner.push(1 << 3);
        push_varint(&mut inner, partial.points);
    }
    push_text(&mut inner, 2, &partial.message);
    let mut message = Vec::new();
    if !inner.is_empty() {
        message.push(1 << 3 | 2);
        push_varint(&mut message, inner.len() as u64);
        message.extend_from_slice(&inner);
    }
    message
}

/// `google.rpc.Status { code = 1, message = 2 }`: the body of an error over HTTP.
pub(super) fn status(code: u8, text: &str) -> Vec<u8> {
    let mut message = vec![1 << 3, code];
    push_text(&mut message, 2, text);
    message
}

fn push_text(message: &mut Vec<u8>, field: u8, text: &str) {
    if !text.is_empty() {
        message.push(field << 3 | 2);
        push_varint(message, text.len() as u64);
        message.extend_from_slice(text.as_bytes());
    }
}

fn push_varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_the_wire() {
        assert!(response(&Partial::default()).is_empty());
        let partial = Partial { points: 300, message: "no".to_owned() };
        assert_eq!(response(&partial), [0x0a, 7, 0x08, 0xac, 0x02, 0x12, 2, b'n', b'o']);
        assert_eq!(status(3, "x"), [0x08, 3, 0x12, 1, b'x']);
    }
}
