use watchfire_model::{Matcher, TimeRange};
use watchfire_storage::{Appender, Engine, Querier, Reason, SelectOptions, Settings, StorageError};

use crate::fixture::{ALWAYS, DAY, THEN, batch, host, one_each, samples, series, settings};

#[tokio::test]
async fn the_first_arrival_stays_wherever_it_lies() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let first = [(THEN, 0.0), (THEN + 1, -1.0), (THEN + 2, 9.0)];
    let given = |value| batch(&[(THEN, value), (THEN + 2, 9.0), (THEN + 1, -1.0), (THEN + 2, value)]);
    let appended = engine.append(given(0.0)).await.unwrap();
    assert_eq!((appended.stored, appended.refused.count(Reason::Duplicate)), (3, 1));
    for round in 1..4 {
        assert_eq!(samples(&engine).await, first);
        engine.flush().await.unwrap();
        // Memory knows all three of them, flushed or not.
        let appended = engine.append(given(f64::from(round))).await.unwrap();
        assert_eq!((appended.stored, appended.refused.count(Reason::Duplicate)), (2, 2));
        assert_eq!(samples(&engine).await, first);
    }
    let stats = engine.stats();
    assert_eq!((stats.flushes, stats.blocks_written, stats.appended_samples), (1, 1, 3));
    assert!(stats.last_flush.is_some());
    engine.close().await;

    // Only the partition has them now: taken, and left out on reading.
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let appended = engine.append(given(7.0)).await.unwrap();
    assert_eq!((appended.stored, appended.refused.total()), (3, 1));
    assert_eq!(samples(&engine).await, first);
    engine.flush().await.unwrap();
    assert_eq!(samples(&engine).await, first);
    engine.close().await;
}

#[tokio::test]
async fn series_come_from_memory_and_partitions() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for (name, day) in [("c", 0), ("a", 1), ("b", 2)] {
        engine.append(one_each(&[host(name)], THEN - day * DAY, 1.0)).await.unwrap();
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
async fn a_select_stops_at_its_limits() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for second in 0..10 {
        engine.append(one_each(&[host("a"), host("b")], THEN + second, 1.0)).await.unwrap();
    }
    let select = async |max_series, max_samples| {
        let limits = SelectOptions { max_series, max_samples, ..SelectOptions::ALL };
        engine.select(&[Matcher::metric("up")], ALWAYS, limits).await.map(|found| found.len())
    };
    assert_eq!(select(2, 0).await.unwrap(), 2, "memory costs no reading");
    let refused = select(1, 0).await.unwrap_err();
    assert!(matches!(refused, StorageError::TooMuch { what: "series", found: 2, most: 1 }), "{refused}");
    engine.close().await;

    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let limits = SelectOptions { max_series: 2, max_samples: 20, ..SelectOptions::ALL };
    assert_eq!(engine.select(&[], ALWAYS, limits).await.unwrap().len(), 2);
    let refused = engine.select(&[], ALWAYS, SelectOptions { max_samples: 19, ..limits }).await.unwrap_err();
    assert!(matches!(refused, StorageError::TooMuch { what: "samples", found: 20, most: 19 }), "{refused}");
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
