use proptest::prelude::*;
use watchfire_ingest::otlp::{Deltas, Encoding, Error, Options, decode};

use super::encode::{Message, Value, attributes, metric, number, points, request, resource, services};
use super::protobuf;

#[test]
fn a_request_cut_anywhere_is_refused() {
    let request = services(1, 1);
    let (body, json) = (request.protobuf(), request.json());
    for length in 1..body.len() {
        let error = protobuf(&body[..length]).unwrap_err();
        assert!(matches!(error, Error::Protobuf { .. }), "{length}: {error}");
    }
    for length in (0..json.len()).step_by(5) {
        let mut deltas = Deltas::new(10, 10);
        let cut = &json.as_bytes()[..length];
        let error = decode(Encoding::Json, cut, &Options::default(), &mut deltas, 0).unwrap_err();
        assert!(matches!(error, Error::Json(_)), "{length}: {error}");
    }
}

/// A resource's labels are there again in each series.
#[test]
fn little_does_not_unfold_to_much() {
    let long = "x".repeat(10_000);
    let list = (0..1000).map(|_| number(&[], (0, 1), 1.0, true)).collect();
    let gauge = metric("up", "", ("gauge", 5), points(list));
    let whole = request(vec![resource(attributes(&[("service.name", &long)]), ("", ""), vec![gauge])]);
    let options = Options { max_unfolded: 1 << 20, ..Options::default() };
    for (encoding, body) in
        [(Encoding::Protobuf, whole.protobuf()), (Encoding::Json, whole.json().into_bytes())]
    {
        assert!(body.len() < 200_000);
        let error = decode(encoding, &body, &options, &mut Deltas::new(10, 10), 0).unwrap_err();
        assert!(matches!(error, Error::TooLarge { most, .. } if most == 1 << 20), "{error}");
    }
}

#[test]
fn attributes_that_do_not_lie_together_are_found() {
    let (first, second) = (attributes(&[("a", "1")]), attributes(&[("b", "2")]));
    let point = Message::default()
        .with("attributes", 7, first)
        .with("timeUnixNano", 3, Value::Fixed64(1_000_000))
        .with("attributes", 7, second)
        .with("asInt", 6, Value::Sfixed64(1));
    let gauge = metric("up", "", ("gauge", 5), points(vec![point]));
    let body = request(vec![resource(attributes(&[]), ("", ""), vec![gauge])]).protobuf();
    assert_eq!(super::listed(&protobuf(&body).unwrap()).lines().next(), Some(r#"up{a="1",b="2"} 1 @1"#));
}

proptest! {
    /// However a body is bent, it is refused or its keys can all be read.
    #[test]
    fn bent_bodies_do_no_harm(changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..8)) {
        let request = services(1, 1);
        for (encoding, mut body) in
            [(Encoding::Protobuf, request.protobuf()), (Encoding::Json, request.json().into_bytes())]
        {
            for (at, byte) in &changes {
                let at = usize::from(*at) % body.len();
                body[at] = *byte;
            }
            let mut deltas = Deltas::new(100, 100);
            if let Ok(decoded) = decode(encoding, &body, &Options::default(), &mut deltas, 0) {
                let batch = decoded.batch;
                prop_assert!(batch.series.iter().all(|series| batch.labels(series).is_ok()));
            }
        }
    }
}
