use std::fs;

use watchfire_model::{Batch, Labels, Matcher, TimeRange};
use watchfire_storage::{Appender, Engine, Querier, RetentionRule, Settings};

use crate::fixture::{ALWAYS, DAY, THEN, THEN_FILE, batch, host, now, one_each, samples, series, settings};

#[tokio::test]
async fn days_older_than_the_retention_are_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let now = now();
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

    // A retention shorter than a day keeps today's file all the same, and yesterday's until its rollups are made.
    let engine = Engine::open(Settings { retention: Some(1), ..settings(dir.path()) }).await.unwrap();
    engine.flush().await.unwrap();
    assert_eq!(engine.stats().partitions, 2);
    engine.seal().await.unwrap();
    engine.flush().await.unwrap();
    assert_eq!(engine.stats().partitions, 1);
    engine.close().await;
}

#[tokio::test]
async fn rules_keep_some_series_shorter() {
    let dir = tempfile::tempdir().unwrap();
    let now = now();
    let of = |metric, job| Labels::of(metric, [("job", job)]).unwrap();
    let (debug, other) = (of("up", "debug"), of("up", "api"));
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for age in [3, 2, 0] {
        engine.append(one_each(&[debug.clone(), other.clone()], now - age * DAY, age as f64)).await.unwrap();
    }
    // Has nothing younger.
    engine.append(one_each(&[of("gone", "debug")], now - 3 * DAY, 1.0)).await.unwrap();
    engine.close().await;

    let rule = RetentionRule { matchers: vec![Matcher::equal("job", "debug")], keep: DAY };
    let settings = Settings { retention_rules: vec![rule], ..settings(dir.path()) };
    let engine = Engine::open(settings).await.unwrap();
    // Waits for the retention that runs after the start.
    engine.flush().await.unwrap();
    let times = async |labels: &Labels| -> Vec<i64> {
        let found = series(&engine, &[Matcher::metric("up")], ALWAYS).await;
        found.into_iter().find(|series| series.labels == *labels).unwrap().timestamps
    };
    assert_eq!(times(&debug).await, [now]);
    assert_eq!(times(&other).await, [now - 3 * DAY, now - 2 * DAY, now]);
    assert_eq!(engine.label_values("__name__", ALWAYS).await.unwrap(), ["up"]);
    let long_ago = TimeRange { start: 0, end: now - DAY };
    assert_eq!(engine.series(&[vec![]], long_ago).await.unwrap(), [other]);
    engine.close().await;
}

#[tokio::test]
async fn the_oldest_days_go_when_all_take_too_much_room() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let days = 5;
    for day in 0..days {
        let mut batch = Batch::default();
        // Noise, which does not compress.
        for second in 0..20_000_i64 {
            let value =
                f64::from_bits((second + day + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64) as u64);
            batch.push(&host("a"), THEN + day * DAY + second, value);
        }
        engine.append(batch).await.unwrap();
        engine.flush().await.unwrap();
    }
    engine.close().await;
    let bytes = |day: i64| {
        let name = format!("metrics/2023-11-{}.db", 14 + day);
        dir.path().join(name).metadata().map(|file| file.len()).ok()
    };
    let newest_two = bytes(days - 1).unwrap() + bytes(days - 2).unwrap();
    let room = newest_two + bytes(0).unwrap() / 2;
    let engine = Engine::open(Settings { max_bytes: Some(room), ..settings(dir.path()) }).await.unwrap();
    engine.flush().await.unwrap();
    let stats = engine.stats();
    assert_eq!((stats.partitions, stats.expired_by_size), (2, 3));
    assert_eq!(samples(&engine).await[0].0, THEN + (days - 2) * DAY);
    assert_eq!((0..days).filter(|day| bytes(*day).is_some()).collect::<Vec<_>>(), [3, 4]);
    engine.close().await;

    // The last one stays: it is being written to.
    let engine = Engine::open(Settings { max_bytes: Some(1), ..settings(dir.path()) }).await.unwrap();
    engine.flush().await.unwrap();
    assert_eq!(engine.stats().partitions, 1);
    engine.close().await;
}

#[tokio::test]
async fn retention_that_fails_does_not_hold_up_the_flush() {
    let dir = tempfile::tempdir().unwrap();
    let rule = RetentionRule { matchers: vec![Matcher::regex("job", "(")], keep: DAY };
    let settings = Settings { retention_rules: vec![rule], ..settings(dir.path()) };
    let engine = Engine::open(settings).await.unwrap();
    engine.append(batch(&[(THEN, 1.0)])).await.unwrap();
    engine.flush().await.unwrap();
    assert_eq!(engine.stats().journal_rows, 0);
    engine.close().await;
}
