use watchfire_model::{Batch, Labels, MatchOp, Matcher, Rollup, RollupBuilder, Series, TimeRange};
use watchfire_storage::{Appender, Engine, Querier, SelectOptions, SelectedSeries, Settings, backup};

use crate::fixture::{ALWAYS, DAY, THEN, THEN_FILE, host, now, number, one_each, series, settings, sql};
use crate::readings::fill;

const WIDTHS: [i64; 3] = [300_000, 3_600_000, DAY];
const HOUR: i64 = 3_600_000;

async fn select(engine: &Engine, matchers: &[Matcher], buckets: Option<i64>) -> Vec<SelectedSeries> {
    let options = SelectOptions { buckets, ..SelectOptions::ALL };
    let mut found = engine.select(matchers, ALWAYS, options).await.unwrap();
    found.sort_by(|one, other| one.labels().cmp(other.labels()));
    found
}

fn rollups(series: &SelectedSeries, width: i64) -> Vec<Rollup> {
    let mut found = Vec::new();
    series.read_rollups(width, ALWAYS, &mut |rollup| found.push(*rollup));
    found
}

fn expected(series: &Series, width: i64) -> Vec<Rollup> {
    let mut builder = RollupBuilder::new(width);
    let samples = series.timestamps.iter().zip(&series.values);
    let mut found: Vec<Rollup> =
        samples.filter_map(|(timestamp, value)| builder.push(*timestamp, *value)).collect();
    found.extend(builder.finish());
    found
}

fn assert_same(found: &[Rollup], wanted: &[Rollup]) {
    assert_eq!(found.len(), wanted.len());
    for (one, other) in found.iter().zip(wanted) {
        assert!((one.sum - other.sum).abs() <= other.sum.abs() * 1e-12, "{one:?} {other:?}");
        assert!((one.resets - other.resets).abs() <= other.resets.abs() * 1e-12, "{one:?} {other:?}");
        assert_eq!(Rollup { sum: 0.0, resets: 0.0, ..*one }, Rollup { sum: 0.0, resets: 0.0, ..*other });
    }
}

/// Three days and a bit, in flushes of some hours.
async fn filled(settings: Settings, from: i64) -> Engine {
    let engine = Engine::open(settings).await.unwrap();
    for part in 0..19 {
        let mut batch = Batch::default();
        fill(&mut batch, from + part * 4 * HOUR, from + (part + 1) * 4 * HOUR);
        assert_eq!(engine.append(batch).await.unwrap().refused.total(), 0);
        engine.flush().await.unwrap();
    }
    engine
}

fn bits(all: &[Series]) -> Vec<(String, Vec<i64>, Vec<u64>)> {
    let of = |series: &Series| {
        let values = series.values.iter().map(|value| value.to_bits()).collect();
        (series.labels.to_string(), series.timestamps.clone(), values)
    };
    all.iter().map(of).collect()
}

#[tokio::test]
async fn a_finished_day_keeps_its_samples_and_gets_rollups() {
    let dir = tempfile::tempdir().unwrap();
    let engine = filled(settings(dir.path()), THEN - THEN.rem_euclid(DAY)).await;
    let before = series(&engine, &[], ALWAYS).await;
    assert!(select(&engine, &[], Some(DAY)).await.iter().all(|series| series.widths().is_empty()));

    engine.seal().await.unwrap();
    assert_eq!(engine.stats().sealed_days, 4);
    // Without leave, a select gives the samples themselves.
    let after = series(&engine, &[], ALWAYS).await;
    assert_eq!(bits(&after), bits(&before));
    for width in WIDTHS {
        let found = select(&engine, &[], Some(width)).await;
        assert_eq!(found.len(), before.len());
        for (series, raw) in found.iter().zip(&before) {
            assert_eq!(series.widths().iter().map(|(_, width)| *width).collect::<Vec<_>>(), [width]);
            for coarser in WIDTHS.into_iter().filter(|coarser| *coarser >= width) {
                assert_same(&rollups(series, coarser), &expected(raw, coarser));
            }
        }
    }
    // Sealed once: nothing to do.
    engine.seal().await.unwrap();
    assert_eq!(engine.stats().sealed_days, 4);
    engine.close().await;
    let blocks = number(&dir.path().join(THEN_FILE), "SELECT count(*) FROM block").await;
    assert_eq!(blocks, 1, "the blocks of all flushes are one");

    let engine = Engine::open(settings(dir.path())).await.unwrap();
    assert_eq!(bits(&series(&engine, &[], ALWAYS).await), bits(&before));
    let found = select(&engine, &[], Some(HOUR)).await;
    assert_same(&rollups(&found[0], HOUR), &expected(&before[0], HOUR));
    engine.close().await;
}

#[tokio::test]
async fn parts_of_a_range_are_summed_up() {
    let dir = tempfile::tempdir().unwrap();
    let start = THEN - THEN.rem_euclid(DAY);
    let engine = filled(settings(dir.path()), start).await;
    engine.seal().await.unwrap();
    let raw = series(&engine, &[Matcher::metric("jobs")], ALWAYS).await;
    let (from, to) = (start + 20 * HOUR, start + DAY + 5 * HOUR);
    // As PromQL reads it: the start of a bucket does not belong to it.
    let range = TimeRange { start: from + 1, end: to };
    let options = SelectOptions { buckets: Some(HOUR), ..SelectOptions::ALL };
    let found = engine.select(&[Matcher::metric("jobs")], range, options).await.unwrap();
    let mut buckets = Vec::new();
    found[0].read_rollups(HOUR, range, &mut |rollup| buckets.push(*rollup));
    let inside = |rollup: &Rollup| rollup.end > from && rollup.end <= to;
    let wanted: Vec<Rollup> = expected(&raw[0], HOUR).into_iter().filter(inside).collect();
    assert_same(&buckets, &wanted);
    engine.close().await;
}

#[tokio::test]
async fn late_samples_and_deletion_make_a_day_due_again() {
    let dir = tempfile::tempdir().unwrap();
    let start = THEN - THEN.rem_euclid(DAY);
    let engine = filled(settings(dir.path()), start).await;
    engine.seal().await.unwrap();
    let is_rolled = async |engine: &Engine| {
        !select(engine, &[Matcher::metric("late")], Some(HOUR)).await[0].widths().is_empty()
    };

    let mut late = Batch::default();
    late.push(&Labels::of("late", []).unwrap(), start + 5 * HOUR + 1, 7.0);
    engine.append(late).await.unwrap();
    assert!(!is_rolled(&engine).await, "it is in memory only");
    engine.flush().await.unwrap();
    assert!(!is_rolled(&engine).await, "it came after the rollups");
    let everything =
        |found: &[SelectedSeries]| found.iter().map(|one| rollups(one, DAY).len()).sum::<usize>();
    assert_eq!(everything(&select(&engine, &[], Some(DAY)).await), 3 * 4 + 1);
    engine.seal().await.unwrap();
    assert!(is_rolled(&engine).await);

    let hole = TimeRange { start: start + 2 * HOUR, end: start + 9 * HOUR };
    engine.delete(vec![Matcher::equal("job", "api")], hole).await.unwrap();
    engine.delete(vec![Matcher::metric("late")], ALWAYS).await.unwrap();
    for sealed in [false, true] {
        if sealed {
            engine.seal().await.unwrap();
        }
        let raw = series(&engine, &[], ALWAYS).await;
        let found = select(&engine, &[], Some(HOUR)).await;
        assert_eq!(found.len(), 3);
        for (series, raw) in found.iter().zip(&raw) {
            assert_same(&rollups(series, HOUR), &expected(raw, HOUR));
        }
    }
    engine.close().await;
}

#[tokio::test]
async fn rollups_outlive_samples() {
    let dir = tempfile::tempdir().unwrap();
    let today = now() - now().rem_euclid(DAY);
    let lasting = settings(dir.path());
    let engine = filled(lasting.clone(), today - 20 * DAY).await;
    let mut batch = Batch::default();
    fill(&mut batch, today - DAY, today - DAY + 2 * HOUR);
    engine.append(batch).await.unwrap();
    let raw = series(&engine, &[], ALWAYS).await;
    engine.seal().await.unwrap();
    engine.close().await;

    // Without any day of samples lost before its rollups: 5 minutes, then an hour, then a day.
    let tables = [
        (Settings { retention: Some(7 * DAY), ..lasting.clone() }, 300_000),
        (Settings { retention: Some(7 * DAY), retention_5m: Some(7 * DAY), ..lasting.clone() }, HOUR),
        (
            Settings {
                retention: Some(7 * DAY),
                retention_5m: Some(7 * DAY),
                retention_hourly: Some(10 * DAY),
                ..lasting.clone()
            },
            DAY,
        ),
    ];
    for (settings, width) in tables {
        let engine = Engine::open(settings).await.unwrap();
        engine.flush().await.unwrap();
        assert_eq!(engine.stats().partitions, 1, "only yesterday has samples");
        assert_eq!(engine.stats().oldest, Some(today - 20 * DAY));
        assert_eq!(engine.label_values("job", ALWAYS).await.unwrap(), ["api", "batch"]);
        assert_eq!(engine.series(&[vec![Matcher::metric("jobs")]], ALWAYS).await.unwrap().len(), 1);
        let found = select(&engine, &[], None).await;
        assert_eq!(found.len(), 3);
        for (series, raw) in found.iter().zip(&raw) {
            let until = series.widths()[0].0;
            assert_eq!(series.widths(), [(until, width)]);
            assert!(until > today - 17 * DAY && until <= today - 16 * DAY, "{until}");
            assert_same(&rollups(series, DAY), &expected(raw, DAY));
            assert_same(&rollups(series, width), &expected(raw, width));
            // What stands for samples are some of them.
            let left = series.to_series(ALWAYS);
            assert!(left.timestamps.iter().all(|timestamp| raw.timestamps.contains(timestamp)));
            assert_eq!(left.timestamps.last(), raw.timestamps.last());
        }
        engine.close().await;
    }

    // A copy has them, too, and deletion reaches them.
    let copy = tempfile::tempdir().unwrap();
    backup(dir.path(), copy.path()).await.unwrap();
    let engine = Engine::open(Settings { dir: copy.path().to_owned(), ..lasting.clone() }).await.unwrap();
    let found = select(&engine, &[Matcher::metric("temperature")], None).await;
    assert_same(&rollups(&found[0], DAY), &expected(&raw[2], DAY));
    let first_two = TimeRange { start: i64::MIN, end: today - 18 * DAY - 1 };
    engine.delete(vec![Matcher::metric("temperature")], first_two).await.unwrap();
    let found = select(&engine, &[Matcher::metric("temperature")], None).await;
    assert_same(&rollups(&found[0], DAY), &expected(&raw[2], DAY)[2..]);
    engine.delete(vec![Matcher::metric("jobs")], ALWAYS).await.unwrap();
    assert_eq!(engine.label_values("__name__", ALWAYS).await.unwrap(), ["requests_total", "temperature"]);
    engine.close().await;

    // At last they go, too.
    let last = Settings {
        retention: Some(7 * DAY),
        retention_5m: Some(DAY),
        retention_hourly: Some(DAY),
        retention_daily: Some(DAY),
        ..lasting
    };
    let engine = Engine::open(Settings { dir: dir.path().to_owned(), ..last }).await.unwrap();
    engine.flush().await.unwrap();
    // Daily rollups go by whole months.
    let first_of_month = |at: i64| watchfire_model::format_utc(at, 0, "%Y-%m");
    let same_month = first_of_month(today - DAY - 1) == first_of_month(today - 20 * DAY);
    assert_eq!(engine.stats().oldest, Some(if same_month { today - 20 * DAY } else { today - DAY }));
    engine.close().await;
}

#[tokio::test]
async fn deleting_where_nothing_is_leaves_rollups_alone() {
    let dir = tempfile::tempdir().unwrap();
    let start = THEN - THEN.rem_euclid(DAY);
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let mut batch = Batch::default();
    fill(&mut batch, start + 12 * HOUR, start + 20 * HOUR);
    engine.append(batch).await.unwrap();
    engine.seal().await.unwrap();
    // Memory answers for the newest time; this moves it on.
    for later in [2 * DAY, 2 * DAY + 2 * HOUR] {
        engine.append(one_each(&[host("a")], start + later, 1.0)).await.unwrap();
        engine.flush().await.unwrap();
    }
    let before = rollups(&select(&engine, &[Matcher::metric("temperature")], Some(DAY)).await[0], DAY);
    assert_eq!(before.len(), 1);
    let empty = TimeRange { start, end: start + 6 * HOUR };
    engine.delete(vec![Matcher::metric("temperature")], empty).await.unwrap();
    let after = select(&engine, &[Matcher::metric("temperature")], Some(DAY)).await;
    assert_eq!(after[0].widths().len(), 1, "still finished");
    assert_same(&rollups(&after[0], DAY), &before);
    engine.close().await;
}

#[tokio::test]
async fn a_damaged_file_of_rollups_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let engine = filled(settings(dir.path()), THEN - THEN.rem_euclid(DAY)).await;
    engine.seal().await.unwrap();
    let raw = series(&engine, &[], ALWAYS).await;
    engine.close().await;
    let file = dir.path().join("metrics/1d/2023-11.db");
    std::fs::write(&file, [7; 8192]).unwrap();

    let engine = Engine::open(settings(dir.path())).await.unwrap();
    assert_eq!(bits(&series(&engine, &[], ALWAYS).await), bits(&raw), "samples answer meanwhile");
    // Found and moved aside by the first, made anew by the next.
    engine.seal().await.unwrap();
    engine.seal().await.unwrap();
    for (series, raw) in select(&engine, &[], Some(DAY)).await.iter().zip(&raw) {
        assert_eq!(series.widths()[0].1, DAY);
        assert_same(&rollups(series, DAY), &expected(raw, DAY));
    }
    assert!(dir.path().join("metrics/1d/2023-11.db.damaged-1").exists());
    engine.close().await;
}

#[tokio::test]
async fn late_samples_do_not_stand_for_a_day_of_rollups() {
    let dir = tempfile::tempdir().unwrap();
    let today = now() - now().rem_euclid(DAY);
    let engine = filled(settings(dir.path()), today - 9 * DAY).await;
    let mut batch = Batch::default();
    fill(&mut batch, today - DAY, today - DAY + 2 * HOUR);
    engine.append(batch).await.unwrap();
    engine.seal().await.unwrap();
    let before: Vec<_> = select(&engine, &[], None).await.iter().map(|one| rollups(one, DAY)).collect();
    engine.close().await;
    let engine = Engine::open(Settings { retention: Some(3 * DAY), ..settings(dir.path()) }).await.unwrap();
    engine.flush().await.unwrap();
    assert_eq!(engine.stats().partitions, 1);
    engine.close().await;

    // Kept longer from now on, the days of rollups are within the retention again.
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let mut late = Batch::default();
    late.push(&Labels::of("temperature", [("job", "api")]).unwrap(), today - 8 * DAY + 7, 1.0);
    let appended = engine.append(late).await.unwrap();
    assert_eq!((appended.stored, appended.refused.total()), (0, 1));
    let after = select(&engine, &[], None).await;
    for (series, before) in after.iter().zip(&before) {
        assert_same(&rollups(series, DAY), before);
    }
    engine.close().await;
}

#[tokio::test]
async fn rollups_can_be_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let engine =
        filled(Settings { rollups: false, ..settings(dir.path()) }, THEN - THEN.rem_euclid(DAY)).await;
    engine.seal().await.unwrap();
    assert!(select(&engine, &[], Some(DAY)).await.iter().all(|series| series.widths().is_empty()));
    engine.close().await;
    assert!(!dir.path().join("metrics/1h").exists());
}

#[tokio::test]
async fn postings_find_what_the_series_say() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let mut batch = Batch::default();
    for number in 0..3000 {
        let (host, rack) = (format!("h{number}"), format!("r{}", number % 7));
        let labels = Labels::of("up", [("host", &*host), ("rack", &*rack)]).unwrap();
        batch.push(&labels, THEN + number, 1.0);
    }
    batch.push(&host("a"), THEN, 2.0);
    engine.append(batch).await.unwrap();
    engine.flush().await.unwrap();
    let matcher = |name: &str, op, value: &str| Matcher { name: name.into(), op, value: value.into() };
    let sets = [
        vec![],
        vec![Matcher::equal("host", "h77")],
        vec![Matcher::equal("host", "nobody")],
        vec![Matcher::equal("rack", "")],
        vec![matcher("rack", MatchOp::Regex, "r[23]"), matcher("host", MatchOp::NotRegex, "h1.*")],
        vec![matcher("rack", MatchOp::NotEqual, "r1"), matcher("host", MatchOp::Regex, "h.?|a")],
        vec![matcher("nothing", MatchOp::Regex, ".+")],
        vec![matcher("nothing", MatchOp::Regex, ".*"), Matcher::equal("rack", "r3")],
    ];
    let mut before = Vec::new();
    for set in &sets {
        before.push(series(&engine, set, ALWAYS).await);
    }
    assert_eq!(before.iter().map(Vec::len).collect::<Vec<_>>()[1..4], [1, 0, 1]);
    engine.seal().await.unwrap();
    engine.close().await;

    for damage in [None, Some("UPDATE posting SET series = series || x'00' WHERE name != 'host'")] {
        if let Some(damage) = damage {
            sql(&dir.path().join(THEN_FILE), damage).await;
        }
        // Each set by an engine that has not read the series yet.
        let engine = Engine::open(settings(dir.path())).await.unwrap();
        for (set, before) in sets.iter().zip(&before) {
            assert_eq!(&series(&engine, set, ALWAYS).await, before, "{set:?}");
        }
        assert_eq!(engine.label_names(ALWAYS).await.unwrap(), ["__name__", "host", "rack"]);
        assert_eq!(engine.label_values("rack", ALWAYS).await.unwrap().len(), 7);
        assert_eq!(engine.stats().quarantined_blocks, usize::from(damage.is_some()));
        engine.close().await;
    }
}
