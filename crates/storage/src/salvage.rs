use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::StorageError;
use crate::journal::Journal;

/// Moves a database that SQLite cannot read aside, with what lies beside it: `journal.db` becomes `journal.db.damaged-1`,
/// or the next number that is free. Nobody may have it open.
pub(crate) fn move_aside(file: &Path) -> Result<PathBuf, StorageError> {
    let failed = |error: io::Error| StorageError::not_writable(file, &error);
    let mut number = 1;
    let aside = loop {
        let aside = with_suffix(file, &format!(".damaged-{number}"));
        if !aside.try_exists().map_err(failed)? {
            break aside;
        }
        number += 1;
    };
    // The database last: as long as it is there, the move is tried again.
    for suffix in ["-shm", "-wal", ""] {
        match fs::rename(with_suffix(file, suffix), with_suffix(&aside, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    Ok(aside)
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
    let mut numbers = walk(&mut connection, forward, i64::MIN, i64::MAX).await;
    let met = numbers.last().copied().unwrap_or(i64::MIN);
    numbers.extend(walk(&mut connection, backward, i64::MAX, met).await);
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
