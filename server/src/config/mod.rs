//! Configuration: what can be set, where a value came from, and what is wrong with one.
//!
//! The table behind [`settings::settings`] is the only place that knows a setting. The TOML key, the environment variable, the flag, the
//! help text, the default, `config show` and docs/CONFIG.md all come from its row; a new setting is a row there and a
//! field here.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use watchfire_probe::{CertificateTarget, HttpTarget, IcmpTarget, TcpTarget};
use watchfire_storage::RetentionRule;

use crate::demo::{Plan, Target};

mod alerting;
mod command_line;
mod environment;
mod file;
mod nearest;
mod origin;
mod resolve;
mod settings;
mod show;
mod values;

#[cfg(test)]
mod error_tests;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub(crate) use alerting::{IncidentsConfig, NotifyConfig, RulesConfig};
pub(crate) use command_line::parse_command_line;
use origin::Problem;

/// What the program was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Run the server.
    Serve(Box<Config>),
    /// `health`: ask the server that listens there.
    Health(SocketAddr),
    /// `backup`: copy what is stored.
    Backup {
        /// From here.
        data_dir: PathBuf,
        /// To here.
        copy: PathBuf,
    },
    /// `restore`: copy a backup back.
    Restore {
        /// From here.
        copy: PathBuf,
        /// To here.
        data_dir: PathBuf,
    },
    /// `demo`: send made-up data.
    Demo {
        /// To this server.
        target: Target,
        /// What, and how often.
        plan: Plan,
    },
    /// `demo --delete`: delete it there.
    DemoDelete(Target),
    /// `export rules`: ask this server for those that forms made.
    ExportRules(Target),
    /// `check rules`: read these files.
    CheckRules(Vec<PathBuf>),
    /// `test rules`: run the tests of these files.
    TestRules(Vec<PathBuf>),
    /// `config check`: nothing is wrong; the sentence says with which file.
    ConfigCheck(String),
    /// `config show`: every setting as a configuration file.
    ConfigShow(String),
    /// The help text or the version.
    Print(String),
}

/// Why the command line, the environment or the file cannot be followed. The text has a line for each mistake.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandLineError {
    /// The arguments do not form a command.
    #[error("{0}")]
    Usage(String),
    /// Values or names are wrong; never empty.
    #[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<Problem>),
}

impl CommandLineError {
    /// The exit code of the process, as docs/CONFIG.md has it.
    pub(crate) const EXIT_CODE: u8 = 2;
}

/// Everything that can be set, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// The address of the HTTP server; loopback unless `i_know_there_is_no_login`.
    pub(crate) listen: SocketAddr,
    /// Whether an address that other machines can reach was asked for knowingly.
    pub(crate) i_know_there_is_no_login: bool,
    /// The folder of everything stored; relative to the working directory.
    pub(crate) data_dir: PathBuf,
    /// The folder of the interface's files; `None`: those built into the program.
    pub(crate) site_dir: Option<PathBuf>,
    /// Whether open pages reload when the server was rebuilt.
    pub(crate) dev_reload: bool,
    /// The program's own log.
    pub(crate) log: LogConfig,
    /// What is kept and how.
    pub(crate) storage: StorageConfig,
    /// Taking samples from other programs.
    pub(crate) ingest: IngestConfig,
    /// Asking targets for their metrics.
    pub(crate) scrape: ScrapeConfig,
    /// Reading this machine.
    pub(crate) collect: CollectConfig,
    /// Looking at addresses from outside.
    pub(crate) probe: ProbeConfig,
    /// The WebSocket that charts are fed by.
    pub(crate) live: LiveConfig,
    /// Answering questions about what is stored.
    pub(crate) query: QueryConfig,
    /// The HTTP server.
    pub(crate) http: HttpConfig,
    /// Dashboards.
    pub(crate) dashboards: DashboardsConfig,
    /// Pictures by their address.
    pub(crate) render: RenderConfig,
    /// Rules and their alerts.
    pub(crate) rules: RulesConfig,
    /// Alerts that belong together.
    pub(crate) incidents: IncidentsConfig,
    /// From alerts to notifications.
    pub(crate) notify: NotifyConfig,
    /// Every key with the text that won, in the order of docs/CONFIG.md. None is a secret.
    pub(crate) texts: Vec<(&'static str, String)>,
}

impl Config {
    /// A configuration to write values into: every field is overwritten by its row's default.
    fn blank() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            i_know_there_is_no_login: false,
            data_dir: PathBuf::new(),
            site_dir: None,
            dev_reload: false,
            log: LogConfig::default(),
            storage: StorageConfig::default(),
            ingest: IngestConfig::default(),
            scrape: ScrapeConfig::default(),
            collect: CollectConfig::default(),
            probe: ProbeConfig::default(),
            live: LiveConfig::default(),
            query: QueryConfig::default(),
            http: HttpConfig::default(),
            dashboards: DashboardsConfig::default(),
            render: RenderConfig::default(),
            rules: RulesConfig::default(),
            incidents: IncidentsConfig::default(),
            notify: NotifyConfig::default(),
            texts: Vec::new(),
        }
    }
}

/// The program's own log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogConfig {
    /// How a line looks.
    pub(crate) format: LogFormat,
    /// A directive of `tracing_subscriber::EnvFilter`, known to be readable.
    pub(crate) level: String,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// What is kept and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StorageConfig {
    /// How long samples are kept; `None`: for ever.
    pub(crate) retention: Option<Duration>,
    /// Whether finished days get rollups.
    pub(crate) rollups: bool,
    /// How long rollups of 5 minutes are kept; `None`: for ever.
    pub(crate) retention_5m: Option<Duration>,
    /// How long rollups of an hour are kept.
    pub(crate) retention_hourly: Option<Duration>,
    /// How long rollups of a day are kept.
    pub(crate) retention_daily: Option<Duration>,
    /// The time range that one block of a series covers.
    pub(crate) block_window: Duration,
    /// What an acknowledged sample survives.
    pub(crate) durability: Durability,
    /// Free bytes on the disk below which nothing more is taken.
    pub(crate) min_free_bytes: u64,
    /// Samples not yet in a partition at which they are written there early.
    pub(crate) max_head_samples: usize,
    /// How much of the newest time stays in memory.
    pub(crate) head_window: Duration,
    /// How far behind the newest sample of its series a sample may be; `None`: any age.
    pub(crate) out_of_order_window: Option<Duration>,
    /// Shorter retentions for some series.
    pub(crate) retention_rules: Vec<RetentionRule>,
    /// Bytes of everything stored; `None`: no bound.
    pub(crate) max_bytes: Option<u64>,
    /// Series in memory.
    pub(crate) max_series: usize,
    /// Labels of one series.
    pub(crate) max_labels: usize,
    /// Bytes of a label's name.
    pub(crate) max_label_name: usize,
    /// Bytes of a label's value.
    pub(crate) max_label_value: usize,
}

/// Taking samples from other programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IngestConfig {
    /// Bytes of one request after decompression.
    pub(crate) max_body_bytes: u64,
    /// Requests that are worked on at a time.
    pub(crate) max_in_flight: usize,
    /// Bytes of their bodies that are held at a time.
    pub(crate) max_held_bytes: u64,
    /// Samples a second of one sender; 0: no bound.
    pub(crate) max_samples_per_second: usize,
    /// The address that OTLP over gRPC is taken at, besides the server's own; `None`: nowhere else.
    pub(crate) otlp_grpc_listen: Option<SocketAddr>,
    /// The same for OTLP over HTTP.
    pub(crate) otlp_http_listen: Option<SocketAddr>,
    /// Attributes of resources that become labels of each series.
    pub(crate) otlp_promote: Vec<String>,
    /// Numbers that running totals of deltas hold at most.
    pub(crate) otlp_max_deltas: usize,
    /// A running total without a delta for so long is forgotten.
    pub(crate) otlp_delta_idle: Duration,
    /// The UDP address that StatsD is taken at; `None`: nowhere.
    pub(crate) statsd_listen: Option<SocketAddr>,
    /// How often what StatsD counted is stored.
    pub(crate) statsd_flush: Duration,
    /// Series of StatsD.
    pub(crate) statsd_max_series: usize,
}

/// What an acknowledged sample survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The end of the process, however sudden.
    #[default]
    Process,
    /// The end of the machine's power too, at the price of an fsync for each group of batches.
    PowerLoss,
}

/// Asking targets for their metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScrapeConfig {
    /// The file with `scrape_configs`; `None`: nothing is scraped.
    pub(crate) config: Option<PathBuf>,
    /// Whether each scrape tells its timeout and limit, too.
    pub(crate) extra_metrics: bool,
}

/// Reading this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CollectConfig {
    /// Whether this machine is read at all.
    pub(crate) enabled: bool,
    /// The time between two readings of the host; here as below zero turns the collector off.
    pub(crate) interval: Duration,
    /// The value of the label `host`; `None`: this machine's name.
    pub(crate) host: Option<String>,
    /// The time between two readings of what disks do.
    pub(crate) disk_io_interval: Duration,
    /// The time between two readings of this process' control group.
    pub(crate) cgroup_interval: Duration,
    /// The time between two readings of systemd's units.
    pub(crate) systemd_interval: Duration,
    /// The time between two readings of NVIDIA GPUs.
    pub(crate) gpu_interval: Duration,
}

/// Looking at addresses from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProbeConfig {
    /// What is asked by HTTP.
    pub(crate) http: Vec<HttpTarget>,
    /// The time between two probes by HTTP; here as below zero turns the collector off.
    pub(crate) http_interval: Duration,
    /// What is connected to by TCP.
    pub(crate) tcp: Vec<TcpTarget>,
    /// The time between two probes by TCP.
    pub(crate) tcp_interval: Duration,
    /// What is sent an echo request.
    pub(crate) icmp: Vec<IcmpTarget>,
    /// The time between two probes by ICMP.
    pub(crate) icmp_interval: Duration,
    /// Whose certificates are watched.
    pub(crate) certificates: Vec<CertificateTarget>,
    /// The time between two looks at certificates.
    pub(crate) certificates_interval: Duration,
    /// How long a target has for its whole answer.
    pub(crate) timeout: Duration,
}

/// The WebSocket that charts are fed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LiveConfig {
    /// Connections open at a time.
    pub(crate) max_connections: usize,
    /// Connections from one address at a time.
    pub(crate) max_connections_per_address: usize,
    /// Subscriptions of one connection.
    pub(crate) max_subscriptions: usize,
    /// Points of one series in one answer.
    pub(crate) max_points: usize,
    /// Messages that wait for a slow reader before it is skipped ahead.
    pub(crate) queue: usize,
    /// Bytes of them, where there is more than one.
    pub(crate) queue_bytes: usize,
    /// Bytes of one message from a client.
    pub(crate) max_message_bytes: usize,
    /// Series of one chart.
    pub(crate) max_series: usize,
}

/// Answering questions about what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct QueryConfig {
    /// Series that one selector may match.
    pub(crate) max_series: usize,
    /// Samples that one query may hold.
    pub(crate) max_samples: usize,
    /// Steps of one range query.
    pub(crate) max_points: usize,
    /// Queries that are evaluated at a time.
    pub(crate) max_concurrent: usize,
    /// How long one query may take.
    pub(crate) timeout: Duration,
    /// How old the newest sample of a series may be to count as its value.
    pub(crate) lookback: Duration,
    /// Whether experimental functions may be called.
    pub(crate) experimental_functions: bool,
    /// Bytes of answers that are kept.
    pub(crate) cache_bytes: u64,
}

/// The HTTP server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HttpConfig {
    /// How long one request may take.
    pub(crate) request_timeout: Duration,
    /// How long open requests may finish after SIGTERM.
    pub(crate) shutdown_timeout: Duration,
    /// Names besides loopback's under which a server on loopback answers.
    pub(crate) allowed_hosts: Vec<String>,
    /// Where people reach this server; empty for its own address.
    pub(crate) external_url: String,
    /// Origins whose pages may read the Prometheus API.
    pub(crate) cors_origins: Vec<String>,
}

/// Dashboards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DashboardsConfig {
    /// Folders with dashboards as files.
    pub(crate) dirs: Vec<PathBuf>,
    /// How often these are looked at.
    pub(crate) reload_interval: Duration,
    /// Whether what was changed here may be written into such a file.
    pub(crate) write_back: bool,
    /// Whether those that come with the program are there.
    pub(crate) shipped: bool,
    /// Bytes of one dashboard.
    pub(crate) max_bytes: usize,
    /// Versions of a dashboard that are kept.
    pub(crate) keep_versions: usize,
    /// Choices of one variable.
    pub(crate) max_choices: usize,
    /// Annotations together.
    pub(crate) max_annotations: usize,
    /// Annotations of one answer.
    pub(crate) max_annotations_shown: usize,
    /// Bytes of one annotation.
    pub(crate) max_annotation_bytes: usize,
    /// Bytes of one snapshot.
    pub(crate) max_snapshot_bytes: usize,
}

/// Pictures by their address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RenderConfig {
    /// Pixels of one PNG.
    pub(crate) max_pixels: u64,
    /// Panels of one picture.
    pub(crate) max_panels: usize,
    /// Pictures that are drawn at a time.
    pub(crate) max_concurrent: usize,
    /// How long one may take.
    pub(crate) timeout: Duration,
    /// Bytes of pictures that are kept.
    pub(crate) cache_bytes: u64,
}
