//! The data directory of a server that is measured.

use std::fs;
use std::path::{Path, PathBuf};

use crate::step::{Failure, Result};

/// A data directory that goes when its server is done: the next one has the whole disk, and no run finds the
/// data of another.
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    /// An empty folder at this path, whatever was there before.
    pub(crate) fn fresh(path: PathBuf) -> Result<Self> {
        if path.exists() {
            fs::remove_dir_all(&path).map_err(Failure::at(&path))?;
        }
        fs::create_dir_all(&path).map_err(Failure::at(&path))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The length of all its files.
    pub(crate) fn bytes(&self) -> Result<u64> {
        bytes_below(&self.0)
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("    {} was not removed: {error}", self.0.display());
        }
    }
}

/// The length of all files in a folder and those below.
fn bytes_below(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(Failure::at(folder))? {
        let path = entry.map_err(Failure::at(folder))?.path();
        let about = fs::symlink_metadata(&path).map_err(Failure::at(&path))?;
        bytes += if about.is_dir() { bytes_below(&path)? } else { about.len() };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_at_every_depth_and_the_folder_goes() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("data");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("of another run"), "x").unwrap();

        let data = DataFolder::fresh(path.clone()).unwrap();
        fs::create_dir_all(path.join("a/b")).unwrap();
        for (name, length) in [("wal", 10), ("a/index", 200), ("a/b/chunks", 3000)] {
            fs::write(path.join(name), vec![0; length]).unwrap();
        }
        assert_eq!(data.bytes().unwrap(), 3210);
        drop(data);
        assert!(!path.exists());
    }
}
