use serde::{Deserialize, Serialize};
use watchfire_storage::{ControlError, ControlStore, Document, DocumentKind, NewVersion, StorageError};

use super::NotifyConfigError;
use super::sealed::{Secrets, open, seal};

/// There is one configuration.
pub(super) const UID: &str = "default";

pub(super) const KIND: DocumentKind = DocumentKind::NotifyConfig;

/// A version of the configuration as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VersionHead {
    /// 1, 2, ...
    pub version: u64,
    /// When it was stored: milliseconds since the epoch.
    pub updated_at: i64,
    /// Who stored it, in their own words.
    pub author: String,
    /// What it changed.
    pub message: String,
}

/// What stands beside a version in the store.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Head {
    author: String,
}

/// What the store has of a version.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Body {
    /// As it is shown: with masks.
    pub(super) yaml: String,
    /// The number that no mask had yet in any version.
    pub(super) next: u64,
    /// The secrets, encrypted; `None` where there are none.
    pub(super) sealed: Option<String>,
}

/// A version with all that it says.
pub(super) struct Kept {
    pub(super) head: VersionHead,
    pub(super) body: Body,
    /// Why its secrets cannot be read, in their place.
    pub(super) secrets: Result<Secrets, String>,
}

pub(super) fn version_head(version: u64, updated_at: i64, message: String, head: &str) -> VersionHead {
    // It is written here alone; a damaged one costs only the name.
    let Head { author } = serde_json::from_str(head).unwrap_or_default();
    VersionHead { version, updated_at, author, message }
}

/// The version that counts, or one of those before.
pub(super) async fn read(
    store: &dyn ControlStore,
    version: Option<u64>,
) -> Result<Option<Kept>, ControlError> {
    let found = match version {
        None => store.get(KIND, UID).await?,
        Some(version) => store.version(KIND, UID, version).await?,
    };
    let Some(Document { head, body }) = found else { return Ok(None) };
    let body: Body = serde_json::from_slice(&body).map_err(|error| StorageError::Encode {
        reason: format!(
            "version {} of the configuration of notifications can't be read: {error}",
            head.version
        ),
    })?;
    let secrets = match &body.sealed {
        None => Ok(Secrets::new()),
        Some(sealed) => match store.sealing_key(false).await {
            Ok(Some(key)) => open(&key, sealed).ok_or(
                "its secrets were encrypted with another key than the one in secrets.key; put the right file into the data directory and \
                 start again, or write the secrets anew",
            ),
            Ok(None) => Err(
                "its secrets can't be read without the file secrets.key; put it into the data directory and start again, or write the \
                 secrets anew",
            ),
            Err(error) => return Err(error),
        }
        .map_err(str::to_owned),
    };
    let head = version_head(head.version, head.updated_at, head.message, &head.head);
    Ok(Some(Kept { head, body, secrets }))
}

/// Stores the next version; its number.
pub(super) async fn write(
    store: &dyn ControlStore,
    (yaml, secrets, next): (String, &Secrets, u64),
    expected: Option<u64>,
    (author, message): (&str, &str),
    now: i64,
) -> Result<u64, NotifyConfigError> {
    let sealed = if secrets.is_empty() {
        None
    } else {
        let none = || StorageError::Encode { reason: "there is no key for secrets".to_owned() };
        let key = store.sealing_key(true).await?.ok_or_else(none).map_err(ControlError::from)?;
        Some(seal(&key, secrets).map_err(ControlError::from)?)
    };
    // They are texts and numbers, which can always be written.
    let body = serde_json::to_vec(&Body { yaml, next, sealed }).unwrap_or_default();
    let head = serde_json::to_string(&Head { author: author.to_owned() }).unwrap_or_default();
    let new = NewVersion {
        kind: KIND,
        uid: UID.to_owned(),
        expected,
        head,
        body,
        message: message.to_owned(),
        now,
    };
    match store.put(new).await {
        Err(ControlError::Conflict { current, .. }) => {
            Err(NotifyConfigError::Conflict { current: current.unwrap_or_default() })
        }
        stored => Ok(stored?),
    }
}
