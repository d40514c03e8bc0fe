//! What the probes of HTTP, TCP and ICMP have in common: a reading and its samples.

use std::time::{Duration, Instant};

use watchfire_model::{Batch, MetricDescription, format_duration};

use crate::metrics::{DURATION, LOOKUP, SUCCESS};
use crate::reason::Reason;
use crate::series::Series;

/// A target under watch, and what its last probe saw.
#[derive(Debug)]
pub(crate) struct Watched<T, S> {
    pub(crate) target: T,
    /// What the probe itself saw; filled as it goes on, so that a timeout leaves what came before it.
    pub(crate) seen: S,
    label: String,
    series: Series,
    reason: Reason,
    failure: Option<String>,
    took: Duration,
}

impl<T, S: Default> Watched<T, S> {
    /// `word` says what kind of probe it is.
    pub(crate) fn new(
        target: T,
        label: &str,
        host: &str,
        word: &str,
        metrics: &'static [MetricDescription],
    ) -> Self {
        let series = Series::new(metrics, &[("host", host), ("probe", word), ("target", label)]);
        Self {
            target,
            seen: S::default(),
            label: label.to_owned(),
            series,
            reason: Reason::default(),
            failure: None,
            took: Duration::ZERO,
        }
    }

    /// Probes the target by `ask`, which has `timeout` and gives a reason where the target is down.
    pub(crate) async fn probe(
        &mut self,
        timeout: Duration,
        ask: impl AsyncFnOnce(&T, &mut S) -> Result<(), String>,
    ) {
        self.seen = S::default();
        let started = Instant::now();
        let asked = tokio::time::timeout(timeout, ask(&self.target, &mut self.seen)).await;
        self.took = started.elapsed();
        self.failure = asked.unwrap_or_else(|_| Err(too_late(timeout))).err();
    }

    /// Adds a sample.
    pub(crate) fn push(&self, metric: MetricDescription, at: i64, value: f64, into: &mut Batch) {
        self.series.push(metric, at, value, into);
    }

    /// Adds the samples that every probe has, and logs a new reason. `lookup` is how long the name took.
    pub(crate) fn tell(
        &mut self,
        collector: &'static str,
        lookup: Option<Duration>,
        at: i64,
        into: &mut Batch,
    ) {
        self.push(SUCCESS, at, flag(self.failure.is_none()), into);
        self.push(DURATION, at, self.took.as_secs_f64(), into);
        if let Some(lookup) = lookup {
            self.push(LOOKUP, at, lookup.as_secs_f64(), into);
        }
        self.reason.note(collector, &self.label, self.failure.take());
    }
}

/// Why a target that said nothing is down.
pub(crate) fn too_late(timeout: Duration) -> String {
    format!("no complete answer within {}", format_duration(timeout.as_millis() as i64))
}

/// A truth as a value.
pub(crate) fn flag(truth: bool) -> f64 {
    f64::from(u8::from(truth))
}
