//! One bit flipped anywhere in any file: no answer has a sample that was never stored, and storage goes on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use watchfire_storage::{Appender, Engine, Querier, StorageError};

use crate::fixture::{ALWAYS, DAY, THEN, copy, host, one_each, series, settings, sql};

type Answer = BTreeSet<(String, i64, u64)>;

async fn answer(engine: &Engine) -> Answer {
    let mut all = Answer::new();
    for series in series(engine, &[], ALWAYS).await {
        for (timestamp, value) in series.timestamps.iter().zip(&series.values) {
            all.insert((series.labels.to_string(), *timestamp, value.to_bits()));
        }
    }
    all
}

/// Two days in partitions, more rows in the journal, as a killed process leaves them, but with all in the databases
/// themselves.
async fn filled(dir: &Path) -> Answer {
    let open = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(open.path())).await.unwrap();
    let all = ["a", "b", "c"].map(host);
    for second in 0..30 {
        engine.append(one_each(&all, THEN + second * 1000 + second % 3, second as f64)).await.unwrap();
        engine.append(one_each(&all[..2], THEN + DAY + second * 1000, 0.1 * second as f64)).await.unwrap();
        if second == 10 || second == 20 {
            engine.flush().await.unwrap();
        }
    }
    copy(open.path(), dir);
    let answer = answer(&engine).await;
    engine.close().await;
    for file in files(dir) {
        if file.extension().is_some_and(|extension| extension == "db") {
            sql(&file, "PRAGMA wal_checkpoint(TRUNCATE)").await;
        }
    }
    answer
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = dir
        .join("metrics")
        .read_dir()
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

/// What can be wrong with a bit that no checksum covers: SQLite's own, in pages that tell where things lie.
fn is_said(error: &StorageError) -> bool {
    matches!(
        error,
        StorageError::Corrupt { .. }
            | StorageError::Sqlite { .. }
            | StorageError::OlderVersion { .. }
            | StorageError::NewerVersion { .. }
            | StorageError::NotWritable { .. }
    )
}

/// Answers whether the journal had to be replaced.
async fn serves(dir: &Path, stored: &Answer) -> Result<bool, TestCaseError> {
    let engine = match Engine::open(settings(dir)).await {
        Ok(engine) => engine,
        Err(error) => {
            prop_assert!(is_said(&error), "{error}");
            return Ok(false);
        }
    };
    let found = answer(&engine).await;
    let invented: Vec<_> = found.difference(stored).take(3).collect();
    prop_assert!(invented.is_empty(), "{invented:?}");
    let new = one_each(&[host("new")], THEN + 9 * DAY, 1.0);
    let refused = engine.append(new.clone()).await.err();
    if let Some(error) = &refused {
        // Damage that only writing finds: the journal is replaced, and the next one is taken.
        prop_assert!(is_said(error), "{error}");
        engine.flush().await.unwrap();
        prop_assert_eq!(engine.append(new).await.unwrap().stored, 1);
        prop_assert!(engine.stats().quarantined_blocks > 0);
    }
    prop_assert_eq!(answer(&engine).await.len(), found.len() + 1);
    engine.close().await;
    Ok(refused.is_some())
}

#[test]
fn a_journal_that_cannot_be_written_is_replaced() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let stored = runtime.block_on(filled(dir.path()));
    let name = "metrics/journal.db";
    let pages = dir.path().join(name).metadata().unwrap().len() / 16_384;
    let mut replaced = 0;
    for page in 1..pages {
        let damaged = tempfile::tempdir().unwrap();
        copy(dir.path(), damaged.path());
        let mut bytes = fs::read(damaged.path().join(name)).unwrap();
        // Where a page's free room begins: only who writes looks there.
        bytes[page as usize * 16_384 + 1] ^= 1;
        fs::write(damaged.path().join(name), bytes).unwrap();
        if runtime.block_on(serves(damaged.path(), &stored)).unwrap() {
            replaced += 1;
            assert!(damaged.path().join("metrics/journal.db.damaged-1").exists());
        }
    }
    assert!(replaced > 0, "of {pages} pages");
}

#[tokio::test]
async fn an_empty_journal_that_cannot_be_written_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    engine.append(one_each(&[host("a")], THEN, 1.0)).await.unwrap();
    engine.close().await;
    let name = dir.path().join("metrics/journal.db");
    let mut replaced = 0;
    let whole = fs::read(&name).unwrap();
    for page in 1..whole.len() / 16_384 {
        let damaged = tempfile::tempdir().unwrap();
        copy(dir.path(), damaged.path());
        let mut bytes = whole.clone();
        bytes[page * 16_384 + 1] ^= 1;
        fs::write(damaged.path().join("metrics/journal.db"), bytes).unwrap();
        let Ok(engine) = Engine::open(settings(damaged.path())).await else { continue };
        if engine.append(one_each(&[host("a")], THEN + 1, 2.0)).await.is_err() {
            engine.flush().await.unwrap();
            assert_eq!(engine.append(one_each(&[host("a")], THEN + 1, 2.0)).await.unwrap().stored, 1);
            replaced += 1;
        }
        engine.close().await;
    }
    assert!(replaced > 0, "of {} pages", whole.len() / 16_384);
}

#[test]
fn a_bit_invents_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let stored = runtime.block_on(filled(dir.path()));
    let lengths: Vec<(PathBuf, u64)> =
        files(dir.path()).into_iter().map(|file| (file.clone(), file.metadata().unwrap().len())).collect();
    assert_eq!(lengths.len(), 3);
    // Pages are mostly empty; what is not lies at their ends.
    let place = prop_oneof![0_u64..200, 14_000_u64..16_384];
    let flip = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), place, 0_u8..8);
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((file, page, at, bit) in flip)| {
        let (file, length) = file.get(&lengths);
        let at = page.index((length / 16_384) as usize) as u64 * 16_384 + at;
        let damaged = tempfile::tempdir().unwrap();
        copy(dir.path(), damaged.path());
        let file = damaged.path().join("metrics").join(file.file_name().unwrap());
        let mut bytes = fs::read(&file).unwrap();
        bytes[at as usize] ^= 1 << bit;
        fs::write(&file, bytes).unwrap();
        runtime.block_on(serves(damaged.path(), &stored))?;
    });
}
