use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;
use watchfire_ingest::collect::{CollectError, Collector};
use watchfire_model::Batch;

use crate::Service;
use crate::clock::now;

/// How a collector has fared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CollectionStats {
    /// How often it ran.
    pub runs: u64,
    /// How often it, or storing what it brought, failed.
    pub failures: u64,
    /// Ticks that were left out because the one before took too long.
    pub missed: u64,
    /// Samples of the last run.
    pub samples: usize,
    /// How long reading took in the last run.
    pub last: Duration,
    /// How long reading took in all runs together.
    pub total: Duration,
    /// Why the last run failed, if it did.
    pub error: Option<String>,
}

/// How each collector has fared, by its name. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Collectors(Arc<Mutex<BTreeMap<&'static str, CollectionStats>>>);

impl Collectors {
    /// The state of all collectors.
    pub fn snapshot(&self) -> BTreeMap<&'static str, CollectionStats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, name: &'static str, change: impl FnOnce(&mut CollectionStats)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default());
    }
}

/// Runs `collector` at each whole multiple of `interval` and stores what it brings, until `stop`.
///
/// All samples of a run bear the time of its tick, so that the samples of all hosts and collectors lie on one grid; that
/// makes them compress well and fall evenly into the steps of a chart. A run that overruns its interval leaves ticks out
/// and never piles up.
pub async fn collect(
    mut collector: Box<dyn Collector>,
    interval: Duration,
    service: Service,
    collectors: Collectors,
    stop: CancellationToken,
) {
    let name = collector.name();
    let mut told = false;
    let interval = interval.as_millis().max(1) as i64;
    let mut due = next_tick(now(), interval);
    collectors.update(name, |_| ());
    loop {
        if due - now() > interval {
            // The clock was set back: waiting for the old time could take hours.
            due = next_tick(now(), interval);
        }
        let wait = Duration::from_millis((due - now()).max(0) as u64);
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
        let run = spawn_blocking(move || {
            let started = Instant::now();
            let mut batch = Batch::default();
            let result = collector.collect(due, &mut batch);
            (collector, batch, result, started.elapsed())
        });
        let (returned, batch, result, took) = match run.await {
            Ok(run) => run,
            Err(error) => return give_up(name, &error, &collectors),
        };
        collector = returned;
        if let Some(reason) = collector.unavailable()
            && !std::mem::replace(&mut told, true)
        {
            tracing::debug!(collector = name, reason, "there is nothing to collect");
        }
        let samples = batch.len();
        let error = store(&service, batch, result).await;
        if let Some(error) = &error {
            tracing::warn!(collector = name, %error, "collecting failed");
        }
        let next = next_tick(now().max(due), interval);
        collectors.update(name, |stats| {
            stats.runs += 1;
            stats.failures += u64::from(error.is_some());
            stats.missed += ((next - due) / interval - 1).max(0) as u64;
            stats.samples = samples;
            stats.last = took;
            stats.total += took;
            stats.error = error;
        });
        due = next;
    }
}

/// Stores what a run brought, also when it ended in an error: what was read before is still true.
async fn store(service: &Service, batch: Batch, result: Result<(), CollectError>) -> Option<String> {
    let stored = if batch.is_empty() { Ok(()) } else { service.append(batch).await.map(|_| ()) };
    result.err().map(|error| error.to_string()).or_else(|| stored.err().map(|error| error.to_string()))
}

fn give_up(name: &'static str, error: &JoinError, collectors: &Collectors) {
    // Cancelled means that the runtime is going down.
    if error.is_panic() {
        tracing::error!(collector = name, %error, "the collector broke and was switched off");
        collectors.update(name, |stats| {
            stats.failures += 1;
            stats.error = Some("the collector broke and was switched off".to_owned());
        });
    }
}

/// The first whole multiple of `interval` after `now`.
fn next_tick(now: i64, interval: i64) -> i64 {
    (now.div_euclid(interval) + 1) * interval
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_whole_multiples() {
        assert_eq!(next_tick(1000, 1000), 2000);
        assert_eq!(next_tick(1999, 1000), 2000);
        assert_eq!(next_tick(0, 250), 250);
    }
}
