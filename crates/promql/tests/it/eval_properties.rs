//! What must hold for any data: shortcuts change nothing, and simple computations agree.

use proptest::prelude::*;
use watchfire_model::{Labels, Series};
use watchfire_promql::{Answer, Value};

use crate::engine::evaluate;
use crate::store::Store;

const SECOND: i64 = 1000;
const STALE: u64 = 0x7ff0_0000_0000_0002;

/// Samples of one series: the distance to the one before in seconds, and the value.
type Samples = Vec<(i64, f64)>;

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        10 => (0_u32..50).prop_map(f64::from),
        4 => -1e6..1e6,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::from_bits(STALE)),
    ]
}

fn data() -> impl Strategy<Value = Vec<Samples>> {
    let samples = prop::collection::vec((1_i64..60, value()), 0..40);
    prop::collection::vec(samples, 1..6)
}

fn with_times(samples: &Samples) -> Vec<(i64, f64)> {
    let mut time = 0;
    let next = |(distance, value): &(i64, f64)| {
        time += distance * SECOND;
        (time, *value)
    };
    samples.iter().map(next).collect()
}

fn store(data: &[Samples]) -> Store {
    let mut store = Store::default();
    for (number, samples) in data.iter().enumerate() {
        let (name, group) = (number.to_string(), (number % 2).to_string());
        let labels = Labels::of("m_total", [("n", name.as_str()), ("g", group.as_str())]).unwrap();
        store.append(&labels, with_times(samples));
    }
    store
}

fn matrix(answer: Result<Answer, String>) -> Vec<Series> {
    match answer.unwrap().value {
        Value::Matrix(series) => series,
        other => panic!("no matrix: {other:?}"),
    }
}

/// With NaN equal to itself.
fn bits(series: &[Series]) -> Vec<(String, Vec<i64>, Vec<u64>)> {
    let canonical = |value: &f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    series
        .iter()
        .map(|series| {
            let values = series.values.iter().map(canonical).collect();
            (series.labels.to_string(), series.timestamps.clone(), values)
        })
        .collect()
}

const QUERIES: [&str; 24] = [
    "m_total",
    "rate(m_total[2m])",
    "sum by (g) (increase(m_total[90s]))",
    "avg without (n) (m_total)",
    "topk by (g) (1, m_total)",
    "bottomk(2, m_total offset 30s)",
    "limitk(2, m_total)",
    "count_values(\"v\", m_total)",
    "quantile by (g) (0.3, m_total)",
    "stddev(m_total)",
    "max_over_time(m_total[3m])",
    "min_over_time(m_total[3m])",
    "changes(m_total[4m]) + resets(m_total[4m])",
    "max_over_time(sum(rate(m_total[1m]))[5m:30s])",
    "deriv(m_total[2m])",
    "predict_linear(m_total[2m] @ 300, 60)",
    "m_total / on (n) group_left (g) sum by (n, g) (m_total offset 1m)",
    "m_total > 10 or m_total offset 2m",
    "m_total unless m_total offset 2m",
    "m_total and m_total > 20",
    "absent(m_total > 40)",
    "scalar(max(m_total)) + time()",
    "timestamp(m_total)",
    "quantile_over_time(0.7, m_total[2m]) - stddev_over_time(m_total[2m])",
];

/// The rate by the book: every range on its own, from the documented rules.
fn naive_rate(samples: &[(i64, f64)], end: i64, range: i64) -> Option<f64> {
    let inside: Vec<(f64, f64)> = samples
        .iter()
        .filter(|(time, value)| *time > end - range && *time <= end && value.to_bits() != STALE)
        .map(|(time, value)| (*time as f64 / 1000.0, *value))
        .collect();
    let ([first, ..], [.., last]) = (&inside[..], &inside[..]) else { return None };
    if inside.len() < 2 {
        return None;
    }
    let mut increase = last.1 - first.1;
    for pair in inside.windows(2) {
        if pair[1].1 < pair[0].1 {
            increase += pair[0].1;
        }
    }
    let length = last.0 - first.0;
    let average = length / (inside.len() - 1) as f64;
    let (mut before, mut after) = (first.0 - (end - range) as f64 / 1000.0, end as f64 / 1000.0 - last.0);
    if before >= average * 1.1 {
        before = average / 2.0;
    }
    if increase > 0.0 && first.1 >= 0.0 {
        before = before.min(length * first.1 / increase);
    }
    if after >= average * 1.1 {
        after = average / 2.0;
    }
    Some(increase * (length + before + after) / length / (range as f64 / 1000.0))
}

#[expect(clippy::float_cmp, reason = "infinities are equal or not")]
fn near(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

proptest! {
    #[test]
    fn a_range_query_is_an_instant_query_at_each_step(
        data in data(), start in 0_i64..300, step in 1_i64..100, query in 0..QUERIES.len(),
    ) {
        let (store, text) = (store(&data), QUERIES[query]);
        let (start, step) = (start * SECOND, step * SECOND);
        let range = evaluate(&store, text, start, start + 6 * step, step);
        for time in (0..=6).map(|index| start + index * step) {
            let mut expected: Vec<(String, u64)> = match (evaluate(&store, text, time, time, 0), &range) {
                (Ok(answer), _) => match answer.value {
                    Value::Vector(samples) => samples
                        .into_iter()
                        .map(|(labels, value)| {
                            let value = if value.is_nan() { f64::NAN } else { value };
                            (labels.to_string(), value.to_bits())
                        })
                        .collect(),
                    Value::Scalar(value) => vec![("{}".to_owned(), value.to_bits())],
                    other => panic!("{text}: {other:?}"),
                },
                (Err(_), range) => {
                    prop_assert!(range.is_err(), "{} fails at {} alone", text, time);
                    return Ok(());
                }
            };
            let Ok(range) = range.clone() else { continue };
            let mut found: Vec<(String, u64)> = bits(&matrix(Ok(range)))
                .into_iter()
                .filter_map(|(labels, times, values)| {
                    times.iter().position(|at| *at == time).map(|index| (labels, values[index]))
                })
                .collect();
            expected.sort();
            found.sort();
            prop_assert_eq!(found, expected, "{} at {}", text, time);
        }
    }

    #[test]
    fn series_one_by_one_are_as_good_as_all_at_once(
        data in data(), start in 0_i64..300, step in 1_i64..100,
    ) {
        let store = store(&data);
        let (start, step) = (start * SECOND, step * SECOND);
        let run = |text: &str| bits(&matrix(evaluate(&store, text, start, start + 9 * step, step)));
        for inner in ["m_total", "rate(m_total[2m])", "abs(-m_total) * 2", "m_total > 5"] {
            for fold in ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"] {
                for by in ["", "by (g)", "without (n)"] {
                    let fused = run(&format!("{fold} {by} ({inner})"));
                    // A set operator needs all its series at once, and gives the left ones unchanged.
                    let whole = run(&format!("{fold} {by} (({inner}) or ({inner}))"));
                    prop_assert_eq!(fused, whole, "{} {} ({})", fold, by, inner);
                }
            }
        }
    }

    #[test]
    fn rates_are_those_of_the_book(
        data in data(), start in 0_i64..300, step in 1_i64..100, range in 10_i64..400,
    ) {
        let store = store(&data);
        let (start, step) = (start * SECOND, step * SECOND);
        let rates =
            matrix(evaluate(&store, &format!("rate(m_total[{range}s])"), start, start + 9 * step, step));
        for (number, samples) in data.iter().enumerate() {
            let samples = with_times(samples);
            let series = rates.iter().find(|series| series.labels.get("n") == Some(&number.to_string()));
            for time in (0..=9).map(|index| start + index * step) {
                let found = series.and_then(|series| {
                    series.timestamps.iter().position(|at| *at == time).map(|index| series.values[index])
                });
                let expected = naive_rate(&samples, time, range * SECOND);
                prop_assert_eq!(found.is_some(), expected.is_some(), "series {} at {}", number, time);
                let (found, expected) = (found.unwrap_or(0.0), expected.unwrap_or(0.0));
                prop_assert!(near(found, expected), "{} {} at {}: {:?}", found, expected, time, samples);
            }
        }
    }

    #[test]
    fn ranges_slide_without_a_trace(data in data(), start in 0_i64..300, step in 1_i64..100) {
        let store = store(&data);
        let (start, step) = (start * SECOND, step * SECOND);
        // Counted and ordered at once, against the same range read anew at each step.
        for function in ["min_over_time", "max_over_time", "resets", "changes", "count_over_time"] {
            let text = format!("{function}(m_total[3m])");
            let found = bits(&matrix(evaluate(&store, &text, start, start + 9 * step, step)));
            for (labels, times, values) in found {
                for (time, value) in times.into_iter().zip(values) {
                    let alone = evaluate(&store, &text, time, time, 0).unwrap();
                    let Value::Vector(samples) = alone.value else { panic!("no vector") };
                    let alone = samples.iter().find(|(other, _)| other.to_string() == labels).map(|s| s.1);
                    let alone = alone.map(|value| if value.is_nan() { f64::NAN } else { value }.to_bits());
                    prop_assert_eq!(Some(value), alone, "{} at {}", text, time);
                }
            }
        }
    }
}
