//! One pass over what a target answered: from its body to a [`Batch`].

use std::collections::HashMap;
use std::ops::ControlFlow;

use watchfire_ingest::exposition::{self, Entry, Format, Refused, Told};
use watchfire_model::{Batch, Exemplar, Labels, METRIC_NAME, Metadata};

use crate::series::{Broken, Counts, Mould, Series};
use crate::sink::LeftOut;

/// Why a body gives no samples.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PassError {
    /// It can't be read.
    #[error("{0}")]
    Unreadable(#[from] Refused),
    /// It can be read, but breaks a rule.
    #[error("{0}")]
    Broken(#[from] Broken),
}

impl PassError {
    /// What is left out for it, and how much; `counts` tells how far the body was read.
    pub(crate) fn left_out(&self, counts: Counts) -> (LeftOut, usize) {
        match self {
            Self::Broken(Broken::Samples(_)) => (LeftOut::SampleLimit, counts.kept),
            // The one that breaks the rule is not among those kept.
            Self::Broken(Broken::Limit { .. }) => (LeftOut::LabelLimit, counts.kept + 1),
            Self::Broken(Broken::NoName(_) | Broken::Labels { .. }) | Self::Unreadable(_) => {
                (LeftOut::Undecodable, 1)
            }
        }
    }
}

/// How many metrics' descriptions are kept of one target.
const MOST_DESCRIBED: usize = 10_000;

/// What a target keeps from one answer to the next.
#[derive(Debug, Default)]
pub struct Memory {
    /// Its series.
    pub series: Series,
    described: HashMap<String, Description>,
    /// The size of the last batch: samples and bytes of keys.
    last: (usize, usize),
}

#[derive(Debug, Default)]
struct Description {
    metadata: Metadata,
    /// Whether the next batch must tell.
    news: bool,
}

/// A body and how it is read.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Its format.
    pub format: Format,
    /// Its bytes, unpacked.
    pub bytes: &'a [u8],
    /// When it was asked for: milliseconds since the epoch.
    pub timestamp: i64,
}

impl Memory {
    /// Reads an answer. Where it fails, the batch holds the staleness markers of all series, and the counts tell how far
    /// it came.
    pub fn pass(&mut self, mould: Mould<'_>, answer: Answer<'_>) -> (Batch, Counts, Option<PassError>) {
        let mut batch = self.batch();
        self.series.begin();
        let at = answer.timestamp;
        let end = exposition::read(answer.format, answer.bytes, usize::MAX, &mut |entry| {
            let outcome = match entry {
                Ok(entry) => self.entry(mould, at, entry, &mut batch).map_err(PassError::from),
                Err(refused) => Err(PassError::from(refused)),
            };
            outcome.map_or_else(ControlFlow::Break, |()| ControlFlow::Continue(()))
        });
        if let Some(error) = end.break_value() {
            let (batch, counts) = self.fail(at);
            return (batch, counts, Some(error));
        }
        let counts = self.series.commit(at, &mut batch);
        for description in self.described.values_mut() {
            if std::mem::take(&mut description.news) {
                batch.metadata.push(description.metadata.clone());
            }
        }
        self.last = (batch.len(), batch.bytes.len());
        (batch, counts, None)
    }

    /// The markers of all series at `timestamp`, where there is no answer.
    pub fn none(&mut self, timestamp: i64) -> Batch {
        self.series.begin();
        self.fail(timestamp).0
    }

    fn fail(&mut self, timestamp: i64) -> (Batch, Counts) {
        let mut batch = Batch::default();
        let counts = self.series.abandon(timestamp, &mut batch);
        (batch, counts)
    }

    fn batch(&self) -> Batch {
        // Some room for what the scraper itself adds.
        let (samples, bytes) = (self.last.0 + 16, self.last.1 + 1024);
        let mut batch = Batch::default();
        batch.bytes.reserve(bytes);
        batch.series.reserve(samples);
        batch.timestamps.reserve(samples);
        batch.values.reserve(samples);
        batch
    }

    fn entry(
        &mut self,
        mould: Mould<'_>,
        at: i64,
        entry: Entry<'_>,
        batch: &mut Batch,
    ) -> Result<(), Broken> {
        match entry {
            Entry::Series { text, timestamp, value, exemplar } => {
                let own = timestamp.filter(|_| mould.job.honor_timestamps);
                let at = own.unwrap_or(at);
                let pushed = self.series.sample(mould, text, (at, own.is_some()), value, batch)?;
                if let Some(exemplar) = exemplar.filter(|_| pushed) {
                    let Ok(labels) = exemplar.labels() else {
                        self.series.counts.invalid_exemplars += 1;
                        return Ok(());
                    };
                    let timestamp = exemplar.timestamp.unwrap_or(at);
                    let place = batch.series.len() as u32 - 1;
                    batch.exemplars.push((place, Exemplar { labels, timestamp, value: exemplar.value }));
                }
            }
            Entry::Metadata { metric, told } => self.describe(&metric, told),
            Entry::NativeHistogram { .. } => self.series.counts.native_histograms += 1,
        }
        Ok(())
    }

    /// Keeps what is said of a metric where it is news.
    fn describe(&mut self, metric: &str, told: Told<'_>) {
        if !self.described.contains_key(metric) {
            if self.described.len() >= MOST_DESCRIBED {
                self.described.clear();
            }
            let metadata = Metadata { metric: metric.to_owned(), ..Metadata::default() };
            self.described.insert(metric.to_owned(), Description { metadata, news: true });
        }
        let Some(Description { metadata, news }) = self.described.get_mut(metric) else { return };
        match told {
            Told::Kind(kind) if metadata.kind != kind => metadata.kind = kind,
            Told::Help(help) if metadata.help != help => metadata.help = help.into_owned(),
            Told::Unit(unit) if metadata.unit != unit => metadata.unit = unit.into_owned(),
            _ => return,
        }
        *news = true;
    }
}

/// The series that the scraper itself writes of each scrape of a target.
#[derive(Debug)]
pub struct Report {
    up: Labels,
    duration: Labels,
    scraped: Labels,
    kept: Labels,
    added: Labels,
    skew: Labels,
    /// `scrape_timeout_seconds` and `scrape_sample_limit`.
    extra: Option<(Labels, Labels)>,
}

impl Report {
    /// The labels of a target's series.
    pub fn new(target: &Labels, extra: bool) -> Self {
        let name = |name: &str| target.with(METRIC_NAME, name);
        Self {
            up: name("up"),
            duration: name("scrape_duration_seconds"),
            scraped: name("scrape_samples_scraped"),
            kept: name("scrape_samples_post_metric_relabeling"),
            added: name("scrape_series_added"),
            skew: name("scrape_clock_skew_seconds"),
            extra: extra.then(|| (name("scrape_timeout_seconds"), name("scrape_sample_limit"))),
        }
    }

    /// Adds what is to be said of one scrape; `seconds` is how long it took.
    pub fn push(&self, batch: &mut Batch, at: i64, (up, seconds): (bool, f64), counts: Counts) {
        batch.push(&self.up, at, f64::from(u8::from(up)));
        batch.push(&self.duration, at, seconds);
        batch.push(&self.scraped, at, counts.scraped as f64);
        batch.push(&self.kept, at, counts.kept as f64);
        batch.push(&self.added, at, if up { counts.added as f64 } else { 0.0 });
    }

    /// Adds by how many seconds the target's clock is ahead of ours, where it tells the time. `told` is whether the scrape before
    /// had it: where this one has not, the series ends.
    pub fn push_skew(&self, batch: &mut Batch, at: i64, skew: Option<f64>, told: &mut bool) {
        if let Some(skew) = skew {
            batch.push(&self.skew, at, skew);
        } else if *told {
            batch.push(&self.skew, at, watchfire_model::STALE);
        }
        *told = skew.is_some();
    }

    /// Adds the settings of the scrape, where they are wanted: the timeout in seconds and the limit, 0 for none.
    pub fn push_settings(&self, batch: &mut Batch, at: i64, timeout: f64, limit: usize) {
        if let Some((timeout_labels, limit_labels)) = &self.extra {
            batch.push(timeout_labels, at, timeout);
            batch.push(limit_labels, at, limit as f64);
        }
    }

    /// Adds the staleness markers of all of them.
    pub fn push_stale(&self, batch: &mut Batch, at: i64) {
        let stale = watchfire_model::STALE;
        for labels in [&self.up, &self.duration, &self.scraped, &self.kept, &self.added] {
            batch.push(labels, at, stale);
        }
        self.push_settings_stale(batch, at, stale);
    }

    fn push_settings_stale(&self, batch: &mut Batch, at: i64, stale: f64) {
        if let Some((timeout, limit)) = &self.extra {
            batch.push(timeout, at, stale);
            batch.push(limit, at, stale);
        }
    }
}
