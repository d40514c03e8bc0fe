use std::path::Path;

use super::draft::Unsendable;
use crate::config::{SecretSource, SecretUrl};

/// Reads the files of secrets, for the moment of sending.
pub trait Secrets {
    /// What the file holds, without white space around it.
    fn file(&self, path: &Path) -> Result<String, SecretError>;
}

/// Why a file of a secret can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} can't be read: {reason}")]
pub struct SecretError {
    /// Which file.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Finds secrets wherever they are.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) secrets: &'a dyn Secrets,
}

impl Reader<'_> {
    /// A secret that has to be there.
    #[expect(clippy::needless_pass_by_value, reason = "a source is made for the call, and is two words")]
    pub(super) fn text(&self, source: Option<SecretSource<'_>>, name: &str) -> Result<String, Unsendable> {
        match source {
            Some(SecretSource::Inline(secret)) => Ok(secret.expose().to_owned()),
            Some(SecretSource::File(path)) => self.file(path, name),
            None => {
                Err(Unsendable::new(format!("{name} is missing; give it in the receiver's configuration")))
            }
        }
    }

    /// An address that has to be there.
    #[expect(clippy::needless_pass_by_value, reason = "a source is made for the call, and is two words")]
    pub(super) fn url(
        &self,
        source: Option<SecretSource<'_, SecretUrl>>,
        name: &str,
    ) -> Result<String, Unsendable> {
        match source {
            Some(SecretSource::Inline(url)) => Ok(url.expose().as_str().to_owned()),
            Some(SecretSource::File(path)) => {
                let text = self.file(path, name)?;
                crate::config::Url::new(&text).map_err(|reason| Unsendable {
                    reason: format!("{name}_file {}: {reason}", path.display()),
                    passing: true,
                })?;
                Ok(text)
            }
            None => {
                Err(Unsendable::new(format!("{name} is missing; give it in the receiver's configuration")))
            }
        }
    }

    fn file(&self, path: &Path, name: &str) -> Result<String, Unsendable> {
        let passing = |reason| Unsendable { reason, passing: true };
        let text = self.secrets.file(path).map_err(|error| passing(format!("{name}_file: {error}")))?;
        if text.is_empty() {
            return Err(passing(format!("{name}_file {} is empty", path.display())));
        }
        Ok(text)
    }
}
