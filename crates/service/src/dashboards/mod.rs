//! Dashboards and what belongs to them, behind the interface: kept with their versions, searched, imported, provisioned from
//! files, shared. One file for each use case; [`Dashboards`] is the way to all of them.

mod annotations;
mod background;
mod choices;
mod diff;
mod drift;
mod error;
mod favourites;
mod folders;
mod frozen;
mod head;
mod import;
mod kept;
mod library;
mod lines;
mod listing;
mod markdown;
mod marks;
mod origin;
mod playlists;
mod provisioning;
mod settings;
mod shares;
mod shown;
mod snapshots;
pub(crate) mod token;
mod uid;
mod variables;
mod versions;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use watchfire_storage::{ControlStore, Uses};

use crate::Service;
use provisioning::Provisioned;

pub use annotations::{AnnotationQuestion, NewAnnotation};
pub use background::keep_dashboards;
pub use diff::{Change, diff};
pub use error::DashboardError;
pub use folders::Folder;
pub use frozen::{Freeze, Frozen, FrozenAnswer, FrozenSeries};
pub use head::DashboardHead;
pub use import::{Import, ImportFormat, Preview};
pub use kept::{Found, Meta, Saved};
pub use library::LibraryPanel;
pub use listing::DashboardFilter;
pub use playlists::{Playlist, PlaylistItem};
pub use provisioning::{FileError, ProvisioningStatus, shipped};
pub use settings::{DashboardSettings, Shipped};
pub use shares::{NewShare, OpenError, Share, ShareTime, ShareVariable, Shared};
pub use shown::{OpenShare, withhold};
pub use snapshots::{Snapshot, SnapshotHead};
pub(crate) use uid::{is_uid, new as new_uid};
pub use variables::{Resolved, ResolvedVariable};
pub use versions::Version;
pub use watchfire_storage::Annotation;

/// Whose favourites they are, and who makes annotations, while there is no login.
const PRINCIPAL: &str = "local";

/// The way to everything about dashboards. Cloning is cheap. All times are milliseconds since the epoch.
#[derive(Clone)]
pub struct Dashboards {
    service: Service,
}

/// What all handles share.
#[derive(Default)]
pub(crate) struct Control {
    store: Option<Arc<dyn ControlStore>>,
    settings: DashboardSettings,
    provisioned: Provisioned,
    /// Uses of shares that are not stored yet.
    uses: Mutex<HashMap<String, Uses>>,
    /// What a limit refused or cut short.
    limited: AtomicU64,
}

impl Control {
    pub(crate) fn new(store: Arc<dyn ControlStore>, settings: DashboardSettings) -> Self {
        Self { store: Some(store), settings, ..Self::default() }
    }
}

impl Service {
    /// What keeps what people make.
    pub(crate) fn control_store(&self) -> Option<&dyn ControlStore> {
        self.control.store.as_deref()
    }
}

impl Dashboards {
    pub(crate) fn new(service: Service) -> Self {
        Self { service }
    }

    fn store(&self) -> Result<&dyn ControlStore, DashboardError> {
        self.service.control.store.as_deref().ok_or(DashboardError::Absent)
    }

    /// The limits.
    pub fn settings(&self) -> &DashboardSettings {
        &self.service.control.settings
    }

    /// How often a limit refused something or cut it short.
    pub fn limited(&self) -> u64 {
        self.service.control.limited.load(Ordering::Relaxed)
    }

    fn note_limit(&self) {
        self.service.control.limited.fetch_add(1, Ordering::Relaxed);
    }

    /// Refuses more bytes than the setting allows.
    fn at_most(
        &self,
        what: &'static str,
        bytes: usize,
        most: usize,
        setting: &'static str,
    ) -> Result<(), DashboardError> {
        if bytes <= most {
            return Ok(());
        }
        self.note_limit();
        Err(DashboardError::TooLarge { what, bytes, most, setting })
    }

    fn provisioned(&self) -> &Provisioned {
        &self.service.control.provisioned
    }

    /// For a moment, never over an await.
    fn uses(&self) -> MutexGuard<'_, HashMap<String, Uses>> {
        self.service.control.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Texts up to this many bytes are worked on where the caller is.
const SHORT: usize = 64 << 10;

/// Does work on a text of so many bytes where blocking is allowed, unless it is short.
async fn work<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, DashboardError> {
    if bytes <= SHORT {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| crate::ServiceError::Internal(error.to_string()).into())
}
