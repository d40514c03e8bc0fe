//! What comes in: the sections `ingest` and `scrape`.

use super::{Form, Setting, put};
use crate::config::values::{count, duration, names, optional, optional_address, size, switch};

pub(super) static INGEST: &[Setting] = &[
    Setting {
        key: "ingest.max_body_bytes",
        flag: "ingest-max-body-bytes",
        default: "64MiB",
        form: Form::Size,
        help: "Bytes of one request that brings samples, after decompression, 1KiB to 1GiB; a larger one gets 413.",
        set: |config, text| put(&mut config.ingest.max_body_bytes, size(text, "1KiB", "1GiB")),
    },
    Setting {
        key: "ingest.max_in_flight",
        flag: "ingest-max-in-flight",
        default: "64",
        form: Form::Count,
        help: "Requests with samples that are worked on at a time, 1 to 10000; one more gets 503 and is asked to come back.",
        set: |config, text| put(&mut config.ingest.max_in_flight, count(text, 1..=10_000)),
    },
    Setting {
        key: "ingest.max_samples_per_second",
        flag: "ingest-max-samples-per-second",
        default: "0",
        form: Form::Count,
        help: "Samples a second of one sender, told apart by its Authorization header, 0 to 1000000000, with bursts of ten seconds; more get 429. 0 sets no bound.",
        set: |config, text| put(&mut config.ingest.max_samples_per_second, count(text, 0..=1_000_000_000)),
    },
    Setting {
        key: "ingest.otlp_grpc_listen",
        flag: "otlp-grpc-listen",
        default: "127.0.0.1:4317",
        form: Form::Text("ADDRESS:PORT"),
        help: "A second address at which OTLP is taken, for gRPC; empty for none. When the default one is in use, the server goes on without.",
        set: |config, text| put(&mut config.ingest.otlp_grpc_listen, optional_address(text)),
    },
    Setting {
        key: "ingest.otlp_http_listen",
        flag: "otlp-http-listen",
        default: "127.0.0.1:4318",
        form: Form::Text("ADDRESS:PORT"),
        help: "A third address at which OTLP is taken, for HTTP; empty for none. When the default one is in use, the server goes on without.",
        set: |config, text| put(&mut config.ingest.otlp_http_listen, optional_address(text)),
    },
    Setting {
        key: "ingest.otlp_promote",
        flag: "otlp-promote",
        default: "",
        form: Form::Text("ATTRIBUTES"),
        help: "Attributes of OTLP's resources that become labels of each series, such as k8s.pod.name, with commas between; all are \
               in target_info.",
        set: |config, text| put(&mut config.ingest.otlp_promote, Ok(names(text))),
    },
    Setting {
        key: "ingest.otlp_max_deltas",
        flag: "otlp-max-deltas",
        default: "1000000",
        form: Form::Count,
        help: "Numbers that running totals of OTLP's deltas hold at most: one for a sum, its buckets and two for a histogram. \
               Deltas of further series are left out and counted.",
        set: |config, text| put(&mut config.ingest.otlp_max_deltas, count(text, 0..=1_000_000_000)),
    },
    Setting {
        key: "ingest.otlp_delta_idle",
        flag: "otlp-delta-idle",
        default: "1h",
        form: Form::Duration,
        help: "A running total without a delta for so long is forgotten, 1m to 30d; the series then starts anew.",
        set: |config, text| put(&mut config.ingest.otlp_delta_idle, duration(text, "1m", "30d")),
    },
    Setting {
        key: "ingest.statsd_listen",
        flag: "statsd-listen",
        default: "",
        form: Form::Text("ADDRESS:PORT"),
        help: "The UDP address at which StatsD is taken, such as 127.0.0.1:8125; empty for nowhere.",
        set: |config, text| put(&mut config.ingest.statsd_listen, optional_address(text)),
    },
    Setting {
        key: "ingest.statsd_flush",
        flag: "statsd-flush",
        default: "10s",
        form: Form::Duration,
        help: "How often what StatsD counted is stored, 1s to 10m.",
        set: |config, text| put(&mut config.ingest.statsd_flush, duration(text, "1s", "10m")),
    },
    Setting {
        key: "ingest.statsd_max_series",
        flag: "statsd-max-series",
        default: "20000",
        form: Form::Count,
        help: "Series that StatsD may count at a time, 1 to 10000000, each member of a set as one; lines of others are refused.",
        set: |config, text| put(&mut config.ingest.statsd_max_series, count(text, 1..=10_000_000)),
    },
    Setting {
        key: "scrape.config",
        flag: "scrape-config",
        default: "",
        form: Form::Text("FILE"),
        help: "A configuration file of Prometheus whose scrape_configs are scraped; read again when it changes. Empty for none.",
        set: |config, text| put(&mut config.scrape.config, Ok(optional(text))),
    },
    Setting {
        key: "scrape.extra_metrics",
        flag: "scrape-extra-metrics",
        default: "false",
        form: Form::Switch,
        help: "Whether each scrape also tells scrape_timeout_seconds and scrape_sample_limit.",
        set: |config, text| put(&mut config.scrape.extra_metrics, switch(text)),
    },
];
