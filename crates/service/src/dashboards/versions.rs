//! The history of a dashboard.

use serde::Serialize;
use watchfire_storage::DocumentKind;

use super::kept::of_file;
use super::{Change, DashboardError, Dashboards, Found, Saved, diff, work};

/// A version of a dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Its number; 0 is what its file says.
    pub version: u64,
    /// When it was stored: milliseconds since the epoch.
    pub updated_at: i64,
    /// What it changed.
    pub message: String,
    /// Whether it is what readers see.
    pub current: bool,
}

impl Dashboards {
    /// The versions of a dashboard that are kept, the newest first; of one that comes from a file, last what that says.
    pub async fn versions(&self, uid: &str) -> Result<Vec<Version>, DashboardError> {
        let stored = self.store()?.versions(DocumentKind::Dashboard, uid).await?;
        let mut versions: Vec<Version> = stored
            .into_iter()
            .enumerate()
            .map(|(index, stored)| Version {
                version: stored.version,
                updated_at: stored.updated_at,
                message: stored.message,
                current: index == 0,
            })
            .collect();
        if let Some(file) = self.provisioned().dashboard(uid) {
            versions.push(Version {
                version: 0,
                updated_at: file.changed_at,
                message: file.file.display().to_string(),
                current: versions.is_empty(),
            });
        }
        if versions.is_empty() { Err(DashboardError::no_dashboard(uid)) } else { Ok(versions) }
    }

    /// A dashboard as it was; version 0 is what its file says.
    pub async fn version(&self, uid: &str, version: u64) -> Result<Found, DashboardError> {
        let found = if version == 0 {
            self.provisioned().dashboard(uid).map(|file| of_file(&file))
        } else {
            match self.store()?.version(DocumentKind::Dashboard, uid, version).await? {
                Some(document) => Some(self.found(document).await?),
                None => None,
            }
        };
        let gone = || DashboardError::NotFound { what: "version", name: format!("{version} of {uid}") };
        found.ok_or_else(gone)
    }

    /// Stores what a dashboard was at `version` as the version after `expected`.
    pub async fn restore(&self, uid: &str, version: u64, expected: u64) -> Result<Saved, DashboardError> {
        let then = self.version(uid, version).await?;
        self.save(uid, then.dashboard, expected, &format!("restored version {version}")).await
    }

    /// What changed in a dashboard from one version to another.
    pub async fn diff(&self, uid: &str, from: u64, to: u64) -> Result<Vec<Change>, DashboardError> {
        let (before, after) = (self.version(uid, from).await?, self.version(uid, to).await?);
        work(before.dashboard.panels.len() * 1024, move || diff(&before.dashboard, &after.dashboard)).await
    }
}
