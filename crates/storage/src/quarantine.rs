use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What turned out damaged on reading. It is left out of answers, so that the rest still serves.
#[derive(Debug, Default)]
pub(crate) struct Quarantine(Mutex<HashSet<(PathBuf, Option<i64>)>>);

impl Quarantine {
    /// Notes a damaged row of `file` (a block, a group of series, a commit of the journal), or, without one, the whole
    /// file; logs it the first time.
    pub(crate) fn add(&self, file: &Path, row: Option<i64>, reason: &str) {
        let first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((file.to_owned(), row));
        if first {
            let file = file.display();
            if let Some(row) = row {
                tracing::error!(%file, row, reason, "a damaged row is left out of answers");
            } else {
                tracing::error!(%file, reason, "a damaged file is left out of answers");
            }
        }
    }

    /// How much is damaged: rows, and files that cannot be read at all.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
