//! Whatever is damaged is found, reported and left out; the rest serves, and what comes new is stored.

use std::fs;
use std::path::Path;

use watchfire_model::{Exemplar, Labels, Matcher};
use watchfire_storage::{Appender, Engine, Querier, backup};

use crate::fixture::{
    ALWAYS, DAY, THEN, THEN_FILE, batch, copy, host, number, one_each, samples, series, settings, sql,
};

const JOURNAL: &str = "metrics/journal.db";

#[tokio::test]
async fn a_damaged_block_is_left_out_and_the_rest_serves() {
    // Torn, and one bit of each thing that says whose samples it holds.
    for damage in [
        "UPDATE block SET body = zeroblob(length(body)) WHERE id = 2",
        "UPDATE block SET body = substr(body, 1, length(body) - 1) WHERE id = 2",
        "UPDATE block SET directory = zeroblob(length(directory)) WHERE id = 2",
        "UPDATE block SET checksum = checksum + 1 WHERE id = 2",
        "UPDATE block SET checksum = checksum + 4294967296 WHERE id = 2",
        "UPDATE block SET first_series = first_series + 1, last_series = last_series + 1 WHERE id = 2",
        "UPDATE block SET seq = seq - 1 WHERE id = 2",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::open(settings(dir.path())).await.unwrap();
        for second in 0..3 {
            engine.append(one_each(&[host("a"), host("b")], THEN + second, 1.0)).await.unwrap();
            engine.flush().await.unwrap();
        }
        engine.close().await;
        sql(&dir.path().join(THEN_FILE), damage).await;

        let engine = Engine::open(settings(dir.path())).await.unwrap();
        for _ in 0..2 {
            let found = series(&engine, &[], ALWAYS).await;
            assert_eq!(found.len(), 2);
            for series in found {
                assert_eq!(series.timestamps, [THEN, THEN + 2], "{damage}");
            }
            assert_eq!(engine.stats().quarantined_blocks, 1, "{damage}");
        }
        // The place that it held is free for other samples.
        engine.append(batch(&[(THEN + 1, 5.0)])).await.unwrap();
        engine.flush().await.unwrap();
        assert_eq!(samples(&engine).await[1], (THEN + 1, 5.0));
        engine.close().await;
    }
}

#[tokio::test]
async fn a_damaged_group_of_series_is_left_out_and_its_numbers_stay_taken() {
    for (group, damage) in [
        (0, "UPDATE series SET body = zeroblob(length(body)) WHERE first_id = 0"),
        (0, "UPDATE series SET count = count + 1 WHERE first_id = 0"),
        (1, "UPDATE series SET checksum = checksum - 1 WHERE first_id = 1"),
        (1, "UPDATE series SET first_id = 7 WHERE first_id = 1"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::open(settings(dir.path())).await.unwrap();
        for name in ["a", "b"] {
            engine.append(one_each(&[host(name)], THEN, 1.0)).await.unwrap();
            engine.flush().await.unwrap();
        }
        engine.close().await;
        sql(&dir.path().join(THEN_FILE), damage).await;

        let (lost, kept) = if group == 0 { ("a", "b") } else { ("b", "a") };
        let engine = Engine::open(settings(dir.path())).await.unwrap();
        assert_eq!(engine.label_values("host", ALWAYS).await.unwrap(), [kept], "{damage}");
        let found = series(&engine, &[], ALWAYS).await;
        assert_eq!(found.iter().map(|series| &series.labels).collect::<Vec<_>>(), [&host(kept)], "{damage}");
        assert_eq!(engine.stats().quarantined_blocks, 1, "{damage}");

        // New series get new numbers, the lost one among them.
        engine.append(one_each(&[host("c"), host(lost)], THEN + 1, 2.0)).await.unwrap();
        engine.close().await;
        let engine = Engine::open(settings(dir.path())).await.unwrap();
        let found = series(&engine, &[], ALWAYS).await;
        let times: Vec<(&Labels, &[i64])> =
            found.iter().map(|series| (&series.labels, series.timestamps.as_slice())).collect();
        let of = |name: &str| (host(name), vec![if name == kept { THEN } else { THEN + 1 }]);
        let expected = ["a", "b", "c"].map(of);
        let expected: Vec<(&Labels, &[i64])> =
            expected.iter().map(|(labels, times)| (labels, times.as_slice())).collect();
        assert_eq!(times, expected, "{damage}");
        engine.close().await;
    }
}

#[tokio::test]
async fn a_damaged_partition_is_left_out_and_the_rest_serves() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let mut given = batch(&[(THEN, 1.0), (THEN + DAY, 1.0)]);
    let labels = Labels::new([("trace_id", "t")]).unwrap();
    given.exemplars.push((0, Exemplar { labels, timestamp: THEN + DAY, value: 1.0 }));
    engine.append(given).await.unwrap();
    engine.close().await;
    fs::write(dir.path().join(THEN_FILE), [7; 8192]).unwrap();

    let engine = Engine::open(settings(dir.path())).await.unwrap();
    assert_eq!(samples(&engine).await, [(THEN + DAY, 1.0)]);
    assert_eq!(engine.stats().quarantined_blocks, 1);
    assert_eq!(engine.label_values("host", ALWAYS).await.unwrap(), ["a"]);
    assert_eq!(engine.series(&[vec![]], ALWAYS).await.unwrap(), [host("a")]);
    assert_eq!(engine.exemplars(&[], ALWAYS).await.unwrap().len(), 1);
    engine.delete(vec![Matcher::equal("host", "nobody")], ALWAYS).await.unwrap();
    // A copy has the file as it is.
    let copies = tempfile::tempdir().unwrap();
    let damaged = backup(dir.path(), copies.path()).await.unwrap();
    assert_eq!(damaged, [dir.path().join(THEN_FILE)]);
    assert_eq!(fs::read(copies.path().join(THEN_FILE)).unwrap(), [7; 8192]);
    // The next flush into that day moves it aside.
    engine.append(batch(&[(THEN, 2.0)])).await.unwrap();
    engine.flush().await.unwrap();
    assert_eq!(fs::read(dir.path().join(format!("{THEN_FILE}.damaged-1"))).unwrap(), [7; 8192]);
    assert_eq!(samples(&engine).await, [(THEN, 2.0), (THEN + DAY, 1.0)]);
    assert_eq!(engine.stats().journal_rows, 0);
    engine.close().await;
}

#[tokio::test]
async fn what_can_be_read_of_a_damaged_partition_stays() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for second in 0..3 {
        engine.append(one_each(&[host("a"), host("b")], THEN + second, 1.0)).await.unwrap();
        engine.flush().await.unwrap();
    }
    engine.close().await;
    sql(&dir.path().join(THEN_FILE), "DROP TABLE exemplar").await;

    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let mut given = batch(&[(THEN + 7, 2.0)]);
    given.exemplars.push((0, Exemplar { labels: Labels::empty(), timestamp: THEN + 7, value: 1.0 }));
    engine.append(given).await.unwrap();
    engine.flush().await.unwrap();
    assert_eq!(samples(&engine).await, [(THEN, 1.0), (THEN + 1, 1.0), (THEN + 2, 1.0), (THEN + 7, 2.0)]);
    assert_eq!(engine.stats().quarantined_blocks, 1);
    engine.close().await;
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    assert_eq!(samples(&engine).await.len(), 4);
    assert_eq!(engine.label_values("host", ALWAYS).await.unwrap(), ["a", "b"]);
    engine.close().await;
}

#[tokio::test]
async fn a_damaged_write_ahead_log_is_reported_and_kept() {
    let (open, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(open.path())).await.unwrap();
    for second in 0..5 {
        engine.append(batch(&[(THEN + second, 1.0)])).await.unwrap();
    }
    copy(open.path(), dir.path());
    engine.close().await;
    let wal = dir.path().join("metrics/journal.db-wal");
    let whole = fs::read(&wal).unwrap();
    let frames = (whole.len() - 32) / (24 + 16_384);
    assert!(frames >= 5);
    // What a process leaves that was killed, also in the middle of a frame: nothing is said of it.
    for length in [whole.len(), whole.len() - 1, whole.len() - 24 - 16_384 - 7] {
        fs::write(&wal, &whole[..length]).unwrap();
        let copied = tempfile::tempdir().unwrap();
        copy(dir.path(), copied.path());
        let engine = Engine::open(settings(copied.path())).await.unwrap();
        assert_eq!(engine.stats().quarantined_blocks, 0, "{length}");
        engine.close().await;
    }
    // A bit of a frame's page, of its salt, and of the log's own header.
    for at in [32 + 24 + 16_384 + 24 + 500, 32 + 8, 20] {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        fs::write(&wal, &bytes).unwrap();
        let copied = tempfile::tempdir().unwrap();
        copy(dir.path(), copied.path());
        let engine = Engine::open(settings(copied.path())).await.unwrap();
        assert_eq!(engine.stats().quarantined_blocks, 1, "{at}");
        assert_eq!(fs::read(copied.path().join("metrics/journal.db-wal.damaged-1")).unwrap(), bytes);
        engine.append(batch(&[(THEN + 9, 1.0)])).await.unwrap();
        engine.close().await;
    }
}

/// A directory as a killed process leaves it: three rows of the journal, each with a sample of `a` and of its own series.
async fn killed_with_three_rows() -> tempfile::TempDir {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for second in 0..3 {
        let own = host(&format!("of {second}"));
        engine.append(one_each(&[host("a"), own], THEN + second, 1.0)).await.unwrap();
    }
    copy(dir.path(), killed.path());
    engine.close().await;
    killed
}

#[tokio::test]
async fn a_damaged_row_of_the_journal_is_left_out_and_the_rest_serves() {
    for damage in [
        "UPDATE batch SET body = zeroblob(length(body)) WHERE seq = 2",
        "UPDATE batch SET body = substr(body, 1, 10) WHERE seq = 2",
        "UPDATE batch SET checksum = checksum + 1 WHERE seq = 2",
        "UPDATE batch SET checksum = 'x' WHERE seq = 2",
    ] {
        let dir = killed_with_three_rows().await;
        sql(&dir.path().join(JOURNAL), damage).await;
        let engine = Engine::open(settings(dir.path())).await.unwrap();
        assert_eq!(samples(&engine).await, [(THEN, 1.0), (THEN + 2, 1.0)], "{damage}");
        assert_eq!(engine.label_values("host", ALWAYS).await.unwrap(), ["a", "of 0", "of 2"]);
        assert_eq!(engine.stats().quarantined_blocks, 1, "{damage}");
        goes_on(dir.path(), engine, &[(THEN, 1.0), (THEN + 2, 1.0)]).await;
    }
}

/// The first row defines the series that the later ones use.
#[tokio::test]
async fn rows_that_use_a_series_of_a_damaged_row_give_the_rest_of_what_they_have() {
    let dir = killed_with_three_rows().await;
    sql(&dir.path().join(JOURNAL), "UPDATE batch SET body = x'00' WHERE seq = 1").await;
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    assert_eq!(engine.label_values("host", ALWAYS).await.unwrap(), ["of 1", "of 2"]);
    assert_eq!(engine.stats().quarantined_blocks, 3);
    goes_on(dir.path(), engine, &[]).await;
}

#[tokio::test]
async fn a_journal_that_is_no_database_is_moved_aside() {
    let dir = killed_with_three_rows().await;
    let file = dir.path().join(JOURNAL);
    // Its WAL would bring the file back.
    sql(&file, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    for number in 1..3 {
        fs::write(&file, [7; 8192]).unwrap();
        let engine = Engine::open(settings(dir.path())).await.unwrap();
        assert_eq!(engine.stats().quarantined_blocks, 1);
        let aside = fs::read(dir.path().join(format!("{JOURNAL}.damaged-{number}"))).unwrap();
        assert!(aside == [7; 8192], "kept as it was");
        if number == 1 {
            goes_on(dir.path(), engine, &[]).await;
        } else {
            assert_eq!(samples(&engine).await, [(THEN + 9, 9.0)], "what was flushed stays");
            engine.close().await;
        }
    }
}

/// One page that SQLite cannot read, with rows on pages before and after it.
#[tokio::test]
async fn a_new_journal_begins_with_what_a_torn_one_gives() {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let rows = 400_i64;
    engine.append(batch(&[(THEN - 1, 1.0)])).await.unwrap();
    for row in 0..rows {
        let given: Vec<(i64, f64)> = (0..20).map(|n| (THEN + row * 20 + n, n as f64)).collect();
        engine.append(batch(&given)).await.unwrap();
    }
    copy(dir.path(), killed.path());
    engine.close().await;
    let file = killed.path().join(JOURNAL);
    sql(&file, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let page = number(
        &file,
        "SELECT pageno FROM dbstat WHERE name = 'batch' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 2",
    )
    .await;
    let mut bytes = fs::read(&file).unwrap();
    let size = 16384;
    let at = (usize::try_from(page).unwrap() - 1) * size;
    bytes[at..at + 16].fill(0xee);
    fs::write(&file, &bytes).unwrap();

    let engine = Engine::open(settings(killed.path())).await.unwrap();
    assert!(killed.path().join(format!("{JOURNAL}.damaged-1")).exists());
    assert_eq!(engine.stats().quarantined_blocks, 1);
    let found = samples(&engine).await;
    assert!(found.len() as i64 > rows * 10, "{} of {}", found.len(), rows * 20);
    assert!((found.len() as i64) < rows * 20, "the damaged page had some");
    assert_eq!((found[0], found[found.len() - 1]), ((THEN - 1, 1.0), (THEN + rows * 20 - 1, 19.0)));
    goes_on(killed.path(), engine, &found).await;
}

/// Stores something more, flushes, and finds it with `before` after a restart, without any damage left.
async fn goes_on(dir: &Path, engine: Engine, before: &[(i64, f64)]) {
    let last = before.last().map_or(THEN, |(timestamp, _)| timestamp + 1).max(THEN + 9);
    engine.append(batch(&[(last, 9.0)])).await.unwrap();
    let expected: Vec<(i64, f64)> = before.iter().copied().chain([(last, 9.0)]).collect();
    assert!(samples(&engine).await == expected);
    engine.close().await;
    let engine = Engine::open(settings(dir)).await.unwrap();
    assert!(samples(&engine).await == expected);
    assert_eq!((engine.stats().quarantined_blocks, engine.stats().journal_rows), (0, 0));
    engine.close().await;
}
