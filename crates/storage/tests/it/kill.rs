//! `kill -9`, for real: another process appends as fast as it can and prints the number of each batch that was
//! acknowledged; it is killed, and what it printed must be there.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use watchfire_model::{Batch, Matcher};
use watchfire_storage::{Appender, Engine, Settings};

use crate::fixture::{ALWAYS, THEN, host, series, settings};

/// Where the process that is killed writes, and the number of its first batch.
const DIR: &str = "KILL_TEST_DIR";
const FIRST: &str = "KILL_TEST_FIRST";

const ROUNDS: usize = 25;
/// Appends that wait at the same time, so that several share a commit.
const AT_ONCE: u64 = 8;
/// Samples of a batch, each of its own series: all of them are stored, or none.
const SAMPLES: usize = 5;

/// Small enough that flushes run all the time, and that kills hit them.
fn busy(dir: &Path) -> Settings {
    Settings { max_head_samples: 400, block_window: 1000, ..settings(dir) }
}

fn batch(number: u64) -> Batch {
    let mut batch = Batch::default();
    for name in 0..SAMPLES {
        batch.push(&host(&name.to_string()), THEN + number as i64, number as f64);
    }
    batch
}

/// What the other process does.
fn append_until_killed(dir: &Path) {
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = Engine::open(busy(dir)).await.unwrap();
        let append = |offset| tokio::spawn(append(engine.clone(), first + offset));
        let tasks: Vec<_> = (0..AT_ONCE).map(append).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

async fn append(engine: Engine, first: u64) {
    for number in (first..).step_by(AT_ONCE as usize) {
        let appended = engine.append(batch(number)).await.unwrap();
        assert_eq!(appended.stored, SAMPLES);
        // In one piece, and past the test harness, which keeps what `println!` prints.
        std::io::stdout().write_all(format!("acknowledged {number}\n").as_bytes()).unwrap();
    }
}

/// Starts the process, kills it some time after its first word, and returns the batches that it said were stored.
fn acknowledged_until_killed(dir: &Path, first: u64) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::killed_at_any_moment", "--nocapture"])
        .env(DIR, dir)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut next = || {
        let mut line = String::new();
        // A last line without its end was cut off by the kill.
        (lines.read_line(&mut line).unwrap() > 0 && line.ends_with('\n')).then_some(line)
    };
    let number =
        |line: &str| line.trim().strip_prefix("acknowledged ").map(|number| number.parse::<u64>().unwrap());
    let mut acknowledged: Vec<u64> = Vec::new();
    while acknowledged.is_empty() {
        acknowledged.extend(number(&next().unwrap()));
    }
    let at_random = RandomState::new().hash_one(0) as f64 / u64::MAX as f64;
    let killer = std::thread::spawn(move || {
        // Not to wait for anything: the moment of death is what is drawn.
        std::thread::sleep(Duration::from_millis(200).mul_f64(at_random));
        child.kill().unwrap();
        child.wait().unwrap()
    });
    while let Some(line) = next() {
        acknowledged.extend(number(&line));
    }
    let status = killer.join().unwrap();
    assert_eq!(status.code(), None, "it was killed before it ended by itself");
    acknowledged
}

#[test]
fn killed_at_any_moment() {
    // This test is the other process, too.
    if let Some(dir) = std::env::var_os(DIR) {
        return append_until_killed(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut acknowledged: Vec<u64> = Vec::new();
    let mut first = 0;
    for round in 0..ROUNDS {
        let of_round = acknowledged_until_killed(dir.path(), first);
        acknowledged.extend(of_round);
        let stored = runtime.block_on(stored(dir.path()));
        for number in &acknowledged {
            assert!(
                stored.contains_key(number),
                "round {round}: batch {number} was acknowledged and is lost"
            );
        }
        for (number, samples) in &stored {
            assert_eq!(*samples, SAMPLES, "round {round}: batch {number} is there in part");
        }
        first = stored.last_key_value().map_or(0, |(number, _)| number + 1);
    }
    println!("{} acknowledged batches, {ROUNDS} kills", acknowledged.len());
    assert!(acknowledged.len() > 10 * ROUNDS, "{}", acknowledged.len());
}

/// How many samples of each batch are there.
async fn stored(dir: &Path) -> BTreeMap<u64, usize> {
    let engine = Engine::open(busy(dir)).await.unwrap();
    let mut found = BTreeMap::new();
    for series in series(&engine, &[Matcher::metric("up")], ALWAYS).await {
        for (timestamp, value) in series.timestamps.iter().zip(&series.values) {
            let number = u64::try_from(timestamp - THEN).unwrap();
            assert_eq!(value.to_bits(), (number as f64).to_bits());
            *found.entry(number).or_default() += 1;
        }
    }
    engine.close().await;
    found
}
