//! Runs the scripts in `testdata/`: queries over small data, with results that were checked against Prometheus 3.5.
//!
//! The format is that of Prometheus' own `promqltest`:
//!
//! ```text
//! load 1m                                  # samples of these series, one each minute from time 0 on
//!   requests_total{job="api"} 0+10x5 _ 7   # 0 10 20 30 40 50, a gap, 7
//!
//! eval instant at 5m sum(requests_total)
//!   {} 50
//!
//! eval range from 0 to 4m step 2m requests_total
//!   requests_total{job="api"} 0 20 40
//!
//! eval instant at 5m sum(1)
//!   expect fail msg: 1:5: parse error: expected type instant vector in aggregation expression, got scalar
//! ```
//!
//! `clear` forgets all series. Below an eval may stand `expect ordered`, `expect fail`, `expect warn` and `expect info` (each
//! with `msg: TEXT` or `regex: PATTERN`), `expect string "TEXT"`, and `expect range vector from T to T step D`. Messages are
//! those of the HTTP API, with their positions. Warnings and infos that are not expected fail the test.
//!
//! An instant query is evaluated as a range query, too, whose middle step must give the same.

mod compare;
mod notation;
mod parse;

use std::fs;
use std::path::{Path, PathBuf};

use watchfire_promql::functions::FUNCTIONS;
use watchfire_promql::{Answer, Value};

use self::compare::{compare, near};
use self::parse::{Command, Eval, Steps};
use crate::engine;
use crate::store::Store;

const MINUTE: i64 = 60_000;

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut scripts: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "test")).collect();
    scripts.sort();
    scripts
}

#[test]
fn every_eval_of_every_script() {
    let (mut evals, mut failures) = (0, Vec::new());
    for path in scripts() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let commands = parse::script(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let before = evals;
        let mut store = Store::default();
        for command in commands {
            match command {
                Command::Clear => store = Store::default(),
                Command::Load { interval, series } => {
                    for (labels, values) in series {
                        let times = (0..).map(|step| step * interval);
                        store.append(&labels, times.zip(values).filter_map(|(at, value)| Some((at, value?))));
                    }
                }
                Command::Eval(eval) => {
                    evals += 1;
                    if let Err(difference) = run(&store, &eval) {
                        failures.push(format!("{name}:{}: {}\n     {difference}", eval.line, eval.query));
                    }
                }
            }
        }
        assert!(evals > before, "{name} evaluates nothing");
    }
    assert!(failures.is_empty(), "{} of {evals} failed:\n{}", failures.len(), failures.join("\n"));
}

/// All functions and aggregations, but those that the Prometheus which the scripts were checked with does not have.
#[test]
fn every_function_is_in_a_script() {
    let newer = ["default_rollup", "first_over_time", "ts_of_first_over_time"];
    let aggregations = [
        "avg",
        "bottomk",
        "count",
        "count_values",
        "group",
        "limit_ratio",
        "limitk",
        "max",
        "min",
        "quantile",
        "stddev",
        "stdvar",
        "sum",
        "topk",
    ];
    let texts: Vec<String> = scripts().iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let evals: Vec<&str> =
        texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("eval ")).collect();
    let functions = FUNCTIONS.iter().map(|function| function.name).filter(|name| !newer.contains(name));
    for name in functions.chain(aggregations) {
        let call = regex::Regex::new(&format!(r"\b{name} ?\(")).unwrap();
        assert!(evals.iter().any(|eval| call.is_match(eval)), "no script calls {name}");
    }
}

fn run(store: &Store, eval: &Eval) -> Result<(), String> {
    let answer = match eval.steps {
        Steps::Instant(at) => engine::evaluate(store, &eval.query, at, at, 0),
        Steps::Range { start, end, step } => engine::evaluate(store, &eval.query, start, end, step),
    };
    compare(eval, &answer)?;
    match (eval.steps, answer) {
        (Steps::Instant(at), Ok(answer)) => same_in_a_range(store, eval, at, &answer),
        _ => Ok(()),
    }
}

/// Evaluates an instant query at three steps, the middle one at the query's time, where the same must come out. Queries that
/// ask for the range's ends, or that no range query can answer, are left out.
fn same_in_a_range(store: &Store, eval: &Eval, at: i64, answer: &Answer) -> Result<(), String> {
    let expected = match &answer.value {
        _ if eval.query.contains("start()") || eval.query.contains("end()") => return Ok(()),
        Value::Vector(vector) => vector.clone(),
        Value::Scalar(scalar) => vec![(watchfire_model::Labels::empty(), *scalar)],
        Value::String(_) | Value::Matrix(_) => return Ok(()),
    };
    let found = match engine::evaluate(store, &eval.query, at - MINUTE, at + MINUTE, MINUTE) {
        Ok(found) => found,
        // One of the other steps may have an error of its own.
        Err(error) => {
            let fails = |at| engine::evaluate(store, &eval.query, at, at, 0).is_err();
            let explained = fails(at - MINUTE) || fails(at + MINUTE);
            return if explained { Ok(()) } else { Err(format!("as a range query: {error}")) };
        }
    };
    let Value::Matrix(matrix) = found.value else {
        return Err(format!("a range query gave {:?}", found.value));
    };
    let point = |series: &watchfire_model::Series| {
        let index = series.timestamps.binary_search(&at).ok()?;
        Some((series.labels.clone(), series.values[index]))
    };
    let found: std::collections::BTreeMap<_, _> = matrix.iter().filter_map(point).collect();
    for (labels, value) in &expected {
        if !found.get(labels).is_some_and(|found| near(*found, *value)) {
            return Err(format!(
                "as a step of a range query {labels} is {:?}, not {value}",
                found.get(labels)
            ));
        }
    }
    match found.keys().find(|labels| !expected.iter().any(|(expected, _)| expected == *labels)) {
        Some(labels) => Err(format!("as a step of a range query there is {labels}, too")),
        None => Ok(()),
    }
}
