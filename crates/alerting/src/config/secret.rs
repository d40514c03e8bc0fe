use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize, Serializer};

use super::url::Url;

/// What stands where a secret is.
pub(super) const HIDDEN: &str = "<secret>";

/// The names by which the reader is asked for what is secret.
pub(super) const NAMES: [&str; 2] = ["Secret", "SecretUrl"];

/// A text that no log and no page shows. The reader of configurations knows it by its name.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Secret(String);

impl Secret {
    /// A secret with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text itself, for the one who sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "\"\"" } else { HIDDEN })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.is_empty() { "" } else { HIDDEN })
    }
}

/// An address that is a secret, since who knows it may send there. The reader knows it by its name, too.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// The address itself, for the one who sends there.
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

/// Where a secret is: in the configuration, or in a file that is read for each use, so that it may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretSource<'a, T = Secret> {
    /// The secret itself.
    Inline(&'a T),
    /// The file that holds it; white space around it does not count.
    File(&'a Path),
}

impl<'a> SecretSource<'a> {
    /// The source of the two fields that a configuration has for one secret; `None` where both are empty.
    pub fn of(inline: &'a Secret, file: &'a str) -> Option<Self> {
        if inline.is_empty() {
            (!file.is_empty()).then(|| Self::File(Path::new(file)))
        } else {
            Some(Self::Inline(inline))
        }
    }
}

impl<'a> SecretSource<'a, SecretUrl> {
    /// The same of an address.
    pub fn of_url(inline: Option<&'a SecretUrl>, file: &'a str) -> Option<Self> {
        let file = || (!file.is_empty()).then(|| Self::File(Path::new(file)));
        inline.map(Self::Inline).or_else(file)
    }
}
