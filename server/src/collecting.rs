//! Which collectors run, and how often.

use std::sync::Arc;
use std::time::Duration;

use watchfire_ingest::collect::{Collector, collectors};
use watchfire_probe::{CertificateCollector, HttpProbe, IcmpProbe, ProbeError, Settings, TcpProbe};

use crate::config::Config;
use crate::fatal::Fatal;
use crate::telemetry::{OwnCollector, Telemetry};

/// How often Watchfire looks at itself where its host is not read.
const OWN_INTERVAL: Duration = Duration::from_secs(15);

type AnyCollector = Box<dyn Collector>;

/// The collectors that are not turned off, each with the time between two readings.
pub(crate) fn configured(
    config: &Config,
    telemetry: &Arc<Telemetry>,
) -> Result<Vec<(AnyCollector, Duration)>, Fatal> {
    if !config.collect.enabled {
        return Ok(Vec::new());
    }
    let host = config.collect.host.clone().or_else(|| sysinfo::System::host_name().ok());
    let mut all = collectors(host.clone())?;
    all.push(Box::new(OwnCollector::new(telemetry.clone(), host.unwrap_or_else(|| "localhost".to_owned()))));
    all.extend(probes(config));
    let with_interval = all.into_iter().map(|collector| {
        let interval = interval(config, collector.name());
        (collector, interval)
    });
    Ok(with_interval.filter(|(_, interval)| !interval.is_zero()).collect())
}

/// The time between two readings; zero for a collector that is turned off.
fn interval(config: &Config, collector: &str) -> Duration {
    let Config { collect, probe, .. } = config;
    match collector {
        "disk_io" => collect.disk_io_interval,
        "cgroup" => collect.cgroup_interval,
        "systemd" => collect.systemd_interval,
        "gpu" => collect.gpu_interval,
        "probe_http" => probe.http_interval,
        "probe_tcp" => probe.tcp_interval,
        "probe_icmp" => probe.icmp_interval,
        "certificates" => probe.certificates_interval,
        "watchfire" if collect.interval.is_zero() => OWN_INTERVAL,
        _ => collect.interval,
    }
}

/// The probes that have targets. One that this system has no sockets or certificates for is left out and logged: all else
/// goes on without it.
fn probes(config: &Config) -> Vec<AnyCollector> {
    let probe = &config.probe;
    let settings =
        Settings { host: config.collect.host.clone(), timeout: probe.timeout, ..Settings::default() };
    let mut all: Vec<AnyCollector> = Vec::new();
    let mut add = |made: Option<Result<AnyCollector, ProbeError>>| match made {
        Some(Ok(collector)) => all.push(collector),
        Some(Err(error)) => tracing::warn!(%error, "a probe is off"),
        None => {}
    };
    add(made(&probe.http, &settings, HttpProbe::new));
    add(made(&probe.tcp, &settings, TcpProbe::new));
    add(made(&probe.icmp, &settings, IcmpProbe::new));
    add(made(&probe.certificates, &settings, CertificateCollector::new));
    all
}

fn made<T: Clone, C: Collector>(
    targets: &[T],
    settings: &Settings,
    make: fn(Vec<T>, &Settings) -> Result<C, ProbeError>,
) -> Option<Result<AnyCollector, ProbeError>> {
    (!targets.is_empty())
        .then(|| make(targets.to_vec(), settings).map(|collector| Box::new(collector) as AnyCollector))
}
