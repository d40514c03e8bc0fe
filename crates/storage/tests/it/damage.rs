use std::fs;

use watchfire_storage::{Appender, Engine, Querier, StorageError};

use crate::fixture::{DAY, THEN, THEN_FILE, batch, samples, settings, sql};

#[tokio::test]
async fn a_damaged_block_is_left_out_and_the_rest_serves() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for second in 0..3 {
        engine.append(batch(&[(THEN + second, 1.0)])).await.unwrap();
        engine.flush().await.unwrap();
    }
    engine.close().await;
    sql(&dir.path().join(THEN_FILE), "UPDATE block SET vals = zeroblob(length(vals)) WHERE id = 2").await;

    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for _ in 0..2 {
        assert_eq!(samples(&engine).await, [(THEN, 1.0), (THEN + 2, 1.0)]);
        assert_eq!(engine.stats().quarantined_blocks, 1);
    }
    engine.close().await;
}

#[tokio::test]
async fn a_damaged_partition_is_left_out_and_the_rest_serves() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.append(batch(&[(THEN, 1.0), (THEN + DAY, 1.0)])).await.unwrap();
    engine.flush().await.unwrap();
    engine.close().await;
    fs::write(dir.path().join(THEN_FILE), [7; 8192]).unwrap();

    let engine = Engine::open(settings(dir.path())).await.unwrap();
    assert_eq!(samples(&engine).await, [(THEN + DAY, 1.0)]);
    assert_eq!(engine.stats().quarantined_blocks, 1);
    // What cannot be moved there stays safe in the journal, and the flush says why.
    engine.append(batch(&[(THEN, 2.0)])).await.unwrap();
    let refused = engine.flush().await.unwrap_err();
    assert!(matches!(refused, StorageError::Corrupt { .. }), "{refused}");
    assert_eq!(samples(&engine).await, [(THEN, 2.0), (THEN + DAY, 1.0)]);
    assert_eq!(engine.stats().journal_rows, 1);
    engine.close().await;
}

#[tokio::test]
async fn a_damaged_journal_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("metrics/journal.db");
    fs::create_dir(dir.path().join("metrics")).unwrap();
    fs::write(&file, [7; 8192]).unwrap();
    let refused = Engine::open(settings(dir.path())).await.err().unwrap();
    assert!(matches!(&refused, StorageError::Corrupt { file: named, .. } if *named == file), "{refused}");
}
