//! Any calls in any order, against plain sums.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::server::Server;

#[derive(Clone, Debug)]
enum Call {
    Count(f64),
    Set(f64),
    Shift(f64),
    Record(f64),
    Switch(bool),
    Flush,
}

fn call() -> impl Strategy<Value = Call> {
    // Whole numbers, so that sums are exact in any order; and what cannot be recorded.
    let value = || prop_oneof![8 => (-50_i32..50).prop_map(f64::from), 1 => Just(f64::NAN)];
    prop_oneof![
        4 => value().prop_map(Call::Count),
        2 => value().prop_map(Call::Set),
        2 => value().prop_map(Call::Shift),
        4 => value().prop_map(Call::Record),
        1 => any::<bool>().prop_map(Call::Switch),
        1 => Just(Call::Flush),
    ]
}

/// Label sets in any order. Each name is there once: twins are the matter of other tests.
fn labels() -> impl Strategy<Value = Vec<(String, String)>> {
    proptest::collection::btree_map("[ab]", "[xy\"\\\\ä]{1,2}", 0..3)
        .prop_map(|map| map.into_iter().collect())
        .prop_shuffle()
}

/// The series as the test's server shows it.
fn shown(name: &str, labels: &[(String, String)]) -> String {
    let mut pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    pairs.sort();
    if pairs.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", pairs.join(",")) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn sums_are_those_of_the_calls(
        calls in proptest::collection::vec((call(), labels()), 1..80),
    ) {
        let server = Server::start();
        let client = server.client();
        let counter = client.counter("calls_total").build().unwrap();
        let gauge = client.gauge("level").build().unwrap();
        let histogram = client.histogram("took").unit("").buckets(&[0.0]).build().unwrap();
        let mut model: BTreeMap<String, f64> = BTreeMap::new();
        let (mut invalid, mut on) = (0, true);
        for (call, labels) in &calls {
            let given: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (&**name, &**value)).collect();
            match *call {
                Call::Count(value) => counter.add(value, &given),
                Call::Set(value) => gauge.set(value, &given),
                Call::Shift(value) => gauge.add(value, &given),
                Call::Record(value) => histogram.record(value, &given),
                Call::Switch(to) if to => client.enable(),
                Call::Switch(_) => client.disable(),
                Call::Flush => { let _ = client.flush(crate::server::PATIENCE); }
            }
            match *call {
                Call::Switch(to) => on = to,
                Call::Flush => {}
                _ if !on => {}
                Call::Count(value) if value < 0.0 || value.is_nan() => invalid += 1,
                Call::Count(value) => *model.entry(shown("calls_total", labels)).or_default() += value,
                Call::Set(value) | Call::Shift(value) | Call::Record(value) if value.is_nan() => invalid += 1,
                Call::Set(value) => { model.insert(shown("level", labels), value); }
                Call::Shift(value) => *model.entry(shown("level", labels)).or_default() += value,
                Call::Record(value) => {
                    *model.entry(shown("took_sum", labels)).or_default() += value;
                    *model.entry(shown("took_count", labels)).or_default() += 1.0;
                }
            }
        }
        prop_assert_eq!(client.dropped().get("invalid").copied().unwrap_or(0), invalid);
        prop_assert!(client.flush(crate::server::PATIENCE));
        let mut found = server.last().map(|arrived| arrived.samples).unwrap_or_default();
        found.retain(|series, _| !series.contains("_bucket") && !series.starts_with("watchfire_client"));
        prop_assert_eq!(found, model);
    }
}
