use std::collections::HashSet;

use watchfire_ingest::otlp::{Deltas, Encoding, Names, Options, decode};

use super::encode::{
    Message, Value, attribute, attributes, metric, number, points, request, resource, services, sums, text,
};
use super::{both, listed};

const SECOND: u64 = 1_000_000_000;

fn exemplar(value: f64, note: &str) -> Message {
    Message::default()
        .with("filteredAttributes", 7, attributes(&[("user.note", note)]))
        .with("timeUnixNano", 2, Value::Fixed64(1_500_000_000))
        .with("asDouble", 3, Value::Double(value))
        .with("spanId", 4, Value::Id(vec![0xab; 8]))
        .with("traceId", 5, Value::Id((0..16).collect()))
}

fn histogram(counts: &[u64], bounds: &[f64]) -> Message {
    Message::default()
        .with("attributes", 9, attributes(&[("route", "/")]))
        .with("startTimeUnixNano", 2, Value::Fixed64(SECOND))
        .with("timeUnixNano", 3, Value::Fixed64(2 * SECOND))
        .with("count", 4, Value::Fixed64(counts.iter().sum()))
        .with("sum", 5, Value::Double(12.5))
        .with("bucketCounts", 6, Value::Fixed64s(counts.to_vec()))
        .with("explicitBounds", 7, Value::Doubles(bounds.to_vec()))
        .with("min", 11, Value::Double(0.1))
        .with("max", 12, Value::Double(9.0))
}

fn exponential() -> Message {
    let buckets = |offset, counts: &[u64]| {
        let message = Message::default().with("offset", 1, Value::Sint32(offset));
        Value::One(message.with("bucketCounts", 2, Value::Varints(counts.to_vec())))
    };
    Message::default()
        .with("attributes", 1, attributes(&[("route", "/")]))
        .with("timeUnixNano", 3, Value::Fixed64(2 * SECOND))
        .with("count", 4, Value::Fixed64(15))
        .with("sum", 5, Value::Double(20.0))
        .with("scale", 6, Value::Sint32(1))
        .with("zeroCount", 7, Value::Fixed64(2))
        .with("positive", 8, buckets(-1, &[1, 2, 0, 4, 1]))
        .with("negative", 9, buckets(0, &[3, 1, 1]))
        .with("zeroThreshold", 14, Value::Double(0.125))
}

fn every_kind() -> Message {
    let time = (SECOND, 2 * SECOND);
    let attribute_kinds = Value::Many(vec![
        attribute("text", "stringValue", 1, text("é \"x\"")),
        attribute("yes", "boolValue", 2, Value::Bool(true)),
        attribute("whole", "intValue", 3, Value::Int64(-7)),
        attribute("double", "doubleValue", 4, Value::Double(0.5)),
        attribute(
            "list.of",
            "arrayValue",
            5,
            Value::One(Message::default().with(
                "values",
                1,
                Value::Many(vec![
                    Message::default().with("intValue", 3, Value::Int64(1)),
                    Message::default().with("stringValue", 1, text("b")),
                ]),
            )),
        ),
        attribute(
            "list_of",
            "kvlistValue",
            6,
            Value::One(Message::default().with(
                "values",
                1,
                Value::Many(vec![attribute("k", "boolValue", 2, Value::Bool(false))]),
            )),
        ),
    ]);
    let odd = Message::default()
        .with("attributes", 7, attribute_kinds)
        .with("timeUnixNano", 3, Value::Fixed64(2 * SECOND))
        .with("asDouble", 4, Value::Double(f64::NEG_INFINITY));
    let gone = Message::default().with("timeUnixNano", 3, Value::Fixed64(2 * SECOND)).with(
        "flags",
        8,
        Value::Varint(1),
    );
    let counted =
        number(&[("a", "1")], time, 9.0, true).with("exemplars", 5, Value::Many(vec![exemplar(4.0, "slow")]));
    let long = "x".repeat(100);
    let timed = histogram(&[1, 2, 3], &[0.5, 5.0]).with(
        "exemplars",
        8,
        Value::Many(vec![exemplar(0.5, "edge"), exemplar(7.0, &long)]),
    );
    let quantile = |quantile, value| {
        Message::default().with("quantile", 1, Value::Double(quantile)).with("value", 2, Value::Double(value))
    };
    let summary = Message::default()
        .with("timeUnixNano", 3, Value::Fixed64(3 * SECOND))
        .with("count", 4, Value::Fixed64(10))
        .with("sum", 5, Value::Double(55.0))
        .with("quantileValues", 6, Value::Many(vec![quantile(0.5, 5.0), quantile(0.99, 9.9)]));
    let monotonic = |data: Message| data.with("isMonotonic", 3, Value::Bool(true));
    let metrics = vec![
        metric("queue.size", "{item}", ("gauge", 5), points(vec![odd, gone])),
        metric("cpu.utilization", "1", ("gauge", 5), points(vec![number(&[], time, 0.25, false)])),
        metric("io.bytes", "By", ("sum", 7), monotonic(sums(vec![counted], false))),
        metric("sent", "By/s", ("sum", 7), monotonic(sums(vec![number(&[], time, 3.0, true)], true))),
        metric("threads", "", ("sum", 7), sums(vec![number(&[], time, -4.0, true)], false)),
        metric("request.duration", "s", ("histogram", 9), sums(vec![timed], false)),
        metric("request.age", "ms", ("exponentialHistogram", 10), sums(vec![exponential()], false)),
        metric("rpc.latency", "s", ("summary", 11), points(vec![summary])),
    ];
    let of = attributes(&[
        ("service.name", "cart"),
        ("host.name", "node-1"),
        ("service.namespace", "shop"),
        ("service.instance.id", "i-1"),
        ("cloud.region", "eu"),
    ]);
    request(vec![resource(of, ("meter", "2"), metrics)])
}

#[test]
fn every_kind_becomes_series() {
    let decoded = both(&every_kind(), &Options::default());
    assert_eq!(decoded.points, 9);
    insta::assert_snapshot!(listed(&decoded), @r##"
    queue_size{double="0.5",instance="i-1",job="shop/cart",list_of="[1,\"b\"];{\"k\":false}",otel_scope_name="meter",otel_scope_version="2",text="é \"x\"",whole="-7",yes="true"} -inf @2000
    queue_size{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} stale @2000
    cpu_utilization_ratio{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} 0.25 @2000
    io_bytes_total{a="1",instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} 9 @2000
    sent_bytes_per_second_total{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} 0 @1001
    sent_bytes_per_second_total{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} 3 @2000
    threads{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} -4 @2000
    request_duration_seconds_bucket{instance="i-1",job="shop/cart",le="0.5",otel_scope_name="meter",otel_scope_version="2",route="/"} 1 @2000
    request_duration_seconds_bucket{instance="i-1",job="shop/cart",le="5",otel_scope_name="meter",otel_scope_version="2",route="/"} 3 @2000
    request_duration_seconds_bucket{instance="i-1",job="shop/cart",le="+Inf",otel_scope_name="meter",otel_scope_version="2",route="/"} 6 @2000
    request_duration_seconds_sum{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2",route="/"} 12.5 @2000
    request_duration_seconds_count{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2",route="/"} 6 @2000
    request_age_milliseconds_bucket{instance="i-1",job="shop/cart",le="-2",otel_scope_name="meter",otel_scope_version="2",route="/"} 1 @2000
    request_age_milliseconds_bucket{instance="i-1",job="shop/cart",le="-1",otel_scope_name="meter",otel_scope_version="2",route="/"} 5 @2000
    request_age_milliseconds_bucket{instance="i-1",job="shop/cart",le="0.125",otel_scope_name="meter",otel_scope_version="2",route="/"} 7 @2000
    request_age_milliseconds_bucket{instance="i-1",job="shop/cart",le="1",otel_scope_name="meter",otel_scope_version="2",route="/"} 8 @2000
    request_age_milliseconds_bucket{instance="i-1",job="shop/cart",le="2",otel_scope_name="meter",otel_scope_version="2",route="/"} 10 @2000
    request_age_milliseconds_bucket{instance="i-1",job="shop/cart",le="4",otel_scope_name="meter",otel_scope_version="2",route="/"} 15 @2000
    request_age_milliseconds_bucket{instance="i-1",job="shop/cart",le="+Inf",otel_scope_name="meter",otel_scope_version="2",route="/"} 15 @2000
    request_age_milliseconds_sum{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2",route="/"} 20 @2000
    request_age_milliseconds_count{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2",route="/"} 15 @2000
    rpc_latency_seconds{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2",quantile="0.5"} 5 @3000
    rpc_latency_seconds{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2",quantile="0.99"} 9.9 @3000
    rpc_latency_seconds_sum{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} 55 @3000
    rpc_latency_seconds_count{instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} 10 @3000
    target_info{cloud_region="eu",host_name="node-1",instance="i-1",job="shop/cart"} 1 @3000
    # exemplar io_bytes_total{a="1",instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} {span_id="abababababababab",trace_id="000102030405060708090a0b0c0d0e0f",user_note="slow"} 4 @1500
    # exemplar request_duration_seconds_bucket{instance="i-1",job="shop/cart",le="0.5",otel_scope_name="meter",otel_scope_version="2",route="/"} {span_id="abababababababab",trace_id="000102030405060708090a0b0c0d0e0f",user_note="edge"} 0.5 @1500
    # exemplar request_duration_seconds_bucket{instance="i-1",job="shop/cart",le="+Inf",otel_scope_name="meter",otel_scope_version="2",route="/"} {span_id="abababababababab",trace_id="000102030405060708090a0b0c0d0e0f"} 7 @1500
    # gauge queue_size "" What it says.
    # gauge cpu_utilization_ratio "" What it says.
    # counter io_bytes_total "bytes" What it says.
    # counter sent_bytes_per_second_total "bytes_per_second" What it says.
    # gauge threads "" What it says.
    # histogram request_duration_seconds "seconds" What it says.
    # histogram request_age_milliseconds "milliseconds" What it says.
    # summary rpc_latency_seconds "seconds" What it says.
    "##);
}

#[test]
fn names_may_stay_as_they_are() {
    let options =
        Options { names: Names::AsSent, promote: vec!["cloud.region".to_owned()], ..Options::default() };
    let list = listed(&both(&every_kind(), &options));
    for line in [
        r#"{"io.bytes",a="1","cloud.region"="eu",instance="i-1",job="shop/cart",otel_scope_name="meter",otel_scope_version="2"} 9 @2000"#,
        r#"{"request.duration_bucket","cloud.region"="eu",instance="i-1",job="shop/cart",le="0.5",otel_scope_name="meter",otel_scope_version="2",route="/"} 1 @2000"#,
        r#"target_info{"cloud.region"="eu","host.name"="node-1",instance="i-1",job="shop/cart"} 1 @3000"#,
        r#"# gauge cpu.utilization "1" What it says."#,
    ] {
        assert!(list.lines().any(|found| found == line), "{line}\n{list}");
    }
}

#[test]
fn a_target_needs_a_name_and_something_to_tell() {
    let of = |pairs: &[(&str, &str)]| {
        let gauge = metric("up", "", ("gauge", 5), points(vec![number(&[], (0, SECOND), 1.0, true)]));
        listed(&both(&request(vec![resource(attributes(pairs), ("", ""), vec![gauge])]), &Options::default()))
    };
    let name = ("service.name", "cart");
    for (pairs, up, target) in [
        (&[][..], "up 1 @1000", None),
        (&[name], r#"up{job="cart"} 1 @1000"#, None),
        (&[("host.name", "a")], "up 1 @1000", None),
        (
            &[name, ("host.name", "a")],
            r#"up{job="cart"} 1 @1000"#,
            Some(r#"target_info{host_name="a",job="cart"} 1 @1000"#),
        ),
        (
            &[("service.instance.id", "i"), ("service.namespace", "n"), ("x", "y")],
            r#"up{instance="i"} 1 @1000"#,
            Some(r#"target_info{instance="i",x="y"} 1 @1000"#),
        ),
    ] {
        let list = of(pairs);
        assert_eq!(list.lines().next(), Some(up), "{pairs:?}");
        assert_eq!(list.lines().find(|line| line.starts_with("target_info")), target, "{pairs:?}");
    }
}

#[test]
fn deltas_become_totals() {
    let mut deltas = Deltas::new(1000, 1000);
    let mut send = |(start, end): (u64, u64), value: f64, now| {
        let point = histogram(&[value as u64, 1], &[0.5]);
        let timed = Message(
            point
                .0
                .into_iter()
                .map(|(name, number, found)| match name {
                    "startTimeUnixNano" => (name, number, Value::Fixed64(start)),
                    "timeUnixNano" => (name, number, Value::Fixed64(end)),
                    _ => (name, number, found),
                })
                .collect(),
        );
        let sum = sums(vec![number(&[], (start, end), value, true)], true);
        let metrics = vec![
            metric("sent", "", ("sum", 7), sum.with("isMonotonic", 3, Value::Bool(true))),
            metric("age", "", ("histogram", 9), sums(vec![timed], true)),
        ];
        let body = request(vec![resource(attributes(&[]), ("", ""), metrics)]).protobuf();
        let decoded = decode(Encoding::Protobuf, &body, &Options::default(), &mut deltas, now).unwrap();
        let values: Vec<u32> = decoded.batch.values.iter().map(|value| *value as u32).collect();
        (values, decoded.refused.points())
    };
    // The counter; then the buckets, the sum and the count of the histogram.
    assert_eq!(send((1, 2), 5.0, 0), (vec![5, 5, 6, 12, 6], 0));
    assert_eq!(send((2, 3), 7.0, 0), (vec![12, 12, 14, 25, 14], 0));
    assert_eq!(send((2, 3), 7.0, 0), (vec![12, 12, 14, 25, 14], 0), "sent again");
    assert_eq!(send((1, 2), 5.0, 0), (vec![], 2), "one that was added before");
    assert_eq!(send((4, 5), 1.0, 0), (vec![13, 13, 16, 37, 16], 0), "after a gap");
    assert_eq!(send((5, 6), 1.0, 2000), (vec![1, 1, 2, 12, 2], 0), "after it was forgotten");
}

#[test]
fn the_first_delta_of_a_series_goes_up_from_zero() {
    let mut deltas = Deltas::new(1000, 1000).since(1_000);
    let mut send = |name, span| {
        let sum = sums(vec![number(&[("b", "2"), ("a", "1")], span, 7.0, true)], true);
        let counter = metric(name, "", ("sum", 7), sum.with("isMonotonic", 3, Value::Bool(true)));
        let body = request(vec![resource(attributes(&[]), ("", ""), vec![counter])]).protobuf();
        let decoded = decode(Encoding::Protobuf, &body, &Options::default(), &mut deltas, 0).unwrap();
        let keys: HashSet<_> = decoded.batch.series.iter().map(|series| series.key.clone()).collect();
        assert_eq!(keys.len(), 1, "the zero is of the same series");
        decoded.batch.timestamps.iter().copied().zip(decoded.batch.values.iter().copied()).collect::<Vec<_>>()
    };
    let at = |millis: u64| millis * 1_000_000;
    for _ in ["first", "sent again"] {
        assert_eq!(send("new", (at(1000), at(2000))), [(1001, 0.0), (2000, 7.0)]);
    }
    assert_eq!(send("new", (at(2000), at(3000))), [(3000, 14.0)]);
    assert_eq!(send("from_before", (at(999), at(2000))), [(2000, 7.0)]);
}

#[test]
fn services_are_read_whole() {
    let decoded = both(&services(3, 4), &Options::default());
    assert_eq!((decoded.points, decoded.batch.len(), decoded.batch.metadata.len()), (240, 243, 20));
}
