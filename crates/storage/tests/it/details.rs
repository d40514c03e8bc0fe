//! Exemplars and metadata: with the samples through flush, kill and restart.

use watchfire_model::{Batch, Exemplar, Labels, Matcher, Metadata, MetadataKind, TimeRange};
use watchfire_storage::{Appender, Engine, Querier};

use crate::fixture::{ALWAYS, DAY, THEN, batch, copy, host, one_each, settings};

fn exemplar(trace: &str, timestamp: i64) -> Exemplar {
    Exemplar { labels: Labels::new([("trace_id", trace)]).unwrap(), timestamp, value: 0.5 }
}

fn metadata(metric: &str, kind: MetadataKind) -> Metadata {
    Metadata { metric: metric.into(), kind, help: format!("What {metric} is."), unit: "seconds".into() }
}

/// A sample of `up{host="name"}` with an exemplar.
fn traced(name: &str, trace: &str, timestamp: i64) -> Batch {
    let mut batch = one_each(&[host(name)], timestamp, 1.0);
    batch.exemplars.push((0, exemplar(trace, timestamp)));
    batch
}

async fn traces(engine: &Engine, matchers: &[Matcher], range: TimeRange) -> Vec<(String, String, i64)> {
    let found = engine.exemplars(matchers, range).await.unwrap();
    let one = |(series, one): (Labels, Exemplar)| {
        assert_eq!(one.value.to_bits(), 0.5_f64.to_bits());
        let text = |labels: &Labels, name| labels.get(name).unwrap().to_owned();
        (text(&series, "host"), text(&one.labels, "trace_id"), one.timestamp)
    };
    found.into_iter().map(one).collect()
}

#[tokio::test]
async fn exemplars_survive_flush_kill_and_restart() {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let appended = engine.append(traced("b", "t1", THEN)).await.unwrap();
    assert_eq!((appended.stored, appended.exemplars), (1, 1));
    engine.append(traced("a", "t2", THEN + DAY)).await.unwrap();
    engine.flush().await.unwrap();
    engine.append(traced("a", "t3", THEN + 5)).await.unwrap();
    // Its sample is known, so the row has an exemplar only.
    engine.append(traced("b", "t4", THEN)).await.unwrap();
    let mut later = one_each(&[host("b")], THEN, 1.0);
    later.exemplars.push((0, exemplar("t5", THEN + 1)));
    assert_eq!(engine.append(later).await.unwrap().exemplars, 1);
    copy(dir.path(), killed.path());

    let check = async |engine: &Engine, what: &str| {
        let one = |host: &str, trace: &str, at| (host.to_owned(), trace.to_owned(), at);
        let of_a = [one("a", "t3", THEN + 5), one("a", "t2", THEN + DAY)];
        assert_eq!(traces(engine, &[Matcher::equal("host", "a")], ALWAYS).await, of_a, "{what}");
        let all = traces(engine, &[], TimeRange { start: THEN, end: THEN + 4 }).await;
        assert!(
            all.contains(&one("b", "t1", THEN)) && all.contains(&one("b", "t5", THEN + 1)),
            "{what}: {all:?}"
        );
    };
    check(&engine, "memory").await;
    engine.flush().await.unwrap();
    check(&engine, "flushed").await;
    engine.close().await;
    for (dir, what) in
        [(dir.path(), "restart"), (killed.path(), "kill"), (killed.path(), "restart after a kill")]
    {
        let engine = Engine::open(settings(dir)).await.unwrap();
        check(&engine, what).await;
        engine.close().await;
    }
}

/// A row of the journal must define each series that it names, also when it has no sample of it; else the number may
/// come to mean another series.
#[tokio::test]
async fn an_exemplar_stays_with_its_series_after_a_flush_and_kills() {
    let mut dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.append(one_each(&[host("x"), host("y")], THEN, 1.0)).await.unwrap();
    engine.flush().await.unwrap();
    let mut known = one_each(&[host("x"), host("y")], THEN, 1.0);
    known.exemplars.push((1, exemplar("of y", THEN)));
    engine.append(known).await.unwrap();
    let mut engine = engine;
    for name in ["a", "b", "c"] {
        let killed = tempfile::tempdir().unwrap();
        copy(dir.path(), killed.path());
        engine.close().await;
        dir = killed;
        engine = Engine::open(settings(dir.path())).await.unwrap();
        engine.append(one_each(&[host(name)], THEN, 1.0)).await.unwrap();
    }
    assert_eq!(traces(&engine, &[], ALWAYS).await, [("y".to_owned(), "of y".to_owned(), THEN)]);
    engine.close().await;
}

#[tokio::test]
async fn deleted_series_lose_their_exemplars() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.append(traced("a", "t1", THEN)).await.unwrap();
    engine.append(traced("b", "t2", THEN)).await.unwrap();
    engine.delete(vec![Matcher::equal("host", "a")], ALWAYS).await.unwrap();
    let left = [("b".to_owned(), "t2".to_owned(), THEN)];
    assert_eq!(traces(&engine, &[], ALWAYS).await, left);
    engine.close().await;
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    // Under the same name, but without what was deleted.
    engine.append(one_each(&[host("a")], THEN, 1.0)).await.unwrap();
    assert_eq!(traces(&engine, &[], ALWAYS).await, left);
    engine.close().await;
}

#[tokio::test]
async fn metadata_survives_flush_kill_and_restart() {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let said = async |timestamp, metadata: Metadata| {
        let mut batch = batch(&[(timestamp, 1.0)]);
        batch.metadata.push(metadata);
        engine.append(batch).await.unwrap();
    };
    said(THEN + DAY, metadata("up", MetadataKind::Counter)).await;
    said(THEN + DAY + 1, metadata("old_seconds", MetadataKind::Gauge)).await;
    engine.flush().await.unwrap();
    // Comes with a late sample, so that the newest partition does not get it.
    said(THEN, metadata("late", MetadataKind::Summary)).await;
    engine.flush().await.unwrap();
    // Says something else now.
    said(THEN + DAY + 2, metadata("up", MetadataKind::Gauge)).await;
    // Without any sample.
    let mut alone = Batch::default();
    alone.metadata.push(metadata("alone", MetadataKind::Info));
    engine.append(alone).await.unwrap();
    copy(dir.path(), killed.path());

    let expected = [
        metadata("alone", MetadataKind::Info),
        metadata("late", MetadataKind::Summary),
        metadata("old_seconds", MetadataKind::Gauge),
        metadata("up", MetadataKind::Gauge),
    ];
    assert_eq!(engine.metadata(None).await.unwrap(), expected);
    engine.close().await;
    for dir in [dir.path(), killed.path(), killed.path()] {
        let engine = Engine::open(settings(dir)).await.unwrap();
        assert_eq!(engine.metadata(None).await.unwrap(), expected);
        assert_eq!(engine.metadata(Some("up")).await.unwrap(), expected[3..]);
        assert!(engine.metadata(Some("unheard_of")).await.unwrap().is_empty());
        engine.close().await;
    }
}
