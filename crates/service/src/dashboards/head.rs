use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use watchfire_dashboard::{Dashboard, Kind};

/// How many panels a dashboard has; its rows are the headings of others.
pub(super) fn panels_of(dashboard: &Dashboard) -> usize {
    dashboard.panels.iter().filter(|panel| panel.kind != Kind::Row).count()
}

/// A dashboard as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts, and the API tells each by its name"
)]
pub struct DashboardHead {
    /// Names it in URLs.
    pub uid: String,
    /// Its heading.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The uid of its folder; none for the top.
    pub folder: Option<String>,
    /// Whether it is marked.
    pub favourite: bool,
    /// Its version; 0 is what its file says.
    pub version: u64,
    /// When it was changed last: milliseconds since the epoch.
    pub updated_at: i64,
    /// Whether it comes from a file.
    pub managed: bool,
    /// Whether it comes from a file and was changed here.
    pub drifted: bool,
    /// Whether that file came with the program.
    pub shipped: bool,
    /// How many panels it has, rows left out.
    pub panels: usize,
}

/// What is kept of a dashboard beside its body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredHead {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) tags: Vec<String>,
    pub(super) folder: Option<String>,
    pub(super) panels: usize,
    /// The library panels that it shows.
    pub(super) library: BTreeSet<String>,
    /// Of its text: whether it is the same as a file's.
    pub(super) digest: String,
}

impl StoredHead {
    /// Of a dashboard and its text.
    pub(super) fn of(dashboard: &Dashboard, text: &str, folder: Option<String>) -> Self {
        Self {
            title: dashboard.title.clone(),
            description: dashboard.description.clone(),
            tags: dashboard.tags.clone(),
            folder,
            panels: panels_of(dashboard),
            library: dashboard.panels.iter().filter_map(|panel| panel.library.clone()).collect(),
            digest: digest(text),
        }
    }

    /// A head that cannot be read shows as one without a title: the body is what counts.
    pub(super) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(super) fn write(&self) -> String {
        // Texts, numbers and lists of them can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// 16 bytes of SHA-256 in hexadecimal.
pub(super) fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    let first: [u8; 16] = std::array::from_fn(|index| bytes[index]);
    format!("{:032x}", u128::from_be_bytes(first))
}
