//! Rollups that a selection allows give the same answer as the samples.

use proptest::prelude::*;
use watchfire_model::{Labels, STALE};
use watchfire_promql::Selection;

use super::store::Rolled;
use super::{DAY, HOUR, MINUTE, START, evaluate, params, plan, values};

/// What rollups can answer, of the range in brackets.
const FUNCTIONS: [&str; 14] = [
    "rate",
    "increase",
    "delta",
    "sum_over_time",
    "count_over_time",
    "min_over_time",
    "max_over_time",
    "avg_over_time",
    "present_over_time",
    "last_over_time",
    "first_over_time",
    "ts_of_first_over_time",
    "ts_of_last_over_time",
    "absent_over_time",
];

/// What comes next in a series.
#[derive(Clone, Debug)]
enum Next {
    /// A sample so many milliseconds later.
    After(i64, f64),
    /// A sample so many milliseconds before the end of the next bucket.
    AtEnd(i64, f64),
    /// A counter goes on from here by so much.
    Count(i64, u8),
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        // Eighths, so that no sum is rounded.
        12 => (-800_i32..8000).prop_map(|eighths| f64::from(eighths) / 8.0),
        2 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        3 => Just(STALE),
    ]
}

fn next(unit: i64) -> impl Strategy<Value = Next> {
    prop_oneof![
        6 => (1..unit / 6, any::<u8>()).prop_map(|(after, more)| Next::Count(after, more)),
        3 => (1..unit / 6, value()).prop_map(|(after, value)| Next::After(after, value)),
        3 => (prop_oneof![Just(0), 1..5 * MINUTE], value()).prop_map(|(before, value)| Next::AtEnd(before, value)),
        1 => (unit..3 * unit, value()).prop_map(|(after, value)| Next::After(after, value)),
    ]
}

fn samples(unit: i64, all: &[Next]) -> Vec<(i64, f64)> {
    let (mut time, mut count) = (START, 0.0);
    let mut found = vec![(time, count)];
    for next in all {
        let (after, value) = match next {
            Next::After(after, value) => (*after, *value),
            Next::AtEnd(before, value) => ((unit - time.rem_euclid(unit) - before).max(1), *value),
            // Now and then it starts again.
            Next::Count(after, more) => {
                count = if *more > 240 { 0.0 } else { count + f64::from(*more) };
                (*after, count)
            }
        };
        time += after;
        found.push((time, value));
    }
    found
}

/// The widths in which a series is left to a selection: those allowed, and narrower ones behind.
fn widths(selection: &Selection, first: i64, second: i64, narrower: usize) -> Vec<(i64, i64)> {
    let Some(buckets) = selection.buckets else { return Vec::new() };
    let rest: Vec<i64> = [HOUR, 5 * MINUTE].into_iter().filter(|width| *width < buckets).collect();
    let first = START + first * buckets;
    match rest.get(narrower) {
        Some(width) if second > 0 => vec![(first, buckets), (first + second * buckets, *width)],
        Some(width) => vec![(first, *width)],
        None => vec![(first, buckets)],
    }
}

#[expect(clippy::float_cmp, reason = "infinities are equal or not")]
fn near(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

fn series(unit: i64) -> impl Strategy<Value = Vec<Vec<Next>>> {
    prop::collection::vec(prop::collection::vec(next(unit), 0..60), 1..4)
}

fn data() -> impl Strategy<Value = (i64, Vec<Vec<Next>>)> {
    prop_oneof![Just(5 * MINUTE), Just(HOUR), Just(DAY)].prop_flat_map(|unit| (Just(unit), series(unit)))
}

/// Queries of ranges of `range` units, whose answers rollups know.
fn queries(function: &str, unit: i64, range: i64, offset: i64, at: i64) -> Vec<String> {
    let (length, offset, at) = (range * unit, offset * unit, (START + at * unit) / 1000);
    vec![
        format!("{function}(m_total[{length}ms])"),
        format!("{function}(m_total[{length}ms] offset {offset}ms)"),
        format!("{function}(m_total[{length}ms] @ {at})"),
        format!("max_over_time({function}(m_total[{length}ms])[{length}ms:{unit}ms])"),
        format!("m_total offset {offset}ms"),
        "timestamp(m_total)".to_owned(),
        "absent(m_total)".to_owned(),
    ]
}

proptest! {
    #[test]
    fn rollups_answer_like_samples(
        (unit, data) in data(),
        function in 0..FUNCTIONS.len(),
        (range, offset, at) in (1_i64..4, 0_i64..3, 0_i64..12),
        (start, step, steps) in (0_i64..12, 0_i64..3, 0_i64..8),
        (first, second, narrower) in (0_i64..12, 0_i64..6, 0_usize..3),
    ) {
        let raw: Vec<Rolled> = data
            .iter()
            .enumerate()
            .map(|(number, all)| {
                let labels = Labels::of("m_total", [("n", number.to_string().as_str())]).unwrap();
                Rolled { labels, samples: samples(unit, all), widths: Vec::new() }
            })
            .collect();
        for text in queries(FUNCTIONS[function], unit, range, offset, at) {
            let from = START + start * unit;
            let query = plan(&text, params(from, from + steps * step * unit, step * unit));
            let rolled = |selection: &Selection| -> Vec<Rolled> {
                let left = |one: &Rolled| {
                    Rolled { widths: widths(selection, first, second, narrower), ..one.clone() }
                };
                raw.iter().map(left).collect()
            };
            for selection in query.selections() {
                prop_assert!(selection.buckets >= Some(unit), "{} allows {:?}", text, selection.buckets);
            }
            let expected = evaluate(&query, |_| raw.clone());
            let found = evaluate(&query, rolled);
            prop_assert_eq!(&found.infos, &expected.infos, "{}", text);
            let (found, expected) = (values(&found), values(&expected));
            let same = found.len() == expected.len()
                && found.iter().zip(&expected).all(|(one, other)| {
                    (&one.0, one.1) == (&other.0, other.1) && near(one.2, other.2)
                });
            prop_assert!(same, "{}\nfound {:?}\nexpected {:?}\n{:?}", text, found, expected, raw);
        }
    }
}
