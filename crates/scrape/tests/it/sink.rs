//! Where a test's samples go, and the waiting for them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tempfile::TempDir;
use watchfire_model::{Batch, is_stale};
use watchfire_scrape::{LeftOut, Refused, Scraper, Settings, Sink, SinkError};

/// A sample with its series as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) series: String,
    pub(crate) timestamp: i64,
    pub(crate) value: f64,
}

#[derive(Default)]
pub(crate) struct Memory {
    batches: Mutex<Vec<Batch>>,
    /// Whether it refuses what comes.
    pub(crate) full: std::sync::atomic::AtomicBool,
    /// Whether it refuses one sample of each batch.
    pub(crate) picky: std::sync::atomic::AtomicBool,
    left_out: Mutex<Vec<(LeftOut, usize)>>,
}

#[async_trait]
impl Sink for Memory {
    async fn append(&self, batch: Batch) -> Result<Refused, SinkError> {
        if self.full.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(SinkError { kind: "storage", text: "the disk is full".to_owned() });
        }
        self.batches.lock().unwrap().push(batch);
        let picky = self.picky.load(std::sync::atomic::Ordering::Relaxed);
        Ok(if picky { Refused { samples: 1, reasons: vec!["odd"], first: None } } else { Refused::default() })
    }

    fn left_out(&self, reason: LeftOut, count: usize) {
        self.left_out.lock().unwrap().push((reason, count));
    }
}

impl Memory {
    pub(crate) fn batches(&self) -> Vec<Batch> {
        self.batches.lock().unwrap().clone()
    }

    pub(crate) fn all_left_out(&self) -> Vec<(LeftOut, usize)> {
        self.left_out.lock().unwrap().clone()
    }

    pub(crate) fn samples(&self) -> Vec<Seen> {
        let batches = self.batches.lock().unwrap();
        let all = batches.iter().flat_map(Batch::iter);
        all.map(|(labels, sample)| Seen {
            series: labels.unwrap().to_string(),
            timestamp: sample.timestamp,
            value: sample.value,
        })
        .collect()
    }

    /// The samples of the series that begin with `prefix`.
    pub(crate) fn of(&self, prefix: &str) -> Vec<Seen> {
        let mut samples = self.samples();
        samples.retain(|seen| seen.series.starts_with(prefix));
        samples
    }

    /// Whether the last sample of these series is a staleness marker.
    pub(crate) fn is_stale(&self, prefix: &str) -> bool {
        self.of(prefix).last().is_some_and(|seen| is_stale(seen.value))
    }

    pub(crate) fn last(&self, prefix: &str) -> Option<f64> {
        self.of(prefix).last().map(|seen| seen.value)
    }
}

/// Waits until `condition` gives something; fails after ten seconds.
pub(crate) async fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    for _ in 0..2000 {
        if let Some(found) = condition() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("waited ten seconds for {what}");
}

/// A scraper with its configuration in a folder of its own.
pub(crate) struct Run {
    pub(crate) scraper: Scraper,
    pub(crate) sink: Arc<Memory>,
    folder: TempDir,
}

impl Run {
    /// Starts with `jobs`, the text under `scrape_configs`, scraped each 150 ms.
    pub(crate) fn start(jobs: &str) -> Self {
        Self::with(jobs, |_| ())
    }

    /// The same, with files made before.
    pub(crate) fn with(jobs: &str, prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        std::fs::write(folder.path().join("prometheus.yml"), whole(jobs)).unwrap();
        let sink = Arc::new(Memory::default());
        let settings = Settings { check_files: Duration::from_millis(10), ..Settings::default() };
        let path = folder.path().join("prometheus.yml");
        let scraper = Scraper::start(path, Arc::clone(&sink) as Arc<dyn Sink>, settings).unwrap();
        Self { scraper, sink, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes another configuration; it is read by itself.
    pub(crate) fn write(&self, jobs: &str) {
        self.replace("prometheus.yml", &whole(jobs));
    }

    /// Puts a file in the place of another one in one go, so that nobody reads half of it.
    pub(crate) fn replace(&self, name: &str, text: &str) {
        std::fs::write(self.path("new.tmp"), text).unwrap();
        std::fs::rename(self.path("new.tmp"), self.path(name)).unwrap();
    }

    pub(crate) async fn until_last(&self, prefix: &str, value: f64) {
        until(&format!("{prefix} = {value}"), || (self.sink.last(prefix)? == value).then_some(())).await;
    }

    /// The error of the first target.
    pub(crate) async fn error(&self) -> String {
        until("an error", || self.scraper.targets().first()?.outcome.last_error.clone()).await
    }
}

fn whole(jobs: &str) -> String {
    format!("global: {{scrape_interval: 150ms, scrape_timeout: 150ms}}\nscrape_configs:\n{jobs}\n")
}

/// A job with one target and further keys.
pub(crate) fn job(server: &crate::server::Server, more: &str) -> String {
    let address = server.address;
    format!("  - {{job_name: test, static_configs: [{{targets: ['{address}']}}]{more}}}")
}
