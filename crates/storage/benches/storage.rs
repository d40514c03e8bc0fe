//! The hot paths: the codec of chunks, an append, and a select of an hour.
//! `cargo bench --package watchfire-storage --bench storage`
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput};
use tokio::runtime::Runtime;
use watchfire_model::{Batch, Labels, Matcher, TimeRange};
use watchfire_storage::{Appender, Engine, Querier, SelectOptions, Settings, decode_chunk, encode_chunk};

/// 2023-11-14, 10:40 UTC: a day that is over.
const THEN: i64 = 1_699_958_400_000;
const HOUR: i64 = 3_600_000;
/// A sample every 15 seconds.
const STEP: i64 = 15_000;
const SAMPLES: i64 = HOUR / STEP;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    codec(&mut criterion);
    append(&mut criterion);
    select(&mut criterion);
    criterion.final_summary();
}

/// The timestamp of a scrape, some milliseconds late, as they are.
fn time(scrape: i64) -> i64 {
    THEN + scrape * STEP + scrape * 7 % 5
}

/// A value that wanders with some noise, in steps of a hundredth, as a CPU's use does.
fn value(scrape: i64) -> f64 {
    let noise = scrape.wrapping_mul(6_364_136_223_846_793_005).rotate_left(20) % 1000;
    ((scrape as f64 / 90.0).sin() * 4000.0 + noise as f64).round() / 100.0
}

fn names(count: usize) -> Vec<Labels> {
    let name =
        |index: usize| Labels::of("bench", [("host", "a"), ("series", index.to_string().as_str())]).unwrap();
    (0..count).map(name).collect()
}

/// One sample of each series.
fn scrape(names: &[Labels], number: i64) -> Batch {
    let mut batch = Batch::default();
    for (offset, labels) in (0..).zip(names) {
        batch.push(labels, time(number), value(number + offset));
    }
    batch
}

fn open(runtime: &Runtime, dir: &Path) -> Engine {
    let settings = Settings {
        dir: dir.to_owned(),
        retention: None,
        min_free_bytes: 0,
        out_of_order_window: None,
        ..Settings::default()
    };
    runtime.block_on(Engine::open(settings)).unwrap()
}

fn codec(criterion: &mut Criterion) {
    type Value = fn(i64) -> f64;
    let kinds: [(&str, Value); 3] = [
        ("a constant", |_| 7.0),
        ("a counter", |scrape| (scrape * scrape % 1000 + scrape * 1500) as f64),
        ("hundredths", value),
    ];
    let mut group = criterion.benchmark_group("a chunk of 240 samples");
    group.throughput(Throughput::Elements(SAMPLES as u64));
    for (name, value) in kinds {
        let (timestamps, values): (Vec<i64>, Vec<f64>) =
            (0..SAMPLES).map(|scrape| (time(scrape), value(scrape))).unzip();
        group.bench_function(format!("write {name}"), |bencher| {
            bencher.iter(|| encode_chunk(black_box(&timestamps), black_box(&values)));
        });
        let bytes = encode_chunk(&timestamps, &values);
        let (mut timestamps, mut values) = (Vec::new(), Vec::new());
        group.bench_function(format!("read {name}"), |bencher| {
            bencher.iter(|| {
                timestamps.clear();
                values.clear();
                decode_chunk(black_box(&bytes), &mut timestamps, &mut values)
            });
        });
    }
    group.finish();
}

fn append(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let engine = open(&runtime, dir.path());
    let names = names(2000);
    let mut numbers = 0..;
    let mut group = criterion.benchmark_group("append");
    group.throughput(Throughput::Elements(2000));
    group.bench_function("2000 series, one sample each", |bencher| {
        let next = || scrape(&names, numbers.next().unwrap());
        let store = |batch| runtime.block_on(engine.append(batch)).unwrap();
        bencher.iter_batched(next, store, BatchSize::SmallInput);
    });
    group.finish();
    runtime.block_on(engine.close());
}

fn select(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let engine = open(&runtime, dir.path());
    let names = names(1000);
    for number in 0..SAMPLES {
        runtime.block_on(engine.append(scrape(&names, number))).unwrap();
    }
    let mut group = criterion.benchmark_group("an hour of 1000 series");
    group.throughput(Throughput::Elements(1000 * SAMPLES as u64));
    group.bench_function("from memory", |bencher| bencher.iter(|| sum(&runtime, &engine)));
    runtime.block_on(engine.close());
    let engine = open(&runtime, dir.path());
    group.bench_function("from a partition", |bencher| bencher.iter(|| sum(&runtime, &engine)));
    group.finish();
    runtime.block_on(engine.close());
}

/// Selects the hour and decodes all of it.
fn sum(runtime: &Runtime, engine: &Engine) -> f64 {
    let range = TimeRange { start: THEN, end: THEN + HOUR };
    let matchers = [Matcher::metric("bench")];
    let selected = runtime.block_on(engine.select(&matchers, range, SelectOptions::ALL)).unwrap();
    assert_eq!(selected.len(), 1000);
    let mut sum = 0.0;
    for series in &selected {
        series.read(range, |_, values| sum += values.iter().sum::<f64>());
    }
    sum
}
