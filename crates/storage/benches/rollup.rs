//! What finishing a day costs, and what it brings: bytes before and after, and a week read from samples and from rollups.
//! `cargo bench --package watchfire-storage --bench rollup`; with `-- --test` little, to see that it works.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

use std::time::Instant;

use watchfire_model::{Batch, Labels, Matcher, TimeRange};
use watchfire_storage::{Appender, Engine, Querier, SelectOptions};

mod data;

use data::{DAY, settings, size, value};

/// 2023-11-14, 0:00 UTC: days that are over.
const THEN: i64 = 1_699_920_000_000;
/// A sample every 15 seconds.
const STEP: i64 = 15_000;

#[tokio::main]
async fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let (series, days) = if quick { (20, 2) } else { (500, 7) };
    let names: Vec<Labels> = (0..series).map(name).collect();
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for day in 0..days {
        // In flushes of half an hour, as they come by themselves.
        for half_hour in 0..48 {
            let start = THEN + day * DAY + half_hour * 1_800_000;
            let mut batch = Batch::default();
            for (number, labels) in (0..).zip(&names) {
                for at in (start..start + 1_800_000).step_by(STEP as usize) {
                    batch.push(labels, at + number % 50, value(number, at / STEP));
                }
            }
            engine.append(batch).await.unwrap();
            engine.flush().await.unwrap();
        }
    }
    // A day that goes on, so that memory answers for none of those before.
    for later in [DAY / 2, DAY / 2 + 7_200_000] {
        let mut batch = Batch::default();
        for labels in &names {
            batch.push(labels, THEN + days * DAY + later, 0.0);
        }
        engine.append(batch).await.unwrap();
        engine.flush().await.unwrap();
    }
    let samples = series * days * (DAY / STEP);
    println!("{series} series over {days} days, {samples} samples, flushed each half hour");
    let each = |bytes: u64| bytes as f64 / samples as f64;
    let before = size(&dir.path().join("metrics"));
    read("samples of 48 flushes a day", &engine, days, None).await;
    let started = Instant::now();
    engine.seal().await.unwrap();
    let took = started.elapsed().as_secs_f64();
    println!("finished in {took:.2} s: {:.2} s for a million samples", took * 1e6 / samples as f64);
    read("samples of finished days", &engine, days, None).await;
    for (name, width) in [("5 minutes", 300_000), ("an hour", 3_600_000), ("a day", DAY)] {
        read(&format!("rollups of {name}"), &engine, days, Some(width)).await;
    }
    engine.close().await;
    let after = size(&dir.path().join("metrics"));
    println!("samples: {:.3} bytes each in 48 flushes a day, {:.3} when finished", each(before), each(after));
    for tier in ["5m", "1h", "1d"] {
        let bytes = size(&dir.path().join("metrics").join(tier));
        println!("rollups in {tier}: {:.3} bytes for each sample", each(bytes));
    }
}

/// Reads everything as a query would.
async fn read(what: &str, engine: &Engine, days: i64, buckets: Option<i64>) {
    let started = Instant::now();
    let range = TimeRange { start: THEN, end: THEN + days * DAY - 1 };
    let options = SelectOptions { buckets, ..SelectOptions::ALL };
    let found = engine.select(&[Matcher::metric("node_metric_1")], range, options).await.unwrap();
    let selected = started.elapsed();
    let mut count = 0;
    for series in &found {
        match buckets {
            Some(width) => series.read_rollups(width, range, &mut |rollup| count += rollup.count),
            None => series.read(range, |timestamps, _| count += timestamps.len() as u64),
        }
    }
    let (select, all) = (selected.as_secs_f64() * 1e3, started.elapsed().as_secs_f64() * 1e3);
    println!(
        "{} series, {count} samples as {what}: select {select:.1} ms, with reading {all:.1} ms",
        found.len()
    );
}

fn name(number: i64) -> Labels {
    let (metric, instance) = (format!("node_metric_{}", number % 5), format!("host-{}:9100", number / 5));
    Labels::of(&metric, [("instance", instance.as_str()), ("job", "node")]).unwrap()
}
