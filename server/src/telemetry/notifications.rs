//! How notifications go, named as Alertmanager names it with `watchfire_` in place of `alertmanager_`.

use std::collections::BTreeMap;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, Meter};
use watchfire_alerting::channel::Cause;
use watchfire_alerting::config::receiver::Channel;
use watchfire_service::alerting::delivery::{
    ChannelMetrics, DELAY_BOUNDS, DeliveryState, LATENCY_BOUNDS, Timings,
};
use watchfire_service::alertmanager::Alertmanager;
use watchfire_service::heartbeats::HeartbeatState;

use crate::notifying::Notifying;

/// Registers the metrics. There is a series for each kind of channel that receivers have, or had since the start.
pub(crate) fn register(meter: &Meter, alertmanager: &Alertmanager, notifying: &Notifying) {
    let make = Make { meter, alertmanager, notifying };
    make.counter("watchfire_notifications_total", "Notifications that were tried.", |counts| {
        counts.notifications
    });
    make.counter("watchfire_notification_requests_total", "Requests, mails and programs.", |counts| {
        counts.requests
    });
    make.counter(
        "watchfire_notification_requests_failed_total",
        "Requests, mails and programs that failed.",
        |counts| counts.requests_failed,
    );
    make.failed();
    make.timings();
    make.queue();
    make.dead_letters();
    make.file();
    make.heartbeats();
}

struct Make<'a> {
    meter: &'a Meter,
    alertmanager: &'a Alertmanager,
    notifying: &'a Notifying,
}

/// What was counted of the kinds of channels that there are.
fn channels(alertmanager: &Alertmanager, notifying: &Notifying) -> BTreeMap<Channel, ChannelMetrics> {
    let mut channels = notifying.queue.deliveries().metrics().channels();
    for receiver in &alertmanager.config().receivers {
        for (integration, _) in receiver.integrations() {
            channels.entry(integration.channel).or_default();
        }
    }
    channels
}

/// How many dead letters are kept by receiver and kind of channel, and when the newest was given up, in milliseconds
/// since the epoch; both are 0 for channels that have none.
fn dead_letters(
    alertmanager: &Alertmanager,
    notifying: &Notifying,
) -> BTreeMap<(String, String), (u64, i64)> {
    let mut found: BTreeMap<(String, String), (u64, i64)> = BTreeMap::new();
    for receiver in &alertmanager.config().receivers {
        for (integration, _) in receiver.integrations() {
            found.entry((receiver.name.clone(), integration.channel.word().to_owned())).or_default();
        }
    }
    for letters in notifying.queue.deliveries().metrics().dead_letters() {
        // `slack[0]`: which one it is of its kind is no label of other metrics either.
        let kind = letters.integration.split('[').next().unwrap_or_default().to_owned();
        let (count, newest) = found.entry((letters.receiver, kind)).or_default();
        *count += letters.count;
        *newest = letters.newest.max(*newest);
    }
    found
}

fn named(channel: Channel) -> KeyValue {
    KeyValue::new("integration", channel.word())
}

impl Make<'_> {
    fn counter(&self, name: &'static str, help: &'static str, value: fn(&ChannelMetrics) -> u64) {
        let (alertmanager, notifying) = (self.alertmanager.clone(), self.notifying.clone());
        self.meter
            .u64_observable_counter(name)
            .with_description(help)
            .with_callback(move |observer| {
                for (channel, counts) in channels(&alertmanager, &notifying) {
                    observer.observe(value(&counts), &[named(channel)]);
                }
            })
            .build();
    }

    fn failed(&self) {
        let (alertmanager, notifying) = (self.alertmanager.clone(), self.notifying.clone());
        self.meter
            .u64_observable_counter("watchfire_notifications_failed_total")
            .with_description("Notifications that were given up, by reason.")
            .with_callback(move |observer| {
                for (channel, counts) in channels(&alertmanager, &notifying) {
                    for cause in Cause::ALL {
                        let count = counts.failed.get(&cause).copied().unwrap_or_default();
                        observer.observe(count, &[named(channel), KeyValue::new("reason", cause.word())]);
                    }
                }
            })
            .build();
    }

    fn timings(&self) {
        let latency = self.histogram(
            "watchfire_notification_latency_seconds",
            "How long requests, mails and programs took.",
            &LATENCY_BOUNDS,
        );
        let delay = self.histogram(
            "watchfire_notification_delay_seconds",
            "Time from the queue to the receiver.",
            &DELAY_BOUNDS,
        );
        let record = |histogram: Histogram<f64>| -> Box<dyn Fn(Channel, f64) + Send + Sync> {
            Box::new(move |channel, seconds| histogram.record(seconds, &[named(channel)]))
        };
        let timings = Timings { latency: record(latency), delay: record(delay) };
        if !self.notifying.queue.deliveries().metrics().time_by(timings) {
            tracing::error!("times of notifications go elsewhere already");
        }
    }

    fn histogram(&self, name: &'static str, help: &'static str, bounds: &[f64]) -> Histogram<f64> {
        self.meter.f64_histogram(name).with_description(help).with_boundaries(bounds.to_vec()).build()
    }

    fn queue(&self) {
        let notifying = self.notifying.clone();
        self.meter
            .u64_observable_gauge("watchfire_deliveries")
            .with_description("Deliveries that are kept, by state.")
            .with_callback(move |observer| {
                let counts = notifying.queue.deliveries().metrics().queue();
                for state in DeliveryState::ALL {
                    observer.observe(counts.of(state), &[KeyValue::new("state", state.as_str())]);
                }
            })
            .build();
        let charts = [
            ("watchfire_notification_charts_total", "Charts that were drawn for mails."),
            ("watchfire_notification_charts_failed_total", "Mails that went out without their chart."),
        ];
        for (at, (name, help)) in charts.into_iter().enumerate() {
            let notifying = self.notifying.clone();
            self.meter
                .u64_observable_counter(name)
                .with_description(help)
                .with_callback(move |observer| {
                    observer.observe(notifying.queue.deliveries().metrics().charts()[at], &[]);
                })
                .build();
        }
        let notifying = self.notifying.clone();
        self.meter
            .u64_observable_counter("watchfire_deliveries_held_back_total")
            .with_description("Deliveries that waited since their channel had sent enough (notify.rate).")
            .with_callback(move |observer| {
                observer.observe(notifying.queue.deliveries().metrics().held_back(), &[]);
            })
            .build();
        let notifying = self.notifying.clone();
        self.meter
            .u64_observable_counter("watchfire_deliveries_superseded_total")
            .with_description(
                "Deliveries that were not sent since newer ones tell all of it, or all of it was over unheard.",
            )
            .with_callback(move |observer| {
                let [newer, over] = notifying.queue.deliveries().metrics().left_out();
                for (why, count) in [("newer", newer), ("over", over)] {
                    observer.observe(count, &[KeyValue::new("why", why)]);
                }
            })
            .build();
        let notifying = self.notifying.clone();
        self.meter
            .u64_observable_counter("watchfire_deliveries_broken_off_total")
            .with_description("Attempts that the end of the server broke off.")
            .with_callback(move |observer| {
                observer.observe(notifying.queue.deliveries().metrics().broken_off(), &[]);
            })
            .build();
    }

    fn dead_letters(&self) {
        let labels = |(receiver, kind): (String, String)| {
            [KeyValue::new("receiver", receiver), KeyValue::new("integration", kind)]
        };
        let (alertmanager, notifying) = (self.alertmanager.clone(), self.notifying.clone());
        self.meter
            .u64_observable_gauge("watchfire_dead_letters")
            .with_description("Dead letters that are kept, by receiver and kind of channel.")
            .with_callback(move |observer| {
                for (whose, (count, _)) in dead_letters(&alertmanager, &notifying) {
                    observer.observe(count, &labels(whose));
                }
            })
            .build();
        let (alertmanager, notifying) = (self.alertmanager.clone(), self.notifying.clone());
        self.meter
            .f64_observable_gauge("watchfire_dead_letters_newest_timestamp_seconds")
            .with_description("When the newest dead letter was given up, in seconds since the epoch.")
            .with_callback(move |observer| {
                for (whose, (_, newest)) in dead_letters(&alertmanager, &notifying) {
                    observer.observe(newest as f64 / 1000.0, &labels(whose));
                }
            })
            .build();
    }

    fn heartbeats(&self) {
        let notifying = self.notifying.clone();
        self.meter
            .u64_observable_gauge("watchfire_heartbeats")
            .with_description("Heartbeats, by state.")
            .with_callback(move |observer| {
                let now = crate::clock::now();
                let all = notifying.heartbeats.list();
                for state in HeartbeatState::ALL {
                    let count = all.iter().filter(|kept| kept.state(now) == state).count();
                    observer.observe(count as u64, &[KeyValue::new("state", state.word())]);
                }
            })
            .build();
        let notifying = self.notifying.clone();
        self.meter
            .u64_observable_counter("watchfire_heartbeats_limited_total")
            .with_description("Heartbeats that a limit refused.")
            .with_callback(move |observer| observer.observe(notifying.heartbeats.limited(), &[]))
            .build();
        let notifying = self.notifying.clone();
        self.meter
            .u64_observable_counter("watchfire_heartbeat_pings_total")
            .with_description("Times that jobs were heard of.")
            .with_callback(move |observer| observer.observe(notifying.heartbeats.pings(), &[]))
            .build();
    }

    fn file(&self) {
        let notifying = self.notifying.clone();
        self.meter
            .u64_observable_counter("watchfire_notify_config_refused_total")
            .with_description("Times that the changed configuration of notifications was refused.")
            .with_callback(move |observer| {
                observer.observe(notifying.config.status().refused, &[]);
            })
            .build();
    }
}
