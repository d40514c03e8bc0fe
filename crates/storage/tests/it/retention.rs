use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use watchfire_storage::{Appender, Engine, Querier, Settings};

use crate::fixture::{DAY, THEN, THEN_FILE, batch, samples, settings};

#[tokio::test]
async fn days_older_than_the_retention_are_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.append(batch(&[(THEN, 1.0), (now - DAY, 2.0), (now, 3.0)])).await.unwrap();
    engine.flush().await.unwrap();
    engine.close().await;
    // What a killed process leaves beside its databases.
    let wal = dir.path().join(format!("{THEN_FILE}-wal"));
    fs::write(&wal, "").unwrap();

    let engine = Engine::open(Settings { retention: Some(7 * DAY), ..settings(dir.path()) }).await.unwrap();
    // Retention runs right after the start; this waits for it.
    engine.flush().await.unwrap();
    assert!(!dir.path().join(THEN_FILE).exists() && !wal.exists());
    assert_eq!(samples(&engine).await, [(now - DAY, 2.0), (now, 3.0)]);
    assert_eq!((engine.stats().partitions, engine.stats().oldest), (2, Some(now - DAY)));
    engine.close().await;

    // A retention shorter than a day keeps today's file all the same.
    let engine = Engine::open(Settings { retention: Some(1), ..settings(dir.path()) }).await.unwrap();
    engine.flush().await.unwrap();
    assert_eq!(engine.stats().partitions, 1);
    engine.close().await;
}
