//! One server, and alerts that fire at once again and again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use super::options::Options;
use super::sink::{Arrival, Sink};
use super::time::{now, read};
use crate::load::data::DataFolder;
use crate::load::machine::Cores;
use crate::load::processes::{Running, Stop, free_address};
use crate::load::servers::Server;
use crate::step::{Failure, Result};

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_mins(1);

/// After a round nothing more should come: for so long that is looked at.
const QUIET: Duration = Duration::from_millis(2500);

/// Between two looks at what has come; the time of each is noted by who takes it.
const POLL: Duration = Duration::from_millis(50);

/// The rule, evaluated each second.
const RULES: &str =
    "groups: [{name: bench, interval: 1s, rules: [{alert: Hot, expr: bench_temperature > 50}]}]\n";

/// What was measured.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Measured {
    /// From the evaluation to the request, in milliseconds, of each alert; rising.
    pub(super) took: Vec<f64>,
    /// Alerts that were told besides the first time of each.
    pub(super) repeated: usize,
}

impl Measured {
    /// Within which time so many of a hundred were there; 0 where there are none.
    pub(super) fn within(&self, percent: usize) -> f64 {
        let rank = (self.took.len() * percent).div_ceil(100).max(1);
        self.took.get(rank - 1).copied().unwrap_or(0.0)
    }
}

/// Measures a server; all of its files lie in `folder`.
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
    let sink = Sink::start()?;
    let (rules, config) = (folder.join("alerts-rules.yml"), folder.join("alerts-notify.yml"));
    fs::write(&rules, RULES).map_err(Failure::at(&rules))?;
    fs::write(&config, notify_config(&sink.url())).map_err(Failure::at(&config))?;
    let address = free_address()?;
    let mut command = server.command(cores.server, &address.to_string(), data.path(), &config);
    // At the default ports another program may be taking OTLP.
    command.args(["--otlp-grpc-listen", "", "--otlp-http-listen", "", "--no-rules-shipped"]);
    command.arg("--rules-files").arg(&rules).arg("--notify-config").arg(&config);
    let log = logs.join(format!("{}-alerts", server.file_name()));
    let running = Running::start(&mut command, address, server.kind.ready_path(), &log, stop)?;
    let mut measured = Measured::default();
    for round in 0..options.rounds {
        push(address, &samples(round, options.alerts, 60))?;
        let mut heard = Heard::of(round);
        wait_until_told(&mut heard, &sink, options.alerts as usize, stop)?;
        measured.took.extend(heard.took);
        measured.repeated += heard.repeated;
        // They are over, and nobody is told of that: the next ones fire alone.
        push(address, &samples(round, options.alerts, 1))?;
        stop.wait(QUIET)?;
        for arrival in sink.take() {
            measured.repeated += alerts_of(&arrival)?.len();
        }
    }
    measured.took.sort_by(f64::total_cmp);
    running.stop(stop)?;
    Ok(measured)
}

/// Each alert is told by itself, and at once.
fn notify_config(url: &str) -> String {
    format!(
        "route: {{receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}\n\
         receivers: [{{name: hook, webhook_configs: [{{url: '{url}', send_resolved: false}}]}}]\n"
    )
}

/// How the hosts of a round begin, and of no other.
fn host_start(round: u32) -> String {
    format!("{round}-")
}

/// A sample of now for each alert of a round, in the text format.
fn samples(round: u32, alerts: u32, value: u32) -> String {
    let (mut text, at, start) = (String::new(), now() as i64, host_start(round));
    for alert in 0..alerts {
        // Writing to a text can't fail.
        let _ = writeln!(text, "bench_temperature{{host=\"{start}{alert}\"}} {value} {at}");
    }
    text
}

fn push(address: SocketAddr, lines: &str) -> Result<()> {
    let failed = |reason: String| Failure::new(format!("the samples were not taken: {reason}"));
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let length = lines.len();
        write!(
            stream,
            "POST /api/v1/import/prometheus HTTP/1.0\r\nHost: {address}\r\nContent-Length: {length}\r\n\r\n{lines}"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<String, std::io::Error>(answer)
    };
    let answer = ask().map_err(|error| failed(error.to_string()))?;
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    if status.starts_with('2') { Ok(()) } else { Err(failed(answer)) }
}

/// What was heard of a round.
struct Heard {
    /// How the hosts of its alerts begin.
    start: String,
    hosts: BTreeSet<String>,
    /// In the order in which they came.
    took: Vec<f64>,
    /// Alerts that were told again, and those of other rounds, which nothing should tell any more.
    repeated: usize,
}

impl Heard {
    fn of(round: u32) -> Self {
        Self { start: host_start(round), hosts: BTreeSet::new(), took: Vec::new(), repeated: 0 }
    }

    fn hear(&mut self, arrival: &Arrival) -> Result<()> {
        for (host, took) in alerts_of(arrival)? {
            if host.starts_with(&self.start) && self.hosts.insert(host) {
                self.took.push(took);
            } else {
                self.repeated += 1;
            }
        }
        Ok(())
    }
}

/// Waits until each alert of a round was told.
fn wait_until_told(heard: &mut Heard, sink: &Sink, alerts: usize, stop: &Stop) -> Result<()> {
    let asked = Instant::now();
    while heard.hosts.len() < alerts {
        if asked.elapsed() > PATIENCE {
            return Err(Failure::new(format!(
                "{} of {alerts} alerts were told within {} s",
                heard.hosts.len(),
                PATIENCE.as_secs()
            )));
        }
        stop.wait(POLL)?;
        for arrival in sink.take() {
            heard.hear(&arrival)?;
        }
    }
    Ok(())
}

/// The hosts that a request tells of, and how long after the evaluation it came.
fn alerts_of(arrival: &Arrival) -> Result<Vec<(String, f64)>> {
    let body: serde_json::Value = serde_json::from_slice(&arrival.body)
        .map_err(|error| Failure::new(format!("what the webhook was sent is no JSON: {error}")))?;
    let alerts = body["alerts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |alert: &serde_json::Value| {
        let host = alert["labels"]["host"].as_str()?;
        Some((host.to_owned(), arrival.at - read(alert["startsAt"].as_str()?)?))
    };
    let found: Option<Vec<_>> = alerts.iter().map(one).collect();
    found.ok_or_else(|| Failure::new(format!("an alert without a host or a start: {body}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_sorted_times() {
        let took: Vec<f64> = (1..=200).map(f64::from).collect();
        let measured = Measured { took, repeated: 0 };
        assert_eq!([50, 99, 100].map(|percent| measured.within(percent) as u32), [100, 198, 200]);
        assert_eq!(Measured::default().within(99) as u32, 0);
    }

    #[test]
    fn what_comes_late_belongs_to_its_own_round() {
        let arrival = |host: &str| Arrival {
            at: 1_530_736_033_000.0,
            body: format!(
                r#"{{"alerts":[{{"labels":{{"host":"{host}"}},"startsAt":"2018-07-04T20:27:12.606Z"}}]}}"#
            )
            .into_bytes(),
        };
        let mut heard = Heard::of(1);
        for host in ["0-7", "1-7", "1-7", "11-7"] {
            heard.hear(&arrival(host)).unwrap();
        }
        assert_eq!((heard.hosts.len(), heard.took.len(), heard.repeated), (1, 1, 3));
    }

    #[test]
    fn a_request_tells_when_its_alerts_began() {
        let arrival = |body: &str| Arrival { at: 1_530_736_033_000.0, body: body.as_bytes().to_vec() };
        let text = r#"{"alerts":[{"labels":{"host":"0-7"},"startsAt":"2018-07-04T20:27:12.606Z"}]}"#;
        let told = alerts_of(&arrival(text)).unwrap();
        assert_eq!((told[0].0.as_str(), told[0].1.round() as i64), ("0-7", 394));
        assert!(alerts_of(&arrival("x")).is_err());
        assert!(alerts_of(&arrival(r#"{"alerts":[{"labels":{}}]}"#)).is_err());
        assert_eq!(samples(3, 2, 60).lines().count(), 2);
    }
}
