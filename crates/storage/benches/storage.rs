//! The hot paths: a block's codec, an append, a select of an hour, and a start with a full journal.
//! `cargo bench --package watchfire-storage`
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput};
use tokio::runtime::Runtime;
use watchfire_model::{Batch, Labels, Matcher, TimeRange};
use watchfire_storage::{Appender, Chunk, Engine, Packed, Querier, Settings};

/// 2023-11-14, 10:40 UTC: a day that is over.
const THEN: i64 = 1_699_958_400_000;
const HOUR: i64 = 3_600_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    codec(&mut criterion);
    append(&mut criterion);
    select(&mut criterion);
    start(&mut criterion);
    criterion.final_summary();
}

/// The second's timestamp, some milliseconds late, as a collector's are.
fn time(second: i64) -> i64 {
    THEN + second * 1000 + second * 7 % 5
}

/// A value that wanders with some noise, in steps of a hundredth, as a CPU's use does.
fn value(second: i64) -> f64 {
    let noise = second.wrapping_mul(6_364_136_223_846_793_005).rotate_left(20) % 1000;
    ((second as f64 / 90.0).sin() * 4000.0 + noise as f64).round() / 100.0
}

fn names(count: usize) -> Vec<Labels> {
    let name =
        |index: usize| Labels::of("bench", [("host", "a"), ("series", index.to_string().as_str())]).unwrap();
    (0..count).map(name).collect()
}

/// One sample of each series.
fn scrape(names: &[Labels], second: i64) -> Batch {
    let mut batch = Batch::default();
    for (offset, labels) in (0..).zip(names) {
        batch.push(labels.clone(), time(second), value(second + offset));
    }
    batch
}

fn open(runtime: &Runtime, dir: &Path) -> Engine {
    let settings =
        Settings { dir: dir.to_owned(), retention: None, min_free_bytes: 0, ..Settings::default() };
    runtime.block_on(Engine::open(settings)).unwrap()
}

fn codec(criterion: &mut Criterion) {
    let (timestamps, values) = (0..1800).map(|second| (time(second), value(second))).unzip();
    let chunk = Chunk { timestamps, values };
    let packed = Packed::encode(&chunk).unwrap();
    let mut group = criterion.benchmark_group("block of 1800 samples");
    group.throughput(Throughput::Elements(1800));
    group.bench_function("encode", |bencher| bencher.iter(|| Packed::encode(black_box(&chunk))));
    group.bench_function("decode", |bencher| bencher.iter(|| black_box(&packed).decode()));
    group.finish();
}

fn append(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let engine = open(&runtime, dir.path());
    let names = names(200);
    let mut seconds = 0..;
    let mut group = criterion.benchmark_group("append");
    group.throughput(Throughput::Elements(200));
    group.bench_function("200 samples", |bencher| {
        let next = || scrape(&names, seconds.next().unwrap());
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
    let names = names(20);
    let mut hour = Batch::default();
    (0..3600).for_each(|second| hour.samples.extend(scrape(&names, second).samples));
    runtime.block_on(engine.append(hour)).unwrap();

    let mut group = criterion.benchmark_group("an hour of 20 series");
    group.throughput(Throughput::Elements(20 * 3600));
    group.bench_function("from memory", |bencher| bencher.iter(|| sum(&runtime, &engine)));
    runtime.block_on(engine.flush()).unwrap();
    runtime.block_on(engine.close());
    let engine = open(&runtime, dir.path());
    group.bench_function("from a partition", |bencher| bencher.iter(|| sum(&runtime, &engine)));
    group.finish();
    runtime.block_on(engine.close());
}

/// Selects the hour and decodes all of it.
fn sum(runtime: &Runtime, engine: &Engine) -> f64 {
    let range = TimeRange { start: THEN, end: THEN + HOUR };
    let selected = runtime.block_on(engine.select(&[Matcher::metric("bench")], range)).unwrap();
    let mut sum = 0.0;
    for series in &selected {
        series.read(range, |_, values| sum += values.iter().sum::<f64>());
    }
    sum
}

/// The journal of 30 minutes with 250 series each second.
fn start(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let engine = open(&runtime, dir.path());
    let names = names(250);
    runtime.block_on(async {
        for second in 0..1800 {
            engine.append(scrape(&names, second)).await.unwrap();
        }
        engine.close().await;
    });
    let mut group = criterion.benchmark_group("start");
    group.sample_size(10);
    group.bench_function("450000 samples in the journal", |bencher| {
        bencher.iter(|| runtime.block_on(open(&runtime, dir.path()).close()));
    });
    group.finish();
}
