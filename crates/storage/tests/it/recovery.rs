use std::fs;

use watchfire_storage::{Appender, Engine, Querier};

use crate::fixture::{DAY, THEN, THEN_FILE, batch, copy, number, samples, settings};

#[tokio::test]
async fn a_killed_process_loses_nothing() {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let mut expected = Vec::new();
    for second in 0..50 {
        let sample = (THEN + second * 1000, second as f64);
        engine.append(batch(&[sample])).await.unwrap();
        expected.push(sample);
        if second == 20 {
            engine.flush().await.unwrap();
        }
    }
    copy(dir.path(), killed.path());
    engine.close().await;

    let engine = Engine::open(settings(killed.path())).await.unwrap();
    assert_eq!(samples(&engine).await, expected);
    assert_eq!(engine.stats().head_samples, 29);
    engine.close().await;
}

/// The partitions of after a flush beside the journal of before it.
#[tokio::test]
async fn a_flush_that_did_not_reach_the_journal_stores_nothing_twice() {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.append(batch(&[(THEN, 1.0), (THEN + DAY, 1.0)])).await.unwrap();
    engine.append(batch(&[(THEN, 1.0)])).await.unwrap();
    copy(dir.path(), killed.path());
    engine.flush().await.unwrap();
    engine.close().await;
    fs::copy(dir.path().join(THEN_FILE), killed.path().join(THEN_FILE)).unwrap();

    let expected = [(THEN, 1.0), (THEN + DAY, 1.0)];
    let engine = Engine::open(settings(killed.path())).await.unwrap();
    // The other day's partition was not reached: its sample comes from the journal.
    assert_eq!(engine.stats().head_samples, 1);
    assert_eq!(samples(&engine).await, expected);
    engine.append(batch(&[(THEN + 1, 3.0)])).await.unwrap();
    engine.flush().await.unwrap();
    assert_eq!(engine.stats().journal_rows, 0);
    assert_eq!(samples(&engine).await, [(THEN, 1.0), (THEN + 1, 3.0), (THEN + DAY, 1.0)]);
    engine.close().await;
    assert_eq!(number(&killed.path().join(THEN_FILE), "SELECT sum(samples) FROM block").await, 2);
}

/// Partitions know rows of the lost journal by number; a new journal must not use those numbers again.
#[tokio::test]
async fn a_lost_journal_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for second in 0..5 {
        engine.append(batch(&[(THEN + second, 1.0)])).await.unwrap();
    }
    engine.flush().await.unwrap();
    engine.close().await;
    fs::remove_file(dir.path().join("metrics/journal.db")).unwrap();

    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.append(batch(&[(THEN, 2.0), (THEN + 5, 3.0)])).await.unwrap();
    engine.close().await;
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let found = samples(&engine).await;
    assert_eq!((found[0], found[5]), ((THEN, 1.0), (THEN + 5, 3.0)), "the first stays, the new one is there");
    engine.close().await;
}

/// The series that the journal brought back is the one that new samples go to.
#[tokio::test]
async fn a_series_of_the_journal_goes_on() {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.append(batch(&[(THEN, 1.0)])).await.unwrap();
    copy(dir.path(), killed.path());
    engine.close().await;

    let engine = Engine::open(settings(killed.path())).await.unwrap();
    engine.append(batch(&[(THEN + 1, 2.0)])).await.unwrap();
    assert_eq!(engine.stats().head_series, 1);
    assert_eq!(samples(&engine).await, [(THEN, 1.0), (THEN + 1, 2.0)]);
    let refused = engine.append(batch(&[(THEN, 5.0)])).await.unwrap().refused;
    assert_eq!(refused.total(), 1, "a duplicate of before the restart: {refused:?}");
    engine.close().await;
}
