use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::StorageError;
use crate::clock::Day;
use crate::journal::Journal;
use crate::partition::Partition;

/// Moves a database that SQLite cannot use aside, with what lies beside it: `journal.db` becomes `journal.db.damaged-1`,
/// or the next number that is free. Nobody may have it open.
pub(crate) fn move_aside(file: &Path) -> Result<PathBuf, StorageError> {
    let failed = |error: io::Error| StorageError::not_writable(file, &error);
    let aside = free_name(file).map_err(failed)?;
    // The database last: as long as it is there, the move is tried again.
    for suffix in ["-shm", "-wal", ""] {
        found(fs::rename(with_suffix(file, suffix), with_suffix(&aside, suffix))).map_err(failed)?;
    }
    Ok(aside)
}

/// Where the successor of a damaged database is made; what an earlier attempt left there goes.
pub(crate) fn successor(file: &Path) -> Result<PathBuf, StorageError> {
    let new = with_suffix(file, ".new");
    for suffix in ["-shm", "-wal", ""] {
        let gone = found(fs::remove_file(with_suffix(&new, suffix)));
        gone.map_err(|error| StorageError::not_writable(&new, &error))?;
    }
    Ok(new)
}

/// Puts the successor, which nobody has open, in the place of the damaged database. Returns where that is now. Whatever
/// happens meanwhile, one of both is there.
pub(crate) fn replace(file: &Path, successor: &Path) -> Result<PathBuf, StorageError> {
    let replaced = || {
        let aside = free_name(file)?;
        for suffix in ["-wal", ""] {
            found(fs::hard_link(with_suffix(file, suffix), with_suffix(&aside, suffix)))?;
        }
        // Before the successor is there, for it would be taken for its own.
        for suffix in ["-shm", "-wal"] {
            found(fs::remove_file(with_suffix(file, suffix)))?;
        }
        fs::rename(successor, file)?;
        Ok(aside)
    };
    replaced().map_err(|error: io::Error| StorageError::not_writable(file, &error))
}

/// `journal.db.damaged-1`, or the next number that is free.
fn free_name(file: &Path) -> io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let aside = with_suffix(file, &format!(".damaged-{number}"));
        if !aside.try_exists()? {
            return Ok(aside);
        }
        number += 1;
    }
}

/// What is not there need not be moved.
fn found(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Takes what can be read of a damaged journal into a new one, and answers how many rows that were. A damaged page
/// stops a walk over the rows, so there is one from each end.
pub(crate) async fn readable_rows(damaged: &Path, journal: &mut Journal) -> Result<usize, StorageError> {
    let options = SqliteConnectOptions::new().filename(damaged).disable_statement_logging();
    let Ok(mut connection) = options.connect().await else { return Ok(0) };
    let forward = "SELECT seq FROM batch WHERE seq > ? ORDER BY seq LIMIT 1";
    let backward = "SELECT seq FROM batch WHERE seq < ? ORDER BY seq DESC LIMIT 1";
    let numbers = both_ways(&mut connection, forward, backward).await;
    let mut count = 0;
    for number in numbers {
        let row = sqlx::query_as("SELECT seq, body, checksum FROM batch WHERE seq = ?").bind(number);
        // Its checksum is looked at when it is replayed.
        if let Ok(row) = row.fetch_one(&mut connection).await {
            journal.adopt(&[row]).await?;
            count += 1;
        }
    }
    // It was read only; what could go wrong here cannot hurt the new journal.
    let _ = connection.close().await;
    Ok(count)
}

/// Takes what can be read of a damaged partition into a new one, and answers how many blocks that were. Their checksums are
/// looked at when they are read. Of the days that count as finished, those stay so that `stay` says.
pub(crate) async fn readable_blocks(
    damaged: &Path,
    partition: &Partition,
    stay: impl Fn(Day) -> bool,
) -> Result<usize, StorageError> {
    let options = SqliteConnectOptions::new().filename(damaged).disable_statement_logging();
    let Ok(mut old) = options.connect().await else { return Ok(0) };
    let failed = |error| partition.failed(error);
    let mut new = partition.begin().await?;
    let forward = "SELECT first_id FROM series WHERE first_id > ? ORDER BY first_id LIMIT 1";
    let backward = "SELECT first_id FROM series WHERE first_id < ? ORDER BY first_id DESC LIMIT 1";
    for first in both_ways(&mut old, forward, backward).await {
        let row = sqlx::query_as("SELECT count, checksum, body FROM series WHERE first_id = ?").bind(first);
        let Ok((count, checksum, body)) = row.fetch_one(&mut old).await else { continue };
        let (count, checksum, body): (i64, i64, Vec<u8>) = (count, checksum, body);
        sqlx::query("INSERT OR IGNORE INTO series (first_id, count, checksum, body) VALUES (?, ?, ?, ?)")
            .bind(first)
            .bind(count)
            .bind(checksum)
            .bind(body)
            .execute(&mut *new)
            .await
            .map_err(failed)?;
    }
    let forward = "SELECT id FROM block WHERE id > ? ORDER BY id LIMIT 1";
    let backward = "SELECT id FROM block WHERE id < ? ORDER BY id DESC LIMIT 1";
    let mut blocks = 0;
    for id in both_ways(&mut old, forward, backward).await {
        type Row = (i64, i64, i64, i64, i64, i64, i64, Vec<u8>, Vec<u8>);
        let row = sqlx::query_as(
            "SELECT seq, first_series, last_series, min_time, max_time, samples, checksum, directory, body \
             FROM block WHERE id = ?",
        );
        let Ok(row) = row.bind(id).fetch_one(&mut old).await else { continue };
        let (seq, first, last, min_time, max_time, samples, checksum, directory, body): Row = row;
        sqlx::query(
            "INSERT INTO block (seq, first_series, last_series, min_time, max_time, samples, checksum, directory, \
             body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(seq)
        .bind(first)
        .bind(last)
        .bind(min_time)
        .bind(max_time)
        .bind(samples)
        .bind(checksum)
        .bind(directory)
        .bind(body)
        .execute(&mut *new)
        .await
        .map_err(failed)?;
        blocks += 1;
    }
    let sealed: Vec<(i64, i64)> =
        sqlx::query_as("SELECT day, seq FROM sealed").fetch_all(&mut old).await.unwrap_or_default();
    for (day, seq) in sealed.into_iter().filter(|(day, _)| stay(Day::from_number(*day))) {
        let insert = sqlx::query("INSERT INTO sealed (day, seq) VALUES (?, ?)").bind(day).bind(seq);
        insert.execute(&mut *new).await.map_err(failed)?;
    }
    // As far as it can be read: a flush that reached the old file is not taken twice.
    let flushed: i64 =
        sqlx::query_scalar("SELECT flushed_seq FROM meta").fetch_one(&mut old).await.unwrap_or(0);
    sqlx::query(
        "UPDATE meta SET flushed_seq = ?, min_time = (SELECT min(min_time) FROM block), \
         max_time = (SELECT max(max_time) FROM block)",
    )
    .bind(flushed)
    .execute(&mut *new)
    .await
    .map_err(failed)?;
    new.commit().await.map_err(failed)?;
    // It was read only; what could go wrong here cannot hurt the new file.
    let _ = old.close().await;
    Ok(blocks)
}

/// The numbers of rows that can be reached from the first and from the last.
async fn both_ways(
    connection: &mut SqliteConnection,
    forward: &'static str,
    backward: &'static str,
) -> Vec<i64> {
    let mut numbers = walk(connection, forward, i64::MIN, i64::MAX).await;
    let met = numbers.last().copied().unwrap_or(i64::MIN);
    numbers.extend(walk(connection, backward, i64::MAX, met).await);
    numbers
}

/// The numbers of rows that `next` finds one after the other, up to damage, the end, or `until`.
async fn walk(connection: &mut SqliteConnection, next: &'static str, from: i64, until: i64) -> Vec<i64> {
    let (mut numbers, mut at) = (Vec::new(), from);
    while let Ok(Some(seq)) = sqlx::query_scalar(next).bind(at).fetch_optional(&mut *connection).await {
        if seq == until || seq == at {
            break;
        }
        numbers.push(seq);
        at = seq;
    }
    numbers
}
