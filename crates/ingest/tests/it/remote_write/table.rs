use watchfire_ingest::remote_write::{Decoded, Version, decode_body};
use watchfire_model::{LabelsError, Metadata, MetadataKind};

use super::encode::{Message, Said, Series, Style, v1_metadata, v2};

const MOST: usize = 1 << 20;

fn read(version: Version, request: Message) -> Decoded {
    decode_body(version, request.0, MOST).unwrap()
}

fn error(version: Version, request: Message) -> String {
    decode_body(version, request.0, MOST).unwrap_err().to_string()
}

fn series_v1(fields: &[(u64, &[u8])]) -> Message {
    let series = fields.iter().fold(Message::default(), |series, (field, bytes)| series.bytes(*field, bytes));
    Message::default().message(1, &series)
}

#[test]
fn a_request_without_anything_is_an_empty_batch() {
    for version in [Version::V1, Version::V2] {
        let decoded = read(version, Message::default());
        assert!(decoded.batch.is_empty() && decoded.batch.series.is_empty());
    }
}

#[test]
fn keys_lie_in_the_body_where_labels_lie_together() {
    let label = b"\x0a\x01a\x12\x01b".as_slice();
    let sample = b"\x10\x01".as_slice();
    let together = series_v1(&[(2, sample), (1, label), (1, label), (2, sample)]);
    let length = together.0.len();
    let decoded = read(Version::V1, together);
    assert_eq!(decoded.batch.bytes.len(), length);
    assert_eq!(decoded.batch.series[0].key, 6..22);
    assert_eq!(decoded.batch.series[0].samples, 0..2);

    let scattered = series_v1(&[(1, label), (2, sample), (1, label)]);
    let length = scattered.0.len();
    let decoded = read(Version::V1, scattered);
    assert_eq!(decoded.batch.bytes.len(), length + 16);
    // The same key as above.
    assert_eq!(
        decoded.batch.key(&decoded.batch.series[0].key),
        [b"\x0a\x06".as_slice(), label].concat().repeat(2)
    );
}

#[test]
fn a_key_that_is_no_label_set_is_not_the_decoders_business() {
    let duplicate = LabelsError::Duplicate { name: "a".to_owned() };
    let label = b"\x0a\x01a\x12\x01b".as_slice();
    let first = read(Version::V1, series_v1(&[(1, label), (1, label), (2, b"")]));
    let labels = vec![("a".to_owned(), "b".to_owned()); 2];
    let series = Series { labels, samples: vec![(0, 0.0)], ..Series::default() };
    let second = decode_body(Version::V2, v2(&[series], Style::default()), MOST).unwrap();
    for decoded in [first, second] {
        assert_eq!(decoded.batch.labels(&decoded.batch.series[0]), Err(duplicate.clone()));
        assert_eq!((decoded.batch.timestamps, decoded.batch.values), (vec![0], vec![0.0]));
    }
}

#[test]
fn exemplars_that_are_none_are_counted() {
    let nameless = Message::default().message(1, &Message::default().bytes(2, "value"));
    let good = Message::default().message(1, &Message::default().bytes(1, "a").bytes(2, "b"));
    let decoded = read(Version::V1, series_v1(&[(3, &nameless.0), (3, &good.0)]));
    assert_eq!((decoded.refused_exemplars, decoded.batch.exemplars.len()), (1, 1));
    // It belongs to a series, though one without samples.
    assert_eq!(decoded.batch.series.len(), 1);

    let symbols = ["", "a"].iter().fold(Message::default(), |request, symbol| request.bytes(4, symbol));
    let exemplar = |refs: &[u8]| Message::default().bytes(1, refs);
    let series = Message::default().message(4, &exemplar(&[0, 1])).message(4, &exemplar(&[1, 1]));
    let decoded = read(Version::V2, symbols.message(5, &series));
    assert_eq!((decoded.refused_exemplars, decoded.batch.exemplars.len()), (1, 1));
}

#[test]
fn a_series_of_histograms_alone_is_left_out() {
    let label = b"\x0a\x01a\x12\x01b".as_slice();
    let decoded = read(Version::V1, series_v1(&[(1, label), (4, b"\xff"), (4, b"")]));
    assert_eq!((decoded.histograms, decoded.batch.series.len()), (2, 0));
}

fn metadata(metric: &str, kind: MetadataKind, help: &str, unit: &str) -> Metadata {
    Metadata { metric: metric.to_owned(), kind, help: help.to_owned(), unit: unit.to_owned() }
}

#[test]
fn metadata_of_version_1() {
    let said = |kind| Said { kind, help: "Helps.".to_owned(), unit: "seconds".to_owned() };
    let kinds = [
        MetadataKind::Unknown,
        MetadataKind::Counter,
        MetadataKind::Gauge,
        MetadataKind::Histogram,
        MetadataKind::GaugeHistogram,
        MetadataKind::Summary,
        MetadataKind::Info,
        MetadataKind::StateSet,
        MetadataKind::Unknown,
    ];
    let request = v1_metadata((0..9).map(|kind| ("rpc", said(kind))).chain([("", said(1))]));
    let decoded = decode_body(Version::V1, request, MOST).unwrap();
    let expected: Vec<_> = kinds.into_iter().map(|kind| metadata("rpc", kind, "Helps.", "seconds")).collect();
    assert_eq!(decoded.batch.metadata, expected);
}

#[test]
fn metadata_of_version_2_come_once_for_each_metric() {
    let series = |metric: &str, le: &str, said: &Said| Series {
        labels: vec![("__name__".to_owned(), metric.to_owned()), ("le".to_owned(), le.to_owned())],
        said: said.clone(),
        ..Series::default()
    };
    let histogram = Said { kind: 3, help: "Calls.".to_owned(), unit: "seconds".to_owned() };
    let gauge = Said { kind: 2, ..Said::default() };
    let request = v2(
        &[
            series("rpc_bucket", "1", &histogram),
            series("rpc_bucket", "2", &histogram),
            series("rpc_sum", "", &histogram),
            series("up", "", &gauge),
            series("rpc_count", "", &histogram),
            series("untold", "", &Said::default()),
            series("", "", &gauge),
        ],
        Style::default(),
    );
    let decoded = decode_body(Version::V2, request, MOST).unwrap();
    let rpc = metadata("rpc", MetadataKind::Histogram, "Calls.", "seconds");
    assert_eq!(decoded.batch.metadata, [rpc, metadata("up", MetadataKind::Gauge, "", "")]);
}

#[test]
fn text_for_people_need_not_be_utf8() {
    let message = Message::default().bytes(2, "up").bytes(4, b"a\xffb");
    let decoded = read(Version::V1, Message::default().message(3, &message));
    assert_eq!(decoded.batch.metadata[0].help, "a\u{fffd}b");
}

#[test]
fn errors_name_the_place_and_the_mend() {
    let empty = Message::default().message(5, &Message::default());
    let symbols = ["", "a", "b"].iter().fold(Message::default(), |request, symbol| request.bytes(4, symbol));
    let with = |series: Message| symbols.clone().message(5, &Message::default()).message(5, &series);
    let said = |said: Message| with(Message::default().bytes(1, [1, 2]).message(5, &said));
    for (version, request, expected) in [
        (
            Version::V1,
            series_v1(&[(1, b"\x0a\x01a\x12\x01b"), (2, b"\x09\x01")]),
            "broken protobuf at byte 13 of the uncompressed request, in timeseries[0]: expected eight bytes",
        ),
        (
            Version::V1,
            Message::default().message(1, &Message::default()).varint(3, 1),
            "broken protobuf at byte 3 of the uncompressed request: expected the wire type that belongs to this field",
        ),
        (
            Version::V1,
            Message(vec![0x0b, 0x0c]),
            "broken protobuf at byte 1 of the uncompressed request: expected the wire type that belongs to this field",
        ),
        (
            Version::V2,
            Message(vec![0x0b, 0x0c]),
            "broken protobuf at byte 1 of the uncompressed request: expected a field that is no group: groups are not supported",
        ),
        (
            Version::V2,
            Message::default().bytes(4, "a"),
            "symbols[0] must be the empty string, as the protocol demands; put it there",
        ),
        (
            Version::V2,
            with(Message::default().bytes(1, [1, 2, 1])),
            "timeseries[1]: invalid labelRefs length 3; each label takes two, one for its name and one for its value",
        ),
        (
            Version::V2,
            with(Message::default().bytes(1, [1, 2, 1, 3])),
            "timeseries[1]: labelRefs 2 (name) = 1, 3 (value) = 3 outside of symbols table (size 3)",
        ),
        (
            Version::V2,
            empty.message(5, &Message::default().varint(1, 1 << 40).varint(1, 0)),
            "timeseries[1]: labelRefs 0 (name) = 4294967295, 1 (value) = 0 outside of symbols table (size 0)",
        ),
        (
            Version::V2,
            said(Message::default().varint(3, 9)),
            "timeseries[1]: help_ref = 9 outside of symbols table (size 3)",
        ),
        (
            Version::V2,
            said(Message::default().varint(4, 9)),
            "timeseries[1]: unit_ref = 9 outside of symbols table (size 3)",
        ),
        (
            Version::V2,
            with(Message::default().message(4, &Message::default().varint(1, 1))),
            "timeseries[1]: invalid labelRefs length 1; each label takes two, one for its name and one for its value",
        ),
    ] {
        assert_eq!(error(version, request), expected);
    }
}

#[test]
fn the_order_of_labels_does_not_make_a_key() {
    let series = |names: &[&str]| Series {
        labels: names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect(),
        samples: vec![(0, 0.0)],
        ..Series::default()
    };
    // Neighbours with the same names in the same order, sorted and not.
    let orders: [&[&str]; 6] = [&["a", "b"], &["a", "b"], &["b", "a"], &["b", "a"], &["a", "b"], &["b", "a"]];
    let decoded = decode_body(Version::V2, v2(&orders.map(series), Style::default()), MOST).unwrap();
    let batch = &decoded.batch;
    let keys: Vec<&[u8]> = batch.series.iter().map(|one| batch.key(&one.key)).collect();
    assert_eq!(keys, [b"\x01a\x01x\x01b\x01x"; 6]);
}
