//! Calendars that say who is on call: they are asked for from time to time, and what was read last is kept over failures and
//! restarts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use watchfire_alerting::Config;
use watchfire_alerting::calendar::Calendar;
use watchfire_alerting::config::CalendarConfig;
use watchfire_storage::RowStore;

use super::{Alertmanager, AlertmanagerError};
use crate::clock::now;

/// The kind of rows that hold what was read.
pub const CALENDARS: &str = "calendar";

/// Texts of calendars by their keys.
pub(super) type Texts = BTreeMap<String, Arc<str>>;

/// Bytes of a calendar: ten years of a busy team, in the words of a talkative program.
const LARGEST: usize = 4 * 1024 * 1024;

/// How often calendars that nobody has read yet are looked for.
const LOOK: Duration = Duration::from_secs(2);

/// What was read of a calendar, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    text: String,
    read_at: i64,
}

/// How a calendar of a schedule is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CalendarStatus {
    /// Where it comes from, without what may be secret: a host, or a file.
    pub from: String,
    /// When it was read last: milliseconds since the epoch; 0 for never.
    pub read_at: i64,
    /// Why it could not be read the last time; what was read before counts on.
    pub error: Option<String>,
    /// What in it is left out, and why.
    pub problems: Vec<String>,
}

/// Reads calendars. Cloning shares it.
#[derive(Clone)]
pub struct Calendars(Arc<Inner>);

struct Inner {
    alertmanager: Alertmanager,
    store: Arc<dyn RowStore>,
    client: reqwest::Client,
    known: Mutex<BTreeMap<String, Known>>,
}

#[derive(Clone, Default)]
struct Known {
    read_at: i64,
    tried_at: i64,
    error: Option<String>,
}

/// What names a calendar, and tells nothing of its address.
fn key(calendar: &CalendarConfig) -> String {
    let address = calendar.ical_url.as_ref().map_or(calendar.ical_file.as_str(), |url| url.expose().as_str());
    Sha256::digest(address).iter().fold(String::new(), |mut key, byte| {
        // Writing to a String can't fail.
        let _ = write!(key, "{byte:02x}");
        key
    })
}

/// Where a calendar comes from, for people.
fn from(calendar: &CalendarConfig) -> String {
    let Some(url) = &calendar.ical_url else { return calendar.ical_file.clone() };
    let host = reqwest::Url::parse(url.expose().as_str()).ok();
    host.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "an address".to_owned())
}

impl Alertmanager {
    /// A configuration with what was read of its calendars.
    pub(super) fn with_calendars(&self, mut config: Config, now: i64) -> Config {
        let texts = self.0.calendars.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let names: Vec<String> = config.receivers.iter().map(|receiver| receiver.name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for schedule in &mut config.schedules {
            for calendar in &mut schedule.calendars {
                let text = texts.get(&key(calendar));
                let read = text.and_then(|text| Calendar::read(text, &schedule.time_zone).ok());
                calendar.shifts = read.map(|read| read.shifts(&names, now).0).unwrap_or_default();
            }
        }
        config
    }

    /// Goes on with what was read of calendars.
    async fn set_calendars(&self, texts: Texts, now: i64) -> Result<(), AlertmanagerError> {
        *self.0.calendars.lock().unwrap_or_else(PoisonError::into_inner) = texts;
        {
            let mut state = self.state();
            let config = self.with_calendars((*state.config).clone(), now);
            if config != *state.config {
                state.configure(config, now);
            }
        }
        let written = self.write().await;
        self.0.wake.notify_one();
        written
    }
}

impl Calendars {
    /// Goes on with what the store has. An answer may take `timeout`.
    ///
    /// # Errors
    ///
    /// What the store says.
    pub async fn open(
        alertmanager: Alertmanager,
        store: Arc<dyn RowStore>,
        timeout: Duration,
    ) -> Result<Self, AlertmanagerError> {
        let (mut texts, mut known) = (Texts::new(), BTreeMap::new());
        for kept in super::kept::read::<Kept>(&*store, CALENDARS).await? {
            texts.insert(kept.key.clone(), kept.text.into());
            known.insert(kept.key, Known { read_at: kept.read_at, ..Known::default() });
        }
        alertmanager.set_calendars(texts, now()).await?;
        // Without the settings that it gets here it could not be made at all; then nothing is read, and that is told.
        let client = reqwest::Client::builder().timeout(timeout).user_agent("Watchfire").build();
        let client = client.map_err(|error| AlertmanagerError::BadInput(error.to_string()))?;
        Ok(Self(Arc::new(Inner { alertmanager, store, client, known: Mutex::new(known) })))
    }

    fn known(&self, key: &str) -> Known {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned().unwrap_or_default()
    }

    fn texts(&self) -> Texts {
        self.0.alertmanager.0.calendars.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How the calendars of a schedule are.
    pub fn of(&self, schedule: &str, now: i64) -> Vec<CalendarStatus> {
        let (config, texts) = (self.0.alertmanager.config(), self.texts());
        let names: Vec<&str> = config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
        let schedules = config.schedules.iter().filter(|config| config.name == schedule);
        let status = schedules.flat_map(|schedule| {
            let zone = &schedule.time_zone;
            schedule.calendars.iter().map(|calendar| {
                let key = key(calendar);
                let known = self.known(&key);
                let read = texts.get(&key).and_then(|text| Calendar::read(text, zone).ok());
                let problems = read.map(|read| read.shifts(&names, now).1).unwrap_or_default();
                CalendarStatus { from: from(calendar), read_at: known.read_at, error: known.error, problems }
            })
        });
        status.collect()
    }

    /// Reads calendars again and again, each after `every`, until `stop`.
    pub async fn keep(self, every: Duration, stop: CancellationToken) {
        let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = ticks.tick() => {}
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.look(every) => {}
            }
        }
    }

    /// Reads those that are due, one after the other.
    async fn look(&self, every: i64) {
        let config = self.0.alertmanager.config();
        let calendars = config.schedules.iter().flat_map(|schedule| &schedule.calendars);
        let wanted: BTreeMap<String, &CalendarConfig> =
            calendars.map(|calendar| (key(calendar), calendar)).collect();
        let mut texts = self.texts();
        let mut changes = Vec::new();
        for (key, calendar) in &wanted {
            let mut known = self.known(key);
            if now() < known.tried_at.saturating_add(every) {
                continue;
            }
            known.tried_at = now();
            match self.read(calendar).await {
                Ok(text) => {
                    (known.read_at, known.error) = (known.tried_at, None);
                    let kept = Kept { key: key.clone(), text: text.clone(), read_at: known.read_at };
                    // It is texts and a number, which can always be written.
                    changes.push((key.clone(), serde_json::to_string(&kept).ok()));
                    texts.insert(key.clone(), text.into());
                }
                Err(error) => {
                    tracing::warn!(from = from(calendar), %error, "a calendar can't be read; what was read before counts on");
                    known.error = Some(error);
                }
            }
            self.0.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), known);
        }
        for key in texts.keys().filter(|key| !wanted.contains_key(*key)) {
            changes.push((key.clone(), None));
        }
        texts.retain(|key, _| wanted.contains_key(key));
        if changes.is_empty() {
            return;
        }
        if let Err(error) = self.0.store.write_rows(CALENDARS, changes).await {
            tracing::warn!(%error, "what was read of calendars could not be stored; it is read again");
        }
        if let Err(error) = self.0.alertmanager.set_calendars(texts, now()).await {
            tracing::warn!(%error, "what follows from calendars could not be stored; it is tried again");
        }
    }

    /// The text of a calendar that can be read.
    async fn read(&self, calendar: &CalendarConfig) -> Result<String, String> {
        let bytes = match &calendar.ical_url {
            Some(url) => self.fetched(url.expose().as_str()).await?,
            None => file(&calendar.ical_file).await?,
        };
        let text = String::from_utf8(bytes).map_err(|_| "it is no text in UTF-8".to_owned())?;
        Calendar::read(&text, &watchfire_alerting::time_interval::Location::default())?;
        Ok(text)
    }

    async fn fetched(&self, url: &str) -> Result<Vec<u8>, String> {
        // The address may be a secret.
        let failed = |error: reqwest::Error| {
            let error = error.without_url();
            if error.is_timeout() {
                "it did not come in time".to_owned()
            } else {
                format!("it can't be fetched: {error}")
            }
        };
        let mut answer = self.0.client.get(url).send().await.map_err(failed)?;
        if !answer.status().is_success() {
            return Err(format!("the server answered {}", answer.status()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST {
                return Err(format!("it has more than {LARGEST} bytes"));
            }
        }
        Ok(bytes)
    }
}

async fn file(path: &str) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("{path}: {error}");
    let length = tokio::fs::metadata(path).await.map_err(failed)?.len();
    if length > LARGEST as u64 {
        return Err(format!("{path}: it has more than {LARGEST} bytes"));
    }
    tokio::fs::read(path).await.map_err(failed)
}
