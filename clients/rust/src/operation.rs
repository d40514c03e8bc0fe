//! Operations: what a piece of a program takes, and whether it succeeds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;

use crate::family::{Family, Kind, Series, Spec};
use crate::guard::MonitoredOperation;
use crate::instruments::SECONDS;
use crate::labels::{self, Label};
use crate::recorder::Recorder;
use crate::registry::{InstrumentError, Registry};
use crate::usage;

/// An operation with its labels, its metrics looked up once: [`Client::operation`](crate::Client::operation).
#[derive(Clone)]
pub struct Operation(pub(crate) Arc<Metrics>);

impl Operation {
    /// Begins a run; see [`monitored_operation`](crate::Client::monitored_operation).
    #[must_use = "the run ends when this is dropped"]
    pub fn start(&self) -> MonitoredOperation {
        MonitoredOperation::begin(Some(&self.0))
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operation({:?}, {:?})", self.0.name, self.0.labels)
    }
}

/// The metrics of an operation with one set of labels.
pub(crate) struct Metrics {
    recorder: Arc<Recorder>,
    pub(crate) name: String,
    pub(crate) labels: Box<[KeyValue]>,
    duration: (Arc<Family>, Arc<Series>),
    cpu: Arc<Series>,
    growth: Option<Arc<Series>>,
    total: Arc<Family>,
    success: Arc<Series>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome<'a> {
    Success,
    /// With what goes into the label `exception`, if that is known.
    Failure(Option<&'a str>),
}

impl Metrics {
    pub(crate) fn new(
        recorder: &Arc<Recorder>,
        registry: &Registry,
        name: &str,
        memory: bool,
        labels: &[Label<'_>],
    ) -> Result<Self, InstrumentError> {
        let define = |ending: &str, kind, unit: &str, description: String| {
            let bounds = if kind == Kind::Histogram { SECONDS.to_vec() } else { Vec::new() };
            let spec =
                Spec { name: format!("{name}{ending}"), kind, unit: unit.to_owned(), description, bounds };
            registry.define(recorder, spec)
        };
        // The names, units and labels are those of the Python client.
        let duration = define("_duration_seconds", Kind::Histogram, "s", format!("Wall time of {name}"))?;
        let cpu =
            define("_cpu_seconds_total", Kind::Counter, "s", format!("CPU time of the thread in {name}"))?;
        let total = define("_total", Kind::Counter, "", format!("Runs of {name}, by how they ended"))?;
        let growth = if memory {
            let what = format!("What {name} added to the highest resident memory of the process");
            Some(define("_max_rss_growth_bytes_total", Kind::Counter, "By", what)?)
        } else {
            None
        };
        let success = [labels, &[("outcome", "success")]].concat();
        let series = duration.series(recorder, labels);
        Ok(Self {
            recorder: Arc::clone(recorder),
            name: name.to_owned(),
            labels: labels::owned(labels),
            cpu: cpu.series(recorder, labels),
            growth: growth.map(|growth| growth.series(recorder, labels)),
            success: total.series(recorder, &success),
            duration: (duration, series),
            total,
        })
    }

    fn add(&self, time: Duration, cpu: Option<Duration>, growth: Option<u64>, outcome: Outcome<'_>) {
        let (durations, series) = &self.duration;
        durations.record(series, time.as_secs_f64());
        if let Some(cpu) = cpu {
            self.cpu.add(cpu.as_secs_f64());
        }
        if let (Some(series), Some(growth)) = (&self.growth, growth) {
            series.add(growth as f64);
        }
        match outcome {
            Outcome::Success => self.success.add(1.0),
            Outcome::Failure(exception) => self.fail(exception),
        }
    }

    #[cold]
    fn fail(&self, exception: Option<&str>) {
        let held: Vec<(String, String)> =
            self.labels.iter().map(|label| (label.key.to_string(), label.value.to_string())).collect();
        let mut labels: Vec<Label<'_>> = held.iter().map(|(name, value)| (&**name, &**value)).collect();
        labels.push(("outcome", "failure"));
        labels.extend(exception.map(|exception| ("exception", exception)));
        self.total.with(&self.recorder, &labels, |series| series.add(1.0));
    }
}

/// One run of an operation, from its beginning to its end.
pub(crate) struct Run {
    metrics: Arc<Metrics>,
    began: Instant,
    cpu: Option<Duration>,
    memory: Option<u64>,
    /// What the beginning took, in the runs whose cost is measured.
    sampled: Option<Duration>,
    was_panicking: bool,
}

/// Whose CPU time a run counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cpu {
    /// That of this thread, from the beginning to the end.
    Thread,
    /// What the one who ends the run says.
    Told(Option<Duration>),
}

impl Run {
    /// Starts the clocks, unless calls are disabled.
    #[inline]
    pub(crate) fn begin(metrics: &Arc<Metrics>, cpu: Cpu) -> Option<Self> {
        let recorder = &metrics.recorder;
        if !recorder.enabled() {
            return None;
        }
        let sample = Recorder::tick();
        let memory = metrics.growth.as_ref().and_then(|_| usage::most_resident());
        // The CPU time lies inside of the wall time, so that it is never more.
        let began = Instant::now();
        let cpu = if cpu == Cpu::Thread { usage::thread_cpu() } else { None };
        Some(Self {
            metrics: Arc::clone(metrics),
            began,
            cpu,
            memory,
            sampled: sample.map(|sample| began - sample),
            was_panicking: std::thread::panicking(),
        })
    }

    /// Records the run.
    #[inline]
    pub(crate) fn end(self, outcome: Outcome<'_>, cpu: Cpu) {
        let recorder = &self.metrics.recorder;
        if !recorder.enabled() {
            return;
        }
        let cpu = match cpu {
            Cpu::Thread => {
                usage::thread_cpu().zip(self.cpu).map(|(after, before)| after.saturating_sub(before))
            }
            Cpu::Told(spent) => spent,
        };
        let ended = Instant::now();
        let growth = self.memory.and_then(|before| Some(usage::most_resident()?.saturating_sub(before)));
        self.metrics.add(ended - self.began, cpu, growth, outcome);
        if let Some(beginning) = self.sampled {
            recorder.timed(beginning + ended.elapsed());
        }
    }

    /// Whether a panic that began in this run is passing through it.
    pub(crate) fn panicked(&self) -> bool {
        std::thread::panicking() && !self.was_panicking
    }

    pub(crate) fn into_metrics(self) -> Arc<Metrics> {
        self.metrics
    }
}
