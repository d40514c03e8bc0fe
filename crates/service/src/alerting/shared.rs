//! What all groups and all handles share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{mpsc, oneshot};
use watchfire_rules::Group;
use watchfire_storage::AlertStore;
use watchfire_template::Map;

use super::AlertingSettings;
use super::files::RuleError;
use super::group::RunningGroup;
use super::handover::{AlertSink, HandedAlert, labelled};

/// Asks for a look at files and forms; answered when it was.
pub(super) type Reload = oneshot::Sender<()>;

/// What is evaluated now.
#[derive(Clone, Default)]
pub(super) struct Loaded {
    /// By file and name.
    pub(super) groups: Arc<Vec<Arc<RunningGroup>>>,
    pub(super) errors: Arc<Vec<RuleError>>,
    /// When files were looked at last: milliseconds since the epoch; 0 for never.
    pub(super) looked_at: i64,
    /// When a change took effect last.
    pub(super) changed_at: i64,
    /// How often a change was refused since the start.
    pub(super) refused: u64,
}

pub(crate) struct Shared {
    pub(super) settings: AlertingSettings,
    pub(super) store: Option<Arc<dyn AlertStore>>,
    pub(super) sink: OnceLock<Arc<dyn AlertSink>>,
    loaded: Mutex<Loaded>,
    pub(super) requests: mpsc::Sender<Reload>,
    /// The other end, until somebody evaluates.
    pub(super) asked: Mutex<Option<mpsc::Receiver<Reload>>>,
    /// Groups that the server makes itself, by name.
    built_in: Mutex<BTreeMap<&'static str, Group>>,
    refused_samples: AtomicU64,
    store_failures: AtomicU64,
    handover_failures: AtomicU64,
}

impl Default for Shared {
    fn default() -> Self {
        Self::new(None, AlertingSettings::default())
    }
}

impl Shared {
    pub(crate) fn new(store: Option<Arc<dyn AlertStore>>, settings: AlertingSettings) -> Self {
        let (requests, asked) = mpsc::channel(16);
        Self {
            settings,
            store,
            sink: OnceLock::new(),
            loaded: Mutex::default(),
            requests,
            asked: Mutex::new(Some(asked)),
            built_in: Mutex::default(),
            refused_samples: AtomicU64::new(0),
            store_failures: AtomicU64::new(0),
            handover_failures: AtomicU64::new(0),
        }
    }

    /// For a moment, never over an await.
    pub(super) fn loaded(&self) -> MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The groups that the server makes itself.
    pub(super) fn built_in(&self) -> BTreeMap<&'static str, Group> {
        self.built_in.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_built_in(&self, name: &'static str, group: Option<Group>) {
        let mut built_in = self.built_in.lock().unwrap_or_else(PoisonError::into_inner);
        match group {
            Some(group) => drop(built_in.insert(name, group)),
            None => drop(built_in.remove(name)),
        }
    }

    /// Hands alerts over, with the external labels; `None` where nobody takes any.
    pub(super) async fn hand_over(&self, alerts: Vec<HandedAlert>) -> Option<Result<(), String>> {
        let sink = self.sink.get().filter(|_| !alerts.is_empty())?;
        let external = &self.settings.external_labels;
        Some(sink.take(alerts.into_iter().map(|alert| labelled(alert, external)).collect()).await)
    }

    /// `$externalLabels` of templates.
    pub(super) fn external_labels(&self) -> Map {
        let labels = &self.settings.external_labels;
        Map::strings(labels.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    pub(super) fn count_refused(&self, samples: u64) {
        self.refused_samples.fetch_add(samples, Ordering::Relaxed);
    }

    pub(super) fn count_store_failure(&self) {
        self.store_failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_handover_failure(&self) {
        self.handover_failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Samples not stored, states not stored, alerts not taken: so often since the start.
    pub(super) fn failures(&self) -> [u64; 3] {
        [&self.refused_samples, &self.store_failures, &self.handover_failures]
            .map(|count| count.load(Ordering::Relaxed))
    }
}
