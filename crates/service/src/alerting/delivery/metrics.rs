use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use watchfire_alerting::channel::Cause;
use watchfire_alerting::config::receiver::Channel;

/// Upper bounds of the buckets of the latency of requests, in seconds, as Alertmanager has them.
pub const LATENCY_BOUNDS: [f64; 5] = [1.0, 5.0, 10.0, 15.0, 20.0];

/// Upper bounds of the buckets of the time from the queue to the receiver, in seconds.
pub const DELAY_BOUNDS: [f64; 8] = [0.1, 0.5, 1.0, 2.5, 5.0, 30.0, 300.0, 3600.0];

/// How often something took how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram<const N: usize> {
    /// How many took at most so long as each bound says; each bucket has those before it in it.
    pub buckets: [u64; N],
    /// How many there were.
    pub count: u64,
    /// How many seconds they took together.
    pub sum: f64,
}

impl<const N: usize> Default for Histogram<N> {
    fn default() -> Self {
        Self { buckets: [0; N], count: 0, sum: 0.0 }
    }
}

impl<const N: usize> Histogram<N> {
    fn add(&mut self, bounds: &[f64; N], seconds: f64) {
        for (bucket, bound) in self.buckets.iter_mut().zip(bounds) {
            *bucket += u64::from(seconds <= *bound);
        }
        self.count += 1;
        self.sum += seconds;
    }
}

/// What was counted of one kind of channel. The comments name the metrics, which are Alertmanager's but for their prefix and the
/// last one; the label `integration` is [`Channel::word`].
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
    /// `watchfire_notification_latency_seconds`: how long requests took.
    pub latency: Histogram<{ LATENCY_BOUNDS.len() }>,
    /// `watchfire_notification_delay_seconds`: from the queue to the receiver.
    pub delay: Histogram<{ DELAY_BOUNDS.len() }>,
}

/// Counters of delivery since the start.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    channels: BTreeMap<Channel, ChannelMetrics>,
    canceled: u64,
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

    fn state(&self) -> MutexGuard<'_, State> {
        // Counters are good whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
            metrics.latency.add(&LATENCY_BOUNDS, took.as_secs_f64());
        });
    }

    /// `delay` in milliseconds.
    pub(super) fn delivered(&self, channel: Channel, delay: i64) {
        self.with(channel, |metrics| metrics.delay.add(&DELAY_BOUNDS, delay.max(0) as f64 / 1000.0));
    }

    pub(super) fn canceled(&self, count: usize) {
        self.state().canceled += count as u64;
    }
}
