use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What turned out damaged on reading. It is left out of answers, so that the rest still serves.
#[derive(Debug, Default)]
pub(crate) struct Quarantine(Mutex<HashSet<(PathBuf, Option<i64>)>>);

impl Quarantine {
    /// Notes a damaged block of `file`, or, without one, the whole file; logs it the first time.
    pub(crate) fn add(&self, file: &Path, block: Option<i64>, reason: &str) {
        let first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((file.to_owned(), block));
        if first {
            let file = file.display();
            if let Some(block) = block {
                tracing::error!(%file, block, reason, "a damaged block is left out of answers");
            } else {
                tracing::error!(%file, reason, "a damaged partition is left out of answers");
            }
        }
    }

    /// How much is damaged: blocks, and partitions that cannot be read at all.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
