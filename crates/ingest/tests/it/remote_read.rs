//! Remote read: requests in, answers out.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use watchfire_ingest::remote_read::{ReadQuery, ReadRequest, decode_request, encode_response};
use watchfire_ingest::remote_write::{Version, decode_body};
use watchfire_model::{Labels, MatchOp, Matcher, Series};

use crate::remote_write::encode::{Message, snappy};

const MOST: usize = 1 << 20;

fn query(start: i64, end: i64, matchers: &[(u64, &str, &str)]) -> Message {
    let times = Message::default().varint(1, start as u64).varint(2, end as u64);
    matchers
        .iter()
        .fold(times, |query, (kind, name, value)| {
            query.message(3, &Message::default().varint(1, *kind).bytes(2, name).bytes(3, value))
        })
        .message(4, &Message::default().varint(1, 15_000).bytes(2, "rate"))
}

#[test]
fn a_request_is_read() {
    let matchers =
        [(0, "__name__", "up"), (1, "job", ""), (2, "instance", "web-.*"), (3, "cluster", "test|stage")];
    let request = Message::default().message(1, &query(-5, 1000, &matchers)).message(1, &query(1, 2, &[]));
    let ops = [MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex];
    let expected = matchers
        .iter()
        .zip(ops)
        .map(|((_, name, value), op)| Matcher { name: (*name).to_owned(), op, value: (*value).to_owned() })
        .collect();
    let queries = vec![
        ReadQuery { start: -5, end: 1000, matchers: expected },
        ReadQuery { start: 1, end: 2, matchers: vec![] },
    ];
    let decoded = decode_request(&snappy(&request.unknown().0), MOST).unwrap();
    assert_eq!(decoded, ReadRequest { queries, accepts_samples: true });
}

#[test]
fn samples_are_answered_to_those_who_take_them() {
    for (types, accepts_samples) in [
        (Message::default(), true),
        (Message::default().varint(2, 0), true),
        (Message::default().varint(2, 1), false),
        (Message::default().varint(2, 1).varint(2, 0), true),
        (Message::default().bytes(2, [1, 0]), true),
        (Message::default().bytes(2, [1]), false),
    ] {
        let decoded = decode_request(&snappy(&types.0), MOST).unwrap();
        assert_eq!(decoded.accepts_samples, accepts_samples, "{:x?}", types.0);
    }
}

#[test]
fn refuses_what_is_no_request() {
    let matcher = |kind, value: &[u8]| {
        let matcher = Message::default().varint(1, kind).bytes(3, value);
        Message::default().message(1, &Message::default().message(3, &matcher)).0
    };
    let broken = "broken protobuf at byte";
    for (body, expected) in [
        (
            matcher(4, b"a"),
            format!("{broken} 5 of the uncompressed request: expected a matcher's type from 0 to 3"),
        ),
        (matcher(0, b"\xff"), format!("{broken} 8 of the uncompressed request: expected text in UTF-8")),
        (
            vec![0x0a, 5],
            format!(
                "{broken} 2 of the uncompressed request: expected as many bytes as the length before it says"
            ),
        ),
    ] {
        assert_eq!(decode_request(&snappy(&body), MOST).unwrap_err().to_string(), expected);
    }
    assert!(decode_request(b"no snappy", MOST).is_err());
}

fn all_series() -> impl Strategy<Value = Vec<Series>> {
    let labels =
        btree_map("[a-c世]{1,3}", "[x-z]{1,200}", 1..5).prop_map(|pairs| Labels::new(pairs).unwrap());
    // Not NaN, which equals nothing.
    let samples = vec((any::<i64>(), -1e300..1e300), 1..5);
    let series = (labels, samples).prop_map(|(labels, samples)| {
        let (timestamps, values) = samples.into_iter().unzip();
        Series { labels, timestamps, values }
    });
    vec(series, 0..4)
}

proptest! {
    /// A result of an answer has the same form as a request of remote write.
    #[test]
    fn an_answer_can_be_read(series in all_series()) {
        let compressed = encode_response(std::slice::from_ref(&series)).unwrap();
        let body = snap::raw::Decoder::new().decompress_vec(&compressed).unwrap();
        let result = body.iter().skip(1).position(|byte| *byte < 0x80).unwrap() + 2;
        prop_assert_eq!(body[0], 0x0a);
        let batch = decode_body(Version::V1, body[result..].to_vec(), MOST).unwrap().batch;
        let got: Vec<Series> = batch.series.iter().map(|one| {
            let samples = one.samples.start as usize..one.samples.end as usize;
            Series {
                labels: batch.labels(one).unwrap(),
                timestamps: batch.timestamps[samples.clone()].to_vec(),
                values: batch.values[samples].to_vec(),
            }
        }).collect();
        prop_assert_eq!(got, series);
    }

    #[test]
    fn each_query_has_its_result(counts in vec(0_usize..3, 0..4)) {
        let series = Series { labels: Labels::empty(), timestamps: vec![1], values: vec![2.0] };
        let results: Vec<_> = counts.iter().map(|count| vec![series.clone(); *count]).collect();
        let one = Message::default().message(2, &Message::default().double(1, 2.0).varint(2, 1));
        let expected = counts.iter().fold(Message::default(), |body, count| {
            body.message(1, &(0..*count).fold(Message::default(), |result, _| result.message(1, &one)))
        });
        let body = snap::raw::Decoder::new().decompress_vec(&encode_response(&results).unwrap()).unwrap();
        prop_assert_eq!(body, expected.0);
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..100)) {
        let _ = decode_request(&bytes, MOST);
        let _ = decode_request(&snappy(&bytes), MOST);
    }
}
