use watchfire_ingest::otlp::{Deltas, Encoding, Error, Options, Reason, decode};

use super::encode::{
    Message, Value, attribute, attributes, metric, number, points, request, resource, sums, text,
};
use super::{both, protobuf};

const TIME: (u64, u64) = (1_000_000, 2_000_000);

/// A request of one metric.
fn of(metric: Message) -> Message {
    request(vec![resource(attributes(&[("service.name", "cart")]), ("", ""), vec![metric])])
}

fn good() -> Message {
    number(&[], TIME, 1.0, true)
}

fn timed() -> Message {
    Message::default().with("timeUnixNano", 3, Value::Fixed64(1))
}

#[test]
fn points_are_refused_with_a_reason_and_the_rest_stays() {
    let gauge = |point: Message| metric("up", "", ("gauge", 5), points(vec![good(), point]));
    let keyed = |key: &str| {
        good().with("attributes", 7, Value::Many(vec![attribute(key, "stringValue", 1, text("x"))]))
    };
    let deep = (0..20).fold(Message::default(), |inner, _| {
        let list = Message::default().with("values", 1, Value::Many(vec![inner]));
        Message::default().with("arrayValue", 5, Value::One(list))
    });
    let deep = Message::default().with("key", 1, text("a")).with("value", 2, Value::One(deep));
    let bounds = |counts: &[u64], bounds: &[f64]| {
        timed().with("bucketCounts", 6, Value::Fixed64s(counts.to_vec())).with(
            "explicitBounds",
            7,
            Value::Doubles(bounds.to_vec()),
        )
    };
    let histogram =
        |point: Message| metric("up", "", ("histogram", 9), sums(vec![bounds(&[1], &[]), point], false));
    let quantile = Message::default().with("quantile", 1, Value::Double(f64::NAN));
    let threshold = timed().with("zeroThreshold", 14, Value::Double(-1.0));
    for (metric, reason, samples) in [
        (gauge(Message::default().with("asInt", 6, Value::Sfixed64(1))), Reason::Time, 1),
        (gauge(timed()), Reason::Value, 1),
        (gauge(keyed("")), Reason::AttributeKey, 1),
        (gauge(good().with("attributes", 7, Value::Many(vec![deep]))), Reason::AttributeDepth, 1),
        (histogram(bounds(&[1, 2], &[])), Reason::BucketCounts, 2),
        (histogram(bounds(&[1, 2, 3], &[2.0, 1.0])), Reason::Bounds, 2),
        (
            metric("up", "", ("exponentialHistogram", 10), sums(vec![timed(), threshold], false)),
            Reason::Number,
            3,
        ),
        (
            metric(
                "up",
                "",
                ("summary", 11),
                points(vec![timed(), timed().with("quantileValues", 6, Value::Many(vec![quantile]))]),
            ),
            Reason::Number,
            2,
        ),
        (metric("°", "", ("gauge", 5), points(vec![good()])), Reason::Name, 0),
        (metric("up", "", ("sum", 7), points(vec![good()])), Reason::Temporality, 0),
    ] {
        let decoded = both(&of(metric), &Options::default());
        let [refusal] = decoded.refused.reasons() else { panic!("{reason:?}: {:?}", decoded.refused) };
        assert_eq!((refusal.reason, refusal.points, decoded.batch.len()), (reason, 1, samples));
    }
}

#[test]
fn the_answer_names_the_first() {
    let gauge = |name, list| metric(name, "", ("gauge", 5), points(list));
    let metrics =
        vec![gauge("fine", vec![good()]), gauge("a.b", vec![good(), timed(), timed(), Message::default()])];
    let body = request(vec![Message::default(), resource(attributes(&[]), ("", ""), metrics)]);
    let refused = both(&body, &Options::default()).refused;
    assert_eq!(refused.points(), 3);
    let place = "resourceMetrics[1].scopeMetrics[0].metrics[1].dataPoints";
    assert_eq!(
        refused.to_string(),
        format!(
            "2 points refused: the point has neither asDouble nor asInt; set one or the flag for no recorded value \
             (first: {place}[1] of \"a.b\"); \
             1 point refused: the point has no timeUnixNano; set it (first: {place}[3] of \"a.b\")"
        )
    );
}

#[test]
fn a_bad_resource_refuses_its_points_alone() {
    let one = |key: &str| {
        let list = metric("up", "", ("gauge", 5), points(vec![good()]));
        resource(attributes(&[("service.name", "cart"), (key, "x")]), ("", ""), vec![list])
    };
    let decoded = both(&request(vec![one(""), one("a")]), &Options::default());
    assert_eq!(decoded.batch.len(), 2, "a sample and target_info");
    assert_eq!(decoded.refused.reasons()[0].reason, Reason::AttributeKey);
}

#[test]
fn text_is_utf_8() {
    let attribute = attribute("a", "stringValue", 1, Value::Id(vec![0xff]));
    let point = good().with("attributes", 7, Value::Many(vec![attribute]));
    let body = of(metric("up", "", ("gauge", 5), points(vec![point, good()]))).protobuf();
    let decoded = protobuf(&body).unwrap();
    assert_eq!((decoded.batch.len(), decoded.refused.reasons()[0].reason), (1, Reason::AttributeText));
}

#[test]
fn too_many_deltas_are_refused() {
    let list = ["a", "b", "c"].map(|name| number(&[("name", name)], TIME, 1.0, true));
    let body = of(metric("sent", "", ("sum", 7), sums(list.to_vec(), true))).protobuf();
    let mut deltas = Deltas::new(2, 1000);
    let decoded = decode(Encoding::Protobuf, &body, &Options::default(), &mut deltas, 0).unwrap();
    assert_eq!((decoded.batch.len(), decoded.refused.reasons()[0].reason), (2, Reason::TooManyDeltas));
}

#[test]
fn broken_bytes_are_named_by_their_place() {
    // Text where a number must be.
    let wrong = Message::default().with("timeUnixNano", 3, text("soon"));
    let body = of(metric("up", "", ("gauge", 5), points(vec![good(), wrong]))).protobuf();
    let error = protobuf(&body).unwrap_err();
    let place = ", in resourceMetrics[0].scopeMetrics[0].metrics[0].dataPoints[1] of \"up\"";
    assert!(matches!(&error, Error::Protobuf { place: found, .. } if found == place), "{error}");
    assert!(error.to_string().ends_with("expected the wire type that belongs to this field"), "{error}");
}
