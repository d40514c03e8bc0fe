//! The key that encrypts secrets: a file of its own, so that who gets a copy of `control.db` has no secret.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::{ControlError, SqliteControl, random_bytes};
use crate::StorageError;

/// The file in the data directory.
const KEY_FILE: &str = "secrets.key";

impl SqliteControl {
    pub(super) async fn read_sealing_key(&self, make: bool) -> Result<Option<[u8; 32]>, ControlError> {
        let path = self.file.with_file_name(KEY_FILE);
        let read = tokio::task::spawn_blocking(move || match read(&path)? {
            None if make => create(&path).map(Some),
            found => Ok(found),
        });
        Ok(read.await.map_err(|error| StorageError::task(&error))??)
    }
}

fn read(path: &Path) -> Result<Option<[u8; 32]>, StorageError> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(33).read_to_end(&mut bytes)) {
        Ok(_) => {
            let whole = bytes.try_into();
            whole.map(Some).map_err(|_| {
                StorageError::corrupt(path, "the key that opens secrets is not whole; put the 32 bytes back")
            })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StorageError::not_writable(path, &error)),
    }
}

/// Makes a key. The file appears whole or not at all: nothing may be encrypted by a key that a crash cuts off.
fn create(path: &Path) -> Result<[u8; 32], StorageError> {
    let key: [u8; 32] = random_bytes()?;
    let fresh = path.with_extension("new");
    let written = || {
        // One that a crash has left behind.
        match std::fs::remove_file(&fresh) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        file.write_all(&key)?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    written().map_err(|error| StorageError::not_writable(path, &error))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(KEY_FILE);
        assert_eq!(read(&path).unwrap(), None);
        let key = create(&path).unwrap();
        assert_eq!(read(&path).unwrap(), Some(key));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "short").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("32 bytes"));
    }
}
