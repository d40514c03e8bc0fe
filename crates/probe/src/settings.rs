use std::io;
use std::time::Duration;

use tokio_rustls::rustls::{self, pki_types::CertificateDer};

/// How targets are asked, the same for all of a collector.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Takes the place of the system's host name in the label `host`; a blank one counts as none.
    pub host: Option<String>,
    /// How long a target has for all its answer, from the lookup of its name to the last byte.
    pub timeout: Duration,
    /// Certificates (DER) that are trusted beside those of the system: of a certificate authority of one's own.
    pub roots: Vec<CertificateDer<'static>>,
}

impl Default for Settings {
    /// The system's host name, 10 seconds, no other roots.
    fn default() -> Self {
        Self { host: None, timeout: Duration::from_secs(10), roots: Vec::new() }
    }
}

impl Settings {
    /// The value of the label `host`.
    pub(crate) fn host_name(&self) -> String {
        let named = self.host.clone().filter(|name| !name.trim().is_empty());
        named.or_else(|| sysinfo::System::host_name().ok()).unwrap_or_else(|| "localhost".to_owned())
    }
}

/// Why a collector can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The operating system gives nothing to wait on.
    #[error(
        "the {collector} collector can't wait for answers: {source}; check that the server may open enough files"
    )]
    Runtime {
        /// The collector's name.
        collector: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// No certificate is trusted, so that none could be checked.
    #[error(
        "there are no certificates to trust: {0}; install the system's (package ca-certificates) or name them in SSL_CERT_FILE"
    )]
    Roots(rustls::Error),
    /// The HTTP client can't be made.
    #[error(
        "there is no HTTP client: {0}; the system's certificates (package ca-certificates, or SSL_CERT_FILE) are what it needs"
    )]
    Client(String),
    /// No kind of socket is allowed on which ICMP goes.
    #[error(transparent)]
    Icmp(#[from] IcmpForbidden),
}

/// The system lets the program open no ICMP socket of either kind.
#[derive(Debug, thiserror::Error)]
#[error(
    "the system allows no ICMP socket ({source}); set net.ipv4.ping_group_range to hold the group of the server's user \
     (sysctl -w net.ipv4.ping_group_range=\"0 2147483647\" lets in all), or give the program CAP_NET_RAW"
)]
pub struct IcmpForbidden {
    /// What the system said last.
    #[from]
    pub(crate) source: io::Error,
}
