use std::fs;

use watchfire_storage::{Appender, Durability, Engine, Querier, SelectOptions, Settings, StorageError};

use crate::fixture::{ALWAYS, THEN, THEN_FILE, batch, samples, settings, sql};

#[tokio::test]
async fn a_second_start_is_refused_with_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let first = Engine::open(settings(dir.path())).await.unwrap();
    let refused = Engine::open(settings(dir.path())).await.err().unwrap();
    assert!(
        matches!(&refused, StorageError::DirectoryInUse { pid: Some(pid), .. } if *pid == std::process::id())
    );
    first.close().await;
    Engine::open(settings(dir.path())).await.unwrap().close().await;
}

#[tokio::test]
async fn a_closed_engine_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.check().await.unwrap();
    let clone = engine.clone();
    engine.close().await;
    clone.close().await;
    assert!(matches!(clone.append(batch(&[(THEN, 1.0)])).await, Err(StorageError::Closed)));
    assert!(matches!(clone.select(&[], ALWAYS, SelectOptions::ALL).await, Err(StorageError::Closed)));
    assert!(matches!(clone.check().await, Err(StorageError::Closed)));
    assert!(matches!(clone.flush().await, Err(StorageError::Closed)));
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart() {
    for durability in [Durability::Process, Durability::PowerLoss] {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings { durability, ..settings(dir.path()) };
        let engine = Engine::open(settings.clone()).await.unwrap();
        engine.append(batch(&[(THEN, 1.0)])).await.unwrap();
        engine.flush().await.unwrap();
        engine.append(batch(&[(THEN + 1, 2.0)])).await.unwrap();
        engine.close().await;

        let engine = Engine::open(settings).await.unwrap();
        assert_eq!(samples(&engine).await, [(THEN, 1.0), (THEN + 1, 2.0)]);
        let stats = engine.stats();
        // To close is to flush: the next start has nothing to read.
        assert_eq!((stats.head_samples, stats.journal_rows, stats.partitions), (0, 0, 1));
        assert_eq!((stats.oldest, stats.newest), (Some(THEN), Some(THEN + 1)));
        engine.close().await;
    }
}

#[tokio::test]
async fn a_newer_version_is_refused_and_untouched() {
    for name in ["metrics/journal.db", "control.db", THEN_FILE] {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::open(settings(dir.path())).await.unwrap();
        engine.append(batch(&[(THEN, 1.0)])).await.unwrap();
        engine.flush().await.unwrap();
        engine.close().await;

        let file = dir.path().join(name);
        sql(
            &file,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'from the future', true, x'00', 0)",
        )
        .await;
        let before = fs::read(&file).unwrap();
        let refused = Engine::open(settings(dir.path())).await.err().unwrap();
        assert!(
            matches!(&refused, StorageError::NewerVersion { file: named } if *named == file),
            "{refused}"
        );
        assert!(fs::read(&file).unwrap() == before, "{name} was written to");
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    // Below a regular file: refused to every user, root included.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = Engine::open(settings(&file.join("data"))).await.err().unwrap();
    assert!(matches!(refused, StorageError::NotWritable { .. }), "{refused}");
}

#[tokio::test]
async fn a_full_disk_is_refused_with_both_sizes() {
    let dir = tempfile::tempdir().unwrap();
    let too_much = Settings { min_free_bytes: u64::MAX, ..settings(dir.path()) };
    let refused = Engine::open(too_much).await.err().unwrap();
    assert!(
        matches!(refused, StorageError::DiskFull { free, needed: u64::MAX, .. } if free > 0),
        "{refused}"
    );
    // The refused start let the directory go.
    Engine::open(settings(dir.path())).await.unwrap().close().await;
}
