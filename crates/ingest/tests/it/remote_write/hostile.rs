use watchfire_ingest::DecodeError;
use watchfire_ingest::remote_write::{Version, decode, decode_body};

use super::encode::{Message, Style, host_series, snappy, v1, v2};

const MOST: usize = 1 << 20;

/// Where a body can be cut and still is a whole message: between the fields of the outermost one.
fn ends(body: &[u8], field: u8) -> Vec<usize> {
    let mut ends = vec![0];
    let mut at = 0;
    while at < body.len() {
        assert!(body[at] == field << 3 | 2 || body[at] == 4 << 3 | 2, "only fields with a length");
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            at += 1;
            length |= usize::from(body[at] & 0x7f) << shift;
            shift += 7;
            if body[at] < 0x80 {
                break;
            }
        }
        at += 1 + length;
        ends.push(at);
    }
    ends
}

#[test]
fn a_request_cut_anywhere_is_refused_or_shorter() {
    let series = host_series(3);
    for (version, body, field) in
        [(Version::V1, v1(&series, Style::default()), 1), (Version::V2, v2(&series, Style::default()), 5)]
    {
        let ends = ends(&body, field);
        for length in 0..body.len() {
            let result = decode_body(version, body[..length].to_vec(), MOST);
            if ends.contains(&length) {
                assert!(result.unwrap().batch.len() < 3, "{version:?} {length}");
            } else {
                let error = result.unwrap_err();
                assert!(matches!(error, DecodeError::Protobuf { .. }), "{version:?} {length}: {error}");
            }
        }
        let compressed = snappy(&body);
        for length in 0..compressed.len() {
            assert!(decode(version, &compressed[..length], MOST).is_err(), "{version:?} {length}");
        }
    }
}

#[test]
fn a_body_is_as_large_as_allowed_and_no_larger() {
    let body = v1(&host_series(10), Style::default());
    let (compressed, found) = (snappy(&body), body.len());
    assert_eq!(decode(Version::V1, &compressed, found).unwrap().batch.len(), 10);
    let most = found - 1;
    for error in [
        decode(Version::V1, &compressed, most).unwrap_err(),
        decode_body(Version::V1, body.clone(), most).unwrap_err(),
    ] {
        assert_eq!(error, DecodeError::TooLarge { found, most });
    }
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let error = decode(Version::V2, b"\xff\xff\xff\xff\x0f\x00\x00", 32 << 20).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request takes 4294967295 bytes when it is unpacked, and 33554432 are allowed; send fewer samples at once or raise the limit"
    );
}

/// A request of some KiB must not become GiB.
#[test]
fn little_does_not_unfold_to_much() {
    let long = "x".repeat(10_000);
    let refs: Vec<u8> = [1, 1].repeat(1000);
    let symbols = Message::default().bytes(4, "").bytes(4, &long);
    let exemplar = Message::default().bytes(1, [1, 1]);
    let exemplars = (0..1000).fold(Message::default(), |series, _| series.message(4, &exemplar));
    let described = |request: Message, number: u8| {
        let series =
            Message::default().bytes(1, [2, 3 + number]).message(5, &Message::default().varint(3, 1));
        request.message(5, &series)
    };
    let names =
        (0..120_u8).fold(symbols.clone().bytes(4, "__name__"), |m, number| m.bytes(4, [b'a', number]));
    let nothing_but =
        |field, count| (0..count).fold(Message::default(), |request, _| request.bytes(field, b"\x12\x01a"));
    for (what, version, request) in [
        (
            "a long symbol in many labels",
            Version::V2,
            symbols.clone().message(5, &Message::default().bytes(1, &refs)),
        ),
        ("a long symbol in many exemplars", Version::V2, symbols.clone().message(5, &exemplars)),
        ("a long help of many metrics", Version::V2, (0..120).fold(names, described)),
        ("metadata without text", Version::V1, nothing_but(3, 20_000)),
        ("exemplars without labels", Version::V1, Message::default().bytes(1, [0x1a, 0x00].repeat(40_000))),
        (
            "an exemplar of many labels",
            Version::V1,
            Message::default().message(1, &Message::default().bytes(3, [0x0a, 0x00].repeat(40_000))),
        ),
    ] {
        assert!(request.0.len() < 200_000, "{what}");
        let error = decode_body(version, request.0, MOST).unwrap_err();
        assert!(matches!(error, DecodeError::TooLarge { most: MOST, .. }), "{what}: {error}");
    }
}
