use watchfire_ingest::exposition::{Format, batch};

use super::super::remote_write::encode::Message;
use super::{MOST, agree, all};

fn label(name: &str, value: &str) -> Message {
    Message::default().bytes(1, name).bytes(2, value)
}

fn labelled(labels: &[(&str, &str)]) -> Message {
    labels.iter().fold(Message::default(), |message, (name, value)| message.message(1, &label(name, value)))
}

/// A family of a type, whose metrics are given.
pub(super) fn family(name: &str, kind: u64, metrics: &[Message]) -> Message {
    let family = Message::default().bytes(1, name).bytes(2, "It helps.").varint(3, kind).unknown();
    metrics.iter().fold(family, |family, metric| family.message(4, metric))
}

/// Families, each after its length.
pub(super) fn delimited(families: &[Message]) -> Vec<u8> {
    let mut body = Vec::new();
    for family in families {
        // As a field of a message, but for its tag of one byte.
        body.extend_from_slice(&Message::default().message(1, family).0[1..]);
    }
    body
}

fn exemplar() -> Message {
    labelled(&[("trace_id", "x\"y")])
        .double(2, 0.5)
        .message(3, &Message::default().varint(1, 1234).varint(2, 567_999_999))
}

fn bucket(count: u64, bound: f64) -> Message {
    Message::default().varint(1, count).double(2, bound)
}

const KIND_HELP: [&str; 2] = ["TYPE", "HELP \"m\" \"It helps.\""];

/// What is told of one family `m` beside its metadata.
fn series(kind: u64, metrics: &[Message]) -> Vec<String> {
    let body = delimited(&[family("m", kind, metrics)]);
    agree(Format::Protobuf, &body);
    let mut told = all(Format::Protobuf, &body);
    assert!(told[0].starts_with(KIND_HELP[0]));
    assert_eq!(told[1], KIND_HELP[1]);
    told.split_off(2)
}

#[test]
fn simple_metrics() {
    let value = |value: f64| Message::default().double(1, value);
    let counter = labelled(&[("z", "1"), ("a.b", "C:\\\n"), ("gone", "")])
        .message(3, &value(7.0).message(2, &exemplar()).message(3, &Message::default()))
        .varint(6, 1_700_000_000_123);
    assert_eq!(
        series(0, &[counter]),
        [r#"m{"a.b"="C:\\\n",z="1"} @1700000000123 7 # {trace_id="x\"y"} @1234567 0.5"#]
    );
    // The timestamp first, and what other types have.
    let gauge = Message::default().varint(6, -5_i64 as u64).message(3, &value(1.0)).message(2, &value(-2.5));
    assert_eq!(
        series(1, &[gauge, Message::default().varint(6, 0).message(2, &value(f64::NAN))]),
        ["m @-5 -2.5", "m NaN"]
    );
    assert_eq!(series(3, &[Message::default().message(5, &Message::default())]), ["m 0"]);
}

#[test]
fn summaries() {
    let quantile = |rank: f64, value: f64| Message::default().double(1, rank).double(2, value);
    let summary = Message::default()
        .varint(1, 3)
        .double(2, 4.5)
        .message(3, &quantile(0.5, 1.0))
        .message(3, &quantile(1.0, f64::NAN));
    assert_eq!(
        series(2, &[labelled(&[("a", "b")]).message(4, &summary)]),
        [
            r#"m_count{a="b"} 3"#,
            r#"m_sum{a="b"} 4.5"#,
            r#"m{a="b",quantile="0.5"} 1"#,
            r#"m{a="b",quantile="1.0"} NaN"#
        ]
    );
}

#[test]
fn histograms() {
    let sums = Message::default().varint(1, 3).double(2, 4.5);
    let histogram = |sums: &Message| Message::default().message(7, sums);
    let classic =
        sums.clone().message(3, &bucket(1, 1.0).message(3, &exemplar())).message(3, &bucket(2, 2.5e6));
    let whole = ["m_count 3", "m_sum 4.5"].map(str::to_owned);
    let told =
        |rest: &[&str]| [&whole[..], &rest.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>()].concat();
    let buckets = [
        r#"m_bucket{le="1.0"} 1 # {trace_id="x\"y"} @1234567 0.5"#,
        r#"m_bucket{le="2.5e+06"} 2"#,
        r#"m_bucket{le="+Inf"} 3"#,
    ];
    assert_eq!(series(4, &[histogram(&classic)]), told(&buckets));
    let infinite = classic.clone().message(3, &bucket(4, f64::INFINITY));
    assert_eq!(
        series(4, &[histogram(&infinite)]),
        told(&[buckets[0], buckets[1], r#"m_bucket{le="+Inf"} 4"#])
    );
    // With both kinds of buckets, the classic ones are told.
    let both = classic.message(12, &Message::default().varint(1, 1)).varint(5, 6);
    assert_eq!(series(4, &[histogram(&both)]), told(&buckets));
    for native in [
        sums.clone().bytes(12, b"").varint(10, 3),
        sums.clone().bytes(9, b""),
        sums.clone().double(6, 0.1),
        sums.clone().varint(7, 1),
        sums.clone().double(8, 1.0),
    ] {
        assert_eq!(series(4, &[histogram(&native)]), told(&["native histogram \"m\""]));
    }
    assert_eq!(series(4, &[histogram(&sums)]), told(&[buckets[2]]));
    // Of floats.
    let floats =
        Message::default().double(4, 3.5).message(3, &Message::default().double(4, 1.5).double(2, 0.1));
    assert_eq!(
        series(5, &[histogram(&floats)]),
        ["m_gcount 3.5", "m_gsum 0", r#"m_bucket{le="0.1"} 1.5"#, r#"m_bucket{le="+Inf"} 3.5"#]
    );
}

#[test]
fn names_in_utf8_and_units() {
    let gauge = Message::default().message(2, &Message::default().double(1, 1.0));
    let family = Message::default().varint(3, 1).message(4, &gauge).bytes(5, "seconds").bytes(1, "my.metric");
    let body = delimited(&[family]);
    agree(Format::Protobuf, &body);
    let expected = [r#"TYPE "my.metric" gauge"#, r#"UNIT "my.metric" "seconds""#, r#"{"my.metric"} 1"#]
        .map(str::to_owned);
    assert_eq!(all(Format::Protobuf, &body), expected);
    let histogram = Message::default().message(7, &Message::default().varint(1, 3));
    let told = all(Format::Protobuf, &delimited(&[super::protobuf::family("a\"b", 4, &[histogram])]));
    assert_eq!(
        told[2..],
        [r#"{"a\"b_count"} 3"#, r#"{"a\"b_sum"} 0"#, r#"{"a\"b_bucket",le="+Inf"} 3"#].map(str::to_owned)
    );
}

#[test]
fn errors_name_the_family_and_the_rest_stays() {
    let gauge = Message::default().message(2, &Message::default().double(1, 1.0));
    let good = family("good", 1, std::slice::from_ref(&gauge));
    for (bad, expected) in [
        (Message::default().varint(3, 1), ": the series has no metric name; put one"),
        (
            family("bad", 1, &[Message::default()]),
            ", in the metric family \"bad\": expected a metric with the value",
        ),
        (
            family("bad", 0, std::slice::from_ref(&gauge)),
            ", in the metric family \"bad\": expected a metric with the value",
        ),
        (family("bad", 6, &[]), ", in the metric family \"bad\": expected a type from 0 (counter) to 5"),
        (
            family("bad", 1, &[gauge.clone().message(1, &label("", "x"))]),
            ", in the metric family \"bad\": a name is empty",
        ),
        (Message::default().bytes(1, b"\xff"), ": expected text in UTF-8"),
        (
            Message::default().bytes(1, "bad").bytes(2, b"\xff"),
            ", in the metric family \"bad\": expected text in UTF-8",
        ),
        (
            Message::default().bytes(1, "bad").varint(2, 1),
            ", in the metric family \"bad\": expected the wire type",
        ),
    ] {
        let body = delimited(&[good.clone(), bad, good.clone()]);
        agree(Format::Protobuf, &body);
        let told = all(Format::Protobuf, &body);
        assert_eq!(told.iter().filter(|line| *line == "good 1").count(), 2, "{told:?}");
        let errors: Vec<_> = told.iter().filter(|line| line.starts_with("byte ")).collect();
        assert!(errors.len() == 1 && errors[0].contains(expected), "{errors:?}");
    }
    let mut cut = delimited(&[good.clone(), good.clone()]);
    cut.pop();
    agree(Format::Protobuf, &cut);
    let told = all(Format::Protobuf, &cut);
    let place = delimited(&[good]).len() + 1;
    assert_eq!(
        told.last().unwrap(),
        &format!("byte {place}: expected as many bytes as the length before it says")
    );
    assert_eq!(told.iter().filter(|line| *line == "good 1").count(), 1);
}

/// Many buckets of a metric with long labels: a body of some KiB must not become GiB.
#[test]
fn little_does_not_unfold_to_much() {
    let histogram = (0..20_000).fold(Message::default(), |message, _| message.bytes(3, b""));
    let metric = labelled(&[("a", &"x".repeat(10_000))]).message(7, &histogram);
    let body = delimited(&[family("m", 4, &[metric])]);
    assert!(body.len() < 100_000);
    let error = batch(Format::Protobuf, body, 0, MOST).unwrap_err().to_string();
    assert!(error.ends_with("and 16777216 are allowed; expose less or raise the limit"), "{error}");
}
