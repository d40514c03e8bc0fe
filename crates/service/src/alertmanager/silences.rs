use watchfire_alerting::silence::Draft;
use watchfire_alerting::{Matchers, Silence};

use super::{Alertmanager, AlertmanagerError};

impl Alertmanager {
    /// The silences that a filter picks, in the order in which the API lists them.
    pub fn silences(&self, filter: &Matchers, now: i64) -> Vec<Silence> {
        self.state().silences.find(filter, now).into_iter().cloned().collect()
    }

    /// The silence with this id.
    pub fn silence(&self, id: &str) -> Option<Silence> {
        self.state().silences.get(id).cloned()
    }

    /// Makes a silence, or changes one, as `Silences::set` says; gives its id.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::Silence`] for what makes no sense, and what the store says.
    pub async fn set_silence(&self, draft: Draft, now: i64) -> Result<String, AlertmanagerError> {
        let fresh = id()?;
        let changed = {
            let mut state = self.state();
            let changed = state.silences.set(draft, now, || fresh)?;
            if let watchfire_alerting::silence::Changed::Replaced { old, .. } = &changed {
                state.touched.insert(old.clone());
            }
            state.touched.insert(changed.id().to_owned());
            changed
        };
        self.write().await?;
        Ok(changed.id().to_owned())
    }

    /// Ends a silence.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::Silence`] if there is none, and what the store says.
    pub async fn expire_silence(&self, id: &str, now: i64) -> Result<(), AlertmanagerError> {
        {
            let mut state = self.state();
            state.silences.expire(id, now)?;
            state.touched.insert(id.to_owned());
        }
        self.write().await
    }
}

/// A random UUID (RFC 9562, version 4), as Alertmanager names silences.
fn id() -> Result<String, AlertmanagerError> {
    let mut bytes: [u8; 16] =
        watchfire_storage::random_bytes().map_err(|error| AlertmanagerError::Store(error.into()))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let hex = format!("{number:032x}");
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}
