use super::values::{
    address, bound, choice, count, duration, late_window, level, names, optional, optional_address, path,
    retention, retention_rules, size, switch,
};
use super::{Config, Durability, LogFormat};

/// One setting: a row of [`SETTINGS`].
pub(super) struct Setting {
    /// The key in the file, dots between section and name.
    pub(super) key: &'static str,
    /// The flag without its dashes.
    pub(super) flag: &'static str,
    /// The default, written as a person would write it.
    pub(super) default: &'static str,
    /// What kind of value it takes.
    pub(super) form: Form,
    /// One sentence with units and limits; the help text and the reference.
    pub(super) help: &'static str,
    /// Reads the text and writes the field, or says what is wrong with the text and what to write instead.
    pub(super) set: fn(&mut Config, &str) -> Result<(), String>,
}

/// The kind of a value: how it is written in TOML and what stands for it in the help text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A string.
    Text(&'static str),
    /// true or false; its flag stands alone and has a `--no-` twin.
    Switch,
    /// A whole number.
    Count,
    /// Bytes: a number, or a string with a unit.
    Size,
    /// A string such as `7d`; the number 0 too.
    Duration,
}

impl Setting {
    /// The environment variable: `storage.retention` is `WATCHFIRE_STORAGE_RETENTION`.
    pub(super) fn variable(&self) -> String {
        format!("WATCHFIRE_{}", self.key.replace('.', "_").to_ascii_uppercase())
    }

    /// The section of the key, empty for those that stand outside.
    pub(super) fn section(&self) -> &'static str {
        self.key.rsplit_once('.').map_or("", |(section, _)| section)
    }
}

impl Form {
    /// What stands for the value in the help text; nothing for a switch.
    pub(super) fn placeholder(self) -> Option<&'static str> {
        match self {
            Form::Text(placeholder) => Some(placeholder),
            Form::Switch => None,
            Form::Count => Some("NUMBER"),
            Form::Size => Some("BYTES"),
            Form::Duration => Some("DURATION"),
        }
    }

    /// What the value of a key has to be in a file.
    pub(super) fn toml(self) -> &'static str {
        match self {
            Form::Text(_) => "a string",
            Form::Switch => "true or false",
            Form::Count => "a whole number",
            Form::Size => "a number of bytes or a string such as \"64MiB\"",
            Form::Duration => "a string such as \"30s\"",
        }
    }
}

/// Puts a value that could be read into its field.
fn put<T>(field: &mut T, value: Result<T, String>) -> Result<(), String> {
    *field = value?;
    Ok(())
}

/// Every setting, in the order of the help text, of `config show` and of docs/CONFIG.md.
pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        key: "listen",
        flag: "listen",
        default: "127.0.0.1:3473",
        form: Form::Text("ADDRESS"),
        help: "The address and port of the web interface and the API; port 0 takes any free one.",
        set: |config, text| put(&mut config.listen, address(text)),
    },
    Setting {
        key: "i_know_there_is_no_login",
        flag: "i-know-there-is-no-login",
        default: "false",
        form: Form::Switch,
        help: "Allow an address that other machines can reach, although nobody is asked for a password.",
        set: |config, text| put(&mut config.i_know_there_is_no_login, switch(text)),
    },
    Setting {
        key: "data_dir",
        flag: "data-dir",
        default: "./watchfire-data",
        form: Form::Text("FOLDER"),
        help: "The folder of everything stored, made if missing; a relative path starts at the working directory.",
        set: |config, text| put(&mut config.data_dir, path(text)),
    },
    Setting {
        key: "site_dir",
        flag: "site-dir",
        default: "",
        form: Form::Text("FOLDER"),
        help: "The folder of the interface's files; empty for those built into the program.",
        set: |config, text| put(&mut config.site_dir, Ok(optional(text))),
    },
    Setting {
        key: "dev_reload",
        flag: "dev-reload",
        default: "false",
        form: Form::Switch,
        help: "Reload open pages when the server was rebuilt; for work on Watchfire itself.",
        set: |config, text| put(&mut config.dev_reload, switch(text)),
    },
    Setting {
        key: "log.format",
        flag: "log-format",
        default: "text",
        form: Form::Text("text|json"),
        help: "How a line of the log looks: text for people, json for programs.",
        set: |config, text| {
            let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
            put(&mut config.log.format, choice(text, &formats))
        },
    },
    Setting {
        key: "log.level",
        flag: "log-level",
        default: "info",
        form: Form::Text("DIRECTIVES"),
        help: "What is logged: off, error, warn, info, debug or trace, and target=level for single modules, with \
               commas between.",
        set: |config, text| put(&mut config.log.level, level(text)),
    },
    Setting {
        key: "storage.retention",
        flag: "retention",
        default: "7d",
        form: Form::Duration,
        help: "How long samples are kept, 1h or more; 0 for ever.",
        set: |config, text| put(&mut config.storage.retention, retention(text, "1h")),
    },
    Setting {
        key: "storage.rollups",
        flag: "rollups",
        default: "true",
        form: Form::Switch,
        help: "Whether days that have ended get rollups of 5 minutes, an hour and a day, which stay when samples go and make \
               long ranges fast.",
        set: |config, text| put(&mut config.storage.rollups, switch(text)),
    },
    Setting {
        key: "storage.retention_5m",
        flag: "retention-5m",
        default: "7d",
        form: Form::Duration,
        help: "How long rollups of 5 minutes are kept, 1h or more; 0 for ever.",
        set: |config, text| put(&mut config.storage.retention_5m, retention(text, "1h")),
    },
    Setting {
        key: "storage.retention_hourly",
        flag: "retention-hourly",
        default: "30d",
        form: Form::Duration,
        help: "How long rollups of an hour are kept, 1h or more; 0 for ever.",
        set: |config, text| put(&mut config.storage.retention_hourly, retention(text, "1h")),
    },
    Setting {
        key: "storage.retention_daily",
        flag: "retention-daily",
        default: "1y",
        form: Form::Duration,
        help: "How long rollups of a day are kept, 1h or more, in whole months; 0 for ever.",
        set: |config, text| put(&mut config.storage.retention_daily, retention(text, "1h")),
    },
    Setting {
        key: "storage.block_window",
        flag: "block-window",
        default: "30m",
        form: Form::Duration,
        help: "The time range that one compressed block of a series covers, 1s to 1d.",
        set: |config, text| put(&mut config.storage.block_window, duration(text, "1s", "1d")),
    },
    Setting {
        key: "storage.durability",
        flag: "durability",
        default: "process",
        form: Form::Text("process|power-loss"),
        help: "What an acknowledged sample survives: the sudden end of the process, or of the machine's power too, \
               which costs an fsync for each group of batches.",
        set: |config, text| {
            let levels = [("process", Durability::Process), ("power-loss", Durability::PowerLoss)];
            put(&mut config.storage.durability, choice(text, &levels))
        },
    },
    Setting {
        key: "storage.min_free_bytes",
        flag: "min-free-bytes",
        default: "64MiB",
        form: Form::Size,
        help: "The free bytes on the disk below which no more samples are taken, 0 to 1TiB.",
        set: |config, text| put(&mut config.storage.min_free_bytes, size(text, "0", "1TiB")),
    },
    Setting {
        key: "storage.max_head_samples",
        flag: "max-head-samples",
        default: "8000000",
        form: Form::Count,
        help: "Samples not yet in a partition at which they are written there before the block window ends, 1000 to 1000000000; a start after a crash reads them again.",
        set: |config, text| put(&mut config.storage.max_head_samples, count(text, 1000..=1_000_000_000)),
    },
    Setting {
        key: "storage.head_window",
        flag: "head-window",
        default: "1h",
        form: Form::Duration,
        help: "How much of the newest time stays in memory for fast queries, 1m to 1d.",
        set: |config, text| put(&mut config.storage.head_window, duration(text, "1m", "1d")),
    },
    Setting {
        key: "storage.out_of_order_window",
        flag: "out-of-order-window",
        default: "1h",
        form: Form::Duration,
        help: "How far behind the newest sample of its series a sample may be, 0s to 1y; unlimited takes any age in any order, and times to come too.",
        set: |config, text| put(&mut config.storage.out_of_order_window, late_window(text)),
    },
    Setting {
        key: "storage.retention_rules",
        flag: "retention-rules",
        default: "",
        form: Form::Text("RULES"),
        help: "Shorter retentions for some series: a selector and a duration each, with semicolons between, such as {job=\"debug\"} 1d; {env=\"test\"} 6h.",
        set: |config, text| put(&mut config.storage.retention_rules, retention_rules(text)),
    },
    Setting {
        key: "storage.max_bytes",
        flag: "max-bytes",
        default: "0",
        form: Form::Size,
        help: "Bytes of everything stored, beyond which the oldest day is deleted, 0 to 1024TiB; 0 sets no bound.",
        set: |config, text| put(&mut config.storage.max_bytes, bound(text)),
    },
    Setting {
        key: "storage.max_series",
        flag: "max-series",
        default: "2000000",
        form: Form::Count,
        help: "Series in memory, 1 to 1000000000; new ones are refused beyond, never old ones.",
        set: |config, text| put(&mut config.storage.max_series, count(text, 1..=1_000_000_000)),
    },
    Setting {
        key: "storage.max_labels",
        flag: "max-labels",
        default: "64",
        form: Form::Count,
        help: "Labels of one series, 1 to 10000.",
        set: |config, text| put(&mut config.storage.max_labels, count(text, 1..=10_000)),
    },
    Setting {
        key: "storage.max_label_name",
        flag: "max-label-name",
        default: "1024",
        form: Form::Count,
        help: "Bytes of a label's name, 1 to 1000000.",
        set: |config, text| put(&mut config.storage.max_label_name, count(text, 1..=1_000_000)),
    },
    Setting {
        key: "storage.max_label_value",
        flag: "max-label-value",
        default: "8192",
        form: Form::Count,
        help: "Bytes of a label's value, 1 to 1000000.",
        set: |config, text| put(&mut config.storage.max_label_value, count(text, 1..=1_000_000)),
    },
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
        help: "Series that StatsD may count at a time, 1 to 10000000; lines of others are refused.",
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
    Setting {
        key: "collect.enabled",
        flag: "collect",
        default: "true",
        form: Form::Switch,
        help: "Read this machine's CPU, memory, disks and network.",
        set: |config, text| put(&mut config.collect.enabled, switch(text)),
    },
    Setting {
        key: "collect.interval",
        flag: "collect-interval",
        default: "1s",
        form: Form::Duration,
        help: "The time between two readings of this machine, 100ms to 1h.",
        set: |config, text| put(&mut config.collect.interval, duration(text, "100ms", "1h")),
    },
    Setting {
        key: "collect.host",
        flag: "host-name",
        default: "",
        form: Form::Text("NAME"),
        help: "The label host of this machine's series; empty for the machine's own name.",
        set: |config, text| put(&mut config.collect.host, Ok(optional(text))),
    },
    Setting {
        key: "live.max_connections",
        flag: "live-max-connections",
        default: "1000",
        form: Form::Count,
        help: "Live connections (open pages) at a time, 1 to 100000; one more is refused.",
        set: |config, text| put(&mut config.live.max_connections, count(text, 1..=100_000)),
    },
    Setting {
        key: "live.max_subscriptions",
        flag: "live-max-subscriptions",
        default: "200",
        form: Form::Count,
        help: "Subscriptions (charts) of one live connection, 1 to 10000; one more is refused.",
        set: |config, text| put(&mut config.live.max_subscriptions, count(text, 1..=10_000)),
    },
    Setting {
        key: "live.max_points",
        flag: "live-max-points",
        default: "2000",
        form: Form::Count,
        help: "Points of one series in one live answer, 10 to 100000.",
        set: |config, text| put(&mut config.live.max_points, count(text, 10..=100_000)),
    },
    Setting {
        key: "live.queue",
        flag: "live-queue",
        default: "64",
        form: Form::Count,
        help: "Messages that a slow reader may lag behind before it is skipped ahead, 1 to 10000.",
        set: |config, text| put(&mut config.live.queue, count(text, 1..=10_000)),
    },
    Setting {
        key: "live.max_message_bytes",
        flag: "live-max-message-bytes",
        default: "64KiB",
        form: Form::Size,
        help: "Bytes of one message from a live client, 1KiB to 16MiB; a longer one ends its connection.",
        set: |config, text| put(&mut config.live.max_message_bytes, size(text, "1KiB", "16MiB")),
    },
    Setting {
        key: "live.max_series",
        flag: "live-max-series",
        default: "1000",
        form: Form::Count,
        help: "Series of one live chart, 1 to 1000000.",
        set: |config, text| put(&mut config.live.max_series, count(text, 1..=1_000_000)),
    },
    Setting {
        key: "query.max_series",
        flag: "query-max-series",
        default: "1000000",
        form: Form::Count,
        help: "Series that one selector of a query may match, 1 to 100000000.",
        set: |config, text| put(&mut config.query.max_series, count(text, 1..=100_000_000)),
    },
    Setting {
        key: "query.max_samples",
        flag: "query-max-samples",
        default: "50000000",
        form: Form::Count,
        help: "Samples that one query may hold in memory, 1000 to 10000000000.",
        set: |config, text| put(&mut config.query.max_samples, count(text, 1000..=10_000_000_000)),
    },
    Setting {
        key: "query.max_points",
        flag: "query-max-points",
        default: "11000",
        form: Form::Count,
        help: "Steps of one range query, 10 to 1000000.",
        set: |config, text| put(&mut config.query.max_points, count(text, 10..=1_000_000)),
    },
    Setting {
        key: "query.max_concurrent",
        flag: "query-max-concurrent",
        default: "20",
        form: Form::Count,
        help: "Queries that are evaluated at a time, 1 to 10000; the others wait until their time is up.",
        set: |config, text| put(&mut config.query.max_concurrent, count(text, 1..=10_000)),
    },
    Setting {
        key: "query.timeout",
        flag: "query-timeout",
        default: "2m",
        form: Form::Duration,
        help: "How long one query may take, 100ms to 1h.",
        set: |config, text| put(&mut config.query.timeout, duration(text, "100ms", "1h")),
    },
    Setting {
        key: "query.lookback",
        flag: "query-lookback",
        default: "5m",
        form: Form::Duration,
        help: "How old the newest sample of a series may be to count as its value, 1s to 1d.",
        set: |config, text| put(&mut config.query.lookback, duration(text, "1s", "1d")),
    },
    Setting {
        key: "query.experimental_functions",
        flag: "query-experimental-functions",
        default: "false",
        form: Form::Switch,
        help: "Allow the functions and aggregations that Prometheus calls experimental.",
        set: |config, text| put(&mut config.query.experimental_functions, switch(text)),
    },
    Setting {
        key: "http.request_timeout",
        flag: "http-request-timeout",
        default: "30s",
        form: Form::Duration,
        help: "How long one request may take, 100ms to 1h.",
        set: |config, text| put(&mut config.http.request_timeout, duration(text, "100ms", "1h")),
    },
    Setting {
        key: "http.shutdown_timeout",
        flag: "shutdown-timeout",
        default: "1500ms",
        form: Form::Duration,
        help: "How long open requests may take to finish after SIGTERM, 100ms to 10m.",
        set: |config, text| put(&mut config.http.shutdown_timeout, duration(text, "100ms", "10m")),
    },
    Setting {
        key: "http.allowed_hosts",
        flag: "allowed-hosts",
        default: "",
        form: Form::Text("NAMES"),
        help: "Names, separated by commas, besides localhost and addresses under which requests are answered: this machine's, or those of a proxy in front.",
        set: |config, text| put(&mut config.http.allowed_hosts, Ok(names(text))),
    },
    Setting {
        key: "http.cors_origins",
        flag: "cors-origins",
        default: "",
        form: Form::Text("ORIGINS"),
        help: "Origins, separated by commas, whose pages may read the Prometheus API, such as https://grafana.example.org; * for all.",
        set: |config, text| put(&mut config.http.cors_origins, Ok(names(text))),
    },
];
