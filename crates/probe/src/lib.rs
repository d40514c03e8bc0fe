//! Collectors that look at configured addresses from outside: whether they answer, how fast, and how long their
//! certificates are still good for.
//!
//! Each is a [`Collector`](watchfire_ingest::collect::Collector). Its targets come from a list that one of the functions
//! `parse_…` reads. A target that does not answer is a reading, never an error: `probe_success` is then 0, and the reason
//! goes into the log at level debug when it changes.
//!
//! All targets of a collector are asked at once, 64 at a time, each with the timeout of [`Settings`]. Names of metrics
//! are those of Prometheus' `blackbox_exporter` where it has them.

mod address;
mod certificates;
mod connect;
mod http;
mod icmp;
mod metrics;
mod reason;
mod runtime;
mod series;
mod settings;
mod target;
mod tcp;

pub use address::{ParseError, Problem};
pub use certificates::{CertificateCollector, CertificateTarget, parse_certificates};
pub use http::{HttpProbe, HttpTarget, parse_http};
pub use icmp::{IcmpProbe, IcmpTarget, parse_icmp};
pub use metrics::{labels, metrics};
pub use settings::{IcmpForbidden, ProbeError, Settings};
pub use tcp::{TcpProbe, TcpTarget, parse_tcp};
pub use tokio_rustls::rustls::pki_types::CertificateDer;
