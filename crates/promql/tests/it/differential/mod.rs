//! Random queries over random series, evaluated here and by a real Prometheus, must give the same.
//!
//! Runs where a `prometheus` of version 3 is: the environment variable `WATCHFIRE_PROMETHEUS` names its file, otherwise the
//! one on the `PATH` is taken. Elsewhere it says so and passes. `WATCHFIRE_SEED` and `WATCHFIRE_QUERIES` choose other queries
//! and more of them.

mod chance;
mod data;
mod grammar;
mod prometheus;
mod reply;
mod wire;

use std::env;

use self::chance::Chance;
use self::prometheus::Prometheus;
use crate::engine;
use crate::store::Store;

const SEED: u64 = 20_261_121;
const QUERIES: usize = 500;

fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    env::var(name).ok().map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, not {text:?}"))
    })
}

#[test]
fn answers_as_prometheus_does() {
    let prometheus = match Prometheus::start() {
        Ok(prometheus) => prometheus,
        Err(reason) => {
            eprintln!("nothing to compare with: {reason}");
            return;
        }
    };
    let seed = setting("WATCHFIRE_SEED", SEED);
    let queries = setting("WATCHFIRE_QUERIES", QUERIES);
    let mut chance = Chance::new(seed);
    let series = data::series(&mut chance);
    let mut store = Store::default();
    for (labels, samples) in &series {
        store.append(labels, samples.iter().copied());
    }
    prometheus.write(&series);

    let (mut telling, mut failures) = (0, Vec::new());
    for _ in 0..queries {
        let query = grammar::query(&mut chance);
        let (start, end, step) = data::steps(&mut chance);
        let expected = prometheus.query(&query, start, end, step);
        let found = engine::evaluate(&store, &query, start, end, step);
        telling += usize::from(expected.as_ref().is_ok_and(|reply| !reply.series.is_empty()));
        if let Err(difference) = reply::compare(&expected, &found) {
            failures.push(format!("{query}\n  from {start} to {end} step {step}: {difference}"));
        }
    }
    assert!(
        failures.is_empty(),
        "seed {seed}: {} of {queries} differ\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(telling * 2 > queries, "only {telling} of {queries} queries had a result with series");
}
