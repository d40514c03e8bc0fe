//! Links that show a dashboard, or one of its panels, to whoever has them.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use watchfire_model::TimeWindow;
use watchfire_storage::{DocumentKind, NewVersion, Uses};

use super::origin::is_origin;
use super::{DashboardError, Dashboards, token, uid};

const KIND: DocumentKind = DocumentKind::Share;

/// What the tokens are for.
const PURPOSE: &str = "share";

/// What a share lets see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewShare {
    /// The uid of the dashboard.
    pub dashboard: String,
    /// One panel of it; none: the whole.
    #[serde(default)]
    pub panel: Option<u32>,
    /// What it is called in lists.
    #[serde(default)]
    pub title: String,
    /// When it ends: milliseconds since the epoch; none: never.
    #[serde(default)]
    pub expires_at: Option<i64>,
    /// The theme that it is shown in: `light` or `dark`; none: as the viewer's system has it.
    #[serde(default)]
    pub theme: Option<String>,
    /// Its time range.
    #[serde(default)]
    pub time: ShareTime,
    /// What viewers may do with variables, by name. One that is not named is as the dashboard says.
    #[serde(default)]
    pub variables: BTreeMap<String, ShareVariable>,
    /// The origins whose pages may embed it: `https://example.org`, or `*` alone for all; empty: none.
    #[serde(default)]
    pub origins: Vec<String>,
    /// How often it asks: `auto`, `off` or a duration; none: as the dashboard says.
    #[serde(default)]
    pub refresh: Option<String>,
}

/// The time range of a share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareTime {
    /// Viewers choose it.
    #[default]
    Free,
    /// It is always this one: `now-6h` and the like, or ISO 8601.
    Locked {
        /// The start.
        from: String,
        /// The end.
        to: String,
    },
}

/// A variable of a share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareVariable {
    /// Viewers choose it.
    Free,
    /// It always has these values.
    Locked(Vec<String>),
}

/// A share as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Names it among shares.
    pub uid: String,
    /// What stands in the link.
    pub token: String,
    /// What it lets see.
    #[serde(flatten)]
    pub share: NewShare,
    /// The title of its dashboard; none where that is gone.
    pub dashboard_title: Option<String>,
    /// Whether it is shut for now.
    pub paused: bool,
    /// When it was made: milliseconds since the epoch.
    pub created_at: i64,
    /// How often it was opened.
    pub views: u64,
    /// The last time.
    pub last_use: Option<i64>,
}

/// What a token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Names it among shares.
    pub uid: String,
    /// What it lets see.
    pub share: NewShare,
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such share: never was, revoked, or the token is not one of this server's.
    #[error("this link leads nowhere; ask whoever sent it for a new one")]
    Unknown,
    /// It is shut for now.
    #[error("this link is paused")]
    Paused,
    /// Its time is up.
    #[error("this link has expired; ask whoever sent it for a new one")]
    Expired,
    /// What it shows was deleted.
    #[error("the dashboard of this link was deleted")]
    DashboardGone,
    /// The store could not be read.
    #[error(transparent)]
    Dashboard(#[from] DashboardError),
}

#[derive(Clone, Serialize, Deserialize)]
struct StoredShare {
    share: NewShare,
    paused: bool,
}

impl Dashboards {
    /// Makes a share.
    pub async fn create_share(&self, mut share: NewShare, now: i64) -> Result<Share, DashboardError> {
        self.check_share(&share, now).await?;
        let dashboard_title = Some(self.lock_the_rest(&mut share, now).await?);
        let uid = uid::random::<12>()?;
        let stored = StoredShare { share, paused: false };
        self.put_share(&uid, &stored, None, now).await?;
        let token = token::token(&self.store()?.secret().await?, PURPOSE, &uid);
        let StoredShare { share, paused } = stored;
        Ok(Share { uid, token, share, dashboard_title, paused, created_at: now, views: 0, last_use: None })
    }

    /// Variables that nothing is said about stay as they are now: what they would fall to in another range is not for viewers to
    /// choose. Returns the title of the dashboard.
    async fn lock_the_rest(&self, share: &mut NewShare, now: i64) -> Result<String, DashboardError> {
        let found = self.get(&share.dashboard).await?;
        let asked = BTreeMap::new();
        let range = found.dashboard.time.window(now).resolve(now);
        let resolved = self.resolve_variables(&found.dashboard, &asked, range).await?;
        for one in resolved.variables {
            share.variables.entry(one.name).or_insert(ShareVariable::Locked(one.chosen));
        }
        Ok(found.dashboard.title)
    }

    /// All shares, the newest first; of one dashboard, or of all.
    pub async fn shares(&self, dashboard: Option<&str>) -> Result<Vec<Share>, DashboardError> {
        let store = self.store()?;
        let secret = store.secret().await?;
        let mut uses: HashMap<String, Uses> = store.uses().await?.into_iter().collect();
        for (uid, more) in self.uses().iter() {
            let all = uses.entry(uid.clone()).or_default();
            *all = Uses { views: all.views + more.views, last: all.last.max(more.last) };
        }
        let titles: HashMap<String, String> =
            self.heads().await?.into_iter().map(|head| (head.uid, head.title)).collect();
        let mut shares = Vec::new();
        for document in store.list(KIND).await? {
            let Some(stored) = read(&document.head) else { continue };
            if dashboard.is_some_and(|dashboard| stored.share.dashboard != dashboard) {
                continue;
            }
            let counted = uses.get(&document.uid);
            shares.push(Share {
                token: token::token(&secret, PURPOSE, &document.uid),
                uid: document.uid,
                dashboard_title: titles.get(&stored.share.dashboard).cloned(),
                share: stored.share,
                paused: stored.paused,
                created_at: document.created_at,
                views: counted.map_or(0, |counted| counted.views),
                last_use: counted.map(|counted| counted.last),
            });
        }
        shares.sort_by_key(|share| std::cmp::Reverse(share.created_at));
        Ok(shares)
    }

    /// Shuts a share for a while, or opens it again.
    pub async fn pause_share(&self, uid: &str, paused: bool, now: i64) -> Result<(), DashboardError> {
        let document = self.store()?.get(KIND, uid).await?;
        let found = document.and_then(|document| Some((document.head.version, read(&document.head.head)?)));
        let no_share = || DashboardError::NotFound { what: KIND.words(), name: uid.to_owned() };
        let (version, stored) = found.ok_or_else(no_share)?;
        if stored.paused == paused {
            return Ok(());
        }
        self.put_share(uid, &StoredShare { paused, ..stored }, Some(version), now).await
    }

    /// Deletes a share: its link leads nowhere from now on.
    pub async fn revoke_share(&self, uid: &str) -> Result<(), DashboardError> {
        self.store()?.delete(KIND, uid, None).await?;
        self.uses().remove(uid);
        Ok(())
    }

    /// What a token opens at `now`; it is counted as a view.
    pub async fn open_share(&self, token: &str, now: i64) -> Result<Shared, OpenError> {
        let shared = self.check_token(token, now).await?;
        {
            let mut uses = self.uses();
            let all = uses.entry(shared.uid.clone()).or_default();
            *all = Uses { views: all.views + 1, last: all.last.max(now) };
        }
        Ok(shared)
    }

    /// What a token opens at `now`, for the requests that follow the view.
    pub async fn check_token(&self, token: &str, now: i64) -> Result<Shared, OpenError> {
        let (uid, stored) = self.named_by(token).await?;
        if stored.paused {
            return Err(OpenError::Paused);
        }
        if stored.share.expires_at.is_some_and(|end| end <= now) {
            return Err(OpenError::Expired);
        }
        if !self.is_there(&stored.share.dashboard).await? {
            return Err(OpenError::DashboardGone);
        }
        Ok(Shared { uid, share: stored.share })
    }

    /// The origins of the pages that may have a share in a frame, also while it is shut: who put it there sees why. None where there
    /// is no such share.
    pub async fn origins_of(&self, token: &str) -> Vec<String> {
        let stored = self.named_by(token).await;
        stored.map(|(_, stored)| stored.share.origins).unwrap_or_default()
    }

    /// The share that a token names, with its id, open or not.
    async fn named_by(&self, token: &str) -> Result<(String, StoredShare), OpenError> {
        let store = self.store()?;
        let secret = store.secret().await.map_err(DashboardError::from)?;
        let uid = token::id_of(&secret, PURPOSE, token).ok_or(OpenError::Unknown)?;
        let document = store.get(KIND, uid).await.map_err(DashboardError::from)?;
        let stored = document.and_then(|document| read(&document.head.head)).ok_or(OpenError::Unknown)?;
        Ok((uid.to_owned(), stored))
    }

    /// Stores how often shares were opened. It happens by itself.
    pub async fn flush_uses(&self) -> Result<(), DashboardError> {
        let taken: Vec<(String, Uses)> = self.uses().drain().collect();
        if taken.is_empty() {
            return Ok(());
        }
        let stored = self.store()?.add_uses(&taken).await;
        if stored.is_err() {
            let mut uses = self.uses();
            for (uid, more) in taken {
                let all = uses.entry(uid).or_default();
                *all = Uses { views: all.views + more.views, last: all.last.max(more.last) };
            }
        }
        Ok(stored?)
    }

    async fn is_there(&self, dashboard: &str) -> Result<bool, DashboardError> {
        if self.provisioned().dashboard(dashboard).is_some() {
            return Ok(true);
        }
        // Without reading what it is: each request of a shared page asks.
        Ok(!self.store()?.versions(DocumentKind::Dashboard, dashboard).await?.is_empty())
    }

    async fn check_share(&self, share: &NewShare, now: i64) -> Result<(), DashboardError> {
        let found = self.get(&share.dashboard).await?;
        let bad = |text: String| Err(DashboardError::BadInput(text));
        if let Some(id) = share.panel.filter(|id| found.dashboard.panels.iter().all(|panel| panel.id != *id))
        {
            return bad(format!("panel: the dashboard has no panel {id}"));
        }
        if share.expires_at.is_some_and(|end| end <= now) {
            return bad("expires_at: must be in the future, in milliseconds since the epoch".to_owned());
        }
        if share.theme.as_deref().is_some_and(|theme| !["light", "dark"].contains(&theme)) {
            return bad("theme: must be light or dark; leave it out for the viewer's own".to_owned());
        }
        if let ShareTime::Locked { from, to } = &share.time
            && let Err(error) = TimeWindow::parse(from, to, 0, now)
        {
            return bad(format!("time: {error}"));
        }
        for name in share.variables.keys() {
            if found.dashboard.variables.iter().all(|variable| variable.name != *name) {
                return bad(format!("variables: the dashboard has no variable {name:?}"));
            }
        }
        for origin in &share.origins {
            if !(is_origin(origin) || origin == "*" && share.origins.len() == 1) {
                return bad(format!(
                    "origins: {origin:?} is no origin; write https://example.org or https://example.org:8443, or * alone for all"
                ));
            }
        }
        match share.refresh.as_deref() {
            None | Some("auto" | "off") => Ok(()),
            Some(text) if super::variables::is_interval(text) => Ok(()),
            Some(text) => bad(format!("refresh: {text:?} is not auto, off or a duration")),
        }
    }

    async fn put_share(
        &self,
        uid: &str,
        stored: &StoredShare,
        expected: Option<u64>,
        now: i64,
    ) -> Result<(), DashboardError> {
        let head = serde_json::to_string(stored).unwrap_or_default();
        let (body, message) = (Vec::new(), String::new());
        let new = NewVersion { kind: KIND, uid: uid.to_owned(), expected, head, body, message, now };
        self.store()?.put(new).await?;
        Ok(())
    }
}

fn read(head: &str) -> Option<StoredShare> {
    serde_json::from_str(head).ok()
}
