//! The series that both sides hold, and the times at which they are asked.

use watchfire_model::Labels;

use super::chance::Chance;
use crate::store::STALE;

/// Labels, and samples in time order.
pub(crate) type Samples = (Labels, Vec<(i64, f64)>);

/// When the samples begin, and for how long they go on: milliseconds.
pub(crate) const BEGIN: i64 = 1_700_000_000_000;
const LENGTH: i64 = 30 * MINUTE;
const MINUTE: i64 = 60_000;

/// Two counters, two gauges and a classic histogram, each in several series.
pub(crate) fn series(chance: &mut Chance) -> Vec<Samples> {
    let mut all = Vec::new();
    for a in ["1", "2", "3"] {
        for b in ["x", "y"] {
            let labels = |metric| Labels::of(metric, [("a", a), ("b", b)]).unwrap();
            all.push((labels("c_total"), counter(chance)));
            all.push((labels("g"), gauge(chance, 0, all.len())));
            if a != "3" {
                all.push((labels("other"), gauge(chance, 10, 0)));
                all.push((labels("errors_total"), counter(chance)));
            }
        }
        all.push((
            Labels::of("info", [("a", a), ("os", if a == "1" { "linux" } else { "bsd" })]).unwrap(),
            ones(),
        ));
        histogram(chance, a, &mut all);
    }
    all
}

/// Times about 15 seconds apart, with gaps.
fn times(chance: &mut Chance) -> Vec<i64> {
    let (mut times, mut now) = (Vec::new(), chance.below(20_000) as i64);
    while now < LENGTH {
        times.push(BEGIN + now);
        now += match chance.below(40) {
            0 => 6 * MINUTE,
            1..3 => 2 * MINUTE,
            3..10 => 10_000 + chance.below(10_000) as i64,
            _ => 15_000,
        };
    }
    times
}

fn counter(chance: &mut Chance) -> Vec<(i64, f64)> {
    let times = times(chance);
    let mut total = chance.below(50) as f64;
    let count = |time| {
        total = if chance.percent(3) { 0.0 } else { total + chance.below(40) as f64 };
        (time, total)
    };
    times.into_iter().map(count).collect()
}

/// A gauge in 64ths and a few 4096ths that tell one series from the other, so that sums are exact and values of two series are
/// never equal; `odd` of 400 samples are NaN, infinite or mark staleness.
fn gauge(chance: &mut Chance, odd: u64, series: usize) -> Vec<(i64, f64)> {
    let value = |chance: &mut Chance| match chance.below(400) {
        at if at >= odd => (chance.below(12_800) as f64 - 3_200.0) / 64.0 + series as f64 / 4096.0,
        0 | 1 => f64::NAN,
        2 => f64::INFINITY,
        3 => f64::NEG_INFINITY,
        _ => f64::from_bits(STALE),
    };
    times(chance).into_iter().map(|time| (time, value(chance))).collect()
}

fn ones() -> Vec<(i64, f64)> {
    (0..LENGTH / MINUTE).map(|minute| (BEGIN + minute * MINUTE, 1.0)).collect()
}

fn histogram(chance: &mut Chance, a: &str, all: &mut Vec<Samples>) {
    let bounds = ["0.1", "0.5", "1", "5", "+Inf"];
    let mut totals = [0.0; 5];
    let mut rows: [Vec<(i64, f64)>; 5] = Default::default();
    for minute in 0..LENGTH / MINUTE {
        let mut sum = 0.0;
        for (total, row) in totals.iter_mut().zip(&mut rows) {
            sum += chance.below(9) as f64;
            *total += sum;
            row.push((BEGIN + minute * MINUTE, *total));
        }
    }
    for (bound, row) in bounds.into_iter().zip(rows) {
        all.push((Labels::of("h_bucket", [("a", a), ("le", bound)]).unwrap(), row));
    }
}

/// Start, end and step of a query; a step of 0 for an instant query.
pub(crate) fn steps(chance: &mut Chance) -> (i64, i64, i64) {
    let start = BEGIN + chance.below(34 * 60) as i64 * 1000;
    if chance.percent(40) {
        return (start, start, 0);
    }
    let step = [7_000, 15_000, 60_000, 90_000, 300_000][chance.below(5) as usize];
    (start, start + chance.below(12) as i64 * step, step)
}
