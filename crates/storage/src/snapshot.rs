//! Copies of a data directory, also while a server writes to it, and the way back.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::StorageError;
use crate::control::CONTROL;
use crate::rollup::TIERS;

/// Where the databases are, below a data directory.
const METRICS: &str = "metrics";
const JOURNAL: &str = "journal.db";

/// Copies the databases of `from` as of now, with what people made, to `to`, which must not exist or be empty. `from` may be in use: everything
/// acknowledged before the call is in the copy. A damaged file is copied byte by byte, so that nothing that it may still give
/// is lost; the answer names those. The journal comes first, so that what a flush moves meanwhile is in both
/// and counted once, as after a crash.
pub async fn copy(from: &Path, to: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let mut damaged = Vec::new();
    if to.read_dir().is_ok_and(|mut files| files.next().is_some()) {
        return Err(StorageError::NotEmpty { dir: to.to_owned() });
    }
    let target = to.join(METRICS);
    std::fs::create_dir_all(&target).map_err(|error| StorageError::not_writable(&target, &error))?;
    let source = from.join(METRICS);
    let control = from.join(CONTROL);
    if control.exists() {
        copy_one(&control, &to.join(CONTROL), &mut damaged).await?;
    }
    if databases(&source)?.iter().any(|file| file.ends_with(JOURNAL)) {
        copy_one(&source.join(JOURNAL), &target.join(JOURNAL), &mut damaged).await?;
    }
    // Samples before rollups: a day that its samples' file calls finished then has its rollups in the copy. Listed only now: a
    // flush may have begun a partition and emptied the journal before it was copied.
    for file in databases(&source)? {
        if let Some(name) = file.file_name().filter(|name| *name != JOURNAL) {
            copy_one(&file, &target.join(name), &mut damaged).await?;
        }
    }
    for (_, tier, _) in TIERS {
        let dir = source.join(tier);
        if !dir.try_exists().map_err(|error| StorageError::not_writable(&dir, &error))? {
            continue;
        }
        let files = databases(&dir)?;
        let target = target.join(tier);
        std::fs::create_dir_all(&target).map_err(|error| StorageError::not_writable(&target, &error))?;
        for file in files {
            if let Some(name) = file.file_name() {
                copy_one(&file, &target.join(name), &mut damaged).await?;
            }
        }
    }
    Ok(damaged)
}

async fn copy_one(file: &Path, copy: &Path, damaged: &mut Vec<PathBuf>) -> Result<(), StorageError> {
    match vacuum_into(file, copy).await {
        Err(StorageError::Corrupt { reason, .. }) => {
            tracing::warn!(file = %file.display(), reason, "a damaged file is copied as it is");
            for suffix in ["", "-wal"] {
                let beside = |path: &Path| {
                    let mut path = path.as_os_str().to_owned();
                    path.push(suffix);
                    PathBuf::from(path)
                };
                match std::fs::copy(beside(file), beside(copy)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(StorageError::not_writable(copy, &error));
                    }
                    _ => {}
                }
            }
            damaged.push(file.to_owned());
            Ok(())
        }
        outcome => outcome,
    }
}

/// Copies a backup to the data directory `to`, which must not exist or be empty.
pub async fn restore(from: &Path, to: &Path) -> Result<Vec<PathBuf>, StorageError> {
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
