//! One server: without rules, then with them.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use super::fleet::{Fleet, INTERVAL, rules};
use super::options::Options;
use crate::load::data::DataFolder;
use crate::load::http;
use crate::load::machine::Cores;
use crate::load::processes::{Running, Stop, free_address};
use crate::load::servers::{Kind, Server};
use crate::step::{Failure, Result};

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_mins(3);

/// Between two looks at a server; rare, so as not to disturb it.
const POLL: Duration = Duration::from_millis(500);

/// The figures of one server.
#[derive(Debug, PartialEq)]
pub(super) struct Measured {
    pub(super) title: String,
    pub(super) is_watchfire: bool,
    /// CPU-seconds of a round with rules, less those of as much time without.
    pub(super) cpu_per_round: f64,
    /// CPU-seconds of as much time without rules: scraping.
    pub(super) cpu_without: f64,
    /// How long all groups together took in their last evaluation, in seconds.
    pub(super) duration: f64,
    /// The longest of one group.
    pub(super) longest: f64,
    pub(super) evaluations: f64,
    pub(super) failures: f64,
    pub(super) missed: f64,
    pub(super) firing: f64,
    /// The most memory that it had, in bytes.
    pub(super) peak_memory: f64,
}

/// Measures one server; all of its files lie in `folder`.
pub(super) fn measure(
    server: &Server,
    options: &Options,
    cores: &Cores,
    folder: &Path,
    stop: &Stop,
) -> Result<Measured> {
    let logs = folder.join("logs");
    fs::create_dir_all(&logs).map_err(Failure::at(&logs))?;
    let data = DataFolder::fresh(folder.join("data"))?;
    let fleet = Fleet::start(options.metrics, options.racks, options.hosts)?;
    let is_watchfire = server.kind == Kind::Watchfire;
    let (config, rule_file) = (folder.join("rules-scrape.yml"), folder.join("rules-bench.yml"));
    let mut text = fleet.scrape_config(options.racks);
    if !is_watchfire {
        text.push_str("rule_files: [rules-bench.yml]\n");
    }
    fs::write(&config, text).map_err(Failure::at(&config))?;
    fs::write(&rule_file, "groups: []\n").map_err(Failure::at(&rule_file))?;

    let address = free_address()?;
    let mut command = server.command(cores.server, &address.to_string(), data.path(), &config);
    if is_watchfire {
        // At the default ports another program may be taking OTLP.
        command.args(["--otlp-grpc-listen", "", "--otlp-http-listen", "", "--no-rules-shipped"]);
        command.arg("--scrape-config").arg(&config).arg("--rules-files").arg(&rule_file);
    } else {
        command.arg("--web.enable-lifecycle");
    }
    let log = logs.join(format!("{}-rules", server.file_name()));
    let running = Running::start(&mut command, address, server.kind.ready_path(), &log, stop)?;
    let series = format!("count({{__name__=~\"bench_metric_.*\"}})=={}", options.series());
    until(stop, "the series", || query(address, &series).is_some())?;
    // The first scrapes make series, which later ones do not.
    let round = Duration::from_secs(INTERVAL.into());
    stop.wait(round * 2)?;
    let cpu_without = per_round(&running, options.rounds, round, stop)?;

    fs::write(&rule_file, rules(options)).map_err(Failure::at(&rule_file))?;
    http::post(address, "/-/reload").map_err(|error| Failure::new(format!("reload: {error}")))?;
    let names = Names(if is_watchfire { "watchfire" } else { "prometheus" });
    until(stop, "a round of evaluations", || {
        metrics(address)
            .is_ok_and(|text| names.sum(&text, "rule_evaluations_total") >= f64::from(options.rules()))
    })?;
    // What is pending fires.
    stop.wait(round * 3)?;
    let before = metrics(address)?;
    let cpu_with = per_round(&running, options.rounds, round, stop)?;
    let after = metrics(address)?;
    let more = |name: &str| names.sum(&after, name) - names.sum(&before, name);
    let last = names.values(&after, "rule_group_last_duration_seconds");
    let measured = Measured {
        title: server.title(),
        is_watchfire,
        cpu_per_round: cpu_with - cpu_without,
        cpu_without,
        duration: last.iter().sum(),
        longest: last.iter().copied().fold(0.0, f64::max),
        evaluations: more("rule_evaluations_total"),
        failures: more("rule_evaluation_failures_total"),
        missed: more("rule_group_iterations_missed_total"),
        firing: query(address, "count(ALERTS{alertstate=\"firing\"})").unwrap_or(0.0),
        peak_memory: running.memory("VmHWM:")?,
    };
    running.stop(stop)?;
    Ok(measured)
}

/// The CPU-seconds of an interval, over several of them.
fn per_round(running: &Running, rounds: u32, round: Duration, stop: &Stop) -> Result<f64> {
    let before = Server::cpu_seconds(running.id())?;
    stop.wait(round * rounds)?;
    Ok((Server::cpu_seconds(running.id())? - before) / f64::from(rounds))
}

fn until(stop: &Stop, what: &str, mut done: impl FnMut() -> bool) -> Result<()> {
    let asked = Instant::now();
    while !done() {
        if asked.elapsed() > PATIENCE {
            return Err(Failure::new(format!("{what} did not come within {} s", PATIENCE.as_secs())));
        }
        stop.wait(POLL)?;
    }
    Ok(())
}

fn metrics(address: SocketAddr) -> Result<String> {
    http::get(address, "/metrics").map_err(|error| Failure::new(format!("/metrics: {error}")))
}

/// The value of an instant query with one series as its answer.
fn query(address: SocketAddr, text: &str) -> Option<f64> {
    let mut path = String::from("/api/v1/query?query=");
    for byte in text.bytes() {
        // Writing to a text can't fail.
        let _ = write!(path, "%{byte:02X}");
    }
    http::value_in(&http::get(address, &path).ok()?)
}

/// What the names of a server's metrics begin with; behind that both have the same.
struct Names(&'static str);

impl Names {
    fn values(&self, text: &str, name: &str) -> Vec<f64> {
        let name = format!("{}_{name}", self.0);
        let values = text.lines().filter_map(|line| {
            let rest = line.strip_prefix(&name).filter(|rest| rest.starts_with(['{', ' ']))?;
            rest.rsplit(' ').next()?.parse().ok()
        });
        values.collect()
    }

    fn sum(&self, text: &str, name: &str) -> f64 {
        self.values(text, name).iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_summed_over_groups() {
        let text = "# HELP prometheus_rule_evaluations_total x\nprometheus_rule_evaluations_total{rule_group=\"a b\"} 3\n\
                    prometheus_rule_evaluations_total{rule_group=\"c\"} 1.5e+01\nprometheus_rule_evaluations_total_more 7\n";
        assert_eq!(Names("prometheus").values(text, "rule_evaluations_total"), [3.0, 15.0]);
        assert_eq!(Names("watchfire").values(text, "rule_evaluations_total"), Vec::<f64>::new());
    }
}
