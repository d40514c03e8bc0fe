use std::path::Path;

use watchfire_alerting::channel::{SecretError, Secrets};

/// Secrets from files of this machine. Reading them blocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SecretFiles;

impl Secrets for SecretFiles {
    fn file(&self, path: &Path) -> Result<String, SecretError> {
        read(path)
    }
}

/// What a file holds, without white space around it.
pub(super) fn read(path: &Path) -> Result<String, SecretError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) => Err(SecretError { path: path.display().to_string(), reason: error.to_string() }),
    }
}
