//! What the collectors measure.

use watchfire_model::{MetricDescription, MetricKind, Unit};

use crate::{certificates, http, icmp, tcp};

const fn gauge(name: &'static str, unit: Unit, help: &'static str) -> MetricDescription {
    MetricDescription { name, kind: MetricKind::Gauge, unit, help }
}

pub(crate) const SUCCESS: MetricDescription =
    gauge("probe_success", Unit::Number, "1 where the target answered as it should, else 0.");
pub(crate) const DURATION: MetricDescription =
    gauge("probe_duration_seconds", Unit::Seconds, "How long the whole probe took, also where it failed.");
pub(crate) const LOOKUP: MetricDescription = gauge(
    "probe_dns_lookup_time_seconds",
    Unit::Seconds,
    "How long the lookup of the target's name took; left out for an address.",
);
pub(crate) const STATUS: MetricDescription = gauge(
    "probe_http_status_code",
    Unit::Number,
    "Status of the last answer, redirects followed; left out without one.",
);
pub(crate) const REDIRECTS: MetricDescription =
    gauge("probe_http_redirects", Unit::Count, "Redirects that were followed.");
pub(crate) const SSL: MetricDescription =
    gauge("probe_http_ssl", Unit::Number, "1 where the last answer came over TLS, else 0.");
pub(crate) const LEAF_EXPIRY: MetricDescription = gauge(
    "probe_ssl_earliest_cert_expiry",
    Unit::Seconds,
    "When the server's own certificate ends: seconds since the epoch. The certificates collector looks at the whole chain.",
);
pub(crate) const EXPIRY_DAYS: MetricDescription = gauge(
    "security_cert_expiry_days",
    Unit::Number,
    "Days until the first certificate of the presented chain ends, with fractions; negative when it is past.",
);
pub(crate) const VALID: MetricDescription = gauge(
    "security_cert_valid",
    Unit::Number,
    "1 where the system trusts the chain for the target's name now, else 0.",
);
pub(crate) const CHECK_SUCCESS: MetricDescription = gauge(
    "security_cert_check_success",
    Unit::Number,
    "1 where certificates were presented and read, else 0.",
);

pub(crate) const OF_HTTP: &[MetricDescription] =
    &[SUCCESS, DURATION, LOOKUP, STATUS, REDIRECTS, SSL, LEAF_EXPIRY];
/// The metrics of TCP and of ICMP.
pub(crate) const OF_CONNECTION: &[MetricDescription] = &[SUCCESS, DURATION, LOOKUP];
pub(crate) const OF_CERTIFICATES: &[MetricDescription] = &[EXPIRY_DAYS, VALID, CHECK_SUCCESS];

/// Each collector's name with all metrics that it can give, for a page of documentation: what
/// [`Collector::metrics`](watchfire_ingest::collect::Collector::metrics) gives, without a collector.
pub fn metrics() -> [(&'static str, &'static [MetricDescription]); 4] {
    [
        (http::NAME, OF_HTTP),
        (tcp::NAME, OF_CONNECTION),
        (icmp::NAME, OF_CONNECTION),
        (certificates::NAME, OF_CERTIFICATES),
    ]
}

/// The labels of `metric` beside `host`; none for a metric of other collectors.
pub fn labels(metric: &str) -> &'static [&'static str] {
    if metric == EXPIRY_DAYS.name {
        &["target", "subject", "issuer"]
    } else if OF_CERTIFICATES.iter().any(|one| one.name == metric) {
        &["target"]
    } else if OF_HTTP.iter().any(|one| one.name == metric) {
        &["probe", "target"]
    } else {
        &[]
    }
}
