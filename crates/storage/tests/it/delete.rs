//! Deleted samples are gone from memory, partitions and journal, and stay gone.

use std::path::Path;

use watchfire_model::{Labels, Matcher, TimeRange};
use watchfire_storage::{Appender, Engine, Querier, Settings};

use crate::fixture::{ALWAYS, DAY, THEN, copy, host, number, one_each, series, settings};

const TIMES: [i64; 6] = [THEN, THEN + 1, THEN + 2, THEN + DAY, THEN + DAY + 1, THEN + DAY + 2];

/// Three series with all times: two days in partitions, the last sample of each day in the journal only.
async fn filled(dir: &Path) -> Engine {
    // Flushed chunks leave memory at once.
    let engine = Engine::open(Settings { head_window: 0, ..settings(dir) }).await.unwrap();
    let all = [host("a"), host("b"), host("c")];
    for times in [[0, 1, 3, 4].as_slice(), &[2, 5]] {
        for at in times {
            engine.append(one_each(&all, TIMES[*at], *at as f64)).await.unwrap();
        }
        if times.len() == 4 {
            engine.flush().await.unwrap();
        }
    }
    engine
}

async fn times(engine: &Engine, labels: &Labels) -> Vec<i64> {
    let found = series(engine, &[Matcher::metric("up")], ALWAYS).await;
    found
        .into_iter()
        .find(|series| series.labels == *labels)
        .map(|series| series.timestamps)
        .unwrap_or_default()
}

#[tokio::test]
async fn a_range_of_some_series() {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = filled(dir.path()).await;
    let matchers = vec![Matcher::regex("host", "a|b")];
    engine.delete(matchers, TimeRange { start: THEN + 1, end: THEN + DAY + 1 }).await.unwrap();
    let check = async |engine: &Engine| {
        for name in ["a", "b"] {
            assert_eq!(times(engine, &host(name)).await, [THEN, THEN + DAY + 2], "{name}");
        }
        assert_eq!(times(engine, &host("c")).await, TIMES);
        assert_eq!(engine.label_values("host", ALWAYS).await.unwrap(), ["a", "b", "c"]);
    };
    check(&engine).await;
    copy(dir.path(), killed.path());
    engine.close().await;
    for dir in [dir.path(), killed.path()] {
        let engine = Engine::open(settings(dir)).await.unwrap();
        check(&engine).await;
        engine.close().await;
    }
    let stored = number(&dir.path().join("metrics/2023-11-14.db"), "SELECT sum(samples) FROM block").await;
    assert_eq!(stored, 5, "they are not hidden, but gone");
}

#[tokio::test]
async fn whole_series_vanish_and_may_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let engine = filled(dir.path()).await;
    engine.delete(vec![Matcher::equal("host", "a")], ALWAYS).await.unwrap();
    let check = async |engine: &Engine| {
        let all: Vec<Labels> =
            series(engine, &[], ALWAYS).await.into_iter().map(|series| series.labels).collect();
        assert_eq!(all, [host("b"), host("c")]);
        assert_eq!(engine.series(&[vec![]], ALWAYS).await.unwrap(), all);
        assert_eq!(engine.label_values("host", ALWAYS).await.unwrap(), ["b", "c"]);
    };
    check(&engine).await;
    engine.close().await;
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    check(&engine).await;

    // The same timestamps are free again.
    engine.append(one_each(&[host("a")], TIMES[0], 7.0)).await.unwrap();
    engine.close().await;
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let found = series(&engine, &[Matcher::equal("host", "a")], ALWAYS).await;
    assert_eq!((found[0].timestamps.as_slice(), found[0].values.as_slice()), (&TIMES[..1], &[7.0][..]));
    assert_eq!(times(&engine, &host("b")).await, TIMES);

    engine.delete(vec![], ALWAYS).await.unwrap();
    assert!(series(&engine, &[], ALWAYS).await.is_empty());
    assert!(engine.label_names(ALWAYS).await.unwrap().is_empty());
    assert_eq!(engine.stats().head_series, 0);
    engine.close().await;
}

#[tokio::test]
async fn what_comes_while_it_is_deleted_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let engine = filled(dir.path()).await;
    let writer = engine.clone();
    let appending = tokio::spawn(async move {
        for second in 0..200 {
            let appended = writer.append(one_each(&[host("a")], THEN + 2 * DAY + second, 1.0)).await.unwrap();
            assert_eq!(appended.stored, 1);
        }
    });
    for _ in 0..5 {
        let range = TimeRange { start: THEN, end: THEN + DAY + 2 };
        engine.delete(vec![Matcher::equal("host", "a")], range).await.unwrap();
    }
    appending.await.unwrap();
    let expected: Vec<i64> = (0..200).map(|second| THEN + 2 * DAY + second).collect();
    assert_eq!(times(&engine, &host("a")).await, expected);
    engine.close().await;
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    assert_eq!(times(&engine, &host("a")).await, expected);
    engine.close().await;
}
