//! What can be asked about targets and scrapes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use watchfire_model::Labels;

use crate::relabel::LabelMap;

/// How a target is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// Not scraped yet.
    #[default]
    Unknown,
    /// The last scrape went well.
    Up,
    /// The last scrape failed.
    Down,
}

impl Health {
    /// The word of Prometheus' API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// How the last scrape of a target went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Whether it went well.
    pub health: Health,
    /// Why it failed.
    pub last_error: Option<String>,
    /// When it began: milliseconds since the epoch.
    pub last_scrape: Option<i64>,
    /// How long it took.
    pub last_duration: Duration,
}

/// A target that is scraped.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetState {
    /// The name of its job.
    pub pool: String,
    /// Labels before relabelling.
    pub discovered: LabelMap,
    /// Labels of its series.
    pub labels: Labels,
    /// What is asked for.
    pub url: String,
    /// Time between two scrapes.
    pub interval: Duration,
    /// How long a scrape may take.
    pub timeout: Duration,
    /// How the last scrape went.
    pub outcome: Outcome,
}

/// A target that relabelling dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct DroppedTarget {
    /// The name of its job.
    pub pool: String,
    /// Labels before relabelling.
    pub discovered: LabelMap,
}

/// What happened since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Scrapes that were begun and not stopped by the scraper itself.
    pub scrapes: u64,
    /// Those that failed.
    pub failures: u64,
    /// Samples left out: series twice in a scrape, scrapes beyond a limit, and what the sink did not take.
    pub refused_samples: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    scrapes: AtomicU64,
    failures: AtomicU64,
    refused: AtomicU64,
}

impl Tally {
    pub(crate) fn scrape(&self, failed: bool) {
        self.scrapes.fetch_add(1, Ordering::Relaxed);
        self.failures.fetch_add(u64::from(failed), Ordering::Relaxed);
    }

    pub(crate) fn refuse(&self, samples: usize) {
        self.refused.fetch_add(samples as u64, Ordering::Relaxed);
    }

    pub(crate) fn counters(&self) -> Counters {
        Counters {
            scrapes: self.scrapes.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            refused_samples: self.refused.load(Ordering::Relaxed),
        }
    }
}
