//! Compares an answer with what a script expects.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use watchfire_model::{Labels, Series};
use watchfire_promql::{Answer, Value};

use super::parse::{Eval, Expected, Steps, Words};

/// Values count as equal within this share of the larger one: platforms differ in the last bits of logarithms and the like.
const TOLERANCE: f64 = 1e-10;

/// What differs, or nothing.
pub(crate) fn compare(eval: &Eval, answer: &Result<Answer, String>) -> Result<(), String> {
    let answer = match (&eval.fail, answer) {
        (Some(words), Err(error)) if words.fit(error) => return Ok(()),
        (Some(words), Err(error)) => {
            return Err(format!("expected the error {words:?}\n     but got {error:?}"));
        }
        (Some(words), Ok(answer)) => {
            return Err(format!("expected the error {words:?}, but got {:?}", answer.value));
        }
        (None, Err(error)) => return Err(format!("unexpected error {error:?}")),
        (None, Ok(answer)) => answer,
    };
    notes("warnings", &eval.warn, &answer.warnings)?;
    notes("infos", &eval.info, &answer.infos)?;
    match (&eval.result, &answer.value) {
        (Expected::Scalar(expected), Value::Scalar(found)) if near(*expected, *found) => Ok(()),
        (Expected::Text(expected), Value::String(found)) if expected == found => Ok(()),
        (Expected::Series { series, .. }, Value::Vector(found)) => vector(eval.ordered, series, found),
        (Expected::Series { series, range }, Value::Matrix(found)) => {
            let (start, step) = match (eval.steps, range) {
                (Steps::Range { start, step, .. }, _) => (start, step),
                (Steps::Instant(_), Some(range)) => *range,
                (Steps::Instant(_), None) if series.is_empty() => (0, 1),
                (Steps::Instant(_), None) => return Err("got a range vector; say expect range vector".into()),
            };
            matrix(start, step, series, found)
        }
        (expected, found) => Err(format!("expected {expected:?}\n     but got {found:?}")),
    }
}

/// Every note must be expected, and every expectation met.
fn notes(kind: &str, expected: &[Words], found: &[String]) -> Result<(), String> {
    let unmet = expected.iter().find(|words| !found.iter().any(|note| words.fit(note)));
    if let Some(words) = unmet {
        return Err(format!("expected the {kind} {words:?}\n     but got {found:?}"));
    }
    match found.iter().find(|note| !expected.iter().any(|words| words.fit(note))) {
        Some(note) => Err(format!("unexpected among the {kind}: {note:?}")),
        None => Ok(()),
    }
}

fn vector(
    ordered: bool,
    expected: &[(Labels, Vec<Option<f64>>)],
    found: &[(Labels, f64)],
) -> Result<(), String> {
    if ordered {
        let names = |all: &mut dyn Iterator<Item = &Labels>| {
            all.map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        let expected = names(&mut expected.iter().map(|(labels, _)| labels));
        let found = names(&mut found.iter().map(|(labels, _)| labels));
        if expected != found {
            return Err(format!("expected the order {expected}\n               but got {found}"));
        }
    }
    let found: Vec<Series> = found
        .iter()
        .map(|(labels, value)| Series { labels: labels.clone(), timestamps: vec![0], values: vec![*value] })
        .collect();
    matrix(0, 1, expected, &found)
}

fn matrix(
    start: i64,
    step: i64,
    expected: &[(Labels, Vec<Option<f64>>)],
    found: &[Series],
) -> Result<(), String> {
    let mut rows: BTreeMap<&Labels, &Series> = BTreeMap::new();
    for series in found {
        if rows.insert(&series.labels, series).is_some() {
            return Err(format!("{} came out twice", series.labels));
        }
    }
    let mut differences = String::new();
    for (labels, values) in expected {
        let points: Vec<(i64, f64)> =
            (0..).zip(values).filter_map(|(at, v)| Some((start + at * step, (*v)?))).collect();
        let row = rows.remove(labels).map(|series| {
            series.timestamps.iter().copied().zip(series.values.iter().copied()).collect::<Vec<_>>()
        });
        let same = row.as_ref().is_some_and(|row| {
            row.len() == points.len() && row.iter().zip(&points).all(|(a, b)| a.0 == b.0 && near(a.1, b.1))
        });
        if !same {
            let _ = write!(differences, "\n  {labels}: expected {points:?}\n     but got {row:?}");
        }
    }
    for series in rows.values() {
        let _ = write!(differences, "\n  {}: unexpected, with {:?}", series.labels, series.values);
    }
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

/// Whether two values count as equal; `NaN` equals itself here.
#[expect(clippy::float_cmp, reason = "infinities are the same or not")]
pub(crate) fn near(a: f64, b: f64) -> bool {
    let bound = TOLERANCE * a.abs().max(b.abs());
    a == b || (a.is_nan() && b.is_nan()) || (bound.is_finite() && (a - b).abs() <= bound)
}

#[test]
fn only_the_last_bits_may_differ() {
    assert!(near(1.0, 1.0 + 1e-12) && near(f64::NAN, f64::NAN) && near(f64::INFINITY, f64::INFINITY));
    assert!(!near(1.0, 1.000_001) && !near(0.0, 1e-300) && !near(1.0, f64::NAN));
    assert!(!near(f64::INFINITY, f64::NEG_INFINITY) && !near(1.0, f64::INFINITY));
}
