//! How long the certificates of servers are still good for.

use std::time::{Duration, Instant};

use tokio_rustls::rustls::pki_types::ServerName;
use watchfire_ingest::collect::{CollectError, Collector};
use watchfire_model::{Batch, Labels, MetricDescription};

use self::chain::Summary;
use self::handshake::Trust;
use crate::address::{self, Host, ParseError, Problem};
use crate::connect::{addresses, connect};
use crate::metrics::{CHECK_SUCCESS, EXPIRY_DAYS, OF_CERTIFICATES, VALID};
use crate::reason::Reason;
use crate::runtime::Waiting;
use crate::series::{Series, label_set};
use crate::settings::{ProbeError, Settings};
use crate::target::{flag, too_late};

pub(crate) mod chain;
mod handshake;

pub(crate) const NAME: &str = "certificates";

const HTTPS: u16 = 443;
const MILLIS_PER_DAY: f64 = 86_400_000.0;

/// A server whose certificates are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateTarget {
    label: String,
    host: Host,
    port: u16,
    name: ServerName<'static>,
}

/// Reads a list with commas of hosts, with a port where it is not 443, and of URLs, of which only host and port count:
/// `example.com, ldap.example.com:636, https://example.org/`.
pub fn parse_certificates(list: &str) -> Result<Vec<CertificateTarget>, ParseError> {
    address::list(list, target, |target| &target.label)
}

fn target(entry: &str) -> Result<CertificateTarget, Problem> {
    let no_host = || Problem::Host(entry.to_owned());
    let (label, host, port) = if entry.contains("://") {
        let (url, label) = address::url(entry, &["https"])?;
        (label, address::host_of(&url).ok_or_else(no_host)?, url.port().unwrap_or(HTTPS))
    } else {
        let (host, port) = address::host_and_port(entry)?;
        (entry.to_owned(), host, port.unwrap_or(HTTPS))
    };
    let name = match &host {
        Host::Address(address) => ServerName::from(*address),
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(|_| no_host())?,
    };
    Ok(CertificateTarget { label, host, port, name })
}

/// Shakes hands with each target by TLS, with its name as SNI, and reads the certificates that it presents; those that
/// are past or not trusted, too.
#[derive(Debug)]
pub struct CertificateCollector {
    waiting: Waiting,
    timeout: Duration,
    host: String,
    trust: Trust,
    targets: Vec<Server>,
}

/// A target under watch, and what its last handshake brought.
#[derive(Debug)]
struct Server {
    target: CertificateTarget,
    series: Series,
    /// The series of the certificate that was there last, which carries names out of it.
    expiry: Option<(Summary, Labels)>,
    reason: Reason,
    found: Result<Found, String>,
}

#[derive(Debug)]
struct Found {
    summary: Summary,
    distrust: Option<String>,
}

impl CertificateCollector {
    /// A collector for `targets`.
    pub fn new(targets: Vec<CertificateTarget>, settings: &Settings) -> Result<Self, ProbeError> {
        let host = settings.host_name();
        let server = |target: CertificateTarget| {
            let labels = [("host", host.as_str()), ("target", target.label.as_str())];
            Server {
                series: Series::new(&[VALID, CHECK_SUCCESS], &labels),
                target,
                expiry: None,
                reason: Reason::default(),
                found: Err(String::new()),
            }
        };
        Ok(Self {
            waiting: Waiting::new(NAME)?,
            timeout: settings.timeout,
            trust: Trust::new(settings.roots.clone()).map_err(ProbeError::Roots)?,
            targets: targets.into_iter().map(server).collect(),
            host,
        })
    }
}

impl Collector for CertificateCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn metrics(&self) -> &'static [MetricDescription] {
        OF_CERTIFICATES
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        let (timeout, trust) = (self.timeout, &self.trust);
        self.waiting.each(&mut self.targets, |server| async move {
            let looked = tokio::time::timeout(timeout, look(&server.target, trust, timeout)).await;
            server.found = looked.unwrap_or_else(|_| Err(too_late(timeout)));
        });
        for server in &mut self.targets {
            server.tell(&self.host, at, into);
        }
        Ok(())
    }
}

async fn look(target: &CertificateTarget, trust: &Trust, timeout: Duration) -> Result<Found, String> {
    let until = Instant::now() + timeout;
    let found = addresses(&target.host, &mut None).await?;
    let stream = connect(&found, target.port, until).await?;
    let presented = trust.handshake(stream, target.name.clone()).await?;
    let summary = chain::summary(&presented.chain).ok_or("the server's certificate can't be read")?;
    Ok(Found { summary, distrust: presented.distrust })
}

impl Server {
    /// Adds the samples of what was found, and logs a new reason.
    fn tell(&mut self, host: &str, at: i64, into: &mut Batch) {
        let found = std::mem::replace(&mut self.found, Err(String::new()));
        self.series.push(CHECK_SUCCESS, at, flag(found.is_ok()), into);
        let reason = match found {
            Ok(Found { summary, distrust }) => {
                self.series.push(VALID, at, flag(distrust.is_none()), into);
                let days = (summary.not_after as f64 * 1000.0 - at as f64) / MILLIS_PER_DAY;
                into.push(self.expiry_labels(host, summary), at, days);
                distrust.map(|error| format!("not trusted: {error}"))
            }
            Err(reason) => Some(reason),
        };
        self.reason.note(NAME, &self.target.label, reason);
    }

    fn expiry_labels(&mut self, host: &str, summary: Summary) -> &Labels {
        if self.expiry.as_ref().is_some_and(|(known, _)| *known != summary) {
            self.expiry = None;
        }
        let (_, labels) = self.expiry.get_or_insert_with(|| {
            let others = [
                ("host", host),
                ("target", &self.target.label),
                ("subject", &summary.subject),
                ("issuer", &summary.issuer),
            ];
            let labels = label_set(EXPIRY_DAYS.name, &others);
            (summary, labels)
        });
        labels
    }
}
