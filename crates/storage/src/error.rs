use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk;

/// Why storage could not do what was asked, and how to mend it. Cheap to clone: one failed commit answers many.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StorageError {
    /// Another process has the data directory open.
    #[error("the data directory {} is in use by {}; stop it or choose another directory", .dir.display(), holder(*.pid))]
    DirectoryInUse {
        /// The data directory.
        dir: PathBuf,
        /// The process that holds it, where it could be read.
        pid: Option<u32>,
    },
    /// A file or directory cannot be made or written.
    #[error("cannot write {}: {reason}; make it writable for this user or choose another directory", .path.display())]
    NotWritable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// No room, or less than the setting keeps free. Goes away by itself once there is room.
    #[error("the disk of {} is too full: {} are free, {} must be; make room or shorten the retention", .dir.display(), mebibytes(*.free), mebibytes(*.needed))]
    DiskFull {
        /// The directory on that disk.
        dir: PathBuf,
        /// Free bytes.
        free: u64,
        /// Bytes that must be free.
        needed: u64,
    },
    /// The file was written by a later version; it was not touched.
    #[error("{} was written by a newer version of Watchfire; start that version, or restore a backup made before it", .file.display())]
    NewerVersion {
        /// The database file.
        file: PathBuf,
    },
    /// The file was written by a trial version whose format this one does not read; it was not touched.
    #[error("{} was written by a trial version of Watchfire in another format; move the data directory away to start anew", .file.display())]
    OlderVersion {
        /// The database file.
        file: PathBuf,
    },
    /// More series or samples than one answer may have.
    #[error("the query selects {found} {what}, {most} are allowed; name more labels or a shorter range")]
    TooMuch {
        /// `series` or `samples`.
        what: &'static str,
        /// How many it selects, at least.
        found: usize,
        /// How many it may select.
        most: usize,
    },
    /// A copy would mix with what is there.
    #[error("{} is not empty; name a directory that does not exist yet", .dir.display())]
    NotEmpty {
        /// The directory.
        dir: PathBuf,
    },
    /// There is nothing to copy from.
    #[error("{} holds no data of Watchfire; name a data directory or a backup", .dir.display())]
    NoBackup {
        /// The directory.
        dir: PathBuf,
    },
    /// The file is damaged.
    #[error("{} is damaged ({reason}); restore it from a backup, or move it away to go on without what it holds", .file.display())]
    Corrupt {
        /// The database file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// SQLite failed in another way.
    #[error("{} could not be read or written: {source}; look at the disk it lies on, then try again", .file.display())]
    Sqlite {
        /// The database file.
        file: PathBuf,
        /// What SQLite said.
        source: Arc<sqlx::Error>,
    },
    /// A matcher holds no valid regular expression.
    #[error("the matcher {matcher} is no regular expression: {reason}")]
    Regex {
        /// The matcher as PromQL writes it.
        matcher: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A batch or a block could not be encoded.
    #[error("samples could not be encoded: {reason}; please report this")]
    Encode {
        /// What the codec said.
        reason: String,
    },
    /// Storage was closed, or is closing.
    #[error("storage is closed; try again when the server has started")]
    Closed,
}

impl StorageError {
    /// Whether the same call can succeed later without a person repairing a file or changing the request.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::DiskFull { .. } | Self::Sqlite { .. } | Self::Closed | Self::NotWritable { .. } => true,
            Self::DirectoryInUse { .. }
            | Self::NewerVersion { .. }
            | Self::OlderVersion { .. }
            | Self::TooMuch { .. }
            | Self::NotEmpty { .. }
            | Self::NoBackup { .. }
            | Self::Corrupt { .. }
            | Self::Regex { .. }
            | Self::Encode { .. } => false,
        }
    }

    /// Sorts an error of SQLite on `file` by what a person can do about it.
    pub(crate) fn sqlite(file: &Path, error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed) {
            return Self::Closed;
        }
        let reason = error.to_string();
        // A column of another type than the one that was written.
        if matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) {
            return Self::corrupt(file, reason);
        }
        match primary_code(&error) {
            Some(PERM | READONLY | CANTOPEN) => Self::NotWritable { path: file.to_owned(), reason },
            // The statements are right, so what they name is missing in the file: its schema is damaged.
            Some(ERROR | CORRUPT | NOT_A_DATABASE) => Self::corrupt(file, reason),
            Some(FULL) => {
                let dir = file.parent().unwrap_or(file);
                let free = disk::free_bytes(dir).unwrap_or_default();
                Self::DiskFull { dir: dir.to_owned(), free, needed: free.saturating_add(disk::ROOM_TO_WORK) }
            }
            _ => Self::Sqlite { file: file.to_owned(), source: Arc::new(error) },
        }
    }

    /// A task of a flush that did not end by itself: only a panic does that while the server runs.
    pub(crate) fn task(error: &tokio::task::JoinError) -> Self {
        Self::Encode { reason: error.to_string() }
    }

    pub(crate) fn corrupt(file: &Path, reason: impl Display) -> Self {
        Self::Corrupt { file: file.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn not_writable(path: &Path, reason: &std::io::Error) -> Self {
        Self::NotWritable { path: path.to_owned(), reason: reason.to_string() }
    }
}

// SQLite's primary result codes: <https://sqlite.org/rescode.html>
const ERROR: u32 = 1;
const PERM: u32 = 3;
const READONLY: u32 = 8;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANTOPEN: u32 = 14;
const NOT_A_DATABASE: u32 = 26;

/// The low byte of SQLite's extended result code.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_name_the_thing_and_the_way_out() {
        let dir = PathBuf::from("data");
        let in_use = StorageError::DirectoryInUse { dir: dir.clone(), pid: Some(7) };
        assert_eq!(
            in_use.to_string(),
            "the data directory data is in use by process 7; stop it or choose another directory"
        );
        let full = StorageError::DiskFull { dir, free: 1 << 20, needed: 3 << 19 };
        assert_eq!(
            full.to_string(),
            "the disk of data is too full: 1.0 MiB are free, 1.5 MiB must be; make room or shorten the retention"
        );
        assert!(full.is_retryable() && !in_use.is_retryable());
    }
}
