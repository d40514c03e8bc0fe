//! Lists of dashboards, those of files among them.

use std::collections::{BTreeMap, HashSet};

use watchfire_storage::DocumentKind;

use super::head::{StoredHead, panels_of};
use super::{DashboardError, DashboardHead, Dashboards, PRINCIPAL};

/// Which dashboards are looked for; empty for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DashboardFilter {
    /// Words that all stand in title, description, tags or uid, in any case.
    pub text: String,
    /// With all of these tags.
    pub tags: Vec<String>,
    /// In this folder; an empty text for the top.
    pub folder: Option<String>,
    /// Those that are marked.
    pub favourite: bool,
}

impl DashboardFilter {
    fn takes(&self, head: &DashboardHead) -> bool {
        let text = [head.title.as_str(), &head.description, &head.uid, &head.tags.join(" ")]
            .join(" ")
            .to_lowercase();
        self.text.to_lowercase().split_whitespace().all(|word| text.contains(word))
            && self.tags.iter().all(|tag| head.tags.contains(tag))
            && self
                .folder
                .as_deref()
                .is_none_or(|folder| head.folder.as_deref().unwrap_or_default() == folder)
            && (!self.favourite || head.favourite)
    }
}

impl Dashboards {
    /// The dashboards that meet a filter, by title.
    pub async fn list(&self, filter: &DashboardFilter) -> Result<Vec<DashboardHead>, DashboardError> {
        let mut heads = self.heads().await?;
        heads.retain(|head| filter.takes(head));
        Ok(heads)
    }

    /// All dashboards, by title.
    pub(super) async fn heads(&self) -> Result<Vec<DashboardHead>, DashboardError> {
        let store = self.store()?;
        let favourites: HashSet<String> = store.favourites(PRINCIPAL).await?.into_iter().collect();
        let folders: HashSet<String> = self.folder_uids().await?;
        let files = self.provisioned().all();
        let mut heads: BTreeMap<String, DashboardHead> = BTreeMap::new();
        for document in store.list(DocumentKind::Dashboard).await? {
            let stored = StoredHead::read(&document.head);
            let file = files.get(&document.uid);
            let head = DashboardHead {
                favourite: favourites.contains(&document.uid),
                // A folder that was deleted at the same moment is the top.
                folder: match file {
                    Some(file) => file.folder.clone(),
                    None => stored.folder.filter(|folder| folders.contains(folder)),
                },
                title: stored.title,
                description: stored.description,
                tags: stored.tags,
                version: document.version,
                updated_at: document.updated_at,
                managed: file.is_some(),
                drifted: file.is_some_and(|file| file.digest != stored.digest),
                shipped: file.is_some_and(|file| file.shipped),
                panels: stored.panels,
                uid: document.uid.clone(),
            };
            heads.insert(document.uid, head);
        }
        for (uid, file) in files.iter() {
            let dashboard = &file.dashboard;
            heads.entry(uid.clone()).or_insert_with(|| DashboardHead {
                uid: uid.clone(),
                title: dashboard.title.clone(),
                description: dashboard.description.clone(),
                tags: dashboard.tags.clone(),
                folder: file.folder.clone(),
                favourite: favourites.contains(uid),
                version: 0,
                updated_at: file.changed_at,
                managed: true,
                drifted: false,
                shipped: file.shipped,
                panels: panels_of(dashboard),
            });
        }
        let mut heads: Vec<DashboardHead> = heads.into_values().collect();
        heads.sort_by_cached_key(|head| (head.title.to_lowercase(), head.uid.clone()));
        Ok(heads)
    }
}
