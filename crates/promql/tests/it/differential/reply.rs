//! A reply of Prometheus' HTTP API, and how it compares with an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value as Json;
use watchfire_model::Labels;
use watchfire_promql::{Answer, Value};

/// Values of each series by time; a scalar is the series without labels.
type Rows = BTreeMap<Labels, Vec<(i64, f64)>>;

/// What Prometheus answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) series: Rows,
    notes: BTreeSet<String>,
}

/// Values count as equal within this share of the larger one, or of 1 where the larger one is below: sums may be taken in
/// another order.
const TOLERANCE: f64 = 1e-9;

impl Reply {
    /// Reads a reply's body; an error holds Prometheus' message.
    pub(crate) fn read(body: &str) -> Result<Self, String> {
        let reply: Json = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
        if let Some(message) = reply["error"].as_str() {
            return Err(message.to_owned());
        }
        let data = &reply["data"];
        let result = data["result"].as_array().unwrap();
        let series = match data["resultType"].as_str().unwrap() {
            "scalar" => Rows::from([(Labels::empty(), vec![sample(&data["result"])])]),
            "vector" => {
                result.iter().map(|row| (labels(&row["metric"]), vec![sample(&row["value"])])).collect()
            }
            "matrix" => result
                .iter()
                .map(|row| {
                    let samples = row["values"].as_array().unwrap().iter().map(sample);
                    (labels(&row["metric"]), samples.collect())
                })
                .collect(),
            other => panic!("a result of type {other}"),
        };
        let notes = ["warnings", "infos"].into_iter().filter_map(|kind| reply[kind].as_array()).flatten();
        Ok(Self { series, notes: notes.map(|note| without_place(note.as_str().unwrap())).collect() })
    }
}

/// A note without the place in the query at its end: Prometheus gives those in subqueries the place 1:1.
fn without_place(note: &str) -> String {
    note.rsplit_once(" (").map_or(note, |(words, _)| words).to_owned()
}

fn labels(metric: &Json) -> Labels {
    let pairs = metric.as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap()));
    Labels::new(pairs).unwrap()
}

fn sample(pair: &Json) -> (i64, f64) {
    let value = pair[1].as_str().unwrap();
    let value = value.parse().unwrap_or_else(|_| panic!("no value: {value}"));
    ((pair[0].as_f64().unwrap() * 1000.0).round() as i64, value)
}

/// What differs, or nothing.
pub(crate) fn compare(
    expected: &Result<Reply, String>,
    found: &Result<Answer, String>,
) -> Result<(), String> {
    let (expected, found) = match (expected, found) {
        (Ok(expected), Ok(found)) => (expected, found),
        (Err(expected), Err(found)) if kind(expected) == kind(found) => return Ok(()),
        (Err(expected), Err(found)) => {
            return Err(format!("expected the error {expected}\n       but got {found}"));
        }
        (Ok(_), Err(error)) => return Err(format!("unexpected error {error}")),
        (Err(error), Ok(_)) => return Err(format!("expected the error {error}")),
    };
    let mut differences = String::new();
    let mut rows = rows(&found.value);
    for (labels, points) in &expected.series {
        let row = rows.remove(labels);
        let same = row.as_ref().is_some_and(|row| {
            row.len() == points.len() && row.iter().zip(points).all(|(a, b)| same_point(*a, *b))
        });
        if !same {
            let _ = write!(differences, "\n    {labels}: expected {points:?}\n       but got {row:?}");
        }
    }
    for (labels, row) in rows {
        let _ = write!(differences, "\n    {labels}: unexpected, with {row:?}");
    }
    let notes: BTreeSet<String> =
        found.warnings.iter().chain(&found.infos).map(|note| without_place(note)).collect();
    let cut_off = expected.notes.iter().any(|note| note.ends_with("annotations omitted"));
    if notes != expected.notes && !cut_off {
        let _ =
            write!(differences, "\n    expected the notes {:?}\n       but got {notes:?}", expected.notes);
    }
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

/// The message of a query that is refused as it is written, without the place, which the scripts test. Of errors over the
/// data that there is one: where several series or steps are at fault, either side names the one that it meets first.
fn kind(error: &str) -> &str {
    let refused = error.strip_prefix("invalid parameter \"query\": ").unwrap_or(error);
    let message = refused.split_once(": parse error: ").map_or(refused, |(_, message)| message);
    if message == error { "execution" } else { message }
}

/// At an instant query's only time the API gives the query's time; the answer has none, so it is not compared.
fn rows(value: &Value) -> Rows {
    match value {
        Value::Scalar(scalar) => Rows::from([(Labels::empty(), vec![(i64::MIN, *scalar)])]),
        Value::Vector(vector) => {
            vector.iter().map(|(labels, value)| (labels.clone(), vec![(i64::MIN, *value)])).collect()
        }
        Value::Matrix(matrix) => matrix
            .iter()
            .map(|series| {
                let points = series.timestamps.iter().copied().zip(series.values.iter().copied());
                (series.labels.clone(), points.collect())
            })
            .collect(),
        Value::String(text) => panic!("no query asks for a text: {text:?}"),
    }
}

#[expect(clippy::float_cmp, reason = "infinities are the same or not")]
fn same_point(found: (i64, f64), expected: (i64, f64)) -> bool {
    let (a, b) = (found.1, expected.1);
    let bound = TOLERANCE * a.abs().max(b.abs()).max(1.0);
    let near = a == b || (a.is_nan() && b.is_nan()) || (bound.is_finite() && (a - b).abs() <= bound);
    near && (found.0 == i64::MIN || found.0 == expected.0)
}
