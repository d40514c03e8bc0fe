use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::StorageError;

/// The lock on a data directory: one process at a time. The system lets it go when the process ends, however it ends.
pub(crate) struct DirectoryLock(File);

impl DirectoryLock {
    /// Takes the lock and writes this process's id into it.
    pub(crate) fn take(dir: &Path) -> Result<Self, StorageError> {
        let path = dir.join("watchfire.lock");
        let not_writable = |error| StorageError::not_writable(&path, &error);
        // Not truncated: as long as the lock is another's, so is what is written in the file.
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(not_writable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
                return Err(StorageError::DirectoryInUse { dir: dir.to_owned(), pid });
            }
            Err(TryLockError::Error(error)) => return Err(not_writable(error)),
        }
        file.set_len(0).map_err(not_writable)?;
        file.rewind().map_err(not_writable)?;
        writeln!(file, "{}", std::process::id()).map_err(not_writable)?;
        Ok(Self(file))
    }

    /// Lets the lock go before the process ends.
    pub(crate) fn release(&self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the lock on the data directory stays until this process ends");
        }
    }
}
