use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use watchfire_alerting::channel::Cause;
use watchfire_alerting::config::receiver::Channel;
use watchfire_storage::{DeadLetters, DeliveryCounts};

/// Upper bounds of the buckets of the latency of requests, in seconds, as Alertmanager has them.
pub const LATENCY_BOUNDS: [f64; 5] = [1.0, 5.0, 10.0, 15.0, 20.0];

/// Upper bounds of the buckets of the time from the queue to the receiver, in seconds.
pub const DELAY_BOUNDS: [f64; 8] = [0.1, 0.5, 1.0, 2.5, 5.0, 30.0, 300.0, 3600.0];

/// Where the times go that things took; each is called with seconds.
pub struct Timings {
    /// How long a request took: `watchfire_notification_latency_seconds`.
    pub latency: Box<dyn Fn(Channel, f64) + Send + Sync>,
    /// How long a notification was on its way from the queue to the receiver: `watchfire_notification_delay_seconds`.
    pub delay: Box<dyn Fn(Channel, f64) + Send + Sync>,
}

/// What was counted of one kind of channel. The comments name the metrics, which are Alertmanager's but for their prefix;
/// the label `integration` is [`Channel::word`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChannelMetrics {
    /// `watchfire_notifications_total`: notifications that were tried.
    pub notifications: u64,
    /// `watchfire_notifications_failed_total`, by `reason` ([`Cause::word`]): those that were given up.
    pub failed: BTreeMap<Cause, u64>,
    /// `watchfire_notification_requests_total`: requests, mails and programs.
    pub requests: u64,
    /// `watchfire_notification_requests_failed_total`.
    pub requests_failed: u64,
}

/// Counters of delivery since the start.
#[derive(Default)]
pub struct Metrics {
    state: Mutex<State>,
    timings: OnceLock<Timings>,
}

#[derive(Debug, Default)]
struct State {
    channels: BTreeMap<Channel, ChannelMetrics>,
    canceled: u64,
    held: u64,
    /// Deliveries that were not sent: newer ones tell all of it, and nobody has to hear of it any more.
    superseded: [u64; 2],
    /// Charts that were drawn for mails, and those that failed.
    charts: [u64; 2],
    queue: DeliveryCounts,
    dead_letters: Vec<DeadLetters>,
}

impl Metrics {
    /// What was counted, by the kind of channel; those that never sent anything are left out.
    pub fn channels(&self) -> BTreeMap<Channel, ChannelMetrics> {
        self.state().channels.clone()
    }

    /// How many attempts the end of the server broke off.
    pub fn broken_off(&self) -> u64 {
        self.state().canceled
    }

    /// How many deliveries had to wait since their channel had sent enough.
    pub fn held_back(&self) -> u64 {
        self.state().held
    }

    /// How many deliveries were not sent since newer ones tell all of it, and how many since nobody had to hear of it any more.
    pub fn left_out(&self) -> [u64; 2] {
        self.state().superseded
    }

    /// How many charts were drawn for mails, and how many failed or took too long.
    pub fn charts(&self) -> [u64; 2] {
        self.state().charts
    }

    /// How many deliveries there are, as it was a second ago or while nothing has happened since.
    pub fn queue(&self) -> DeliveryCounts {
        self.state().queue
    }

    /// How many dead letters there are of whom, as old as [`queue`](Self::queue).
    pub fn dead_letters(&self) -> Vec<DeadLetters> {
        self.state().dead_letters.clone()
    }

    /// Tells times to `timings` from now on. The first one stays; whether it was this one.
    pub fn time_by(&self, timings: Timings) -> bool {
        self.timings.set(timings).is_ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Counters are good whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, channel: Channel, count: impl FnOnce(&mut ChannelMetrics)) {
        count(self.state().channels.entry(channel).or_default());
    }

    pub(super) fn notification(&self, channel: Channel) {
        self.with(channel, |metrics| metrics.notifications += 1);
    }

    pub(super) fn failed(&self, channel: Channel, cause: Cause) {
        self.with(channel, |metrics| *metrics.failed.entry(cause).or_default() += 1);
    }

    pub(super) fn request(&self, channel: Channel, good: bool, took: Duration) {
        self.with(channel, |metrics| {
            metrics.requests += 1;
            metrics.requests_failed += u64::from(!good);
        });
        if let Some(timings) = self.timings.get() {
            (timings.latency)(channel, took.as_secs_f64());
        }
    }

    /// `delay` in milliseconds.
    pub(super) fn delivered(&self, channel: Channel, delay: i64) {
        if let Some(timings) = self.timings.get() {
            (timings.delay)(channel, delay.max(0) as f64 / 1000.0);
        }
    }

    pub(super) fn chart(&self, drawn: bool) {
        self.state().charts[usize::from(!drawn)] += 1;
    }

    pub(super) fn counted(&self, queue: DeliveryCounts, dead_letters: Vec<DeadLetters>) {
        let mut state = self.state();
        state.queue = queue;
        state.dead_letters = dead_letters;
    }

    pub(super) fn held(&self, count: u64) {
        if count > 0 {
            self.state().held += count;
        }
    }

    /// `newer`: whether a newer one tells of it.
    pub(super) fn superseded(&self, newer: bool) {
        self.state().superseded[usize::from(!newer)] += 1;
    }

    pub(super) fn canceled(&self, count: usize) {
        self.state().canceled += count as u64;
    }
}
