use std::time::{SystemTime, UNIX_EPOCH};

use watchfire_model::{Batch, Matcher, TimeRange};
use watchfire_storage::{Appended, Appender, Engine, Querier, Settings};

use crate::fixture::{ALWAYS, DAY, THEN, batch, host, samples, series, settings};

#[tokio::test]
async fn the_last_arrival_wins_wherever_it_lies() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    // Each flush makes a block with the same three times; the last values stay in the head.
    for round in 0..4 {
        let value = f64::from(round);
        engine
            .append(batch(&[(THEN, value), (THEN + 2, 9.0), (THEN + 1, -1.0), (THEN + 2, value)]))
            .await
            .unwrap();
        assert_eq!(samples(&engine).await, [(THEN, value), (THEN + 1, -1.0), (THEN + 2, value)]);
        if round < 3 {
            engine.flush().await.unwrap();
            assert_eq!(samples(&engine).await, [(THEN, value), (THEN + 1, -1.0), (THEN + 2, value)]);
        }
    }
    let stats = engine.stats();
    assert_eq!((stats.flushes, stats.blocks_written, stats.appended_samples), (3, 3, 16));
    assert!(stats.last_flush.is_some());
    engine.close().await;
}

#[tokio::test]
async fn series_come_sorted_from_memory_and_partitions() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for (name, day) in [("c", 0), ("a", 1), ("b", 2)] {
        let mut batch = Batch::default();
        batch.push(host(name), THEN - day * DAY, 1.0);
        engine.append(batch).await.unwrap();
        engine.flush().await.unwrap();
    }
    let names = async |matchers: &[Matcher], range| -> Vec<String> {
        let found = series(&engine, matchers, range).await;
        found.iter().map(|series| series.labels.get("host").unwrap().to_owned()).collect()
    };
    assert_eq!(names(&[], ALWAYS).await, ["a", "b", "c"]);
    assert_eq!(names(&[Matcher::metric("up")], TimeRange { start: THEN - DAY, end: THEN }).await, ["a", "c"]);
    assert_eq!(names(&[Matcher::regex("host", "b|c")], ALWAYS).await, ["b", "c"]);
    assert_eq!(names(&[Matcher::metric("down")], ALWAYS).await, [""; 0]);
    assert_eq!(names(&[], TimeRange { start: 1, end: 0 }).await, [""; 0]);
    assert_eq!(engine.stats().partitions, 3);
    engine.close().await;
}

#[tokio::test]
async fn too_old_and_too_new_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(Settings { retention: Some(DAY), ..settings(dir.path()) }).await.unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let hour = 3_600_000;
    let given =
        batch(&[(now - 2 * DAY, 1.0), (now, 2.0), (now + hour, 3.0), (i64::MAX, 4.0), (i64::MIN, 5.0)]);
    assert_eq!(engine.append(given).await.unwrap(), Appended { stored: 1, refused: 4 });
    assert_eq!(samples(&engine).await, [(now, 2.0)]);
    let refused = engine.stats().refused_samples;
    assert_eq!((refused.too_old, refused.in_future), (2, 2));
    assert_eq!(engine.append(Batch::default()).await.unwrap(), Appended::default());
    engine.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_senders_share_commits() {
    let dir = tempfile::tempdir().unwrap();
    // The head is full every 100 samples, so flushes run all the time.
    let engine = Engine::open(Settings { max_head_samples: 100, ..settings(dir.path()) }).await.unwrap();
    let senders: Vec<_> = (0..20)
        .map(|sender| {
            let engine = engine.clone();
            tokio::spawn(async move {
                for index in 0..50 {
                    let sample = (THEN + sender * 50 + index, 1.0);
                    engine.append(batch(&[sample])).await.unwrap();
                    assert!(samples(&engine).await.contains(&sample), "acknowledged, so visible");
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    let all: Vec<_> = (0..1000).map(|index| (THEN + index, 1.0)).collect();
    assert_eq!(samples(&engine).await, all);
    engine.flush().await.unwrap();
    assert!(engine.stats().flushes > 1);
    assert_eq!((engine.stats().journal_rows, engine.stats().journal_bytes), (0, 0));
    assert_eq!(samples(&engine).await, all);
    engine.close().await;
}
