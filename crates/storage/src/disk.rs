use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::StorageError;

/// What SQLite wants free at least to go on after it found the disk full: a few flushes' worth of pages.
pub(crate) const ROOM_TO_WORK: u64 = 1 << 20;

/// How long a look at the free space is good for.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// The bytes that this user can still write on the disk of `dir`.
pub(crate) fn free_bytes(dir: &Path) -> io::Result<u64> {
    let answer = rustix::fs::statvfs(dir)?;
    Ok(answer.f_bavail.saturating_mul(answer.f_frsize))
}

/// The bytes of all files below `dir`. Files that vanish meanwhile count as nothing.
pub(crate) fn used_bytes(dir: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() => used_bytes(&entry.path()),
        Ok(data) => data.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

/// Keeps a part of the disk free: other programs, and SQLite's own bookkeeping, need it.
pub(crate) struct FreeSpace {
    dir: PathBuf,
    needed: u64,
    looked: Option<(Instant, u64)>,
}

impl FreeSpace {
    pub(crate) fn new(dir: PathBuf, needed: u64) -> Self {
        Self { dir, needed, looked: None }
    }

    /// Refuses when less than the wanted part is free. Looks at the disk at most once a second.
    pub(crate) fn check(&mut self) -> Result<(), StorageError> {
        let free = match self.looked {
            Some((when, free)) if when.elapsed() < GOOD_FOR => free,
            _ => {
                // A file system that cannot tell its free space must not stop the server.
                let free = free_bytes(&self.dir).unwrap_or(u64::MAX);
                self.looked = Some((Instant::now(), free));
                free
            }
        };
        if free < self.needed {
            return Err(StorageError::DiskFull { dir: self.dir.clone(), free, needed: self.needed });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_files_and_keeps_space_free() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("inner")).unwrap();
        std::fs::write(dir.path().join("a"), [0; 10]).unwrap();
        std::fs::write(dir.path().join("inner/b"), [0; 5]).unwrap();
        assert_eq!(used_bytes(dir.path()), 15);

        assert!(FreeSpace::new(dir.path().to_owned(), 0).check().is_ok());
        let refused = FreeSpace::new(dir.path().to_owned(), u64::MAX).check();
        assert!(matches!(refused, Err(StorageError::DiskFull { free, .. }) if free > 0));
    }

    #[test]
    fn space_that_came_back_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let mut space = FreeSpace::new(dir.path().to_owned(), 1);
        let long_ago = Instant::now().checked_sub(GOOD_FOR).unwrap();
        space.looked = Some((Instant::now(), 0));
        assert!(space.check().is_err());
        space.looked = Some((long_ago, 0));
        assert!(space.check().is_ok());
    }
}
