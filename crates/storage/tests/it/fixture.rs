//! What the tests share: settings, batches, and a copy of a data directory as a killed process leaves it.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use watchfire_model::{Batch, Labels, Matcher, Series, TimeRange};
use watchfire_storage::{Engine, Querier, SelectOptions, Settings};

pub(crate) const ALWAYS: TimeRange = TimeRange { start: i64::MIN, end: i64::MAX };
pub(crate) const DAY: i64 = 86_400_000;
/// 2023-11-14, 10:40: far from midnight.
pub(crate) const THEN: i64 = 1_699_958_400_000;
pub(crate) const THEN_FILE: &str = "metrics/2023-11-14.db";

/// Keeps everything, takes samples of any age, and flushes only when it is told to, or closed.
pub(crate) fn settings(dir: &Path) -> Settings {
    Settings {
        dir: dir.to_owned(),
        retention: None,
        retention_5m: None,
        retention_hourly: None,
        retention_daily: None,
        block_window: DAY,
        min_free_bytes: 0,
        out_of_order_window: None,
        ..Settings::default()
    }
}

pub(crate) fn host(name: &str) -> Labels {
    Labels::of("up", [("host", name)]).unwrap()
}

/// Samples of `up{host="a"}`.
pub(crate) fn batch(samples: &[(i64, f64)]) -> Batch {
    let mut batch = Batch::default();
    for (timestamp, value) in samples {
        batch.push(&host("a"), *timestamp, *value);
    }
    batch
}

/// One batch with one sample of each series.
pub(crate) fn one_each(all: &[Labels], timestamp: i64, value: f64) -> Batch {
    let mut batch = Batch::default();
    for labels in all {
        batch.push(labels, timestamp, value);
    }
    batch
}

/// What a select answers, sorted by labels.
pub(crate) async fn series(engine: &Engine, matchers: &[Matcher], range: TimeRange) -> Vec<Series> {
    let selected = engine.select(matchers, range, SelectOptions::ALL).await.unwrap();
    let mut all: Vec<Series> = selected.iter().map(|series| series.to_series(range)).collect();
    all.sort_by(|one, other| one.labels.cmp(&other.labels));
    all
}

pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// All samples of `up{host="a"}`.
pub(crate) async fn samples(engine: &Engine) -> Vec<(i64, f64)> {
    let found = series(engine, &[Matcher::equal("host", "a")], ALWAYS).await;
    assert!(found.len() <= 1);
    found
        .iter()
        .flat_map(|series| series.timestamps.iter().copied().zip(series.values.iter().copied()))
        .collect()
}

/// Copies a data directory while its engine is idle but open: what `kill -9` leaves.
pub(crate) fn copy(from: &Path, to: &Path) {
    copy_dir(&from.join("metrics"), &to.join("metrics"));
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            copy_dir(&path, &to.join(name));
        } else if !name.ends_with("-shm") {
            // The next process builds the index of the WAL anew.
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// Runs SQL on a database of a closed engine, as a person with `sqlite3` could.
pub(crate) async fn sql(file: &Path, statement: &'static str) {
    let mut connection = connect(file).await;
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// The one number that a query answers.
pub(crate) async fn number(file: &Path, query: &'static str) -> i64 {
    let mut connection = connect(file).await;
    let number = sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    number
}

async fn connect(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file).connect().await.unwrap()
}
