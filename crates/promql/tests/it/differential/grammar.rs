//! Random queries that parse: grown from the types of the language.

use super::chance::Chance;
use super::data::BEGIN;

/// How deep expressions nest.
const DEPTH: u32 = 3;

/// A query: mostly for an instant vector.
pub(crate) fn query(chance: &mut Chance) -> String {
    match chance.below(40) {
        0 => matrix(chance, DEPTH),
        1 | 2 => scalar(chance, DEPTH),
        _ => vector(chance, DEPTH),
    }
}

/// Functions of one instant vector.
const OF_VECTOR: &[&str] = &[
    "abs",
    "absent",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "ceil",
    "deg",
    "floor",
    "ln",
    "log10",
    "log2",
    "rad",
    "round",
    "sgn",
    "sort",
    "sort_desc",
    "sqrt",
    "tanh",
];

/// Functions that make much of the last bit of a large number, in which platforms differ: they get small ones alone.
const STEEP: &[&str] = &["cos", "cosh", "exp", "sin", "sinh", "tan"];

/// Parts of a date. What they make of NaN depends on the processor that Prometheus runs on, so they get times alone.
const CALENDAR: &[&str] =
    &["day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year"];

/// Functions of one range vector.
const OF_MATRIX: &[&str] = &[
    "absent_over_time",
    "avg_over_time",
    "changes",
    "count_over_time",
    "delta",
    "deriv",
    "idelta",
    "increase",
    "irate",
    "last_over_time",
    "mad_over_time",
    "max_over_time",
    "min_over_time",
    "present_over_time",
    "rate",
    "resets",
    "stddev_over_time",
    "stdvar_over_time",
    "sum_over_time",
    "rate",
    "rate",
    "increase",
];

fn vector(chance: &mut Chance, depth: u32) -> String {
    if depth == 0 {
        return selector(chance, true);
    }
    match chance.below(100) {
        0..12 => selector(chance, true),
        12..22 => format!("{}({})", chance.pick(OF_VECTOR), vector(chance, depth - 1)),
        22..45 => of_matrix(chance, depth - 1),
        45..67 => aggregation(chance, depth - 1),
        67..77 => with_scalar(chance, depth - 1),
        77..90 => with_vector(chance, depth - 1),
        90..92 => format!("-{}", vector(chance, 0)),
        92..93 => format!("vector({})", scalar(chance, depth - 1)),
        _ => special(chance, depth - 1),
    }
}

/// A selector; `with_modifier` may bring `offset` and `@`.
fn selector(chance: &mut Chance, with_modifier: bool) -> String {
    let name = chance.pick(&["c_total", "c_total", "g", "g", "other", "errors_total", "info", "missing"]);
    let matchers = chance.pick(&[
        "",
        "",
        "",
        "",
        "{b=\"x\"}",
        "{a!=\"2\"}",
        "{a=~\"1|3\"}",
        "{a=\"1\", b=\"y\"}",
        "{b=\"\"}",
        "{b!~\"y.*\"}",
    ]);
    let modifier = if with_modifier { modifier(chance) } else { String::new() };
    format!("{name}{matchers}{modifier}")
}

fn modifier(chance: &mut Chance) -> String {
    let at = BEGIN / 1000 + chance.below(2000) as i64;
    match chance.below(20) {
        0 => format!(" offset {}", chance.pick(&["1m", "5m", "30s", "-1m", "7s", "20m"])),
        1 => format!(" @ {at}"),
        2 => format!(" @ {}", chance.pick(&["start()", "end()"])),
        3 => format!(" @ end() offset {}", chance.pick(&["2m", "-90s"])),
        _ => String::new(),
    }
}

fn matrix(chance: &mut Chance, depth: u32) -> String {
    let range = chance.pick(&["1m", "2m", "5m", "5m", "10m", "29s", "90s", "1h", "15s"]);
    let modifier = modifier(chance);
    if depth > 0 && chance.percent(30) {
        let step = chance.pick(&["", "30s", "1m", "7s", "2m"]);
        // A binary operation needs parentheses; on others they do no harm.
        return format!("({})[{range}:{step}]{modifier}", vector(chance, depth - 1));
    }
    format!("{}[{range}]{modifier}", selector(chance, false))
}

fn of_matrix(chance: &mut Chance, depth: u32) -> String {
    match chance.below(20) {
        0 | 1 => {
            let quantile = chance.pick(&["0", "0.25", "0.5", "0.9", "1", "-1", "1.5"]);
            format!("quantile_over_time({quantile}, {})", matrix(chance, depth))
        }
        2 => format!(
            "predict_linear({}, {})",
            matrix(chance, depth),
            chance.pick(&["0", "60", "-300", "3600"])
        ),
        3 => format!("double_exponential_smoothing({}, 0.5, 0.25)", matrix(chance, depth)),
        _ => format!("{}({})", chance.pick(OF_MATRIX), matrix(chance, depth)),
    }
}

fn labels(chance: &mut Chance) -> &'static str {
    chance.pick(&["a", "b", "a, b", "", "os", "a, nothing", "le"])
}

fn aggregation(chance: &mut Chance, depth: u32) -> String {
    let grouping = match chance.below(10) {
        0..3 => String::new(),
        3..8 => format!(" by ({})", labels(chance)),
        _ => format!(" without ({})", labels(chance)),
    };
    match chance.below(20) {
        0 | 1 => {
            // Values of g are never equal at one time, so the order is certain.
            let op = chance.pick(&["topk", "bottomk"]);
            format!("{op}{grouping} ({}, g{})", chance.below(5), modifier(chance))
        }
        2 | 3 => {
            let quantile = chance.pick(&["0", "0.3", "0.5", "0.99", "1", "2", "-0.5"]);
            format!("quantile{grouping} ({quantile}, {})", vector(chance, depth))
        }
        4 => format!("count_values{grouping} (\"value\", floor({}))", selector(chance, true)),
        5 => format!("count{grouping} (limitk{grouping} (2, {}))", vector(chance, depth)),
        _ => {
            let op = chance.pick(&["sum", "sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"]);
            format!("{op}{grouping} ({})", vector(chance, depth))
        }
    }
}

/// Powers stand apart: of large numbers they differ by platform.
const ARITHMETIC: &[&str] = &["+", "-", "*", "/", "%", "atan2"];
const COMPARISON: &[&str] = &["==", "!=", ">", "<", ">=", "<=", "> bool", "== bool", "<= bool", "!= bool"];

/// An operator between a vector and something.
fn operator(chance: &mut Chance) -> &'static str {
    if chance.percent(60) { chance.pick(ARITHMETIC) } else { chance.pick(COMPARISON) }
}

fn with_scalar(chance: &mut Chance, depth: u32) -> String {
    let (vector, scalar, op) = (vector(chance, depth), scalar(chance, depth), operator(chance));
    if chance.percent(60) {
        format!("({vector}) {op} ({scalar})")
    } else {
        format!("({scalar}) {op} ({vector})")
    }
}

fn with_vector(chance: &mut Chance, depth: u32) -> String {
    let left = vector(chance, depth);
    let right = if chance.percent(30) { selector(chance, true) } else { vector(chance, depth) };
    let matching = match chance.below(10) {
        0..5 => String::new(),
        5..8 => format!(" on ({})", labels(chance)),
        _ => format!(" ignoring ({})", labels(chance)),
    };
    if chance.percent(35) {
        let op = chance.pick(&["and", "or", "unless"]);
        return format!("({left}) {op}{matching} ({right})");
    }
    let op = operator(chance);
    match chance.below(10) {
        0 => format!("({left}) {op} on (a) group_left (os) info"),
        1 => format!("info {op} on (a) group_right (os) ({left})"),
        2 => format!("({left}) {op} on (a) group_left () sum by (a) ({right})"),
        _ => format!("({left}) {op}{matching} ({right})"),
    }
}

fn special(chance: &mut Chance, depth: u32) -> String {
    match chance.below(13) {
        0..3 => {
            let quantile =
                chance.pick(&["0", "0.2", "0.5", "0.9", "1", "2", "scalar(g{a=\"1\", b=\"x\"}) / 100"]);
            let buckets = chance.pick(&[
                "h_bucket",
                "rate(h_bucket[5m])",
                "sum by (le) (h_bucket)",
                "sum by (a, le) (increase(h_bucket[10m]))",
            ]);
            format!("histogram_quantile({quantile}, {buckets})")
        }
        // Below the first bucket's bound the versions of Prometheus differ.
        3 => format!("histogram_fraction(0.1, {}, h_bucket)", chance.pick(&["0.3", "1", "2.5", "Inf"])),
        4 => {
            let target = chance.pick(&["a", "b", "new"]);
            format!("label_replace({}, \"{target}\", \"$1-z\", \"a\", \"(.*)\")", vector(chance, depth))
        }
        5 => format!("label_join({}, \"joined\", \"-\", \"a\", \"b\")", vector(chance, depth)),
        6 => {
            let times = ["c_total * 1e5", "timestamp(g)", "vector(time())", "errors_total"];
            format!("{}({})", chance.pick(CALENDAR), chance.pick(&times))
        }
        7 => format!("{}(clamp({}, -20, 20))", chance.pick(STEEP), selector(chance, true)),
        8 => format!("({}) ^ {}", selector(chance, true), chance.pick(&["2", "0.5", "-1", "0", "NaN"])),
        9 => format!("2 ^ round(clamp({}, -20, 20))", selector(chance, true)),
        // Of a selector with both `@` and `offset` Prometheus forgets the offset here. Variances of large numbers lose too
        // many digits to be compared, hence the remainder.
        10 => format!("timestamp({}) % 1000", selector(chance, false)),
        11 => format!("clamp({}, {}, {})", vector(chance, depth), scalar(chance, 0), scalar(chance, 0)),
        _ => {
            let name = chance.pick(&["clamp_min", "clamp_max", "round"]);
            format!("{name}({}, {})", vector(chance, depth), scalar(chance, 0))
        }
    }
}

fn scalar(chance: &mut Chance, depth: u32) -> String {
    let number = |chance: &mut Chance| {
        chance.pick(&["0", "1", "2", "0.5", "-3", "10", "100", "7.123", "NaN", "Inf", "1e3"]).to_owned()
    };
    if depth == 0 {
        return number(chance);
    }
    match chance.below(10) {
        0..6 => number(chance),
        6 => "time() % 1000".to_owned(),
        7 => format!("scalar({})", vector(chance, depth - 1)),
        8 => "pi()".to_owned(),
        _ => {
            let op = chance.pick(ARITHMETIC);
            format!("({}) {op} ({})", scalar(chance, depth - 1), scalar(chance, depth - 1))
        }
    }
}
