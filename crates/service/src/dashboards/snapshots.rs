//! Dashboards with their data as of a moment. What is in one is the affair of who makes and shows it.

use serde::{Deserialize, Serialize};
use watchfire_storage::{DocumentHead, DocumentKind, NewVersion};

use super::{DashboardError, Dashboards, uid};

const KIND: DocumentKind = DocumentKind::Snapshot;

/// A snapshot without what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SnapshotHead {
    /// Names it in URLs; nobody can guess it.
    pub uid: String,
    /// What it is called.
    pub title: String,
    /// When it was made: milliseconds since the epoch.
    pub created_at: i64,
    /// When it goes; none: never.
    pub expires_at: Option<i64>,
    /// How many bytes it has.
    pub bytes: usize,
}

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What is around it.
    pub head: SnapshotHead,
    /// What is in it.
    pub bytes: Vec<u8>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredHead {
    title: String,
    expires_at: Option<i64>,
    bytes: usize,
}

impl Dashboards {
    /// Keeps a snapshot until it expires.
    pub async fn create_snapshot(
        &self,
        title: &str,
        bytes: Vec<u8>,
        expires_at: Option<i64>,
        now: i64,
    ) -> Result<SnapshotHead, DashboardError> {
        let most = self.settings().max_snapshot_bytes;
        self.at_most("snapshot", bytes.len(), most, "dashboards.max_snapshot_bytes")?;
        let uid = uid::random::<18>()?;
        let head = SnapshotHead {
            uid: uid.clone(),
            title: title.to_owned(),
            created_at: now,
            expires_at,
            bytes: bytes.len(),
        };
        let stored = StoredHead { title: head.title.clone(), expires_at, bytes: bytes.len() };
        let stored = serde_json::to_string(&stored).unwrap_or_default();
        let new = NewVersion {
            kind: KIND,
            uid,
            expected: None,
            head: stored,
            body: bytes,
            message: String::new(),
            now,
        };
        self.store()?.put(new).await?;
        Ok(head)
    }

    /// A snapshot that has not expired at `now`.
    pub async fn snapshot(&self, uid: &str, now: i64) -> Result<Snapshot, DashboardError> {
        self.any_snapshot(uid)
            .await?
            .filter(|found| found.head.expires_at.is_none_or(|end| end > now))
            .ok_or_else(|| DashboardError::NotFound { what: KIND.words(), name: uid.to_owned() })
    }

    /// A snapshot, also one that has expired and is not swept away yet.
    pub(super) async fn any_snapshot(&self, uid: &str) -> Result<Option<Snapshot>, DashboardError> {
        let document = self.store()?.get(KIND, uid).await?;
        Ok(document.map(|document| Snapshot { head: head(document.head), bytes: document.body }))
    }

    /// All snapshots, the newest first.
    pub async fn snapshots(&self) -> Result<Vec<SnapshotHead>, DashboardError> {
        let mut all: Vec<SnapshotHead> = self.store()?.list(KIND).await?.into_iter().map(head).collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.created_at));
        Ok(all)
    }

    /// Deletes a snapshot.
    pub async fn delete_snapshot(&self, uid: &str) -> Result<(), DashboardError> {
        Ok(self.store()?.delete(KIND, uid, None).await?)
    }

    /// Deletes the snapshots that have expired at `now`; says how many. It happens by itself.
    pub async fn sweep_snapshots(&self, now: i64) -> Result<usize, DashboardError> {
        let mut deleted = 0;
        for old in self.snapshots().await? {
            if old.expires_at.is_some_and(|end| end <= now) {
                match self.delete_snapshot(&old.uid).await {
                    // Somebody was faster.
                    Err(DashboardError::NotFound { .. }) => {}
                    outcome => outcome.map(|()| deleted += 1)?,
                }
            }
        }
        Ok(deleted)
    }
}

fn head(document: DocumentHead) -> SnapshotHead {
    let stored: StoredHead = serde_json::from_str(&document.head).unwrap_or_default();
    SnapshotHead {
        uid: document.uid,
        title: stored.title,
        created_at: document.created_at,
        expires_at: stored.expires_at,
        bytes: stored.bytes,
    }
}
