use std::collections::BTreeMap;

use proptest::prelude::*;
use watchfire_demo::{Demo, Reading, Sending, Settings, Value};

/// 2026-01-01.
const START: i64 = 1_767_225_600_000;

fn key(sending: &Sending, reading: &Reading) -> String {
    format!("{} {} {} {:?}", sending.job, sending.instance, reading.name, reading.labels)
}

#[test]
fn the_same_seed_says_the_same() {
    let run = |seed| {
        let mut demo = Demo::new(Settings { seed, hosts: 3 });
        (0..40).flat_map(|step| demo.step(START + step * 15_000)).collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn a_time_that_does_not_go_on_changes_no_counter() {
    let mut demo = Demo::new(Settings::default());
    demo.step(START);
    let counters = |all: Vec<Sending>| {
        let readings = all.into_iter().flat_map(|sending| sending.readings);
        readings.filter(|reading| !matches!(reading.value, Value::Gauge(_))).collect::<Vec<_>>()
    };
    let (one, other) = (counters(demo.step(START + 1000)), counters(demo.step(START - 5000)));
    assert_eq!(one, other);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the seed and the steps: counters and buckets never fall, buckets are cumulative, numbers are finite.
    #[test]
    fn counters_never_fall(seed in any::<u64>(), hosts in 1_usize..4, steps in prop::collection::vec(1_i64..90_000, 1..60)) {
        let mut demo = Demo::new(Settings { seed, hosts });
        let mut known: BTreeMap<String, (f64, Vec<u64>)> = BTreeMap::new();
        let mut at = START;
        for step in steps {
            at += step;
            for sending in demo.step(at) {
                prop_assert_eq!(sending.at, at);
                for reading in &sending.readings {
                    let key = key(&sending, reading);
                    let (total, buckets) = match &reading.value {
                        Value::Gauge(value) => {
                            prop_assert!(value.is_finite(), "{}", key);
                            continue;
                        }
                        Value::Counter(value) => (*value, Vec::new()),
                        Value::Histogram { bounds, cumulative, sum } => {
                            prop_assert_eq!(cumulative.len(), bounds.len() + 1);
                            prop_assert!(cumulative.is_sorted(), "{}: {:?}", key, cumulative);
                            (*sum, cumulative.clone())
                        }
                    };
                    prop_assert!(total.is_finite() && total >= 0.0, "{}: {}", key, total);
                    if let Some((before, counts)) = known.get(&key) {
                        prop_assert!(total >= *before, "{} fell from {} to {}", key, before, total);
                        prop_assert!(buckets.iter().zip(counts).all(|(now, before)| now >= before), "{}", key);
                    }
                    known.insert(key, (total, buckets));
                }
            }
        }
    }
}

#[test]
fn something_goes_wrong_within_ten_minutes() {
    let mut demo = Demo::new(Settings::default());
    let (mut byzantine, mut fewest, mut accuracy) = (0.0_f64, f64::MAX, Vec::new());
    for step in 0..240 {
        for reading in demo.step(START + step * 5000).into_iter().flat_map(|sending| sending.readings) {
            let Value::Gauge(value) = reading.value else { continue };
            match reading.name {
                "consensus_byzantine_nodes_detected" => byzantine = byzantine.max(value),
                "mesh_peer_count" => fewest = fewest.min(value),
                "fl_model_accuracy" => accuracy.push(value),
                _ => {}
            }
        }
    }
    assert!(byzantine >= 1.0);
    assert!(fewest < 3.0, "{fewest}");
    // From step to step a model's accuracy moves little, unless something is wrong.
    let dips = accuracy.chunks(3).zip(accuracy.chunks(3).skip(12));
    assert!(
        dips.into_iter()
            .any(|(before, after)| before.iter().zip(after).any(|(one, other)| one - other > 0.05))
    );
}
