use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;
use watchfire_service::{CacheStats, CollectionStats, Collectors, Service};
use watchfire_storage::{Reason, StorageStats};

use super::process::{ProcessUsage, Usage};
use crate::api::Intake;
use crate::live::{Hub, HubStats};
use crate::render::Desk;

/// Where the numbers come from.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(crate) service: Service,
    pub(crate) collectors: Collectors,
    pub(crate) hub: Hub,
    pub(crate) desk: Desk,
    pub(crate) intake: Intake,
    pub(crate) process: ProcessUsage,
}

/// Registers every metric that is read from counts kept elsewhere. docs/API.md lists them.
pub(crate) fn register(meter: &Meter, sources: &Sources) {
    let make = Make { meter, sources };
    meter
        .u64_observable_gauge("watchfire_build_info")
        .with_description("Always 1; the version is a label.")
        .with_callback(|observer| observer.observe(1, &[KeyValue::new("version", env!("CARGO_PKG_VERSION"))]))
        .build();
    make.process();
    make.storage();
    make.live();
    make.collectors();
    make.dashboards();
    super::pictures::register(meter, &sources.desk);
    super::rules::register(meter, &sources.service);
}

struct Make<'a> {
    meter: &'a Meter,
    sources: &'a Sources,
}

impl Make<'_> {
    fn process(&self) {
        self.usage(
            "watchfire_process_cpu_usage_percent",
            "CPU use of this process; 100 is one core.",
            |usage| usage.cpu_percent,
        );
        self.usage("watchfire_process_resident_memory_bytes", "Resident memory of this process.", |usage| {
            Some(usage.resident as f64)
        });
        let process = self.sources.process.clone();
        self.meter
            .f64_observable_counter("watchfire_process_cpu_seconds_total")
            .with_description("CPU time of this process, user and system.")
            .with_callback(move |observer| {
                if let Some(usage) = process.read() {
                    observer.observe(usage.cpu.as_secs_f64(), &[]);
                }
            })
            .build();
    }

    fn storage(&self) {
        self.stored("watchfire_storage_head_series", "Series in memory.", |stats| stats.head_series as f64);
        self.stored("watchfire_storage_head_samples", "Samples in memory.", |stats| {
            stats.head_samples as f64
        });
        self.stored("watchfire_storage_max_series", "Series that memory takes.", |stats| {
            stats.max_series as f64
        });
        self.counted(
            "watchfire_storage_expired_by_size_total",
            "Days deleted because all together took more bytes than allowed.",
            |stats| stats.expired_by_size,
        );
        self.stored("watchfire_storage_partitions", "Days that have a file.", |stats| {
            stats.partitions as f64
        });
        self.stored("watchfire_storage_disk_bytes", "Bytes of all files.", |stats| stats.disk_bytes as f64);
        self.stored("watchfire_storage_journal_bytes", "Bytes of the journal's rows.", |stats| {
            stats.journal_bytes as f64
        });
        self.stored(
            "watchfire_storage_quarantined_blocks",
            "Damaged blocks that are left out of answers.",
            |stats| stats.quarantined_blocks as f64,
        );
        self.stored(
            "watchfire_storage_last_flush_duration_seconds",
            "How long the last flush took.",
            |stats| stats.last_flush.unwrap_or_default().as_secs_f64(),
        );
        self.counted("watchfire_storage_appended_samples_total", "Samples stored.", |stats| {
            stats.appended_samples
        });
        self.counted("watchfire_storage_blocks_written_total", "Blocks written.", |stats| {
            stats.blocks_written
        });
        self.counted(
            "watchfire_storage_sealed_days_total",
            "Days finished: merged, with their rollups.",
            |stats| stats.sealed_days,
        );
        self.counted("watchfire_storage_flushes_total", "Flushes of the head.", |stats| stats.flushes);
        let service = self.sources.service.clone();
        self.meter
            .u64_observable_counter("watchfire_query_rejected_total")
            .with_description("Queries that a limit refused.")
            .with_callback(move |observer| observer.observe(service.rejected_queries(), &[]))
            .build();
        self.cached(
            "watchfire_query_cache_hits_total",
            "Range queries answered from the cache, missing points aside.",
            |stats| stats.hits,
        );
        self.cached(
            "watchfire_query_cache_extended_total",
            "Range queries of which the cache lacked points.",
            |stats| stats.extended,
        );
        self.cached("watchfire_query_cache_misses_total", "Range queries evaluated whole.", |stats| {
            stats.misses
        });
        self.held("watchfire_query_cache_bytes", "Bytes of answers that are kept.", |stats| stats.bytes);
        self.held("watchfire_query_cache_entries", "Answers that are kept.", |stats| stats.entries);
        let intake = self.sources.intake.clone();
        self.meter
            .u64_observable_counter("watchfire_ingest_received_samples_total")
            .with_description("Samples stored, by the protocol that they came by.")
            .with_callback(move |observer| {
                for (protocol, samples) in intake.received().samples() {
                    observer.observe(samples, &[KeyValue::new("protocol", protocol)]);
                }
            })
            .build();
        let (service, intake) = (self.sources.service.clone(), self.sources.intake.clone());
        self.meter
            .u64_observable_counter("watchfire_ingest_rejected_total")
            .with_description("Samples and requests refused, by reason.")
            .with_callback(move |observer| {
                let refused = service.storage_stats().refused_samples;
                for (reason, count) in Reason::ALL.iter().zip(refused) {
                    observer.observe(count, &[KeyValue::new("reason", reason.as_str())]);
                }
                for (reason, count) in intake.counts() {
                    observer.observe(count, &[KeyValue::new("reason", reason)]);
                }
            })
            .build();
    }

    fn live(&self) {
        self.watched("watchfire_live_connections", "Open WebSockets.", |stats| &stats.connections);
        self.watched("watchfire_live_subscriptions", "Watched subscriptions.", |stats| &stats.watchers);
        self.watched("watchfire_live_streams", "Queries that are evaluated for their watchers.", |stats| {
            &stats.streams
        });
        self.happened("watchfire_live_evaluations_total", "Evaluations for watchers.", |stats| {
            &stats.evaluations
        });
        self.happened("watchfire_live_failures_total", "Evaluations that failed.", |stats| &stats.failures);
        self.happened(
            "watchfire_live_skipped_total",
            "Times that a slow reader was skipped ahead.",
            |stats| &stats.skipped,
        );
        self.happened("watchfire_live_refused_total", "Connections and subscriptions refused.", |stats| {
            &stats.refused
        });
        self.happened("watchfire_live_messages_total", "WebSocket messages sent.", |stats| &stats.messages);
        self.happened("watchfire_live_sent_bytes_total", "Bytes of WebSocket messages sent.", |stats| {
            &stats.bytes
        });
    }

    fn collectors(&self) {
        self.collected("watchfire_collector_runs_total", "Runs of a collector.", |stats| stats.runs as f64);
        self.collected("watchfire_collector_failures_total", "Runs that failed.", |stats| {
            stats.failures as f64
        });
        self.collected(
            "watchfire_collector_missed_total",
            "Ticks left out because the run before took too long.",
            |stats| stats.missed as f64,
        );
        self.collected(
            "watchfire_collector_duration_seconds_total",
            "Time that reading took, all runs together.",
            |stats| stats.total.as_secs_f64(),
        );
        let collectors = self.sources.collectors.clone();
        self.meter
            .f64_observable_gauge("watchfire_collector_last_duration_seconds")
            .with_description("Time that reading took in the last run.")
            .with_callback(move |observer| {
                for (name, stats) in collectors.snapshot() {
                    observer.observe(stats.last.as_secs_f64(), &[KeyValue::new("collector", name)]);
                }
            })
            .build();
    }

    fn dashboards(&self) {
        let service = self.sources.service.clone();
        self.meter
            .u64_observable_gauge("watchfire_dashboards_of_files")
            .with_description("Dashboards that files say.")
            .with_callback(move |observer| {
                observer.observe(service.dashboards().provisioning_status().dashboards as u64, &[]);
            })
            .build();
        let service = self.sources.service.clone();
        self.meter
            .u64_observable_gauge("watchfire_dashboards_file_errors")
            .with_description("Files of dashboards that cannot be taken in.")
            .with_callback(move |observer| {
                observer.observe(service.dashboards().provisioning_status().errors.len() as u64, &[]);
            })
            .build();
        let service = self.sources.service.clone();
        self.meter
            .u64_observable_counter("watchfire_dashboards_file_failures_total")
            .with_description("Times that something was found wrong with a file of dashboards.")
            .with_callback(move |observer| {
                observer.observe(service.dashboards().provisioning_status().failures, &[]);
            })
            .build();
        let service = self.sources.service.clone();
        self.meter
            .u64_observable_counter("watchfire_dashboards_limited_total")
            .with_description("What a limit of dashboards refused or cut short.")
            .with_callback(move |observer| observer.observe(service.dashboards().limited(), &[]))
            .build();
    }

    fn usage(&self, name: &'static str, help: &'static str, value: fn(Usage) -> Option<f64>) {
        let process = self.sources.process.clone();
        let callback = move |observer: &dyn opentelemetry::metrics::AsyncInstrument<f64>| {
            if let Some(value) = process.read().and_then(value) {
                observer.observe(value, &[]);
            }
        };
        self.meter.f64_observable_gauge(name).with_description(help).with_callback(callback).build();
    }

    fn stored(&self, name: &'static str, help: &'static str, value: fn(StorageStats) -> f64) {
        let service = self.sources.service.clone();
        self.meter
            .f64_observable_gauge(name)
            .with_description(help)
            .with_callback(move |observer| observer.observe(value(service.storage_stats()), &[]))
            .build();
    }

    fn counted(&self, name: &'static str, help: &'static str, value: fn(StorageStats) -> u64) {
        let service = self.sources.service.clone();
        self.meter
            .u64_observable_counter(name)
            .with_description(help)
            .with_callback(move |observer| observer.observe(value(service.storage_stats()), &[]))
            .build();
    }

    fn cached(&self, name: &'static str, help: &'static str, value: fn(CacheStats) -> u64) {
        let service = self.sources.service.clone();
        self.meter
            .u64_observable_counter(name)
            .with_description(help)
            .with_callback(move |observer| observer.observe(value(service.cache_stats()), &[]))
            .build();
    }

    fn held(&self, name: &'static str, help: &'static str, value: fn(CacheStats) -> u64) {
        let service = self.sources.service.clone();
        self.meter
            .u64_observable_gauge(name)
            .with_description(help)
            .with_callback(move |observer| observer.observe(value(service.cache_stats()), &[]))
            .build();
    }

    fn watched(&self, name: &'static str, help: &'static str, value: fn(&HubStats) -> &AtomicUsize) {
        let hub = self.sources.hub.clone();
        self.meter
            .u64_observable_gauge(name)
            .with_description(help)
            .with_callback(move |observer| {
                observer.observe(value(hub.stats()).load(Ordering::Relaxed) as u64, &[]);
            })
            .build();
    }

    fn happened(&self, name: &'static str, help: &'static str, value: fn(&HubStats) -> &AtomicU64) {
        let hub = self.sources.hub.clone();
        self.meter
            .u64_observable_counter(name)
            .with_description(help)
            .with_callback(move |observer| observer.observe(value(hub.stats()).load(Ordering::Relaxed), &[]))
            .build();
    }

    fn collected(&self, name: &'static str, help: &'static str, value: fn(&CollectionStats) -> f64) {
        let collectors = self.sources.collectors.clone();
        self.meter
            .f64_observable_counter(name)
            .with_description(help)
            .with_callback(move |observer| {
                for (name, stats) in collectors.snapshot() {
                    observer.observe(value(&stats), &[KeyValue::new("collector", name)]);
                }
            })
            .build();
    }
}
