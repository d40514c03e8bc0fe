//! From alerts to notifications: what comes in is kept, grouped and routed by Alertmanager's configuration, muted by silences,
//! inhibition and maintenance windows, and handed to whoever delivers. What the state machine of `watchfire_alerting` decides is
//! stored before anybody is told that it is done, so that a restart goes on where it stopped.

mod calendars;
mod configured;
mod deliver;
mod endings;
mod error;
mod firing;
mod handling;
mod incident_news;
mod incidents;
mod kept;
mod links;
mod routes;
mod run;
mod seen;
mod silences;
mod sink;
mod state;
pub(crate) mod templates;
#[cfg(test)]
mod tests;
mod windows;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::Notify;
use watchfire_alerting::incident::{Book, Settings};
use watchfire_alerting::{Alert, AlertError, Config, Received};
use watchfire_storage::{AlertStore, RowStore};

pub use calendars::{CALENDARS, CalendarStatus, Calendars};
pub(crate) use configured::NOBODY;
pub use configured::{ConfigFile, ConfigStatus, Followed};
pub use deliver::{Deliver, Queue};
pub use endings::{SentOfIncident, keep_endings};
pub use error::AlertmanagerError;
pub use handling::Said;
pub use incidents::{INCIDENTS, keep_incidents};
pub use kept::{HANDLINGS, ROWS, SILENCES, WINDOWS};
pub use links::{LinkError, Links};
pub use routes::Explained;
pub use run::{keep_alertmanager, tell_anew};
pub use seen::{AlertFilter, SeenAlert, SeenGroup};
use state::State;
pub use windows::{MutedCounts, SeenWindow, WindowDraft, WindowPreview};

/// From alerts to notifications. Cloning shares it.
#[derive(Clone)]
pub struct Alertmanager(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    incidents: Mutex<Book>,
    /// What was read of calendars, by their keys.
    calendars: Mutex<calendars::Texts>,
    store: Arc<dyn RowStore>,
    deliver: Arc<dyn Deliver>,
    /// Held while changes are taken and written, so that they are written in their order.
    writing: tokio::sync::Mutex<()>,
    /// Where it is kept what became of alerts.
    history: OnceLock<Arc<dyn AlertStore>>,
    /// There is something to do earlier than was known.
    wake: Notify,
}

impl Alertmanager {
    /// Goes on with what the store has, by a configuration.
    ///
    /// # Errors
    ///
    /// What the store says. Rows that cannot be read are left out and told in the log.
    pub async fn open(
        store: Arc<dyn RowStore>,
        deliver: Arc<dyn Deliver>,
        followed: Followed,
        now: i64,
    ) -> Result<Self, AlertmanagerError> {
        deliver.configure(&followed.config, followed.templates);
        let state = kept::restore(&*store, followed.config, now).await?;
        let incidents = Book::restored(Settings::default(), kept::read(&*store, INCIDENTS).await?);
        Ok(Self(Arc::new(Inner {
            state: Mutex::new(state),
            incidents: Mutex::new(incidents),
            calendars: Mutex::default(),
            store,
            deliver,
            writing: tokio::sync::Mutex::default(),
            history: OnceLock::new(),
            wake: Notify::new(),
        })))
    }

    /// Takes alerts that arrive at `now`, milliseconds since the epoch. Those that are valid are kept, stored before this
    /// returns; the others come back with their place in the list and the reason.
    ///
    /// # Errors
    ///
    /// What the store says; then they are known, but a restart might forget them.
    pub async fn receive(
        &self,
        alerts: Vec<Received>,
        now: i64,
    ) -> Result<Vec<(usize, AlertError)>, AlertmanagerError> {
        self.receive_all(alerts.into_iter().map(|alert| (alert, true)).collect(), now).await
    }

    /// The same, each with whether whoever says it has seen that it is so since the last start.
    async fn receive_all(
        &self,
        alerts: Vec<(Received, bool)>,
        now: i64,
    ) -> Result<Vec<(usize, AlertError)>, AlertmanagerError> {
        let mut refused = Vec::new();
        {
            let mut state = self.state();
            for (at, (alert, is_seen)) in alerts.into_iter().enumerate() {
                if let Err(error) = state.receive(alert, is_seen, now) {
                    refused.push((at, error));
                }
            }
        }
        let written = self.write().await;
        self.0.wake.notify_one();
        written.map(|()| refused)
    }

    /// The same with alerts that have their end.
    ///
    /// # Errors
    ///
    /// As [`receive`](Self::receive).
    pub async fn insert(&self, alerts: Vec<Alert>, now: i64) -> Result<(), AlertmanagerError> {
        {
            let mut state = self.state();
            for alert in alerts {
                state.insert(alert, now);
            }
        }
        let written = self.write().await;
        self.0.wake.notify_one();
        written
    }

    /// Goes on by another configuration from `now` on.
    ///
    /// # Errors
    ///
    /// What the store says.
    pub async fn configure(&self, followed: Followed, now: i64) -> Result<(), AlertmanagerError> {
        self.0.deliver.configure(&followed.config, followed.templates);
        {
            // With the state held, so that no calendar that comes meanwhile is missed.
            let mut state = self.state();
            let config = self.with_calendars(followed.config, now);
            state.configure(config, now);
        }
        let written = self.write().await;
        self.0.wake.notify_one();
        written
    }

    /// Whether people hear of alerts of made-up data, those with the label `demo="true"`; else these are shown as muted.
    pub fn tell_of_demo(&self, tells: bool) {
        self.state().tells_of_demo = tells;
    }

    /// What it goes by.
    pub fn config(&self) -> Arc<Config> {
        self.state().config.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
