//! Copies of a data directory, also while a server writes to it, and the way back.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::StorageError;

/// Where the databases are, below a data directory.
const METRICS: &str = "metrics";
const JOURNAL: &str = "journal.db";

/// Copies the databases of `from` as of now to `to`, which must not exist or be empty. `from` may be in use: everything
/// acknowledged before the call is in the copy. The journal comes first, so that what a flush moves meanwhile is in both
/// and counted once, as after a crash.
pub async fn copy(from: &Path, to: &Path) -> Result<(), StorageError> {
    if to.read_dir().is_ok_and(|mut files| files.next().is_some()) {
        return Err(StorageError::NotEmpty { dir: to.to_owned() });
    }
    let target = to.join(METRICS);
    std::fs::create_dir_all(&target).map_err(|error| StorageError::not_writable(&target, &error))?;
    let source = from.join(METRICS);
    if databases(&source)?.iter().any(|file| file.ends_with(JOURNAL)) {
        vacuum_into(&source.join(JOURNAL), &target.join(JOURNAL)).await?;
    }
    // Listed only now: a flush may have begun a partition and emptied the journal before it was copied.
    for file in databases(&source)? {
        if let Some(name) = file.file_name().filter(|name| *name != JOURNAL) {
            vacuum_into(&file, &target.join(name)).await?;
        }
    }
    Ok(())
}

/// Copies a backup to the data directory `to`, which must not exist or be empty.
pub async fn restore(from: &Path, to: &Path) -> Result<(), StorageError> {
    if databases(&from.join(METRICS))?.is_empty() {
        return Err(StorageError::NoBackup { dir: from.to_owned() });
    }
    copy(from, to).await
}

fn databases(dir: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let entries = dir.read_dir().map_err(|_| StorageError::NoBackup { dir: dir.to_owned() })?;
    let is_database = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "db");
    Ok(entries.flatten().map(|entry| entry.path()).filter(is_database).collect())
}

/// A transaction of its own reads the whole file, so the copy is of one moment.
async fn vacuum_into(file: &Path, copy: &Path) -> Result<(), StorageError> {
    let failed = |error| StorageError::sqlite(file, error);
    let options = SqliteConnectOptions::new().filename(file).disable_statement_logging();
    let mut connection = match options.connect().await {
        Ok(connection) => connection,
        // Deleted by the retention meanwhile.
        Err(_) if !file.exists() => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let target = copy.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO ?").bind(target).execute(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)?;
    // The copy comes without the WAL mode, in which readers and the writer do not wait for each other.
    let failed = |error| StorageError::sqlite(copy, error);
    let options = SqliteConnectOptions::new().filename(copy).disable_statement_logging();
    let mut connection = options.connect().await.map_err(failed)?;
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)
}
