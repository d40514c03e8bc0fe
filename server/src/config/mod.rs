//! Configuration: what can be set, where a value came from, and what is wrong with one.
//!
//! [`settings::SETTINGS`] is the only place that knows a setting. The TOML key, the environment variable, the flag, the
//! help text, the default, `config show` and docs/CONFIG.md all come from its row; a new setting is a row there and a
//! field here.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

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

pub(crate) use command_line::parse_command_line;
use origin::Problem;

/// What the program was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Run the server.
    Serve(Box<Config>),
    /// `health`: ask the server that listens there.
    Health(SocketAddr),
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
    /// Reading this machine.
    pub(crate) collect: CollectConfig,
    /// The WebSocket that charts are fed by.
    pub(crate) live: LiveConfig,
    /// Answering questions about what is stored.
    pub(crate) query: QueryConfig,
    /// The HTTP server.
    pub(crate) http: HttpConfig,
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
            collect: CollectConfig::default(),
            live: LiveConfig::default(),
            query: QueryConfig::default(),
            http: HttpConfig::default(),
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
    /// The time range that one block of a series covers.
    pub(crate) block_window: Duration,
    /// What an acknowledged sample survives.
    pub(crate) durability: Durability,
    /// Free bytes on the disk below which nothing more is taken.
    pub(crate) min_free_bytes: u64,
    /// Samples in memory at which they are written to disk early.
    pub(crate) max_head_samples: usize,
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

/// Reading this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CollectConfig {
    /// Whether this machine is read at all.
    pub(crate) enabled: bool,
    /// The time between two readings.
    pub(crate) interval: Duration,
    /// The value of the label `host`; `None`: this machine's name.
    pub(crate) host: Option<String>,
}

/// The WebSocket that charts are fed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LiveConfig {
    /// Connections open at a time.
    pub(crate) max_connections: usize,
    /// Subscriptions of one connection.
    pub(crate) max_subscriptions: usize,
    /// Points of one series in one answer.
    pub(crate) max_points: usize,
    /// Messages that wait for a slow reader before it is skipped ahead.
    pub(crate) queue: usize,
    /// Bytes of one message from a client.
    pub(crate) max_message_bytes: usize,
}

/// Answering questions about what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct QueryConfig {
    /// Series that one query may match.
    pub(crate) max_series: usize,
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
}
