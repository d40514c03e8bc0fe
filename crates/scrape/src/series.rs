//! The series of one target from scrape to scrape: which texts mean which label sets, and which of them were there last
//! time.

use std::collections::HashMap;

use watchfire_ingest::exposition::labels as read_labels;
use watchfire_model::{Batch, Labels, METRIC_NAME, STALE};

use crate::config::Job;
use crate::relabel::{LabelMap, relabel};

/// Where a text leads.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// The place among the states; `None` where metric relabelling drops it.
    series: Option<usize>,
    /// The scrape that had it last.
    seen: u64,
}

#[derive(Debug)]
struct State {
    labels: Labels,
    /// The scrape that had it last.
    seen: u64,
    /// The scrape that had it last without a timestamp of its own: only such a one can be missed.
    tracked: u64,
    /// Whether it needs a staleness marker when it goes.
    live: bool,
}

/// Why a scrape fails as a whole although its body is sound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A series without a name.
    #[error("the series {0} has no metric name after metric relabelling; keep __name__")]
    NoName(String),
    /// Labels that are no set.
    #[error("the labels of {series} are no label set: {reason}")]
    Labels {
        /// As it is written.
        series: String,
        /// Why.
        reason: String,
    },
    /// More samples than allowed.
    #[error("sample_limit of {0} exceeded; raise it or drop series with metric_relabel_configs")]
    Samples(usize),
    /// A label limit.
    #[error("{limit} of {most} exceeded by {found} in {series}")]
    Limit {
        /// The key of the configuration.
        limit: &'static str,
        /// What is allowed.
        most: usize,
        /// What was found.
        found: usize,
        /// The series.
        series: String,
    },
}

/// What one pass over a body counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Samples in the body.
    pub scraped: usize,
    /// Samples left by metric relabelling.
    pub kept: usize,
    /// Series that were not there before.
    pub added: usize,
    /// Samples left out because their series was there already in this scrape.
    pub duplicates: usize,
    /// Native histograms that only their count and sum are kept of.
    pub native_histograms: usize,
    /// Exemplars whose labels can't be read.
    pub invalid_exemplars: usize,
}

/// The series of one target.
#[derive(Debug, Default)]
pub struct Series {
    texts: HashMap<Box<[u8]>, Known>,
    places: HashMap<Labels, usize>,
    states: Vec<Option<State>>,
    free: Vec<usize>,
    /// The number of the scrape.
    scrape: u64,
    /// Texts seen in this scrape.
    texts_seen: usize,
    pub(crate) counts: Counts,
}

/// How the labels of a scraped series come about.
#[derive(Clone, Copy, Debug)]
pub struct Mould<'a> {
    /// Labels of the target.
    pub target: &'a Labels,
    /// Its job.
    pub job: &'a Job,
}

impl Series {
    /// Starts a scrape.
    pub fn begin(&mut self) {
        self.scrape += 1;
        self.texts_seen = 0;
        self.counts = Counts::default();
    }

    /// Adds one sample to `batch`, and returns whether it is in. Known series cost a look into a map. `own` tells whether
    /// the sample brought `timestamp` along.
    pub fn sample(
        &mut self,
        mould: Mould<'_>,
        text: &[u8],
        (timestamp, own): (i64, bool),
        value: f64,
        batch: &mut Batch,
    ) -> Result<bool, Broken> {
        self.counts.scraped += 1;
        let place = if let Some(known) = self.texts.get_mut(text) {
            if known.seen != self.scrape {
                known.seen = self.scrape;
                self.texts_seen += 1;
            }
            known.series
        } else {
            let series = self.learn(mould, text)?;
            self.texts.insert(text.into(), Known { series, seen: self.scrape });
            self.texts_seen += 1;
            series
        };
        let Some(state) = place.and_then(|place| self.states[place].as_mut()) else { return Ok(false) };
        if state.seen == self.scrape && !own {
            self.counts.duplicates += 1;
            return Ok(false);
        }
        if state.seen == 0 {
            self.counts.added += 1;
        }
        state.seen = self.scrape;
        if !own || mould.job.track_timestamps_staleness {
            state.tracked = self.scrape;
        }
        self.counts.kept += 1;
        if let Some(most) = mould.job.limits.samples.filter(|most| self.counts.kept > *most) {
            return Err(Broken::Samples(most));
        }
        batch.push(&state.labels, timestamp, value);
        Ok(true)
    }

    /// Ends a scrape that went well: series that are gone get a staleness marker at `timestamp`.
    pub fn commit(&mut self, timestamp: i64, batch: &mut Batch) -> Counts {
        let scrape = self.scrape;
        for state in self.states.iter_mut().flatten() {
            if state.tracked == scrape {
                state.live = true;
            } else if std::mem::take(&mut state.live) && state.seen != scrape {
                batch.push(&state.labels, timestamp, STALE);
            }
        }
        if self.texts.len() > self.texts_seen {
            self.texts.retain(|_, known| known.seen == scrape);
        }
        for (place, slot) in self.states.iter_mut().enumerate() {
            if let Some(state) = slot.take_if(|state| state.seen != scrape) {
                self.places.remove(&state.labels);
                self.free.push(place);
            }
        }
        self.counts
    }

    /// Ends a scrape that failed: all series get a staleness marker at `timestamp`. Those that came new in it are not
    /// counted as known.
    pub fn abandon(&mut self, timestamp: i64, batch: &mut Batch) -> Counts {
        for state in self.states.iter_mut().flatten() {
            if std::mem::take(&mut state.live) {
                batch.push(&state.labels, timestamp, STALE);
            }
        }
        if self.texts.len() > 2 * self.texts_seen + 1000 {
            // Names that change from one failed scrape to the next must not fill the memory, and no series lives any more.
            let counts = self.counts;
            *self = Self { scrape: self.scrape, counts, ..Self::default() };
        }
        self.counts
    }

    /// Forgets what texts mean, since other rules hold from now on; which series were there last time stays.
    pub fn forget(&mut self) {
        self.texts.clear();
    }

    fn learn(&mut self, mould: Mould<'_>, text: &[u8]) -> Result<Option<usize>, Broken> {
        let Some(labels) = mould.labels(text)? else { return Ok(None) };
        if let Some(place) = self.places.get(&labels) {
            return Ok(Some(*place));
        }
        let state = State { labels: labels.clone(), seen: 0, tracked: 0, live: false };
        let place = self.free.pop().unwrap_or(self.states.len());
        match self.states.get_mut(place) {
            Some(slot) => *slot = Some(state),
            None => self.states.push(Some(state)),
        }
        self.places.insert(labels, place);
        Ok(Some(place))
    }
}

impl Mould<'_> {
    /// The labels of the series that `text` writes; `None` where metric relabelling drops it.
    pub fn labels(&self, text: &[u8]) -> Result<Option<Labels>, Broken> {
        let written = || String::from_utf8_lossy(text).into_owned();
        let refuse = |reason: String| Broken::Labels { series: written(), reason };
        let scraped = read_labels(text).map_err(|error| refuse(error.to_string()))?;
        let mut labels: LabelMap =
            scraped.iter().map(|label| (label.name.to_owned(), label.value.to_owned())).collect();
        self.join(&mut labels);
        if !relabel(&self.job.metric_relabel, &mut labels) {
            return Ok(None);
        }
        let labels = Labels::new(&labels).map_err(|error| refuse(error.to_string()))?;
        if labels.is_empty() {
            return Ok(None);
        }
        if labels.get(METRIC_NAME).is_none() {
            return Err(Broken::NoName(written()));
        }
        self.check(&labels)?;
        Ok(Some(labels))
    }

    /// Adds the target's labels; a scraped label of the same name wins or moves to `exported_...`.
    fn join(&self, labels: &mut LabelMap) {
        let mut moved = Vec::new();
        for label in self.target {
            match labels.get(label.name) {
                Some(_) if self.job.honor_labels => continue,
                Some(value) => moved.push((label.name.to_owned(), value.clone())),
                None => {}
            }
            labels.insert(label.name.to_owned(), label.value.to_owned());
        }
        // The shorter first: so `exported_a` finds its place before `exported_exported_a` is looked for.
        moved.sort_by_key(|(name, _)| name.len());
        for (name, value) in moved {
            let mut name = format!("exported_{name}");
            while labels.contains_key(&name) {
                name.insert_str(0, "exported_");
            }
            labels.insert(name, value);
        }
    }

    fn check(&self, labels: &Labels) -> Result<(), Broken> {
        let limits = &self.job.limits;
        let exceeded = |limit, most: Option<usize>, found: usize| match most {
            Some(most) if found > most => {
                Err(Broken::Limit { limit, most, found, series: labels.to_string() })
            }
            _ => Ok(()),
        };
        exceeded("label_limit", limits.labels, labels.len())?;
        for label in labels {
            exceeded("label_name_length_limit", limits.label_name, label.name.len())?;
            exceeded("label_value_length_limit", limits.label_value, label.value.len())?;
        }
        Ok(())
    }
}
