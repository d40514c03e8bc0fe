//! Panels that several dashboards show.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use watchfire_dashboard::{Dashboard, Kind, Panel, View, check};
use watchfire_storage::{ControlError, Document, DocumentHead, DocumentKind, NewVersion};

use super::head::StoredHead;
use super::{DashboardError, Dashboards, uid};
use crate::clock::now;

const KIND: DocumentKind = DocumentKind::LibraryPanel;

/// A panel that dashboards name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LibraryPanel {
    /// Names it for good.
    pub uid: String,
    /// What it is called in the library.
    pub title: String,
    /// Its version.
    pub version: u64,
    /// When it was changed last: milliseconds since the epoch.
    pub updated_at: i64,
    /// What it draws.
    pub kind: Kind,
    /// The uids of the dashboards that show it.
    pub used_by: Vec<String>,
    /// The panel; lists are without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panel: Option<Panel>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredPanel {
    title: String,
    kind: Kind,
}

impl Dashboards {
    /// All library panels without what they are, by title.
    pub async fn library_panels(&self) -> Result<Vec<LibraryPanel>, DashboardError> {
        let used = self.uses_of_library().await?;
        let heads = self.store()?.list(KIND).await?;
        let mut panels: Vec<LibraryPanel> = heads
            .into_iter()
            .map(|head| LibraryPanel {
                used_by: used.get(&head.uid).cloned().unwrap_or_default(),
                ..panel(head, None)
            })
            .collect();
        panels.sort_by_cached_key(|panel| (panel.title.to_lowercase(), panel.uid.clone()));
        Ok(panels)
    }

    /// A library panel.
    pub async fn library_panel(&self, uid: &str) -> Result<LibraryPanel, DashboardError> {
        let document = self.store()?.get(KIND, uid).await?.ok_or_else(|| no_panel(uid))?;
        let used_by = self.uses_of_library().await?.remove(uid).unwrap_or_default();
        Ok(LibraryPanel { used_by, ..whole(document)? })
    }

    /// Puts a panel into the library; it is called by its title.
    pub async fn create_library_panel(
        &self,
        panel: Panel,
        message: &str,
    ) -> Result<LibraryPanel, DashboardError> {
        let uid = uid::new(&panel.title)?;
        let version = self.put_library_panel(&uid, panel, None, message).await?;
        tracing::debug!(uid, version, "a panel was put into the library");
        self.library_panel(&uid).await
    }

    /// Stores a library panel as the version after `expected`.
    pub async fn save_library_panel(
        &self,
        uid: &str,
        panel: Panel,
        expected: u64,
        message: &str,
    ) -> Result<LibraryPanel, DashboardError> {
        self.put_library_panel(uid, panel, Some(expected), message).await?;
        self.library_panel(uid).await
    }

    /// Deletes a library panel. One that dashboards show only with `force`; they then show a text in its place.
    pub async fn delete_library_panel(&self, uid: &str, force: bool) -> Result<(), DashboardError> {
        let used = self.uses_of_library().await?.remove(uid).unwrap_or_default();
        if !force && !used.is_empty() {
            return Err(DashboardError::Refused(format!(
                "the library panel {uid:?} is shown by {}; take it out there, or delete it by force",
                used.join(", ")
            )));
        }
        Ok(self.store()?.delete(KIND, uid, None).await?)
    }

    /// A dashboard with the panels that it takes from the library: each has what the library says, at its own place and with its
    /// own id. In the place of one that is not there stands a text that says so.
    pub async fn resolve(&self, mut dashboard: Dashboard) -> Result<Dashboard, DashboardError> {
        let mut known: HashMap<String, Option<Panel>> = HashMap::new();
        for panel in &mut dashboard.panels {
            let Some(uid) = panel.library.clone() else { continue };
            if !known.contains_key(&uid) {
                let document = self.store()?.get(KIND, &uid).await?;
                let found = document.map(whole).transpose()?.and_then(|found| found.panel);
                known.insert(uid.clone(), found);
            }
            let found = known.get(&uid).cloned().flatten();
            let shown = found.unwrap_or_else(|| missing(&uid));
            // What it is repeated by is a variable of this dashboard.
            let repeat = panel.repeat.take();
            *panel = Panel { id: panel.id, at: panel.at, library: Some(uid), repeat, ..shown };
        }
        Ok(dashboard)
    }

    async fn put_library_panel(
        &self,
        uid: &str,
        panel: Panel,
        expected: Option<u64>,
        message: &str,
    ) -> Result<u64, DashboardError> {
        let title = panel.title.trim().to_owned();
        if title.is_empty() {
            return Err(DashboardError::bad("title: a library panel is called by its title; give it one"));
        }
        // It holds to the same rules as on a dashboard; what it repeats by is the dashboard's affair.
        let panel = Panel { id: 1, library: None, repeat: None, ..panel };
        let alone = Dashboard {
            uid: "library".to_owned(),
            title: title.clone(),
            panels: vec![panel.clone()],
            ..Dashboard::default()
        };
        check(&alone)?;
        let body =
            serde_json::to_vec_pretty(&panel).map_err(|error| DashboardError::bad(error.to_string()))?;
        self.bounded(body.len())?;
        let head = StoredPanel { title, kind: panel.kind };
        let head = serde_json::to_string(&head).unwrap_or_default();
        let (uid, message) = (uid.to_owned(), message.to_owned());
        let new = NewVersion { kind: KIND, uid, expected, head, body, message, now: now() };
        match self.store()?.put(new).await {
            Err(error @ ControlError::Conflict { .. }) if expected.is_none() => {
                Err(DashboardError::of_new(error))
            }
            outcome => Ok(outcome?),
        }
    }

    /// For each library panel that is shown, the uids of dashboards that do.
    async fn uses_of_library(&self) -> Result<HashMap<String, Vec<String>>, DashboardError> {
        let mut used: HashMap<String, Vec<String>> = HashMap::new();
        let mut seen = Vec::new();
        for document in self.store()?.list(DocumentKind::Dashboard).await? {
            for library in StoredHead::read(&document.head).library {
                used.entry(library).or_default().push(document.uid.clone());
            }
            seen.push(document.uid);
        }
        for (uid, file) in self.provisioned().all().iter().filter(|(uid, _)| !seen.contains(uid)) {
            for library in file.dashboard.panels.iter().filter_map(|panel| panel.library.as_ref()) {
                let users = used.entry(library.clone()).or_default();
                if !users.contains(uid) {
                    users.push(uid.clone());
                }
            }
        }
        Ok(used)
    }
}

fn panel(head: DocumentHead, panel: Option<Panel>) -> LibraryPanel {
    let stored: StoredPanel = serde_json::from_str(&head.head).unwrap_or_default();
    LibraryPanel {
        uid: head.uid,
        title: stored.title,
        version: head.version,
        updated_at: head.updated_at,
        kind: stored.kind,
        used_by: Vec::new(),
        panel,
    }
}

fn whole(document: Document) -> Result<LibraryPanel, DashboardError> {
    let Document { head, body } = document;
    let read = serde_json::from_slice(&body).map_err(|error| {
        DashboardError::bad(format!("the library panel {:?} cannot be read: {error}", head.uid))
    })?;
    Ok(panel(head, Some(read)))
}

/// What stands in the place of a library panel that is not there.
fn missing(uid: &str) -> Panel {
    let text = format!(
        "The library panel `{uid}` is not there any more. Choose another one, or make this panel its own."
    );
    Panel {
        kind: Kind::Text,
        title: "Missing library panel".to_owned(),
        view: View { text, ..View::default() },
        ..Panel::default()
    }
}

fn no_panel(uid: &str) -> DashboardError {
    DashboardError::NotFound { what: KIND.words(), name: uid.to_owned() }
}
