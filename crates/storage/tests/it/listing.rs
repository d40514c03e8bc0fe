//! Which series, names and values there are, in memory and in partitions, and how many.

use watchfire_model::{Labels, Matcher, TimeRange};
use watchfire_storage::{Appender, Cardinality, Engine, Querier, Settings};

use crate::fixture::{ALWAYS, DAY, THEN, host, one_each, settings};

fn disk(name: &str) -> Labels {
    Labels::of("disk_bytes", [("host", "a"), ("disk", name)]).unwrap()
}

#[tokio::test]
async fn series_names_and_values_by_range() {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings { head_window: 1000, ..settings(dir.path()) };
    let engine = Engine::open(settings.clone()).await.unwrap();
    engine.append(one_each(&[host("c")], THEN - DAY, 1.0)).await.unwrap();
    engine.append(one_each(&[host("a"), disk("sda")], THEN, 1.0)).await.unwrap();
    engine.append(one_each(&[host("a"), host("b")], THEN + DAY, 1.0)).await.unwrap();
    engine.flush().await.unwrap();
    // In memory only.
    engine.append(one_each(&[host("b"), disk("sdb")], THEN + 2 * DAY, 1.0)).await.unwrap();

    let first = TimeRange { start: THEN - 1, end: THEN + 1 };
    let last = TimeRange { start: THEN + 2 * DAY, end: THEN + 2 * DAY };
    let check = async |engine: &Engine| {
        let series = async |sets: &[Vec<Matcher>], range| engine.series(sets, range).await.unwrap();
        let all = [disk("sda"), disk("sdb"), host("a"), host("b"), host("c")];
        assert_eq!(series(&[vec![]], ALWAYS).await, all);
        assert_eq!(series(&[vec![]], first).await, [disk("sda"), host("a")]);
        assert_eq!(series(&[vec![]], last).await, [disk("sdb"), host("b")]);
        let of_a = vec![Matcher::metric("up"), Matcher::equal("host", "a")];
        assert_eq!(series(&[of_a.clone(), vec![Matcher::regex("disk", ".+b")]], ALWAYS).await, all[1..3]);
        assert_eq!(series(&[of_a.clone(), of_a.clone()], ALWAYS).await, [host("a")]);
        assert!(series(&[of_a], last).await.is_empty());
        assert!(series(&[], ALWAYS).await.is_empty());

        let names = async |range| engine.label_names(range).await.unwrap();
        assert_eq!(names(ALWAYS).await, ["__name__", "disk", "host"]);
        assert_eq!(names(TimeRange { start: THEN - DAY, end: THEN - DAY }).await, ["__name__", "host"]);
        let values = async |name, range| engine.label_values(name, range).await.unwrap();
        assert_eq!(values("disk", ALWAYS).await, ["sda", "sdb"]);
        assert_eq!(values("disk", first).await, ["sda"]);
        assert_eq!(values("disk", last).await, ["sdb"]);
        assert_eq!(values("host", ALWAYS).await, ["a", "b", "c"]);
        assert_eq!(values("__name__", last).await, ["disk_bytes", "up"]);
        assert!(values("colour", ALWAYS).await.is_empty());
        let never = TimeRange { start: THEN + 9 * DAY, end: THEN + 10 * DAY };
        assert!(names(never).await.is_empty() && values("host", never).await.is_empty());
    };
    check(&engine).await;
    engine.close().await;
    let engine = Engine::open(settings).await.unwrap();
    check(&engine).await;
    assert!(engine.series(&[vec![Matcher::regex("host", "(")]], ALWAYS).await.is_err());
    engine.close().await;
}

#[tokio::test]
async fn cardinality_of_memory() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    assert_eq!(engine.cardinality(10).await.unwrap(), Cardinality::default());
    let all = [host("a"), host("bb"), host("ccc"), disk("sda"), disk("sdb")];
    for second in 0..4 {
        engine.append(one_each(&all, THEN + second, 1.0)).await.unwrap();
    }
    let found = engine.cardinality(2).await.unwrap();
    let list = |entries: [(&str, u64); 2]| entries.map(|(name, count)| (name.to_owned(), count)).to_vec();
    let expected = Cardinality {
        series: 5,
        names: 3,
        // up, disk_bytes; a, bb, ccc; sda, sdb
        pairs: 7,
        samples: 20,
        chunks: 5,
        oldest: Some(THEN),
        newest: Some(THEN + 3),
        series_by_metric: list([("up", 3), ("disk_bytes", 2)]),
        values_by_label: list([("host", 3), ("__name__", 2)]),
        // 3 * "up" + 2 * "disk_bytes"; "a" of three series, "bb" and "ccc".
        bytes_by_label: list([("__name__", 26), ("host", 8)]),
        series_by_pair: list([("__name__=up", 3), ("host=a", 3)]),
    };
    assert_eq!(found, expected);
    engine.flush().await.unwrap();
    assert_eq!(
        engine.cardinality(2).await.unwrap(),
        expected,
        "what was flushed stays in memory for a while"
    );
    engine.close().await;
}
