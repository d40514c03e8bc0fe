//! Dashboards that follow each other on a screen.

use serde::{Deserialize, Serialize};
use watchfire_storage::{DocumentKind, NewVersion};

use super::variables::is_interval;
use super::{DashboardError, DashboardFilter, DashboardHead, Dashboards, uid};
use crate::clock::now;

const KIND: DocumentKind = DocumentKind::Playlist;

/// A playlist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Playlist {
    /// Names it in URLs; given when it is made.
    pub uid: String,
    /// Its version, which the next one follows.
    pub version: u64,
    /// What it is called.
    pub title: String,
    /// How long each dashboard is shown: `30s`.
    pub interval: String,
    /// What is shown, in this order.
    pub items: Vec<PlaylistItem>,
}

/// A dashboard, or all with a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaylistItem {
    /// By its uid.
    Dashboard(String),
    /// By title.
    Tag(String),
}

impl Dashboards {
    /// All playlists, by title.
    pub async fn playlists(&self) -> Result<Vec<Playlist>, DashboardError> {
        let documents = self.store()?.list(KIND).await?;
        let mut playlists: Vec<Playlist> =
            documents.into_iter().map(|document| read(&document.head, document.version)).collect();
        playlists.sort_by_cached_key(|playlist| (playlist.title.to_lowercase(), playlist.uid.clone()));
        Ok(playlists)
    }

    /// A playlist.
    pub async fn playlist(&self, uid: &str) -> Result<Playlist, DashboardError> {
        let document = self.store()?.get(KIND, uid).await?;
        document
            .map(|document| read(&document.head.head, document.head.version))
            .ok_or_else(|| DashboardError::NotFound { what: KIND.words(), name: uid.to_owned() })
    }

    /// The dashboards of a playlist, each once where items meet; those that are gone are left out.
    pub async fn play(&self, uid: &str) -> Result<Vec<DashboardHead>, DashboardError> {
        let playlist = self.playlist(uid).await?;
        let heads = self.list(&DashboardFilter::default()).await?;
        let mut shown: Vec<DashboardHead> = Vec::new();
        for item in &playlist.items {
            for head in &heads {
                let is_meant = match item {
                    PlaylistItem::Dashboard(uid) => head.uid == *uid,
                    PlaylistItem::Tag(tag) => head.tags.contains(tag),
                };
                if is_meant && shown.iter().all(|other| other.uid != head.uid) {
                    shown.push(head.clone());
                }
            }
        }
        Ok(shown)
    }

    /// Makes a playlist; its uid and version are given.
    pub async fn create_playlist(&self, playlist: Playlist) -> Result<Playlist, DashboardError> {
        let uid = uid::new(&playlist.title)?;
        self.put_playlist(Playlist { uid, version: 0, ..playlist }, None).await
    }

    /// Stores a playlist as the version after the one that it says.
    pub async fn save_playlist(&self, playlist: Playlist) -> Result<Playlist, DashboardError> {
        let expected = playlist.version;
        self.put_playlist(playlist, Some(expected)).await
    }

    /// Deletes a playlist.
    pub async fn delete_playlist(&self, uid: &str) -> Result<(), DashboardError> {
        Ok(self.store()?.delete(KIND, uid, None).await?)
    }

    async fn put_playlist(
        &self,
        playlist: Playlist,
        expected: Option<u64>,
    ) -> Result<Playlist, DashboardError> {
        if playlist.title.trim().is_empty() {
            return Err(DashboardError::bad("title: must not be empty"));
        }
        if !is_interval(&playlist.interval) {
            return Err(DashboardError::bad("interval: must be a duration such as 30s"));
        }
        if playlist.items.is_empty() {
            return Err(DashboardError::bad("items: must be one dashboard or tag at least"));
        }
        let new = NewVersion {
            kind: KIND,
            uid: playlist.uid.clone(),
            expected,
            head: serde_json::to_string(&playlist).unwrap_or_default(),
            body: Vec::new(),
            message: String::new(),
            now: now(),
        };
        let version = self.store()?.put(new).await?;
        Ok(Playlist { version, ..playlist })
    }
}

fn read(head: &str, version: u64) -> Playlist {
    let playlist: Playlist = serde_json::from_str(head).unwrap_or_default();
    Playlist { version, ..playlist }
}
