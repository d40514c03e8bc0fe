use proptest::prelude::*;

use super::*;

fn body(values: Vec<f64>) -> DeltaBody {
    DeltaBody {
        grid: Grid { start: 1_700_000_000_000, step: 1000, len: values.len() },
        new: vec![Labels::of("up", [("host", "a")]).unwrap()],
        rows: vec![DeltaRow { series: 300, values }],
        notes: None,
    }
}

fn subscription(asked: Asked) -> Subscription {
    Subscription {
        asked,
        span: Span::Last { length: 900_000 },
        max_points: 500,
        min_step: 15_000,
        refresh: Refresh::Every(2000),
        known: Some(Known { step: 2000, until: 1_700_000_000_000 }),
    }
}

#[test]
fn what_a_client_says_survives() {
    let panel = ("host".to_owned(), vec!["a".to_owned(), "b".to_owned()]);
    let messages = [
        Asked::Promql { expr: "rate(x[5m])".to_owned(), instant: true },
        Asked::Series(SeriesQuery { matchers: Vec::new(), function: crate::Function::Rate }),
        Asked::Panel { panel: 7, query: "A".to_owned(), variables: vec![panel], role: Role::Value },
    ]
    .map(|asked| ClientMessage::Subscribe { id: 1, subscription: subscription(asked) })
    .into_iter()
    .chain([
        ClientMessage::Unsubscribe { id: 300 },
        ClientMessage::Pause { id: 0 },
        ClientMessage::Resume { id: u32::MAX, known: None },
    ]);
    for message in messages {
        assert_eq!(decode::<ClientMessage>(&encode(&message).unwrap()).unwrap(), [message]);
    }
}

#[test]
fn what_the_server_says_survives() {
    let limits = Limits { subscriptions: 1, points: 2, series: 3, message_bytes: 4 };
    let hello = Hello { version: "1".to_owned(), instance: 9, now: -1, heartbeat: 5000, limits };
    let position = Some((3, 9));
    let messages = [
        ServerMessage::Hello(hello),
        ServerMessage::Refused { id: Some(1), message: "no".to_owned(), position },
        ServerMessage::Refused { id: None, message: String::new(), position: None },
        ServerMessage::Skipped { id: 1 },
        ServerMessage::Heartbeat { now: 1 },
        ServerMessage::Closing,
    ];
    for message in messages {
        assert_eq!(decode::<ServerMessage>(&encode(&message).unwrap()).unwrap(), [message]);
    }
}

#[test]
fn a_shared_body_makes_the_same_bytes_as_the_message() {
    let delta = body(vec![1.0, 2.5, 2.5]);
    let series = vec![GridSeries { labels: delta.new[0].clone(), values: vec![1.0, 2.5, 2.5] }];
    let range = RangeBody { grid: delta.grid, keeps: true, notes: vec!["mind".to_owned()], series };
    for id in [0, 127, 128, 70_000, u32::MAX] {
        for (kind, shared, message) in [
            (Shared::Delta, encode_body(&delta), ServerMessage::Delta { id, body: delta.clone() }),
            (Shared::Range, encode_body(&range), ServerMessage::Range { id, body: range.clone() }),
        ] {
            let (mut bytes, shared) = (begin(), shared.unwrap());
            append_shared(&mut bytes, kind, id, &shared);
            assert!(bytes.len() <= 1 + SHARED_HEAD + shared.len());
            assert_eq!(bytes, encode(&message).unwrap());
        }
    }
}

#[test]
fn refreshes_have_bounds() {
    let table = [
        (Refresh::Auto, 1000, Some(1000)),
        (Refresh::Auto, 10_000, Some(2500)),
        (Refresh::Auto, 86_400_000, Some(15_000)),
        (Refresh::Every(1000), 60_000, Some(1000)),
        (Refresh::Every(3_600_000), 1000, Some(3_600_000)),
        (Refresh::Every(999), 1000, None),
        (Refresh::Every(3_600_001), 1000, None),
    ];
    for (refresh, step, expected) in table {
        assert_eq!(refresh.millis(step), expected, "{refresh:?} {step}");
    }
}

#[test]
fn several_messages_share_one_frame() {
    let mut bytes = begin();
    let messages = [ServerMessage::Heartbeat { now: 5 }, ServerMessage::Closing];
    for message in &messages {
        append(&mut bytes, message).unwrap();
    }
    assert_eq!(decode::<ServerMessage>(&bytes).unwrap(), messages);
}

#[test]
fn another_version_is_named() {
    let error = decode::<ServerMessage>(&[9, 0]).unwrap_err().to_string();
    assert!(error.contains("version 9"), "{error}");
    assert!(matches!(decode::<ServerMessage>(&[]), Err(LiveError::Empty)));
}

#[test]
fn repeated_values_cost_a_byte() {
    let small = postcard::to_stdvec(&body(vec![7.0; 100])).unwrap().len();
    let smaller = postcard::to_stdvec(&body(vec![7.0; 50])).unwrap().len();
    assert_eq!(small - smaller, 50);
}

proptest! {
    #[test]
    fn any_float_survives(bits in proptest::collection::vec(any::<u64>(), 0..200)) {
        let sent = body(bits.iter().copied().map(f64::from_bits).collect());
        let bytes = encode(&ServerMessage::Delta { id: 1, body: sent }).unwrap();
        let messages = decode::<ServerMessage>(&bytes).unwrap();
        let [ServerMessage::Delta { body, .. }] = messages.as_slice() else { panic!("{messages:?}") };
        let got: Vec<u64> = body.rows[0].values.iter().map(|value| value.to_bits()).collect();
        prop_assert_eq!(got, bits);
    }

    #[test]
    fn strange_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode::<ClientMessage>(&bytes);
        let _ = decode::<ServerMessage>(&bytes);
    }
}
