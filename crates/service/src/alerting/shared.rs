//! What all groups and all handles share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{mpsc, oneshot};
use watchfire_rules::Group;
use watchfire_storage::{AlertEvent, AlertStore};
use watchfire_template::Map;

use super::AlertingSettings;
use super::files::RuleError;
use super::group::RunningGroup;
use super::handover::{AlertSink, HandedAlert, labelled};

/// Asks for a look at files and forms; answered when it was.
pub(super) type Reload = oneshot::Sender<()>;

/// Events that wait for a store that takes none, beyond which the oldest go: those of some hours of thousands of alerts, and some
/// megabytes.
const MOST_UNSTORED: usize = 10_000;

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
    /// What became of alerts and could not be stored, the oldest first.
    unstored: Mutex<Vec<AlertEvent>>,
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
            unstored: Mutex::default(),
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

    /// These events, after those that could not be stored before.
    pub(super) fn with_unstored(&self, events: Vec<AlertEvent>) -> Vec<AlertEvent> {
        let mut all = std::mem::take(&mut *self.unstored.lock().unwrap_or_else(PoisonError::into_inner));
        all.extend(events);
        all
    }

    /// Keeps events that could not be stored for the next time.
    pub(super) fn keep_unstored(&self, events: Vec<AlertEvent>) {
        let mut unstored = self.unstored.lock().unwrap_or_else(PoisonError::into_inner);
        unstored.splice(0..0, events);
        let beyond = unstored.len().saturating_sub(MOST_UNSTORED);
        if beyond > 0 {
            tracing::warn!(beyond, "the history of alerts lacks events: they could not be stored for long");
            unstored.drain(..beyond);
        }
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use async_trait::async_trait;
    use tokio_util::sync::CancellationToken;
    use watchfire_model::Labels;
    use watchfire_storage::{
        AlertEventFilter, AlertRow, AlertWrites, ControlError, Engine, Settings, StorageError,
    };

    use super::*;
    use crate::Service;

    fn event(at: i64) -> AlertEvent {
        let (before, after) = ("inactive".to_owned(), "firing".to_owned());
        let (rule, reason) = ("a".to_owned(), String::new());
        AlertEvent { at, rule, labels: Labels::empty(), before, after, value: 1.0, reason }
    }

    #[test]
    fn events_wait_in_their_order_and_not_without_end() {
        let shared = Shared::default();
        let times = |events: &[AlertEvent]| events.iter().map(|event| event.at).collect::<Vec<_>>();
        shared.keep_unstored(vec![event(1), event(2)]);
        let all = shared.with_unstored(vec![event(3)]);
        assert_eq!(times(&all), [1, 2, 3]);
        assert!(shared.with_unstored(Vec::new()).is_empty());
        let many = i64::try_from(MOST_UNSTORED).unwrap();
        shared.keep_unstored((0..many + 2).map(event).collect());
        let kept = shared.with_unstored(Vec::new());
        assert_eq!((kept.len(), kept[0].at), (MOST_UNSTORED, 2));
    }

    /// Takes nothing so many times.
    struct Flaky {
        refuses: AtomicUsize,
        events: Mutex<Vec<AlertEvent>>,
    }

    #[async_trait]
    impl AlertStore for Flaky {
        async fn alerts(&self) -> Result<Vec<AlertRow>, ControlError> {
            Ok(Vec::new())
        }

        async fn write_alerts(&self, writes: AlertWrites) -> Result<(), ControlError> {
            let refuses =
                self.refuses.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if refuses.is_ok() {
                let (file, reason) = ("control.db".into(), "told so by a test".to_owned());
                return Err(StorageError::Corrupt { file, reason }.into());
            }
            self.events.lock().unwrap().extend(writes.events);
            Ok(())
        }

        async fn alert_events(&self, _: &AlertEventFilter) -> Result<Vec<AlertEvent>, ControlError> {
            Ok(self.events.lock().unwrap().clone())
        }

        async fn prune_alert_events(&self, _: i64) -> Result<u64, ControlError> {
            Ok(0)
        }

        async fn last_evaluation(&self) -> Result<Option<i64>, ControlError> {
            Ok(None)
        }

        async fn note_evaluation(&self, _: i64) -> Result<(), ControlError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_became_of_an_alert_is_stored_once_the_store_takes_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("rules.yml");
        let rules = "groups: [{name: a, interval: 100ms, rules: [{alert: Hot, expr: vector(1)}]}]";
        std::fs::write(&file, rules).unwrap();
        let settings = Settings { dir: dir.path().join("data"), min_free_bytes: 0, ..Settings::default() };
        let engine = Arc::new(Engine::open(settings).await.unwrap());
        let store = Arc::new(Flaky { refuses: AtomicUsize::new(2), events: Mutex::default() });
        let settings =
            AlertingSettings { files: vec![file.display().to_string()], ..AlertingSettings::default() };
        let service = Service::new(engine.clone(), engine).with_alerting(store.clone(), settings);
        let stop = CancellationToken::new();
        let running = tokio::spawn(service.alerting().run(stop.clone()));
        let stored = async {
            loop {
                let events = store.events.lock().unwrap().clone();
                if let Some(event) = events.into_iter().find(|event| event.rule.contains("Hot")) {
                    break event;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let stored = tokio::time::timeout(Duration::from_secs(30), stored).await.unwrap();
        assert_eq!((stored.before.as_str(), stored.after.as_str()), ("inactive", "firing"));
        assert_eq!(store.refuses.load(Ordering::SeqCst), 0);
        stop.cancel();
        running.await.unwrap();
    }
}
