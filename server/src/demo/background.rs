use std::sync::{Arc, OnceLock};

use serde::Serialize;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use watchfire_model::format_duration;

use super::feed::{Event, Feed, Progress};
use super::plan::Plan;
use super::sender::{SendError, Sender, Target};
use crate::clock::now;

/// The demo inside of a server: one at a time. It sends to the server's own port, as a program outside would.
#[derive(Debug, Default)]
pub(crate) struct DemoFeed {
    /// Where this server listens; there once it does.
    target: OnceLock<Target>,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    since: i64,
    plan: Plan,
    progress: Arc<Progress>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// How the demo is.
#[derive(Debug, Serialize)]
pub(crate) struct DemoStatus {
    /// Whether it sends.
    running: bool,
    /// Since when: milliseconds since the epoch.
    since: Option<i64>,
    /// Samples that were taken.
    samples: u64,
    /// Requests that were not taken.
    failures: u64,
    /// The last thing that was wrong.
    problem: Option<String>,
    /// Hosts that are made up.
    hosts: Option<usize>,
    /// The time between two samples of a series.
    interval: Option<String>,
}

impl DemoFeed {
    /// Says where this server listens.
    pub(crate) fn listens(&self, target: Target) {
        // It is said once.
        let _ = self.target.set(target);
    }

    /// Starts it; `None` where it runs already.
    pub(crate) async fn start(
        &self,
        plan: Plan,
        stop: CancellationToken,
    ) -> Result<Option<DemoStatus>, SendError> {
        let mut running = self.running.lock().await;
        if running.as_ref().is_some_and(|running| !running.task.is_finished()) {
            return Ok(None);
        }
        let sender = Sender::new(self.target()?)?;
        let progress = Arc::new(Progress::default());
        let (of_task, stop_of_task) = (progress.clone(), stop.clone());
        let task = tokio::spawn(async move {
            let feed = Feed { plan, sender: &sender, progress: &of_task, stop: &stop_of_task, tell: &log };
            feed.run().await;
        });
        tracing::info!(hosts = plan.settings.hosts, "the demo sends to this server");
        let started = Running { since: now(), plan, progress, stop, task };
        let status = DemoStatus::of(Some(&started));
        *running = Some(started);
        Ok(Some(status))
    }

    /// Stops it, where it runs, and deletes all of its data, also that of earlier ones.
    pub(crate) async fn stop_and_delete(&self) -> Result<(), SendError> {
        // Held until the end, so that none starts meanwhile.
        let mut running = self.running.lock().await;
        if let Some(running) = running.take() {
            running.stop.cancel();
            // What it sends must not come after the deletion. It fails only if the task panicked, and then it is over, too.
            let _ = running.task.await;
        }
        Sender::new(self.target()?)?.delete().await
    }

    pub(crate) async fn status(&self) -> DemoStatus {
        DemoStatus::of(self.running.lock().await.as_ref())
    }

    fn target(&self) -> Result<Target, SendError> {
        let later = || SendError::Later { text: "the server does not listen yet".to_owned(), wait: None };
        self.target.get().cloned().ok_or_else(later)
    }
}

impl DemoStatus {
    fn of(running: Option<&Running>) -> Self {
        let runs = running.filter(|running| !running.task.is_finished());
        Self {
            running: runs.is_some(),
            since: runs.map(|running| running.since),
            samples: running.map_or(0, |running| running.progress.samples()),
            failures: running.map_or(0, |running| running.progress.failures()),
            problem: running.and_then(|running| running.progress.problem()),
            hosts: runs.map(|running| running.plan.settings.hosts),
            interval: runs.map(|running| format_duration(running.plan.interval.as_millis() as i64)),
        }
    }
}

fn log(event: Event) {
    match event {
        Event::Caught { samples } => tracing::debug!(samples, "the demo has sent its past"),
        Event::PastLeftOut => tracing::info!("there is demo data already, so its past is left out"),
        Event::Problem { text, again: Some(_) } => {
            tracing::warn!("the demo cannot send: {text}; it is tried again");
        }
        Event::Problem { text, again: None } => tracing::warn!("a part of the demo is left out: {text}"),
        Event::Recovered => tracing::info!("the demo can send again"),
    }
}
