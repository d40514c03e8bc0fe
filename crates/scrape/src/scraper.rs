//! The scraper as a whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, ConfigError, Fingerprint, Loaded, fingerprint};
use crate::discovery::Manner;
use crate::pool::Pool;
use crate::sink::Sink;
use crate::state::{Counters, DroppedTarget, Tally, TargetState};

/// What does not stand in Prometheus' configuration file.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// Whether each scrape also tells `scrape_timeout_seconds` and `scrape_sample_limit`.
    pub extra_scrape_metrics: bool,
    /// How often the configuration and files of targets are looked at for a change.
    pub check_files: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: concat!("Watchfire/", env!("CARGO_PKG_VERSION")).to_owned(),
            extra_scrape_metrics: false,
            check_files: Duration::from_secs(1),
        }
    }
}

/// What all tasks share.
pub(crate) struct Shared {
    pub(crate) sink: Arc<dyn Sink>,
    pub(crate) settings: Settings,
    pub(crate) tally: Tally,
    pub(crate) tracker: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl Shared {
    pub(crate) fn manner(&self) -> Manner {
        Manner { check_files: self.settings.check_files, user_agent: self.settings.user_agent.clone() }
    }
}

/// Scrapes what a configuration file names, until it is stopped or dropped.
pub struct Scraper {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    shared: Arc<Shared>,
    state: Mutex<State>,
    /// Held while the configuration is read and taken up, so that what was read last also holds last.
    loading: Mutex<()>,
}

struct State {
    config: Arc<Config>,
    /// When it was read: milliseconds since the epoch.
    loaded_at: i64,
    /// The files that were read last, be it with an error: a change of them is a reason to read again.
    patterns: Vec<PathBuf>,
    /// What they looked like before they were read.
    fingerprint: Fingerprint,
    error: Option<ConfigError>,
    pools: BTreeMap<String, Pool>,
}

impl Scraper {
    /// Reads the configuration and starts to scrape. Must be called within a Tokio runtime.
    pub fn start(
        path: impl AsRef<Path>,
        sink: Arc<dyn Sink>,
        settings: Settings,
    ) -> Result<Self, ConfigError> {
        let path = path.as_ref().to_path_buf();
        let loaded = Loaded::read(&path);
        let config = loaded.config?;
        let check = settings.check_files;
        let shared = Arc::new(Shared {
            sink,
            settings,
            tally: Tally::default(),
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
        });
        let state = State {
            config: Arc::default(),
            loaded_at: 0,
            patterns: loaded.patterns,
            fingerprint: loaded.fingerprint,
            error: None,
            pools: BTreeMap::new(),
        };
        let inner = Arc::new(Inner { path, shared, state: Mutex::new(state), loading: Mutex::default() });
        inner.apply(config);
        let stop = inner.shared.stop.clone();
        let watched = Arc::clone(&inner);
        inner.shared.tracker.spawn(async move {
            stop.run_until_cancelled(watched.watch(check)).await;
        });
        Ok(Self { inner })
    }

    /// Reads the configuration again. One that can't be read is refused, and the old one goes on.
    pub fn reload(&self) -> Result<(), ConfigError> {
        self.inner.reload()
    }

    /// The targets that are scraped.
    pub fn targets(&self) -> Vec<TargetState> {
        self.inner.state().pools.values().flat_map(Pool::targets).collect()
    }

    /// The targets that relabelling dropped.
    pub fn dropped_targets(&self) -> Vec<DroppedTarget> {
        self.inner.state().pools.values().flat_map(Pool::dropped).collect()
    }

    /// The names of the jobs.
    pub fn pools(&self) -> Vec<String> {
        self.inner.state().pools.keys().cloned().collect()
    }

    /// Sources of targets that can't be read, and addresses that can't be targets.
    pub fn discovery_problems(&self) -> Vec<String> {
        self.inner.state().pools.values().flat_map(Pool::problems).collect()
    }

    /// The configuration's file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.inner.state().config)
    }

    /// When the configuration in force was read: milliseconds since the epoch. Later ones that were refused don't count.
    pub fn loaded_at(&self) -> i64 {
        self.inner.state().loaded_at
    }

    /// Why the file as it is now is not in force; `None` where it is.
    pub fn config_error(&self) -> Option<ConfigError> {
        self.inner.state().error.clone()
    }

    /// What happened since the start.
    pub fn counters(&self) -> Counters {
        self.inner.shared.tally.counters()
    }

    /// Stops all loops. Returns when the sink has taken what was scraped until then; no series gets a staleness marker.
    pub async fn stop(&self) {
        self.inner.shared.stop.cancel();
        self.inner.shared.tracker.close();
        self.inner.shared.tracker.wait().await;
    }
}

impl Drop for Scraper {
    fn drop(&mut self) {
        self.inner.shared.stop.cancel();
    }
}

impl Inner {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reload(&self) -> Result<(), ConfigError> {
        let _one_at_a_time = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = Loaded::read(&self.path);
        {
            let mut state = self.state();
            // One that is refused is not read again before a file that it names changes.
            state.patterns = loaded.patterns;
            state.fingerprint = loaded.fingerprint;
            state.error = loaded.config.as_ref().err().cloned();
        }
        self.apply(loaded.config?);
        Ok(())
    }

    fn apply(&self, config: Config) {
        for note in &config.notes {
            tracing::info!("{note}");
        }
        let mut state = self.state();
        state.pools.retain(|name, pool| {
            let stays = config.jobs.iter().any(|job| job.name == *name);
            if !stays {
                pool.stop();
            }
            stays
        });
        for job in &config.jobs {
            if let Some(pool) = state.pools.get(&job.name) {
                pool.change(job);
            } else {
                state.pools.insert(job.name.clone(), Pool::start(Arc::clone(job), &self.shared));
            }
        }
        state.config = Arc::new(config);
        state.loaded_at = now();
    }

    /// Reloads whenever the files change.
    async fn watch(self: Arc<Self>, check: Duration) {
        loop {
            tokio::time::sleep(check).await;
            let inner = Arc::clone(&self);
            let reloaded = tokio::task::spawn_blocking(move || {
                let (patterns, before) = {
                    let state = inner.state();
                    (state.patterns.clone(), state.fingerprint.clone())
                };
                (fingerprint(&patterns) != before).then(|| inner.reload())
            });
            match reloaded.await {
                Ok(Some(Ok(()))) => tracing::info!(path = %self.path.display(), "configuration read again"),
                Ok(Some(Err(error))) => {
                    tracing::error!(%error, "configuration refused; the one before goes on");
                }
                Ok(None) | Err(_) => {}
            }
        }
    }
}

/// Milliseconds since the epoch.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
