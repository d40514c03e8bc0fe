//! The evaluation as its callers see it: what it asks for, what it refuses, where it stops.

use std::cell::Cell;

use watchfire_model::{Labels, Sample, TimeRange};
use watchfire_promql::ast::{ExprKind, ValueType};
use watchfire_promql::functions::FUNCTIONS;
use watchfire_promql::{
    Answer, EvalError, Limits, Params, Query, SelectedSeries, Selection, Stop, Value, parse,
};

use crate::store::Store;

const MINUTE: i64 = 60_000;
const LIMITS: Limits = Limits { max_samples: 1_000_000, max_series: 1000 };

fn params(start: i64, end: i64, step: i64) -> Params {
    Params { start, end, step, lookback: 5 * MINUTE, default_subquery_step: MINUTE, experimental: false }
}

fn query(text: &str, params: Params) -> Result<Query, EvalError> {
    Query::new(parse(text).unwrap(), params)
}

fn instant(text: &str) -> Query {
    query(text, params(10 * MINUTE, 10 * MINUTE, 0)).unwrap()
}

/// Series `a`, `b` and so on of the metric `m`, one sample a minute from 0 to 10 minutes.
fn store(series: usize) -> Store {
    let mut store = Store::default();
    for (number, name) in ('a'..='z').take(series).enumerate() {
        let labels = Labels::of("m", [("name", name.to_string().as_str())]).unwrap();
        store.append(&labels, (0..=10).map(|minute| (minute * MINUTE, (minute * number as i64) as f64)));
    }
    store
}

fn run(
    query: &Query,
    store: &Store,
    limits: &Limits,
    stop: &dyn Fn() -> Option<Stop>,
) -> Result<Answer, EvalError> {
    let data: Vec<_> =
        query.selections().iter().map(|wanted| store.select(&wanted.matchers, wanted.range)).collect();
    query.evaluate(&data, limits, stop)
}

#[test]
fn asks_for_no_more_than_it_needs() {
    let step = params(10 * MINUTE, 20 * MINUTE, MINUTE);
    let table: &[(&str, &[(i64, i64)])] = &[
        ("m", &[(5 * MINUTE + 1, 20 * MINUTE)]),
        ("m offset 1m", &[(4 * MINUTE + 1, 19 * MINUTE)]),
        ("m[7m] @ end()", &[]),
        ("rate(m[7m] @ end())", &[(13 * MINUTE + 1, 20 * MINUTE)]),
        ("rate(m[7m] @ start() offset -1m)", &[(4 * MINUTE + 1, 11 * MINUTE)]),
        ("m @ 60", &[(-4 * MINUTE + 1, MINUTE)]),
        // The first step of the subquery is the first multiple of 4 minutes after 0.
        ("max_over_time(m[10m:4m])", &[(-MINUTE + 1, 20 * MINUTE)]),
        ("m / m", &[(5 * MINUTE + 1, 20 * MINUTE)]),
        ("m + rate(m[1m])", &[(5 * MINUTE + 1, 20 * MINUTE), (9 * MINUTE + 1, 20 * MINUTE)]),
        ("time()", &[]),
    ];
    for (text, expected) in table {
        let found: Vec<(i64, i64)> = match query(text, step) {
            Ok(query) => {
                query.selections().iter().map(|wanted| (wanted.range.start, wanted.range.end)).collect()
            }
            Err(_) => Vec::new(),
        };
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn refuses_what_makes_no_sense_before_anything_is_fetched() {
    let range = params(0, MINUTE, MINUTE);
    let table = [
        (
            "m[5m]",
            "invalid expression type \"range vector\" for range query, must be Scalar or instant Vector",
        ),
        ("\"text\"", "invalid expression type \"string\" for range query, must be Scalar or instant Vector"),
        (
            "limitk(1, m)",
            "limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions",
        ),
        ("sort_by_label(m, \"a\")", "function \"sort_by_label\" is not enabled"),
        // Prometheus finds this one while it parses.
        (
            "last_over_time(m[5m])[5m:]",
            "invalid expression type \"range vector\" for range query, must be Scalar or instant Vector",
        ),
        ("mad_over_time(m[5m])[5m:]", "function \"mad_over_time\" is not enabled"),
    ];
    for (text, words) in table {
        match query(text, range) {
            Err(error @ EvalError::Parse { span, .. }) => {
                // As it is, without a place in front of it.
                assert_eq!((error.to_string().as_str(), span.start), (words, 0), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn bad_patterns_are_told() {
    // The parser refuses them, too; a tree may come from elsewhere.
    let mut expr = parse("m{a=~\"b\"}").unwrap();
    if let ExprKind::Vector(selector) = &mut expr.kind {
        for matcher in selector.matchers.iter_mut().filter(|matcher| matcher.name == "a") {
            matcher.value = "a)(b".to_owned();
        }
    }
    let error = Query::new(expr, params(0, 0, 0)).unwrap_err();
    assert!(error.to_string().starts_with("error parsing regexp: "), "{error}");
}

/// One series, very many steps: there are looks between its windows, too.
#[test]
fn stops_within_one_series() {
    let query = instant("sum_over_time(sum_over_time(vector(1)[1h:1s])[6h:1s])");
    let asked = std::cell::Cell::new(0);
    // The columns alone are a dozen looks; the windows of the inner sum are twenty more.
    let stop = || {
        asked.set(asked.get() + 1);
        (asked.get() > 18).then_some(Stop::Timeout)
    };
    let stopped = run(&query, &store(0), &LIMITS, &stop);
    assert_eq!(stopped.unwrap_err().to_string(), "query timed out in expression evaluation");
}

#[test]
fn stops_when_told_and_says_why() {
    let table = [
        (Stop::Timeout, "query timed out in expression evaluation"),
        (Stop::Canceled, "query was canceled in expression evaluation"),
    ];
    for (stop, words) in table {
        let error = run(&instant("sum(m)"), &store(3), &LIMITS, &|| Some(stop)).unwrap_err();
        assert_eq!(error.to_string(), words);
    }
    // It is asked while it works, not only before.
    let asked = Cell::new(0);
    let later = || {
        asked.set(asked.get() + 1);
        (asked.get() > 2).then_some(Stop::Timeout)
    };
    let long = query("sum(rate(m[5m]))", params(0, 10 * MINUTE, 100)).unwrap();
    assert!(run(&long, &store(3), &LIMITS, &later).is_err());
}

#[test]
fn takes_no_more_memory_than_it_may() {
    let few = Limits { max_samples: 20, max_series: 1000 };
    let words = "query processing would load too many samples into memory in query execution";
    for text in ["rate(m[5m])", "m + m", "m or m", "quantile(0.5, m)", "vector(1)", "time()", "m[5m:1ms]"] {
        let query = match text {
            "m[5m:1ms]" => instant("sum_over_time(m[5m:1ms])"),
            text => query(text, params(0, 10 * MINUTE, MINUTE / 4)).unwrap(),
        };
        assert_eq!(run(&query, &store(4), &few, &|| None).unwrap_err().to_string(), words, "{text}");
    }
    // A sum holds one number for each group, however many series it reads.
    let sum = run(&instant("sum(m)"), &store(26), &few, &|| None).unwrap();
    assert_eq!(sum.value, Value::Vector(vec![(Labels::empty(), 3250.0)]));
    assert_eq!(sum.samples, 26);
    // Intermediate results are let go.
    assert!(run(&instant("-(-(-(-m)))"), &store(18), &few, &|| None).is_ok());
}

#[test]
fn steps_without_end_are_refused_at_once() {
    for text in ["sum_over_time(m[1y:1ms])", "sum(sum_over_time(vector(1)[100y:1ms]))"] {
        let error = run(&instant(text), &store(1), &LIMITS, &|| None).unwrap_err();
        assert_eq!(error, EvalError::TooManySamples("query execution"), "{text}");
    }
}

#[test]
fn counts_the_series() {
    let few = Limits { max_samples: 1000, max_series: 5 };
    let error = run(&instant("m + (m offset 1m)"), &store(3), &few, &|| None).unwrap_err();
    assert_eq!(error, EvalError::TooManySeries { found: 6, most: 5 });
    assert!(run(&instant("m + m"), &store(3), &few, &|| None).is_ok(), "the same series are fetched once");
}

#[test]
fn data_must_fit_the_query() {
    let error = instant("m").evaluate::<Latest>(&[], &LIMITS, &|| None).unwrap_err();
    assert_eq!(error.to_string(), "the query has 1 selections, but series of 0 were fetched");
}

#[test]
fn warnings_name_the_line() {
    let text = "sum(\n  quantile(2, m))";
    let answer = run(&instant(text).with_text(text), &store(1), &LIMITS, &|| None).unwrap();
    assert_eq!(answer.warnings, ["PromQL warning: quantile value should be between 0 and 1, got 2 (2:12)"]);
}

#[test]
fn values_have_the_type_of_the_query() {
    let table = [
        ("1 + 1", Value::Scalar(2.0)),
        ("\"text\"", Value::String("text".to_owned())),
        ("sum(m)", Value::Vector(vec![(Labels::empty(), 10.0)])),
        ("sum(missing)", Value::Vector(Vec::new())),
    ];
    for (text, expected) in table {
        assert_eq!(run(&instant(text), &store(2), &LIMITS, &|| None).unwrap().value, expected, "{text}");
    }
    let Value::Matrix(series) = run(&instant("m[2m]"), &store(2), &LIMITS, &|| None).unwrap().value else {
        panic!("no matrix")
    };
    assert_eq!(series[1].timestamps, [9 * MINUTE, 10 * MINUTE]);
    assert_eq!(series[1].values, [9.0, 10.0]);
}

#[test]
fn every_function_can_be_evaluated() {
    for function in FUNCTIONS {
        let args: Vec<&str> = (0..function.required)
            .filter_map(|index| function.arg_type(index))
            .map(|kind| match kind {
                ValueType::Scalar => "0.5",
                ValueType::Vector => "m",
                ValueType::Matrix => "m[5m]",
                ValueType::String => "\"other\"",
            })
            .collect();
        let text = format!("{}({})", function.name, args.join(", "));
        let now = Params { experimental: true, ..params(10 * MINUTE, 10 * MINUTE, 0) };
        let answer = query(&text, now).and_then(|query| run(&query, &store(2), &LIMITS, &|| None));
        assert!(answer.is_ok(), "{text}: {answer:?}");
    }
}

/// A series whose store knows the newest sample without reading.
struct Latest(Labels);

impl SelectedSeries for Latest {
    fn labels(&self) -> &Labels {
        &self.0
    }

    fn read(&self, range: TimeRange, _: &mut dyn FnMut(&[i64], &[f64])) {
        panic!("nobody need read {range:?}");
    }

    fn newest(&self, range: TimeRange) -> Option<Sample> {
        Some(Sample { timestamp: range.end, value: 7.0 })
    }
}

#[test]
fn one_time_needs_the_newest_samples_alone() {
    let query = instant("count(m) + sum(m)");
    let [Selection { range, .. }] = query.selections() else { panic!("one selection") };
    assert_eq!(*range, TimeRange { start: 5 * MINUTE + 1, end: 10 * MINUTE });
    let data =
        vec![(0..3).map(|n| Latest(Labels::of("m", [("n", n.to_string().as_str())]).unwrap())).collect()];
    let answer = query.evaluate(&data, &LIMITS, &|| None).unwrap();
    assert_eq!(answer.value, Value::Vector(vec![(Labels::empty(), 24.0)]));
}
