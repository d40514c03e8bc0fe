use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use watchfire_demo::{Demo, Sending, Way, encode};

use super::plan::Plan;
use super::sender::{SendError, Sender};
use crate::clock::now;

/// The time between two samples of the past, in milliseconds: as Prometheus scrapes by default.
const PAST_STEP: i64 = 15_000;

/// Steps of the past in one request.
const STEPS_AT_ONCE: usize = 10;

/// The longest wait before something is tried again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What happens while data is sent.
#[derive(Debug)]
pub(crate) enum Event {
    /// The past is sent, or there was none to send.
    Caught { samples: u64 },
    /// There is demo data already, and the past is left out.
    PastLeftOut,
    /// Something is not taken; it is tried again after this time, if there is one.
    Problem { text: String, again: Option<Duration> },
    /// It is taken again.
    Recovered,
}

/// How far it is.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    samples: AtomicU64,
    failures: AtomicU64,
    in_trouble: AtomicBool,
    problem: Mutex<Option<String>>,
}

impl Progress {
    /// Samples that were taken.
    pub(crate) fn samples(&self) -> u64 {
        self.samples.load(Ordering::Relaxed)
    }

    /// Requests that were not taken.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// The last thing that was wrong.
    pub(crate) fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn failed(&self, text: &str) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        self.in_trouble.store(true, Ordering::Relaxed);
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.to_owned());
    }
}

/// Sends until it is told to stop: the past first, from its beginning, then each moment as it comes.
pub(crate) struct Feed<'a> {
    pub(crate) plan: Plan,
    pub(crate) sender: &'a Sender,
    pub(crate) progress: &'a Progress,
    pub(crate) stop: &'a CancellationToken,
    pub(crate) tell: &'a (dyn Fn(Event) + Sync),
}

impl Feed<'_> {
    pub(crate) async fn run(&self) {
        let mut demo = Demo::new(self.plan.settings);
        let since = now() - self.plan.history.as_millis() as i64;
        if !self.past(&mut demo, since).await {
            return;
        }
        (self.tell)(Event::Caught { samples: self.progress.samples() });
        let mut ticks = interval(self.plan.interval);
        // A moment that has passed is gone.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if !self.deliver(&demo.step(now()), since).await {
                return;
            }
        }
    }

    /// Sends the past; false when it was told to stop meanwhile.
    async fn past(&self, demo: &mut Demo, since: i64) -> bool {
        if self.plan.history.is_zero() {
            return true;
        }
        let known = loop {
            match self.sender.has_data(since).await {
                Ok(known) => break known,
                // A server that is not asked for series can still be sent some.
                Err(SendError::Refused(_)) => break false,
                Err(SendError::Later { text, wait }) => {
                    if !self.wait(text, wait, 0).await {
                        return false;
                    }
                }
            }
        };
        if known {
            (self.tell)(Event::PastLeftOut);
            return true;
        }
        let mut at = since;
        while at < now() {
            let mut all = Vec::new();
            for _ in 0..STEPS_AT_ONCE {
                if at < now() {
                    all.extend(demo.step(at));
                    at += PAST_STEP;
                }
            }
            if !self.deliver(&all, since).await {
                return false;
            }
        }
        true
    }

    /// Sends each part by its way, and again until it is taken or refused; false when it was told to stop meanwhile.
    async fn deliver(&self, all: &[Sending], since: i64) -> bool {
        for way in Way::ALL {
            let Some((body, samples)) = encode::body(way, all, since) else { continue };
            let mut tries = 0;
            loop {
                let sent = tokio::select! {
                    () = self.stop.cancelled() => return false,
                    sent = self.sender.send(way, body.clone()) => sent,
                };
                match sent {
                    Ok(None) => {
                        self.progress.samples.fetch_add(samples as u64, Ordering::Relaxed);
                        if self.progress.in_trouble.swap(false, Ordering::Relaxed) {
                            (self.tell)(Event::Recovered);
                        }
                        break;
                    }
                    Ok(Some(text)) | Err(SendError::Refused(text)) => {
                        self.progress.failed(&text);
                        (self.tell)(Event::Problem { text, again: None });
                        break;
                    }
                    Err(SendError::Later { text, wait }) => {
                        if !self.wait(text, wait, tries).await {
                            return false;
                        }
                        tries += 1;
                    }
                }
            }
        }
        true
    }

    /// Waits before something is tried again, longer each time; false when it was told to stop meanwhile.
    async fn wait(&self, text: String, asked: Option<Duration>, tries: u32) -> bool {
        let wait = asked.unwrap_or_else(|| Duration::from_secs(1 << tries.min(5))).min(LONGEST_WAIT);
        self.progress.failed(&text);
        (self.tell)(Event::Problem { text, again: Some(wait) });
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = sleep(wait) => true,
        }
    }
}
