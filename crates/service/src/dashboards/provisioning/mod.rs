//! Dashboards as files: each file of `dashboards.dirs` is the source of its dashboards. A folder below is a folder of
//! dashboards. Files are looked at again and again; one that is broken leaves what it said before. Those that come with the
//! program are sources like files that never change.

mod file;
mod look;
mod shipped;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use watchfire_dashboard::Dashboard;

use super::{DashboardError, Dashboards, ImportFormat, Shipped};
use crate::clock::now;

use look::{Look, look};

pub use shipped::shipped;

/// A dashboard that a file says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FileDashboard {
    pub(super) dashboard: Dashboard,
    pub(super) file: PathBuf,
    /// The uid of the folder that the file's folder stands for.
    pub(super) folder: Option<String>,
    /// When the file was changed: milliseconds since the epoch.
    pub(super) changed_at: i64,
    /// Of the dashboard's text as this version writes it.
    pub(super) digest: String,
    pub(super) format: ImportFormat,
    pub(super) is_json: bool,
    /// Whether it comes with the program: then there is no file to change.
    pub(super) shipped: bool,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileError {
    /// The file, or the folder that cannot be read.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// The field; empty for the whole.
    pub place: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// How the dashboards of files are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProvisioningStatus {
    /// The folders that are looked at.
    pub dirs: Vec<String>,
    /// When they were looked at last: milliseconds since the epoch; 0 for never.
    pub looked_at: i64,
    /// How many dashboards they say.
    pub dashboards: usize,
    /// How many come with the program, besides.
    pub shipped: usize,
    /// What is wrong.
    pub errors: Vec<FileError>,
    /// How often something was found wrong since the start.
    pub failures: u64,
}

/// By uid.
pub(super) type Files = BTreeMap<String, Arc<FileDashboard>>;

/// The dashboards of files as they were seen last.
#[derive(Default)]
pub(crate) struct Provisioned {
    now: Mutex<Seen>,
    looked_at: AtomicI64,
    failures: AtomicU64,
    /// One look at a time.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Seen {
    files: Arc<Files>,
    /// Titles of folders by uid.
    folders: Arc<BTreeMap<String, String>>,
    errors: Vec<FileError>,
    /// Each file as it was read last.
    known: Arc<HashMap<PathBuf, file::Known>>,
}

impl Provisioned {
    /// For a moment, never over an await.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn dashboard(&self, uid: &str) -> Option<Arc<FileDashboard>> {
        self.seen().files.get(uid).cloned()
    }

    pub(super) fn all(&self) -> Arc<Files> {
        self.seen().files.clone()
    }

    pub(super) fn folders(&self) -> BTreeMap<String, String> {
        self.seen().folders.as_ref().clone()
    }
}

impl Dashboards {
    /// Looks at the folders of files, and takes in what changed there. It happens by itself, too.
    pub async fn reload_files(&self) -> Result<(), DashboardError> {
        let provisioned = self.provisioned();
        let settings = self.settings();
        if settings.dirs.is_empty() && settings.shipped == Shipped::None {
            return Ok(());
        }
        let _looking = provisioned.looking.lock().await;
        let (dirs, most) = (settings.dirs.clone(), settings.max_bytes);
        let (known, before) = {
            let seen = provisioned.seen();
            (seen.known.clone(), seen.errors.clone())
        };
        let looked = tokio::task::spawn_blocking(move || look(&dirs, &known, most));
        let Look { mut files, mut folders, errors, known } =
            looked.await.map_err(|error| crate::ServiceError::Internal(error.to_string()))?;
        shipped::add(settings.shipped, &mut files, &mut folders);
        for error in errors.iter().filter(|error| !before.contains(error)) {
            let FileError { file, line, place, message } = error;
            tracing::warn!(
                file,
                line,
                place,
                message,
                "a dashboard's file cannot be taken in; what it said before stays"
            );
            provisioned.failures.fetch_add(1, Ordering::Relaxed);
        }
        provisioned.looked_at.store(now(), Ordering::Relaxed);
        let seen =
            Seen { files: Arc::new(files), folders: Arc::new(folders), errors, known: Arc::new(known) };
        *provisioned.seen() = seen;
        Ok(())
    }

    /// How the dashboards of files are.
    pub fn provisioning_status(&self) -> ProvisioningStatus {
        let provisioned = self.provisioned();
        let seen = provisioned.seen();
        ProvisioningStatus {
            dirs: self.settings().dirs.iter().map(|dir| dir.display().to_string()).collect(),
            looked_at: provisioned.looked_at.load(Ordering::Relaxed),
            dashboards: seen.files.values().filter(|file| !file.shipped).count(),
            shipped: seen.files.values().filter(|file| file.shipped).count(),
            errors: seen.errors.clone(),
            failures: provisioned.failures.load(Ordering::Relaxed),
        }
    }
}
