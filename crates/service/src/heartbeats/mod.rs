//! Heartbeats: jobs that have to be heard of in time. Each has an address of its own, which the job asks when it is done; where it
//! does not, an alert `HeartbeatMissed` fires. What is known of them is written as samples, and a rule for each looks at those, so
//! their alerts go the way of all others.

mod error;
mod heartbeat;
mod rules;
mod run;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use watchfire_storage::{ControlError, RowStore};

use crate::Service;
use crate::dashboards::{is_uid, new_uid};

pub use error::{HeartbeatError, HeartbeatFlaw};
pub use heartbeat::{HEARTBEAT_METRIC, Heartbeat, HeartbeatState, Kept, Ping};
pub use run::keep_heartbeats;

/// The kind of rows that hold heartbeats.
const ROWS: &str = "heartbeat";

/// The kind of rows that hold when they were heard of last.
const PINGS: &str = "heartbeat_ping";

/// Two words within so many milliseconds are one: what asks without end writes no more than that.
const APART: i64 = 1000;

/// All heartbeats. Cloning shares them. Times are milliseconds since the epoch.
#[derive(Clone)]
pub struct Heartbeats(Arc<Inner>);

struct Inner {
    service: Service,
    store: Arc<dyn RowStore>,
    most: usize,
    known: Mutex<Known>,
    /// Held while something is changed and written, so that it is written in order.
    writing: tokio::sync::Mutex<()>,
    /// There is something new to write as samples.
    wake: Notify,
}

#[derive(Default)]
struct Known {
    /// By uid.
    all: BTreeMap<String, Kept>,
    pings: u64,
    /// How often one more was refused.
    limited: u64,
}

impl Heartbeats {
    /// Reads what the store has, and lets rules look at it. There may be `most` of them.
    ///
    /// # Errors
    ///
    /// What the store says. Rows that cannot be read are left out and told in the log.
    pub async fn open(service: Service, store: Arc<dyn RowStore>, most: usize) -> Result<Self, ControlError> {
        let mut all: BTreeMap<String, Kept> = read(&*store, ROWS).await?.into_iter().collect();
        for (uid, ping) in read::<Ping>(&*store, PINGS).await? {
            if let Some(kept) = all.get_mut(&uid) {
                kept.last = Some(ping);
            }
        }
        let known = Mutex::new(Known { all, ..Known::default() });
        let heartbeats = Self(Arc::new(Inner {
            service,
            store,
            most,
            known,
            writing: tokio::sync::Mutex::default(),
            wake: Notify::new(),
        }));
        heartbeats.tell_rules();
        Ok(heartbeats)
    }

    /// All, in the order of uids.
    pub fn list(&self) -> Vec<Kept> {
        self.known().all.values().cloned().collect()
    }

    /// One of them.
    ///
    /// # Errors
    ///
    /// [`HeartbeatError::NotFound`].
    pub fn get(&self, uid: &str) -> Result<Kept, HeartbeatError> {
        self.known().all.get(uid).cloned().ok_or_else(|| HeartbeatError::NotFound(uid.to_owned()))
    }

    /// Makes one, under `uid` or one that tells its name. It is waited for from `now` on.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and what the store says.
    pub async fn create(
        &self,
        uid: Option<String>,
        heartbeat: Heartbeat,
        now: i64,
    ) -> Result<Kept, HeartbeatError> {
        heartbeat.check()?;
        let uid = match uid {
            Some(uid) if is_uid(&uid) => uid,
            Some(uid) => {
                let text =
                    format!("{uid:?} cannot stand in addresses; write 1 to 64 letters, digits, - and _");
                return Err(HeartbeatError::Invalid(vec![("uid", text)]));
            }
            None => new_uid(&heartbeat.name)?,
        };
        let _turn = self.0.writing.lock().await;
        {
            let mut known = self.known();
            if known.all.contains_key(&uid) {
                return Err(HeartbeatError::Exists(uid));
            }
            if known.all.len() >= self.0.most {
                known.limited += 1;
                return Err(HeartbeatError::Limit { most: self.0.most });
            }
        }
        let kept = Kept::new(uid, heartbeat, now)?;
        self.store(kept.clone()).await?;
        Ok(kept)
    }

    /// Changes one; when it was heard of last, and its address, stay.
    ///
    /// # Errors
    ///
    /// What is wrong with it, [`HeartbeatError::NotFound`], and what the store says.
    pub async fn save(&self, uid: &str, heartbeat: Heartbeat, now: i64) -> Result<Kept, HeartbeatError> {
        heartbeat.check()?;
        let _turn = self.0.writing.lock().await;
        let kept = Kept { heartbeat, updated_at: now, ..self.get(uid)? };
        self.store(kept.clone()).await?;
        Ok(kept)
    }

    /// Deletes one; its alert is over.
    ///
    /// # Errors
    ///
    /// [`HeartbeatError::NotFound`], and what the store says.
    pub async fn remove(&self, uid: &str) -> Result<(), HeartbeatError> {
        let _turn = self.0.writing.lock().await;
        self.get(uid)?;
        self.0.store.write_rows(ROWS, vec![(uid.to_owned(), None)]).await?;
        self.0.store.write_rows(PINGS, vec![(uid.to_owned(), None)]).await?;
        self.known().all.remove(uid);
        self.changed().await;
        Ok(())
    }

    /// Notes that a job was heard of at `now`, by the token of its address, and that it went well or `failed`. It is stored when
    /// this returns.
    ///
    /// # Errors
    ///
    /// [`HeartbeatError::UnknownToken`], and what the store says.
    pub async fn ping(&self, token: &str, failed: bool, now: i64) -> Result<(), HeartbeatError> {
        let _turn = self.0.writing.lock().await;
        let (uid, last) = {
            let mut known = self.known();
            known.pings += 1;
            // Tokens are as good as random: how long a comparison takes tells nothing that helps.
            let found = known.all.iter().find(|(_, kept)| kept.token == token);
            let (uid, kept) = found.ok_or(HeartbeatError::UnknownToken)?;
            (uid.clone(), kept.last)
        };
        let ping = Ping { at: now, failed };
        if last.is_some_and(|last| last.failed == failed && (0..APART).contains(&(now - last.at))) {
            return Ok(());
        }
        // It is made of numbers, which can always be written.
        let body = serde_json::to_string(&ping).unwrap_or_default();
        self.0.store.write_rows(PINGS, vec![(uid.clone(), Some(body))]).await?;
        if let Some(kept) = self.known().all.get_mut(&uid) {
            kept.last = Some(ping);
        }
        self.0.wake.notify_one();
        Ok(())
    }

    /// How often jobs were heard of since the start.
    pub fn pings(&self) -> u64 {
        self.known().pings
    }

    /// How often one more was refused since the start.
    pub fn limited(&self) -> u64 {
        self.known().limited
    }

    async fn store(&self, kept: Kept) -> Result<(), HeartbeatError> {
        let stored = Kept { last: None, ..kept.clone() };
        // Everything in it can be written as JSON: its keys are texts.
        let body = serde_json::to_string(&stored).unwrap_or_default();
        self.0.store.write_rows(ROWS, vec![(kept.uid.clone(), Some(body))]).await?;
        self.known().all.insert(kept.uid.clone(), kept);
        self.changed().await;
        Ok(())
    }

    /// Lets rules and samples follow what was changed.
    async fn changed(&self) {
        self.tell_rules();
        self.0.wake.notify_one();
        self.0.service.alerting().reload().await;
    }

    fn tell_rules(&self) {
        let all = self.list();
        self.0.service.alerting().set_built_in(rules::GROUP, rules::group(&all));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read<T: DeserializeOwned + Serialize>(
    store: &dyn RowStore,
    kind: &str,
) -> Result<Vec<(String, T)>, ControlError> {
    let rows = store.rows(kind).await?.into_iter();
    let read = |(key, body): (String, String)| match serde_json::from_str(&body) {
        Ok(row) => Some((key, row)),
        Err(error) => {
            tracing::warn!(kind, key, %error, "a row cannot be read and is left out");
            None
        }
    };
    Ok(rows.filter_map(read).collect())
}
