use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use watchfire_model::{Batch, Labels, METRIC_NAME};

use super::family::HISTOGRAM_SUFFIXES;
use super::line::{LineError, StatsdKind, StatsdLine, number};

/// Upper bounds of a timing's buckets, in seconds: those that Prometheus' clients use, and longer ones.
const SECONDS: [f64; 14] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Upper bounds of a distribution's buckets, whose unit nobody knows: 1, 2 and 5 of each power of ten.
const PLAIN: [f64; 19] = [
    0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0,
    10_000.0, 100_000.0,
];

/// Members of all sets since the last flush, each of which takes the room of a series.
#[derive(Debug, Default)]
pub(super) struct Members {
    hasher: RandomState,
    pub(super) count: usize,
}

/// What came of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    /// Values that were counted.
    pub(super) values: usize,
    /// Whether there was no room for the rest.
    pub(super) is_full: bool,
}

/// What is counted under one name and one set of labels.
#[derive(Debug)]
pub(super) struct Series {
    kind: StatsdKind,
    /// As they are stored; of a histogram, the metric's name without a suffix.
    labels: Labels,
    state: State,
    /// When the last event came, in milliseconds since the epoch.
    touched: i64,
    /// Whether there was an event since the last flush.
    is_fresh: bool,
    /// Whether it was flushed before.
    has_begun: bool,
}

#[derive(Debug)]
enum State {
    Counter(f64),
    Gauge(f64),
    Histogram {
        bounds: &'static [f64],
        counts: Vec<f64>,
        sum: f64,
    },
    /// Hashes of its members.
    Set(HashSet<u64>),
}

impl Series {
    /// One without any event; `labels` are as they are stored.
    pub(super) fn new(kind: StatsdKind, labels: Labels) -> Self {
        let state = match kind {
            StatsdKind::Counter => State::Counter(0.0),
            StatsdKind::Gauge => State::Gauge(0.0),
            StatsdKind::Timing => State::histogram(&SECONDS),
            StatsdKind::Distribution => State::histogram(&PLAIN),
            StatsdKind::Set => State::Set(HashSet::new()),
        };
        Self { kind, labels, state, touched: 0, is_fresh: false, has_begun: false }
    }

    pub(super) fn kind(&self) -> StatsdKind {
        self.kind
    }

    /// The metric's name as it is stored; of a histogram, without a suffix.
    pub(super) fn metric(&self) -> &str {
        self.labels.metric()
    }

    /// Whether an event came at `oldest` or later, or is not flushed yet.
    pub(super) fn is_live(&self, oldest: i64) -> bool {
        self.is_fresh || self.touched >= oldest
    }

    /// Counts a line's values, all or, where it is an error, none. Of a set's, those are left out that no room is for:
    /// there may be `most` members.
    pub(super) fn count(
        &mut self,
        line: &StatsdLine<'_>,
        now: i64,
        members: &mut Members,
        most: usize,
    ) -> Result<Counted, LineError> {
        let counted = if let State::Set(set) = &mut self.state {
            members.add(set, line.values, most)
        } else {
            Counted { values: self.state.count(line)?, is_full: false }
        };
        if counted.values > 0 {
            (self.touched, self.is_fresh) = (now, true);
        }
        Ok(counted)
    }

    /// Adds its samples of `now` to the batch; what was never flushed and only rises starts from zero at `before`. A set
    /// is empty afterwards.
    pub(super) fn write(&mut self, batch: &mut Batch, before: Option<i64>, now: i64) {
        self.is_fresh = false;
        let zero = if std::mem::replace(&mut self.has_begun, true) { None } else { before };
        let rising = |batch: &mut Batch, labels: &Labels, value: f64| {
            if let Some(before) = zero {
                batch.push(labels, before, 0.0);
            }
            batch.push(labels, now, value);
        };
        match &mut self.state {
            State::Counter(total) => rising(batch, &self.labels, *total),
            State::Gauge(value) => batch.push(&self.labels, now, *value),
            // Its memory goes, too: a set that was large once need not be so again.
            State::Set(members) => batch.push(&self.labels, now, std::mem::take(members).len() as f64),
            State::Histogram { bounds, counts, sum } => {
                let metric = self.labels.metric();
                let [buckets, sums, totals] = HISTOGRAM_SUFFIXES
                    .map(|suffix| self.labels.with(METRIC_NAME, &format!("{metric}{suffix}")));
                let mut total = 0.0;
                let bounds = bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
                for (bound, count) in bounds.zip(counts) {
                    total += *count;
                    rising(batch, &buckets.with("le", &bound), total);
                }
                rising(batch, &sums, *sum);
                rising(batch, &totals, total);
            }
        }
    }
}

impl State {
    fn histogram(bounds: &'static [f64]) -> Self {
        Self::Histogram { bounds, counts: vec![0.0; bounds.len() + 1], sum: 0.0 }
    }

    /// How many values were counted. A total that would not stay finite is an error, and stays as it was.
    fn count(&mut self, line: &StatsdLine<'_>) -> Result<usize, LineError> {
        // The line was checked when it was parsed: all its values are numbers.
        let texts = || line.values.split(':');
        let numbers = || texts().filter_map(number);
        match self {
            Self::Counter(total) => {
                *total = finite(numbers().fold(*total, |total, value| total + value / line.rate))?;
            }
            Self::Gauge(last) => {
                *last = texts().try_fold(*last, |last, text| {
                    let value = number(text).unwrap_or(last);
                    finite(if text.starts_with(['+', '-']) { last + value } else { value })
                })?;
            }
            Self::Histogram { bounds, counts, sum } => {
                let unit = if line.kind == StatsdKind::Timing { 1000.0 } else { 1.0 };
                // Each event that was sent stands for several that were not.
                let weight = 1.0 / line.rate;
                let values = || numbers().map(|value| value / unit);
                *sum = finite(values().fold(*sum, |sum, value| sum + value * weight))?;
                for value in values() {
                    counts[bounds.partition_point(|bound| *bound < value)] += weight;
                }
            }
            // Its members are texts, which are counted elsewhere.
            Self::Set(_) => return Ok(0),
        }
        Ok(texts().count())
    }
}

impl Members {
    /// Adds the members between colons to a set.
    fn add(&mut self, set: &mut HashSet<u64>, values: &str, most: usize) -> Counted {
        let mut counted = Counted::default();
        for value in values.split(':') {
            let member = self.hasher.hash_one(value);
            if !set.contains(&member) {
                if self.count >= most {
                    counted.is_full = true;
                    break;
                }
                set.insert(member);
                self.count += 1;
            }
            counted.values += 1;
        }
        counted
    }
}

fn finite(total: f64) -> Result<f64, LineError> {
    if total.is_finite() { Ok(total) } else { Err(LineError::TooLarge) }
}
