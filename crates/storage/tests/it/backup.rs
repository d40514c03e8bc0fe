//! Copies of a data directory that is written to all the time.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use watchfire_model::Matcher;
use watchfire_storage::{Appender, Engine, Querier, Settings, StorageError, backup, restore};

use crate::fixture::{ALWAYS, DAY, THEN, batch, host, number, one_each, samples, series, settings};

/// Flushes run all the time, on several days.
fn busy(dir: &Path) -> Settings {
    Settings { max_head_samples: 60, head_window: 10, ..settings(dir) }
}

/// The time of the sample with this number: every third one is of an earlier day.
fn time(number: i64) -> i64 {
    THEN + number - (number % 3) / 2 * DAY
}

/// A writer that never rests, and how many samples it has acknowledged.
fn write(engine: &Engine) -> (Arc<AtomicI64>, tokio::task::JoinHandle<()>) {
    let (acknowledged, engine) = (Arc::new(AtomicI64::new(0)), engine.clone());
    let counter = acknowledged.clone();
    let task = tokio::spawn(async move {
        for number in 0.. {
            match engine.append(one_each(&[host("a"), host("b")], time(number), number as f64)).await {
                Ok(appended) => assert_eq!(appended.stored, 2),
                Err(StorageError::Closed) => return,
                Err(error) => panic!("{error}"),
            }
            counter.store(number + 1, Ordering::SeqCst);
        }
    });
    (acknowledged, task)
}

/// Checks that a copy has the first `acknowledged` samples of each series, and nothing that was not sent. Of what came
/// while it was taken it may have some.
async fn is_whole(dir: &Path, acknowledged: i64) {
    let engine = Engine::open(settings(dir)).await.unwrap();
    let found = series(&engine, &[Matcher::metric("up")], ALWAYS).await;
    assert_eq!(found.len(), 2);
    for series in &found {
        let numbers: BTreeSet<i64> = series.values.iter().map(|value| *value as i64).collect();
        assert_eq!(numbers.len(), series.values.len());
        for (at, value) in series.timestamps.iter().zip(&series.values) {
            assert_eq!(*at, time(*value as i64));
        }
        let lost = (0..acknowledged).find(|number| !numbers.contains(number));
        assert_eq!(lost, None, "of {acknowledged} that were acknowledged");
    }
    assert_eq!(engine.stats().quarantined_blocks, 0);

    // It goes on: what is stored now comes after all that the copy knows.
    engine.append(one_each(&[host("a")], THEN + 30 * DAY, -1.0)).await.unwrap();
    engine.append(one_each(&[host("a")], THEN - 10, -2.0)).await.unwrap();
    engine.close().await;
    let engine = Engine::open(settings(dir)).await.unwrap();
    let after = samples(&engine).await;
    assert_eq!(after.len(), found[0].values.len() + 2);
    assert_eq!(after.iter().filter(|(_, value)| *value < 0.0).count(), 2);
    engine.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_has_all_that_was_acknowledged() {
    let (dir, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(busy(dir.path())).await.unwrap();
    let (acknowledged, task) = write(&engine);
    while acknowledged.load(Ordering::SeqCst) < 3 {
        tokio::task::yield_now().await;
    }
    let mut taken = Vec::new();
    for round in 0..12 {
        let to = copies.path().join(round.to_string());
        let before = acknowledged.load(Ordering::SeqCst);
        // Within the process, and from outside.
        if round % 2 == 0 {
            engine.snapshot(&to).await.unwrap();
        } else {
            backup(dir.path(), &to).await.unwrap();
        }
        taken.push((to, before));
    }
    engine.close().await;
    task.await.unwrap();
    assert!(engine.stats().flushes > 5, "flushes ran meanwhile");
    for (number, (copy, before)) in taken.iter().enumerate() {
        let restored = copies.path().join(format!("restored {number}"));
        restore(copy, &restored).await.unwrap();
        is_whole(&restored, *before).await;
    }
}

#[tokio::test]
async fn a_copy_answers_the_same_and_is_in_wal_mode() {
    let (dir, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.append(batch(&[(THEN, 1.0), (THEN + DAY, 2.0)])).await.unwrap();
    engine.flush().await.unwrap();
    engine.append(batch(&[(THEN + DAY + 1, 3.0)])).await.unwrap();
    let copy = copies.path().join("copy");
    engine.snapshot(&copy).await.unwrap();
    let mut names: Vec<_> =
        copy.join("metrics").read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["1d", "1h", "2023-11-14.db", "2023-11-15.db", "5m", "journal.db"]);
    names.retain(|name| name.to_string_lossy().ends_with(".db"));
    for name in names {
        let file = copy.join("metrics").join(name);
        let is_wal = "SELECT journal_mode = 'wal' FROM pragma_journal_mode";
        assert_eq!(number(&file, is_wal).await, 1);
        assert_eq!(number(&file, "SELECT * FROM pragma_auto_vacuum").await, 2);
        assert_eq!(number(&file, "SELECT * FROM pragma_page_size").await, 16384);
    }
    let opened = Engine::open(settings(&copy)).await.unwrap();
    assert_eq!(samples(&opened).await, samples(&engine).await);
    opened.close().await;
    engine.close().await;
}

#[tokio::test]
async fn a_copy_mixes_with_nothing_and_comes_from_something() {
    let (dir, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let refused = engine.snapshot(dir.path()).await.unwrap_err();
    assert!(matches!(refused, StorageError::NotEmpty { .. }), "{refused}");
    engine.close().await;
    let refused = backup(&copies.path().join("nowhere"), &copies.path().join("copy")).await.unwrap_err();
    assert!(matches!(refused, StorageError::NoBackup { .. }), "{refused}");
    let refused = restore(copies.path(), &copies.path().join("copy")).await.unwrap_err();
    assert!(matches!(refused, StorageError::NoBackup { .. }), "{refused}");
    let refused = restore(dir.path(), dir.path()).await.unwrap_err();
    assert!(matches!(refused, StorageError::NotEmpty { .. }), "{refused}");
}
