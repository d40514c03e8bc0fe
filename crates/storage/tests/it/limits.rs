//! What is refused, why, and that the rest of the batch is stored.

use watchfire_model::{Batch, BatchSeries, Labels};
use watchfire_storage::{Appended, Appender, Engine, Querier, Reason, Settings};

use crate::fixture::{ALWAYS, DAY, THEN, batch, host, now, one_each, samples, series, settings};

const HOUR: i64 = 3_600_000;

/// Appends and checks: all of `refused`, nothing else, and the words about the first one.
async fn refuses(engine: &Engine, given: Batch, stored: usize, refused: &[(Reason, u64)], words: &[&str]) {
    let before = engine.stats().refused_samples;
    let Appended { stored: found, refused: refusals, .. } = engine.append(given).await.unwrap();
    assert_eq!(found, stored);
    for reason in Reason::ALL {
        let expected = refused.iter().find(|(one, _)| *one == reason).map_or(0, |(_, count)| *count);
        assert_eq!(refusals.count(reason), expected, "{reason}");
        let counted = engine.stats().refused_samples[reason as usize] - before[reason as usize];
        assert_eq!(counted, expected, "{reason}, as statistics have it");
    }
    assert_eq!(refusals.total(), refused.iter().map(|(_, count)| count).sum::<u64>());
    let first = refusals.first.unwrap_or_default();
    for word in words {
        assert!(first.contains(word), "{word:?} is not in {first:?}");
    }
    assert_eq!(first.is_empty(), refused.is_empty());
}

#[tokio::test]
async fn too_old_and_in_the_future() {
    let dir = tempfile::tempdir().unwrap();
    let settings =
        Settings { retention: Some(DAY), out_of_order_window: Some(30 * DAY), ..settings(dir.path()) };
    let engine = Engine::open(settings).await.unwrap();
    let now = now();
    let old = now - 2 * DAY;
    let given = [(old, 1.0), (now, 2.0), (now + HOUR, 3.0), (i64::MAX, 4.0), (i64::MIN, 5.0)];
    let refused = [(Reason::TooOld, 2), (Reason::InFuture, 2)];
    let words = [&old.to_string(), "out of bounds", r#"up{host="a"}"#, "storage.retention"];
    refuses(&engine, batch(&given), 1, &refused, &words).await;
    let words = [&(now + HOUR).to_string(), "too far in the future", r#"up{host="a"}"#];
    refuses(&engine, batch(&given[2..3]), 0, &[(Reason::InFuture, 1)], &words).await;
    // A sender's clock may be a little ahead.
    refuses(&engine, batch(&[(now + 60_000, 3.0)]), 1, &[], &[]).await;
    assert_eq!(samples(&engine).await, [(now, 2.0), (now + 60_000, 3.0)]);

    // A series of which nothing is taken takes no place either.
    refuses(&engine, one_each(&[host("old")], old, 1.0), 0, &[(Reason::TooOld, 1)], &["host=\"old\""]).await;
    assert_eq!(engine.stats().head_series, 1);
    assert_eq!(engine.label_values("host", ALWAYS).await.unwrap(), ["a"]);
    assert_eq!(engine.append(Batch::default()).await.unwrap(), Appended::default());
    engine.close().await;
}

#[tokio::test]
async fn late_and_twice() {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings { out_of_order_window: Some(HOUR), ..settings(dir.path()) };
    let engine = Engine::open(settings).await.unwrap();
    refuses(&engine, batch(&[(THEN + 10, 1.0), (THEN, 1.0)]), 2, &[], &[]).await;
    let at_edge = THEN + 10 - HOUR;
    let late = (at_edge - 1).to_string();
    let words = ["out of order sample", &late, r#"up{host="a"}"#, "storage.out_of_order_window"];
    let given = batch(&[(at_edge - 1, 1.0), (at_edge, 2.0), (THEN + 1, 3.0)]);
    refuses(&engine, given, 2, &[(Reason::OutOfOrder, 1)], &words).await;

    let twice = THEN.to_string();
    let words = ["duplicate sample for timestamp", &twice, r#"up{host="a"}"#];
    let duplicates = [(Reason::Duplicate, 2)];
    refuses(&engine, batch(&[(THEN, 9.0), (at_edge, 8.0), (THEN + 2, 4.0)]), 1, &duplicates, &words).await;
    // The same values once more are no mistake: a sender that got no answer sends them again.
    refuses(&engine, batch(&[(THEN, 1.0), (at_edge, 2.0), (THEN + 1, 3.0)]), 3, &[], &[]).await;
    // Also within one batch, and with values that are not equal to themselves.
    let given = batch(&[(THEN + 5, f64::NAN), (THEN + 4, 1.0), (THEN + 4, 1.5), (THEN + 5, f64::NAN)]);
    refuses(&engine, given, 3, &[(Reason::Duplicate, 1)], &[&(THEN + 4).to_string()]).await;
    let found = samples(&engine).await;
    let expected = [(at_edge, 2.0), (THEN, 1.0), (THEN + 1, 3.0), (THEN + 2, 4.0), (THEN + 4, 1.0)];
    assert_eq!(found[..5], expected);
    assert!(found.len() == 7 && found[5].0 == THEN + 5 && found[5].1.is_nan());
    // Each series has its own newest sample.
    refuses(&engine, one_each(&[host("b")], THEN - 5 * HOUR, 1.0), 1, &[], &[]).await;
    engine.close().await;
}

#[tokio::test]
async fn labels_that_break_a_rule() {
    let dir = tempfile::tempdir().unwrap();
    let settings =
        Settings { max_labels: 3, max_label_name: 10, max_label_value: 20, ..settings(dir.path()) };
    let engine = Engine::open(settings).await.unwrap();
    let of = |pairs: &[(&str, &str)]| Labels::new(pairs.iter().copied()).unwrap();
    let (name, long) = ("__name__", "x".repeat(21));
    let many = [(name, "up"), ("a", "1"), ("b", "1"), ("c", "1")];
    let table = [
        (of(&[("job", "nameless")]), Reason::InvalidLabels, ["no metric name", "nameless"]),
        (of(&many), Reason::TooManyLabels, ["4 labels", "storage.max_labels"]),
        (of(&[(name, "up"), ("job", &long)]), Reason::LabelTooLong, ["21 bytes", "storage.max_label_value"]),
        (of(&[(name, &long)]), Reason::LabelTooLong, ["21 bytes", "storage.max_label_value"]),
        (of(&[(name, "up"), (&long, "1")]), Reason::LabelTooLong, ["21 bytes", "storage.max_label_name"]),
    ];
    for (number, (labels, reason, words)) in (0..).zip(table) {
        let at = THEN + number;
        let mut given = batch(&[(at, 1.0)]);
        given.push(&labels, at, 1.0);
        given.push(&labels, at + 1, 1.0);
        given.push(&host("b"), at, 2.0);
        refuses(&engine, given, 2, &[(reason, 2)], &words).await;
    }
    assert_eq!((samples(&engine).await.len(), series(&engine, &[], ALWAYS).await.len()), (5, 2));
    engine.close().await;
}

#[tokio::test]
async fn a_key_that_cannot_be_decoded() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let mut given = batch(&[(THEN, 1.0)]);
    let start = given.bytes.len() as u32;
    given.bytes.extend_from_slice(&[0xff, 7, 7]);
    given.series.push(BatchSeries { key: start..start + 3, samples: 1..3 });
    given.timestamps.extend([THEN, THEN + 1]);
    given.values.extend([1.0, 2.0]);
    given.push(&host("b"), THEN, 2.0);
    refuses(&engine, given, 2, &[(Reason::InvalidLabels, 2)], &["label set is damaged"]).await;
    assert_eq!(series(&engine, &[], ALWAYS).await.len(), 2);
    engine.close().await;
}

#[tokio::test]
async fn new_series_beyond_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings { max_series: 2, head_window: 1000, ..settings(dir.path()) };
    let engine = Engine::open(settings.clone()).await.unwrap();
    let all = [host("a"), host("b"), host("c")];
    let refused = [(Reason::SeriesLimit, 1)];
    let words = [r#"up{host="c"}"#, "2 already", "storage.max_series"];
    refuses(&engine, one_each(&all, THEN, 1.0), 2, &refused, &words).await;
    refuses(&engine, one_each(&all, THEN + 1, 1.0), 2, &refused, &words).await;
    let stats = engine.stats();
    assert_eq!((stats.head_series, stats.max_series), (2, 2));
    // Series that nothing is heard of any more make room: their samples are in partitions, and leave memory.
    engine.append(one_each(&all[..1], THEN + 10_000, 1.0)).await.unwrap();
    engine.flush().await.unwrap();
    refuses(&engine, one_each(&all[2..], THEN + 10_001, 1.0), 1, &[], &[]).await;
    refuses(&engine, one_each(&all, THEN + 10_002, 1.0), 2, &refused, &[r#"up{host="b"}"#]).await;
    engine.close().await;
}
