//! The loop of one target.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watchfire_ingest::exposition::Format;
use watchfire_model::Batch;

use crate::client::{Asker, FetchError, Question};
use crate::config::{Job, Protocol};
use crate::pass::{Answer, Memory, Report};
use crate::scraper::Shared;
use crate::series::{Counts, Mould};
use crate::sink::{LeftOut, Refused, Said};
use crate::state::{Health, Outcome};
use crate::target::Target;

/// How a target is scraped from now on.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) target: Target,
    pub(crate) job: Arc<Job>,
    /// Who asks, or why nobody can.
    pub(crate) asker: Result<Asker, String>,
}

/// Everything that the loop of a target needs.
pub(crate) struct Loop {
    pub(crate) plans: watch::Receiver<Arc<Plan>>,
    pub(crate) outcome: Arc<Mutex<Outcome>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) stop: CancellationToken,
    pub(crate) said: Said,
    /// Whether the target's last answer told what its clock says.
    pub(crate) tells_time: bool,
}

/// Why a scrape failed: what is left out for it, if that is counted, and the words.
type Failure = (Option<(LeftOut, usize)>, String);

/// How far from its due time a scrape may begin and still carry that time: so timestamps are evenly spaced and pack well.
const TOLERANCE: Duration = Duration::from_millis(2);

impl Loop {
    /// Scrapes until it is stopped. The series of a target that goes end with markers; at the end of the program they go
    /// on, as in Prometheus: a marker there would tear a hole into them over each restart.
    pub(crate) async fn run(mut self) {
        let mut memory = Memory::default();
        let mut body = Vec::new();
        let mut last = 0;
        let mut plan = self.plans.borrow_and_update().clone();
        'plans: loop {
            let report = self.report(&plan);
            let mut pace = Pace::new(&plan.target);
            loop {
                tokio::select! {
                    biased;
                    () = self.stop.cancelled() => break 'plans,
                    changed = self.plans.changed() => {
                        if changed.is_err() {
                            break 'plans;
                        }
                        let next = self.plans.borrow_and_update().clone();
                        if !same_rules(&plan, &next) {
                            memory.series.forget();
                        }
                        plan = next;
                        continue 'plans;
                    }
                    () = pace.due() => {}
                }
                let at = pace.timestamp();
                if !self.scrape(&plan, &report, &mut memory, &mut body, at).await {
                    break 'plans;
                }
                last = at;
                pace.advance();
            }
        }
        if last > 0 && !self.shared.stop.is_cancelled() {
            let at = now().max(last + 1);
            let mut batch = memory.none(at);
            let report = self.report(&plan);
            report.push_stale(&mut batch, at);
            report.push_skew(&mut batch, at, None, &mut self.tells_time);
            self.hand_over(&plan, batch).await;
        }
    }

    fn report(&self, plan: &Plan) -> Report {
        let extra = self.shared.settings.extra_scrape_metrics || plan.job.extra_scrape_metrics;
        Report::new(&plan.target.labels, extra)
    }

    /// One scrape; `false` where it was stopped before there was an answer.
    async fn scrape(
        &mut self,
        plan: &Plan,
        report: &Report,
        memory: &mut Memory,
        body: &mut Vec<u8>,
        at: i64,
    ) -> bool {
        let began = Instant::now();
        let limits = &plan.job.limits;
        let asked = match &plan.asker {
            Ok(asker) => {
                let Target { url, timeout, .. } = &plan.target;
                let question = Question { url, timeout: *timeout, scraping: true, most: limits.body_size };
                // Only the question can be broken off: what the sink takes, it takes as a whole.
                let answer = asker.ask(question, body);
                let Some(answer) = self.stop.run_until_cancelled(answer).await else { return false };
                answer.map_err(|error| {
                    let too_large = matches!(error, FetchError::BodySize(_));
                    (too_large.then_some((LeftOut::TooLarge, 1)), error.to_string())
                })
            }
            Err(reason) => Err((None, reason.clone())),
        };
        let took = began.elapsed();
        let skew = asked.as_ref().ok().and_then(|head| head.skew);
        let format = asked.and_then(|head| {
            format(&head.content_type, plan.job.fallback)
                .map_err(|reason| (Some((LeftOut::Unsupported, 1)), reason))
        });
        let (mut batch, counts, error) = match format {
            Ok(format) => {
                let mould = Mould { target: &plan.target.labels, job: &plan.job };
                let answer = Answer { format, bytes: body, timestamp: at };
                let (batch, counts, error) = memory.pass(mould, answer);
                (batch, counts, error.map(|error| (Some(error.left_out(counts)), error.to_string())))
            }
            Err(failure) => (memory.none(at), Counts::default(), Some(failure)),
        };
        let seconds = took.as_secs_f64();
        report.push(&mut batch, at, (error.is_none(), seconds), counts);
        report.push_skew(&mut batch, at, skew, &mut self.tells_time);
        report.push_settings(
            &mut batch,
            at,
            plan.target.timeout.as_secs_f64(),
            limits.samples.unwrap_or_default(),
        );
        self.record(plan, at, took, counts, error);
        self.hand_over(plan, batch).await;
        true
    }

    fn record(&mut self, plan: &Plan, at: i64, took: Duration, counts: Counts, failure: Option<Failure>) {
        let (left_out, error) = failure.unzip();
        let left_out = left_out.flatten();
        self.shared.tally.scrape(error.is_some());
        self.leave_out(LeftOut::Repeated, counts.duplicates);
        self.leave_out(LeftOut::NativeHistogram, counts.native_histograms);
        self.leave_out(LeftOut::InvalidExemplar, counts.invalid_exemplars);
        if let Some((reason, count)) = left_out {
            self.leave_out(reason, count);
        }
        let target = &plan.target.url;
        // A scrape that failed was perhaps not read so far.
        if error.is_none() && self.said.repeated(counts.duplicates > 0) && counts.duplicates > 0 {
            tracing::warn!(
                job = plan.job.name,
                %target,
                samples = counts.duplicates,
                "samples left out with each scrape: their series was in the same scrape before"
            );
        }
        if self.said.failure(error.as_deref().map(|words| (left_out.map(|(kind, _)| kind), words))) {
            if let Some(reason) = &error {
                tracing::warn!(job = plan.job.name, %target, reason, "scrape failed");
            } else {
                tracing::info!(job = plan.job.name, %target, "scrapes go well again");
            }
        }
        let health = if error.is_none() { Health::Up } else { Health::Down };
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) =
            Outcome { health, last_error: error, last_scrape: Some(at), last_duration: took };
    }

    fn leave_out(&self, reason: LeftOut, count: usize) {
        if count > 0 {
            self.shared.sink.left_out(reason, count);
            if reason.is_samples() {
                self.shared.tally.refuse(count);
            }
        }
    }

    async fn hand_over(&mut self, plan: &Plan, batch: Batch) {
        let all = batch.len();
        let (samples, reasons, reason) = match self.shared.sink.append(batch).await {
            Ok(Refused { samples, reasons, first }) => (samples, reasons, first.unwrap_or_default()),
            Err(error) => (all, vec![error.kind], error.text),
        };
        self.shared.tally.refuse(samples);
        if self.said.unstored(reasons) {
            let target = &plan.target.url;
            if samples > 0 {
                tracing::warn!(job = plan.job.name, %target, samples, reason, "samples of a scrape not stored");
            } else {
                tracing::info!(job = plan.job.name, %target, "all samples are stored again");
            }
        }
    }
}

/// Whether texts mean the same series under both plans.
fn same_rules(one: &Plan, other: &Plan) -> bool {
    let (a, b) = (&one.job, &other.job);
    one.target.labels == other.target.labels
        && a.metric_relabel == b.metric_relabel
        && a.honor_labels == b.honor_labels
        && a.limits == b.limits
}

fn format(content_type: &str, fallback: Option<Protocol>) -> Result<Format, String> {
    let told = Format::from_content_type(content_type);
    match (told, fallback) {
        (Ok(format), None) => Ok(format),
        (Ok(format), Some(_)) if !content_type.is_empty() => Ok(format),
        (_, Some(Protocol::Protobuf)) => Ok(Format::Protobuf),
        (_, Some(Protocol::OpenMetrics001 | Protocol::OpenMetrics100)) => Ok(Format::OpenMetrics),
        (_, Some(Protocol::Text004 | Protocol::Text100)) => Ok(Format::Text),
        (Err(error), None) => Err(format!("{error}; or set fallback_scrape_protocol")),
    }
}

/// When a target is due.
struct Pace {
    interval: Duration,
    /// By the clock that only goes forward.
    due: tokio::time::Instant,
    /// The same by the clock on the wall: nanoseconds since the epoch.
    due_wall: u128,
}

impl Pace {
    fn new(target: &Target) -> Self {
        let interval = target.interval.max(Duration::from_millis(1));
        let (wall, nanos) = (wall(), interval.as_nanos());
        let wait = (u128::from(target.offset()) + nanos - wall % nanos) % nanos;
        let due = tokio::time::Instant::now() + Duration::from_nanos(wait as u64);
        Self { interval, due, due_wall: wall + wait }
    }

    async fn due(&self) {
        tokio::time::sleep_until(self.due).await;
    }

    /// The timestamp of a scrape that begins now: the due time, where that is near enough.
    fn timestamp(&self) -> i64 {
        let now = wall();
        let tolerance = TOLERANCE.min(self.interval / 100).as_nanos();
        let near = now.abs_diff(self.due_wall) <= tolerance;
        let nanos = if near { self.due_wall } else { now };
        (nanos / 1_000_000) as i64
    }

    /// To the next time that is not past: what is missed is left out.
    fn advance(&mut self) {
        let late = tokio::time::Instant::now().saturating_duration_since(self.due);
        let steps = late.as_nanos() / self.interval.as_nanos() + 1;
        let forward = Duration::from_nanos((self.interval.as_nanos() * steps) as u64);
        self.due += forward;
        self.due_wall += forward.as_nanos();
    }
}

fn wall() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}

/// Milliseconds since the epoch.
fn now() -> i64 {
    (wall() / 1_000_000) as i64
}
