//! The server as seen from outside: what it cost so far, and what it counted.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::http::get;

/// A server of this machine.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
}

/// What it had cost and counted at one time.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) at: Instant,
    pub(crate) cpu_seconds: f64,
    /// The most memory that it has had.
    pub(crate) peak_bytes: f64,
    metrics: HashMap<String, f64>,
}

impl Server {
    pub(crate) async fn look(&self) -> Result<Look> {
        let text = get(self.address, "/metrics").await?;
        let metrics: HashMap<String, f64> = text
            .lines()
            .filter_map(|line| {
                let (name, value) = line.rsplit_once(' ')?;
                Some((name.to_owned(), value.parse().ok()?))
            })
            .collect();
        let cpu_seconds =
            metrics.get("watchfire_process_cpu_seconds_total").copied().context("no CPU time in /metrics")?;
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        let kb: f64 = peak.split_whitespace().next().context("an empty VmHWM")?.parse()?;
        Ok(Look { at: Instant::now(), cpu_seconds, peak_bytes: kb * 1024.0, metrics })
    }
}

impl Look {
    /// The value of a metric without labels; 0 for one that is not there.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        self.metrics.get(name).copied().unwrap_or(0.0)
    }
}
