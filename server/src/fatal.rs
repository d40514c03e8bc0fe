use std::net::SocketAddr;

use watchfire_ingest::collect::CollectError;
use watchfire_storage::StorageError;

use crate::site::SiteError;
use crate::telemetry::TelemetryError;

/// The exit code of what has none of its own.
pub(crate) const RUNTIME_FAILURE: u8 = 1;

/// Why the server cannot start or go on. Each is a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fatal {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Site(#[from] SiteError),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error(transparent)]
    Collector(#[from] CollectError),
    #[error("cannot listen on {address}: {}", listen_advice(.source, flag))]
    Listen { address: SocketAddr, flag: &'static str, source: std::io::Error },
    #[error("scrape.config cannot be followed:\n{0}")]
    Scrape(#[from] watchfire_scrape::config::ConfigError),
    #[error("notify.config cannot be followed:\n{0}")]
    Notify(String),
    #[error("what is known of alerts cannot be read: {0}")]
    Alerts(#[from] watchfire_service::alertmanager::AlertmanagerError),
    #[error(transparent)]
    Demo(#[from] crate::demo::SendError),
    #[error("{0}")]
    Export(String),
    #[error("the program cannot run: {0}")]
    Runtime(#[from] std::io::Error),
}

impl Fatal {
    /// As docs/CONFIG.md lists them.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Storage(_) | Self::Alerts(_) => 3,
            Self::Listen { .. } => 4,
            Self::Scrape(_) | Self::Notify(_) => crate::config::CommandLineError::EXIT_CODE,
            Self::Site(_)
            | Self::Telemetry(_)
            | Self::Collector(_)
            | Self::Demo(_)
            | Self::Export(_)
            | Self::Runtime(_) => RUNTIME_FAILURE,
        }
    }
}

fn listen_advice(error: &std::io::Error, flag: &str) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("another program listens there; stop it or choose another port with {flag}")
        }
        std::io::ErrorKind::PermissionDenied => {
            format!("this user may not; choose a port above 1023 with {flag}")
        }
        std::io::ErrorKind::AddrNotAvailable => {
            format!("this machine does not have that address; choose another with {flag}")
        }
        _ => format!("{error}; choose another address with {flag}"),
    }
}
