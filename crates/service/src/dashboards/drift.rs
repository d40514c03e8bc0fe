//! Dashboards that come from a file and were changed here.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use watchfire_dashboard::write;
use watchfire_storage::DocumentKind;

use super::provisioning::FileDashboard;
use super::{Change, DashboardError, Dashboards, ImportFormat, diff, work};

impl Dashboards {
    /// What was changed here, as against what the file says now.
    pub async fn drift(&self, uid: &str) -> Result<Vec<Change>, DashboardError> {
        let file = self.file_of(uid)?;
        let found = self.get(uid).await?;
        work(found.dashboard.panels.len() * 1024, move || diff(&file.dashboard, &found.dashboard)).await
    }

    /// Goes back to what the file says: what was changed here is deleted with its versions. With `expected`, only where that is
    /// the version.
    pub async fn revert(&self, uid: &str, expected: Option<u64>) -> Result<(), DashboardError> {
        self.file_of(uid)?;
        match self.store()?.delete(DocumentKind::Dashboard, uid, expected).await.map_err(DashboardError::from)
        {
            // There was no change to go back from.
            Err(DashboardError::NotFound { .. }) => Ok(()),
            Err(DashboardError::Conflict { .. }) => {
                Err(DashboardError::Changed(Box::new(self.get(uid).await?)))
            }
            outcome => outcome,
        }
    }

    /// A dashboard as JSON, as it is put into a file.
    pub async fn export(&self, uid: &str) -> Result<String, DashboardError> {
        let found = self.get(uid).await?;
        work(found.dashboard.panels.len() * 1024, move || write(&found.dashboard)).await
    }

    /// Writes what was changed here into the file, which then is its source again.
    pub async fn write_back(&self, uid: &str) -> Result<(), DashboardError> {
        let file = self.file_of(uid)?;
        let shown = file.file.display();
        let refused = |text: String| Err(DashboardError::Refused(text));
        if file.shipped {
            return refused(format!(
                "{uid:?} comes with Watchfire and has no file to write to; export it, and put that into a folder of dashboards.dirs"
            ));
        }
        if !self.settings().write_back {
            return refused(format!(
                "writing files is off (dashboards.write_back); export the dashboard and put it into {shown}"
            ));
        }
        if !file.is_json || file.format != ImportFormat::Watchfire {
            let is = if file.is_json { "in another form than Watchfire's own" } else { "YAML" };
            return refused(format!(
                "{shown} is {is}, and writing would lose what stands there; export the dashboard and put it into a .json file in its place"
            ));
        }
        let found = self.get(uid).await?;
        if found.version == 0 {
            return refused(format!("nothing of {uid:?} was changed here that could be written to {shown}"));
        }
        let text = work(found.dashboard.panels.len() * 1024, move || write(&found.dashboard)).await?;
        self.reload_files().await?;
        if self.file_of(uid)? != file {
            return refused(format!("{shown} was changed meanwhile; compare, then write again"));
        }
        let path = file.file.clone();
        let written = tokio::task::spawn_blocking(move || replace(&path, &text));
        let written = written.await.map_err(|error| crate::ServiceError::Internal(error.to_string()))?;
        written
            .map_err(|error| DashboardError::File { file: file.file.clone(), reason: error.to_string() })?;
        self.reload_files().await?;
        // Only when the file says it is the change given up.
        match self.store()?.delete(DocumentKind::Dashboard, uid, Some(found.version)).await {
            Err(watchfire_storage::ControlError::Storage(error)) => Err(error.into()),
            // Somebody saved meanwhile: that is a change against the file as it is now.
            _ => Ok(()),
        }
    }

    fn file_of(&self, uid: &str) -> Result<Arc<FileDashboard>, DashboardError> {
        self.provisioned()
            .dashboard(uid)
            .ok_or_else(|| DashboardError::NotFound { what: "file of a dashboard", name: uid.to_owned() })
    }
}

/// Writes a file in one step: whoever reads it sees all of the old or all of the new.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    // A link stays a link.
    let file = file.canonicalize()?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = file.with_file_name(format!(".{name}.new"));
    let write = || {
        let mut new = std::fs::File::create(&beside)?;
        new.write_all(text.as_bytes())?;
        new.set_permissions(std::fs::metadata(&file)?.permissions())?;
        new.sync_all()?;
        std::fs::rename(&beside, &file)
    };
    let written = write();
    if written.is_err() {
        // It may not even be there.
        let _ = std::fs::remove_file(&beside);
    }
    written
}
