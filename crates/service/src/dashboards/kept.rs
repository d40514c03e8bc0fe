//! Reading, making, saving and deleting dashboards.

use serde::Serialize;
use serde_json::Value;
use watchfire_dashboard::{Dashboard, Note, ReadError, check, read, write};
use watchfire_storage::{ControlError, Document, DocumentKind, NewVersion};

use super::head::StoredHead;
use super::provisioning::FileDashboard;
use super::{DashboardError, Dashboards, PRINCIPAL, uid, work};
use crate::clock::now;

/// No dashboard's uid: `/api/v1/dashboards/import` takes imports.
pub(super) const RESERVED: &str = "import";

/// A dashboard as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The dashboard.
    pub dashboard: Dashboard,
    /// Its version; 0 is what its file says.
    pub version: u64,
    /// What is known about it.
    pub meta: Meta,
}

/// What is known about a dashboard beside what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts, and the API tells each by its name"
)]
pub struct Meta {
    /// The uid of its folder; none for the top.
    pub folder: Option<String>,
    /// Whether it is marked.
    pub favourite: bool,
    /// When it was first stored: milliseconds since the epoch.
    pub created_at: i64,
    /// When this version was stored.
    pub updated_at: i64,
    /// What this version changed.
    pub message: String,
    /// Whether it comes from a file.
    pub managed: bool,
    /// Whether it comes from a file and was changed here.
    pub drifted: bool,
    /// Whether that file came with the program.
    pub shipped: bool,
    /// The file that it comes from.
    pub file: Option<String>,
}

/// What became of a dashboard that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its uid.
    pub uid: String,
    /// The version that it has now.
    pub version: u64,
    /// What is worth knowing: fields and kinds that are not known.
    pub notes: Vec<Note>,
}

impl Dashboards {
    /// A dashboard, as it was saved last or as its file says.
    pub async fn get(&self, uid: &str) -> Result<Found, DashboardError> {
        self.find(uid).await?.ok_or_else(|| DashboardError::no_dashboard(uid))
    }

    /// The same; `None` when it is not there.
    pub async fn find(&self, uid: &str) -> Result<Option<Found>, DashboardError> {
        let file = self.provisioned().dashboard(uid);
        let stored = self.store()?.get(DocumentKind::Dashboard, uid).await?;
        let mut found = match (stored, &file) {
            (Some(document), _) => self.found(document).await?,
            (None, Some(file)) => of_file(file),
            (None, None) => return Ok(None),
        };
        if let Some(file) = file {
            found.meta.managed = true;
            found.meta.drifted = found.version > 0 && found.dashboard != file.dashboard;
            found.meta.shipped = file.shipped;
            found.meta.file = Some(file.file.display().to_string());
        }
        let favourites = self.store()?.favourites(PRINCIPAL).await?;
        found.meta.favourite = favourites.iter().any(|favourite| favourite == uid);
        Ok(Some(found))
    }

    /// A document as a dashboard.
    pub(super) async fn found(&self, document: Document) -> Result<Found, DashboardError> {
        let Document { head, body } = document;
        let dashboard = work(body.len(), move || serde_json::from_slice(&body)).await?;
        // What was stored was checked before, by this version or an older one.
        let dashboard: Dashboard = dashboard.map_err(|error: serde_json::Error| ReadError {
            line: Some(error.line()),
            place: head.uid.clone(),
            message: format!("what is stored cannot be read: {error}; restore an earlier version"),
        })?;
        let meta = Meta {
            folder: StoredHead::read(&head.head).folder,
            created_at: head.created_at,
            updated_at: head.updated_at,
            message: head.message,
            ..Meta::default()
        };
        Ok(Found { dashboard, version: head.version, meta })
    }

    /// Reads a dashboard from JSON and checks it; errors name line and field. One without a uid is given one.
    pub async fn read_text(&self, text: String) -> Result<Dashboard, DashboardError> {
        self.bounded(text.len())?;
        let read = work(text.len(), move || match read(&text) {
            Ok((dashboard, _)) => Ok(dashboard),
            Err(error) if error.place == "uid" => {
                let value: Value = serde_json::from_str(&text).unwrap_or_default();
                let title = value.get("title").and_then(Value::as_str).unwrap_or_default();
                Ok(read_without_uid(&text, &value, &uid::new(title)?)?.0)
            }
            Err(error) => Err(error.into()),
        });
        read.await?
    }

    /// Stores a new dashboard in a folder (none for the top).
    pub async fn create(
        &self,
        dashboard: Dashboard,
        folder: Option<String>,
        message: &str,
    ) -> Result<Saved, DashboardError> {
        if self.provisioned().dashboard(&dashboard.uid).is_some() {
            return Err(DashboardError::Exists { what: "dashboard", name: dashboard.uid });
        }
        self.known_folder(folder.as_deref()).await?;
        match self.write(dashboard, None, folder, message).await {
            Err(WriteError::Control(error)) => Err(DashboardError::of_new(error)),
            Err(WriteError::Other(error)) => Err(error),
            Ok(saved) => Ok(saved),
        }
    }

    /// Stores a dashboard as the version after `expected`; 0 is what its file says. Its folder stays.
    ///
    /// # Errors
    ///
    /// [`DashboardError::Changed`] with what is there when that is another version.
    pub async fn save(
        &self,
        uid: &str,
        dashboard: Dashboard,
        expected: u64,
        message: &str,
    ) -> Result<Saved, DashboardError> {
        if dashboard.uid != uid {
            return Err(DashboardError::bad(format!(
                "uid: the dashboard says {:?}, the address {uid:?}; a uid stays as it is, so save it as a new dashboard",
                dashboard.uid
            )));
        }
        let managed = self.provisioned().dashboard(uid);
        let folder = match &managed {
            Some(file) => file.folder.clone(),
            None => match self.head_of(uid).await? {
                Some(head) => head.folder,
                None => return Err(DashboardError::no_dashboard(uid)),
            },
        };
        let expected = (expected > 0).then_some(expected);
        match self.write(dashboard, expected, folder, message).await {
            Ok(saved) => Ok(saved),
            Err(WriteError::Control(ControlError::Conflict { .. })) => {
                Err(DashboardError::Changed(Box::new(self.get(uid).await?)))
            }
            Err(WriteError::Control(error)) => Err(error.into()),
            Err(WriteError::Other(error)) => Err(error),
        }
    }

    /// Deletes a dashboard with its versions. With `expected`, only that version.
    pub async fn delete(&self, uid: &str, expected: Option<u64>) -> Result<(), DashboardError> {
        if let Some(file) = self.provisioned().dashboard(uid) {
            return Err(DashboardError::Refused(if file.shipped {
                format!(
                    "the dashboard {uid:?} comes with Watchfire; switch all of those off (dashboards.shipped), or revert what was changed here"
                )
            } else {
                let file = file.file.display();
                format!(
                    "the dashboard {uid:?} comes from the file {file}; delete that, or revert what was changed here"
                )
            }));
        }
        match self.store()?.delete(DocumentKind::Dashboard, uid, expected).await {
            Err(ControlError::Conflict { current: Some(_), .. }) => {
                Err(DashboardError::Changed(Box::new(self.get(uid).await?)))
            }
            outcome => Ok(outcome?),
        }
    }

    /// What is stored of a dashboard beside its body.
    pub(super) async fn head_of(&self, uid: &str) -> Result<Option<StoredHead>, DashboardError> {
        let document = self.store()?.get(DocumentKind::Dashboard, uid).await?;
        Ok(document.map(|document| StoredHead::read(&document.head.head)))
    }

    pub(super) fn bounded(&self, bytes: usize) -> Result<(), DashboardError> {
        self.at_most("dashboard", bytes, self.settings().max_bytes, "dashboards.max_bytes")
    }

    /// Checks a dashboard and stores it as the version after `expected`.
    pub(super) async fn write(
        &self,
        dashboard: Dashboard,
        expected: Option<u64>,
        folder: Option<String>,
        message: &str,
    ) -> Result<Saved, WriteError> {
        let uid = dashboard.uid.clone();
        if uid == RESERVED {
            return Err(
                DashboardError::bad(format!("uid: {uid:?} stands for something else in addresses")).into()
            );
        }
        let size = dashboard.panels.len() * 1024;
        let made = work(size, move || {
            let notes = check(&dashboard)?;
            let text = write(&dashboard);
            let head = StoredHead::of(&dashboard, &text, folder).write();
            Ok::<_, ReadError>((notes, text, head))
        });
        let (notes, text, head) = made.await?.map_err(DashboardError::from)?;
        self.bounded(text.len())?;
        let (body, message) = (text.into_bytes(), message.to_owned());
        let (kind, now) = (DocumentKind::Dashboard, now());
        let new = NewVersion { kind, uid: uid.clone(), expected, head, body, message, now };
        let version = self.store()?.put(new).await.map_err(WriteError::Control)?;
        Ok(Saved { uid, version, notes })
    }
}

/// Why a version was not stored.
pub(super) enum WriteError {
    /// The store says so.
    Control(ControlError),
    /// It did not come so far.
    Other(DashboardError),
}

impl From<DashboardError> for WriteError {
    fn from(error: DashboardError) -> Self {
        Self::Other(error)
    }
}

impl From<WriteError> for DashboardError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Control(error) => error.into(),
            WriteError::Other(error) => error,
        }
    }
}

/// What a file says.
pub(super) fn of_file(file: &FileDashboard) -> Found {
    let meta = Meta {
        folder: file.folder.clone(),
        created_at: file.changed_at,
        updated_at: file.changed_at,
        ..Meta::default()
    };
    Found { dashboard: file.dashboard.clone(), version: 0, meta }
}

/// Reads a dashboard that has no uid as if it had this one. It is put on the first line, so that all keep their numbers.
pub(super) fn read_without_uid(
    text: &str,
    value: &Value,
    uid: &str,
) -> Result<(Dashboard, Vec<Note>), ReadError> {
    let lacks_uid = value.as_object().is_some_and(|fields| !fields.is_empty() && !fields.contains_key("uid"));
    if !lacks_uid {
        return read(text);
    }
    read(&text.replacen('{', &format!("{{\"uid\":\"{uid}\","), 1))
}
