//! `watchfire backup` and `watchfire restore`.

use std::future::Future;
use std::path::{Path, PathBuf};

use watchfire_storage::StorageError;

use crate::fatal::Fatal;

/// Copies what `data_dir` holds, also while a server writes to it. The sentence says what was done.
pub(crate) fn backup(data_dir: &Path, copy: &Path) -> Result<String, Fatal> {
    let damaged = run(watchfire_storage::backup(data_dir, copy))?;
    Ok(format!("{} is copied to {}\n{}", data_dir.display(), copy.display(), told(&damaged)))
}

/// Copies a backup to an empty `data_dir`. The sentence says what was done.
pub(crate) fn restore(copy: &Path, data_dir: &Path) -> Result<String, Fatal> {
    let damaged = run(watchfire_storage::restore(copy, data_dir))?;
    Ok(format!("{} holds the data of {} now\n{}", data_dir.display(), copy.display(), told(&damaged)))
}

/// A line for each damaged file.
fn told(damaged: &[PathBuf]) -> String {
    let lines = damaged.iter().map(|file| format!("{} is damaged and was copied as it is\n", file.display()));
    lines.collect()
}

fn run(work: impl Future<Output = Result<Vec<PathBuf>, StorageError>>) -> Result<Vec<PathBuf>, Fatal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work)?)
}
