//! What many series cost: memory for each, and the time of a start with an hour of them.
//! `cargo bench --package watchfire-storage --bench capacity`; with `-- --test` few series, to see that it works.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

use std::fs;
use std::path::Path;
use std::time::Instant;

use watchfire_model::{Batch, Labels, Matcher, TimeRange};
use watchfire_storage::{Appender, Engine, Querier, SelectOptions};

mod data;

use data::{settings, size, value};

/// 2023-11-14, 10:40 UTC: a day that is over.
const THEN: i64 = 1_699_958_400_000;
/// A sample every 15 seconds, for an hour.
const STEP: i64 = 15_000;
const SAMPLES: i64 = 240;
/// Series of one batch.
const AT_ONCE: usize = 5000;

/// What is to be reached: bytes of memory for each series with its hour, and seconds of a start.
const BYTES: u64 = 1536;
const SECONDS: f64 = 2.0;

#[tokio::main]
async fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let names = names(if quick { 2000 } else { 100_000 });
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = resident();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let started = Instant::now();
    fill(&engine, &names).await;
    let (took, after) = (started.elapsed(), resident());
    let series = engine.stats().head_series as u64;
    let each = after.saturating_sub(before) / series;
    println!("{series} series with {SAMPLES} samples each, appended in {:.1} s", took.as_secs_f64());
    println!("memory: {each} bytes for each series; {BYTES} are the goal");

    copy(dir.path(), killed.path());
    let started = Instant::now();
    engine.close().await;
    println!("flush of all of them and close: {:.2} s", started.elapsed().as_secs_f64());
    let disk = size(&dir.path().join("metrics"));
    println!("partition: {:.2} bytes for each sample", disk as f64 / (series * SAMPLES as u64) as f64);
    drop(engine);
    for (what, dir) in [("partition", dir.path()), ("full journal", killed.path())] {
        start(what, dir, names.len()).await;
    }
}

/// Opens the directory and answers a first query.
async fn start(what: &str, dir: &Path, series: usize) {
    let started = Instant::now();
    let engine = Engine::open(settings(dir)).await.unwrap();
    let opened = started.elapsed().as_secs_f64();
    let range = TimeRange { start: THEN, end: THEN + SAMPLES * STEP };
    let matchers = [Matcher::equal("instance", "host-7:9100")];
    let found = engine.select(&matchers, range, SelectOptions::ALL).await.unwrap();
    assert_eq!(found.len(), series / 1000);
    assert!(found.iter().all(|series| series.to_series(range).values.len() as i64 == SAMPLES));
    let answered = started.elapsed().as_secs_f64();
    println!(
        "start from a {what}: open {opened:.2} s, first answer {answered:.2} s; {SECONDS:.0} s are the goal"
    );
    engine.close().await;
}

/// Series as exporters have them: 1000 instances with the same metrics.
fn names(count: usize) -> Vec<Labels> {
    let name = |index: usize| {
        let (metric, instance) =
            (format!("node_metric_{}_total", index / 1000), format!("host-{}:9100", index % 1000));
        let others =
            [("instance", instance.as_str()), ("job", "node"), ("device", "sda"), ("env", "production")];
        Labels::of(&metric, others).unwrap()
    };
    (0..count).map(name).collect()
}

async fn fill(engine: &Engine, names: &[Labels]) {
    for scrape in 0..SAMPLES {
        for (part, names) in (0..).zip(names.chunks(AT_ONCE)) {
            let mut batch = Batch::default();
            for (offset, labels) in (0..).zip(names) {
                let series = part * AT_ONCE as i64 + offset;
                batch.push(labels, THEN + scrape * STEP + series % 50, value(series, scrape));
            }
            assert_eq!(engine.append(batch).await.unwrap().stored, names.len());
        }
    }
}

/// Bytes of memory that this process has, by `/proc`; 0 where there is none.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}

/// What `kill -9` leaves.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("metrics")).unwrap();
    for file in fs::read_dir(from.join("metrics")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // Below are rollups of days that are over; there are none yet.
        if path.is_file() && !name.ends_with("-shm") {
            fs::copy(&path, to.join("metrics").join(name)).unwrap();
        }
    }
}
