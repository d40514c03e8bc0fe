//! Folders of dashboards: one level of them.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use watchfire_storage::{DocumentKind, NewVersion};

use super::head::StoredHead;
use super::{DashboardError, Dashboards, uid};
use crate::clock::now;

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Folder {
    /// Names it in URLs.
    pub uid: String,
    /// What it is called.
    pub title: String,
    /// Its version; 0 for one of files.
    pub version: u64,
    /// Whether it is one of files.
    pub managed: bool,
    /// How many dashboards it holds.
    pub dashboards: usize,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredFolder {
    title: String,
}

const KIND: DocumentKind = DocumentKind::Folder;

/// Letters of a folder's name.
const LONGEST: usize = 200;

impl Dashboards {
    /// All folders, by title.
    pub async fn folders(&self) -> Result<Vec<Folder>, DashboardError> {
        let heads = self.heads().await?;
        let count = |uid: &str| heads.iter().filter(|head| head.folder.as_deref() == Some(uid)).count();
        let stored = self.store()?.list(KIND).await?;
        let mut folders: Vec<Folder> = stored
            .into_iter()
            .map(|document| Folder {
                title: read(&document.head).title,
                version: document.version,
                managed: false,
                dashboards: count(&document.uid),
                uid: document.uid,
            })
            .collect();
        for (uid, title) in self.provisioned().folders() {
            let dashboards = count(&uid);
            folders.push(Folder { uid, title, version: 0, managed: true, dashboards });
        }
        folders.sort_by_cached_key(|folder| (folder.title.to_lowercase(), folder.uid.clone()));
        Ok(folders)
    }

    /// The uids of all folders.
    pub(super) async fn folder_uids(&self) -> Result<HashSet<String>, DashboardError> {
        let stored = self.store()?.list(KIND).await?;
        Ok(stored.into_iter().map(|document| document.uid).collect())
    }

    /// Makes a folder and returns its uid.
    pub async fn create_folder(&self, title: &str) -> Result<Folder, DashboardError> {
        let title = self.free_title(title, None).await?;
        let uid = uid::new(&title)?;
        let version = self.put_folder(&uid, &title, None).await?;
        Ok(Folder { uid, title, version, managed: false, dashboards: 0 })
    }

    /// Gives a folder another name.
    pub async fn rename_folder(&self, uid: &str, title: &str) -> Result<(), DashboardError> {
        let title = self.free_title(title, Some(uid)).await?;
        let current = self.store()?.get(KIND, uid).await?;
        let current = current.ok_or_else(|| no_folder(uid))?;
        self.put_folder(uid, &title, Some(current.head.version)).await?;
        Ok(())
    }

    /// Deletes a folder. Its dashboards go to the folder `move_to` (an empty text for the top); without that, it must have none.
    pub async fn delete_folder(&self, uid: &str, move_to: Option<&str>) -> Result<(), DashboardError> {
        if self.store()?.get(KIND, uid).await?.is_none() {
            return Err(no_folder(uid));
        }
        let inside: Vec<String> = self
            .heads()
            .await?
            .into_iter()
            .filter(|head| head.folder.as_deref() == Some(uid))
            .map(|head| head.uid)
            .collect();
        match move_to {
            Some(to) if to == uid => {
                return Err(DashboardError::bad("move_to: name another folder than the one that is deleted"));
            }
            Some(to) => {
                let to = (!to.is_empty()).then_some(to);
                for dashboard in &inside {
                    self.move_dashboard(dashboard, to).await?;
                }
            }
            None if inside.is_empty() => {}
            None => {
                let count = inside.len();
                return Err(DashboardError::Refused(format!(
                    "the folder holds dashboards ({count}); say with move_to where they shall go"
                )));
            }
        }
        Ok(self.store()?.delete(KIND, uid, None).await?)
    }

    /// Puts a dashboard into a folder; none for the top. That is a version of it, too.
    pub async fn move_dashboard(&self, uid: &str, folder: Option<&str>) -> Result<u64, DashboardError> {
        if let Some(file) = self.provisioned().dashboard(uid) {
            return Err(DashboardError::Refused(if file.shipped {
                format!(
                    "the dashboard {uid:?} comes with Watchfire and stays in its folder; save it as a new one"
                )
            } else {
                let file = file.file.display();
                format!("the dashboard {uid:?} lies in the folder of its file {file}; move that")
            }));
        }
        self.known_folder(folder).await?;
        let store = self.store()?;
        let document = store.get(DocumentKind::Dashboard, uid).await?;
        let document = document.ok_or_else(|| DashboardError::no_dashboard(uid))?;
        let head = StoredHead { folder: folder.map(str::to_owned), ..StoredHead::read(&document.head.head) };
        let new = NewVersion {
            kind: DocumentKind::Dashboard,
            uid: uid.to_owned(),
            expected: Some(document.head.version),
            head: head.write(),
            body: document.body,
            message: "moved to another folder".to_owned(),
            now: now(),
        };
        Ok(store.put(new).await?)
    }

    /// Refuses a folder that is not there.
    pub(super) async fn known_folder(&self, folder: Option<&str>) -> Result<(), DashboardError> {
        let Some(folder) = folder else { return Ok(()) };
        if self.folder_uids().await?.contains(folder) {
            return Ok(());
        }
        if self.provisioned().folders().contains_key(folder) {
            return Err(DashboardError::Refused(format!(
                "the folder {folder:?} holds what files say; choose another one"
            )));
        }
        Err(no_folder(folder))
    }

    /// A name that no other folder has.
    async fn free_title(&self, title: &str, of: Option<&str>) -> Result<String, DashboardError> {
        let title = title.trim();
        if title.is_empty() || title.chars().count() > LONGEST {
            return Err(DashboardError::bad(format!("title: a folder's name has 1 to {LONGEST} letters")));
        }
        let stored = self.store()?.list(KIND).await?;
        let taken = stored
            .iter()
            .any(|document| Some(document.uid.as_str()) != of && read(&document.head).title == title);
        if taken {
            return Err(DashboardError::Exists { what: "folder", name: title.to_owned() });
        }
        Ok(title.to_owned())
    }

    async fn put_folder(&self, uid: &str, title: &str, expected: Option<u64>) -> Result<u64, DashboardError> {
        let head = serde_json::to_string(&StoredFolder { title: title.to_owned() }).unwrap_or_default();
        let new = NewVersion {
            kind: KIND,
            uid: uid.to_owned(),
            expected,
            head,
            body: Vec::new(),
            message: String::new(),
            now: now(),
        };
        Ok(self.store()?.put(new).await?)
    }
}

fn read(head: &str) -> StoredFolder {
    serde_json::from_str(head).unwrap_or_default()
}

fn no_folder(uid: &str) -> DashboardError {
    DashboardError::NotFound { what: "folder", name: uid.to_owned() }
}
