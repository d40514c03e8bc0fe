use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::url::SecretUrl;
use crate::relabel::{LabelMap, Rule};

/// The section `global`.
#[derive(Clone, Debug, PartialEq)]
pub struct Global {
    /// Time between two scrapes of a target.
    pub scrape_interval: Duration,
    /// How long a scrape may take; never longer than the interval.
    pub scrape_timeout: Duration,
    /// Labels of this server. Scraped series do not get them, as in Prometheus.
    pub external_labels: LabelMap,
    /// Preferred exposition formats.
    pub protocols: Vec<Protocol>,
    /// Whether scrapes also tell their settings.
    pub extra_scrape_metrics: bool,
    /// Limits of all jobs that set none.
    pub limits: Limits,
}

impl Default for Global {
    fn default() -> Self {
        Self {
            scrape_interval: Duration::from_mins(1),
            scrape_timeout: Duration::from_secs(10),
            external_labels: LabelMap::new(),
            protocols: Protocol::DEFAULT.to_vec(),
            extra_scrape_metrics: false,
            limits: Limits::default(),
        }
    }
}

/// Limits of one scrape; `None` is no limit. A scrape beyond one of them fails as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body, unpacked.
    pub body_size: Option<usize>,
    /// Samples after metric relabelling.
    pub samples: Option<usize>,
    /// Labels of a series, those of the target included.
    pub labels: Option<usize>,
    /// Bytes of a label's name.
    pub label_name: Option<usize>,
    /// Bytes of a label's value.
    pub label_value: Option<usize>,
    /// Targets of the job after relabelling.
    pub targets: Option<usize>,
}

/// An entry of `scrape_configs`.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the file of its own")]
pub struct Job {
    /// `job_name`: also the scrape pool's name.
    pub name: String,
    /// Time between two scrapes.
    pub interval: Duration,
    /// How long a scrape may take.
    pub timeout: Duration,
    /// The path of the URL.
    pub metrics_path: String,
    /// `http` or `https`.
    pub scheme: String,
    /// The query of the URL.
    pub params: BTreeMap<String, Vec<String>>,
    /// Whether a scraped label wins over the target's of the same name.
    pub honor_labels: bool,
    /// Whether timestamps in what is scraped count.
    pub honor_timestamps: bool,
    /// Whether series with timestamps of their own get staleness markers.
    pub track_timestamps_staleness: bool,
    /// Whether each scrape also tells `scrape_timeout_seconds` and `scrape_sample_limit`.
    pub extra_scrape_metrics: bool,
    /// Limits of one scrape.
    pub limits: Limits,
    /// Preferred exposition formats, the best one first.
    pub protocols: Vec<Protocol>,
    /// The format of answers whose `Content-Type` tells none.
    pub fallback: Option<Protocol>,
    /// Rules for targets.
    pub relabel: Vec<Rule>,
    /// Rules for scraped series.
    pub metric_relabel: Vec<Rule>,
    /// How targets are connected to.
    pub http: Http,
    /// Where targets come from.
    pub discovery: Vec<Discovery>,
}

/// An exposition format that may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Protocol buffers.
    Protobuf,
    /// Prometheus text 0.0.4.
    Text004,
    /// Prometheus text 1.0.0: names in UTF-8.
    Text100,
    /// OpenMetrics 0.0.1.
    OpenMetrics001,
    /// OpenMetrics 1.0.0.
    OpenMetrics100,
}

impl Protocol {
    /// What Prometheus 3 prefers where nothing is said.
    pub const DEFAULT: [Self; 4] = [Self::OpenMetrics100, Self::OpenMetrics001, Self::Text100, Self::Text004];

    /// The words of `scrape_protocols`.
    pub const ALL: [(&'static str, Self); 5] = [
        ("PrometheusProto", Self::Protobuf),
        ("PrometheusText0.0.4", Self::Text004),
        ("PrometheusText1.0.0", Self::Text100),
        ("OpenMetricsText0.0.1", Self::OpenMetrics001),
        ("OpenMetricsText1.0.0", Self::OpenMetrics100),
    ];

    /// The media type, as it stands in `Accept`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => {
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
            }
            Self::Text004 => "text/plain;version=0.0.4",
            Self::Text100 => "text/plain;version=1.0.0;escaping=allow-utf-8",
            Self::OpenMetrics001 => "application/openmetrics-text;version=0.0.1",
            Self::OpenMetrics100 => "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8",
        }
    }
}

/// A text that no log shows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// A secret in the configuration, or in a file that is read for each request, so that it may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// The secret itself.
    Inline(Secret),
    /// The file that holds it; white space around it does not count.
    File(PathBuf),
}

/// How a client shows who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// `basic_auth`.
    Basic {
        /// The user's name.
        username: SecretSource,
        /// The password.
        password: SecretSource,
    },
    /// `authorization` and `bearer_token`: what stands in the header.
    Header {
        /// Mostly `Bearer`.
        kind: String,
        /// What follows it.
        credentials: SecretSource,
    },
}

/// How an HTTP server is connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// Who is asking.
    pub credentials: Option<Credentials>,
    /// Certificates.
    pub tls: Tls,
    /// Whether redirects are followed.
    pub follow_redirects: bool,
    /// Further headers of each request.
    pub headers: Vec<(String, Secret)>,
}

impl Default for Http {
    fn default() -> Self {
        Self { credentials: None, tls: Tls::default(), follow_redirects: true, headers: Vec::new() }
    }
}

/// `tls_config`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// PEM of the authorities that are trusted, instead of those of the system.
    pub ca: Option<Pem>,
    /// PEM of the client's certificate.
    pub cert: Option<Pem>,
    /// PEM of its key.
    pub key: Option<Pem>,
    /// The name that the server's certificate must carry, where it is not the target's host.
    pub server_name: Option<String>,
    /// Whether the server's certificate is believed unread.
    pub insecure_skip_verify: bool,
}

/// PEM in the configuration, or in a file that is read again when it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pem {
    /// The text itself.
    Inline(Secret),
    /// Its file.
    File(PathBuf),
}

impl Pem {
    /// Its file, where it is in one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Inline(_) => None,
            Self::File(path) => Some(path),
        }
    }
}

/// Targets with the labels that they share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The `__address__` of each target.
    pub targets: Vec<String>,
    /// Labels of all of them.
    pub labels: LabelMap,
}

/// Where targets come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Discovery {
    /// They stand in the configuration.
    Static(Vec<Group>),
    /// They stand in files.
    Files {
        /// Paths; each may have `*` and `?` in it.
        patterns: Vec<PathBuf>,
        /// How often files are read although they look the same.
        refresh: Duration,
    },
    /// A server tells.
    Http {
        /// What is asked; a user and a password in it are sent as basic auth.
        url: SecretUrl,
        /// How often.
        refresh: Duration,
        /// How it is connected to.
        http: Box<Http>,
    },
}
