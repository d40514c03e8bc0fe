//! Who is scraped, and the rules over it. Both are made up, the same for each server.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::options::Options;
use crate::step::{self, Failure};

/// From one scrape to the next, and from one evaluation to the next, in seconds.
pub(super) const INTERVAL: u32 = 15;

/// Racks of one target: a scrape is about a megabyte.
const RACKS: u32 = 10;

/// Answers scrapes until it is dropped.
pub(super) struct Fleet {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Fleet {
    /// Listens on a free port of this machine.
    pub(super) fn start(metrics: u32, racks: u32, hosts: u32) -> step::Result<Self> {
        let failed = |error: std::io::Error| Failure::new(format!("no port to be scraped on: {error}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                // Who hangs up in the middle is seen in the server's own figures.
                let _ = stream.and_then(|stream| answer(stream, metrics, racks, hosts));
            }
        });
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// The `scrape_configs` of a configuration of Prometheus.
    pub(super) fn scrape_config(&self, racks: u32) -> String {
        let mut text = format!(
            "global: {{scrape_interval: {INTERVAL}s, evaluation_interval: {INTERVAL}s}}\nscrape_configs:\n"
        );
        for target in 0..racks.div_ceil(RACKS) {
            // Writing to a text can't fail.
            let _ = writeln!(
                text,
                "  - {{job_name: racks-{target}, metrics_path: /{target}, static_configs: [{{targets: ['{}']}}]}}",
                self.address
            );
        }
        text
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // The thread waits for somebody to come.
        drop(TcpStream::connect_timeout(&self.address, Duration::from_secs(1)));
        if let Some(thread) = self.thread.take() {
            // It has nothing more to say.
            let _ = thread.join();
        }
    }
}

fn answer(stream: TcpStream, metrics: u32, racks: u32, hosts: u32) -> Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split([' ', '/']).find_map(|word| word.parse::<u32>().ok()).unwrap_or(0);
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? <= 2 {
            break;
        }
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let body = exposition(target, (metrics, racks, hosts), now / u64::from(INTERVAL));
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// What a target tells in the interval with this number.
fn exposition(target: u32, (metrics, racks, hosts): (u32, u32, u32), interval: u64) -> String {
    let mut text = String::new();
    for metric in 0..metrics {
        let _ = writeln!(text, "# TYPE bench_metric_{metric:03} gauge");
        for rack in target * RACKS..racks.min((target + 1) * RACKS) {
            for host in 0..hosts {
                let value = value((metric * racks + rack) * hosts + host, interval);
                let _ = writeln!(
                    text,
                    "bench_metric_{metric:03}{{rack=\"r{rack:03}\",host=\"r{rack:03}-{host:02}\"}} {value}"
                );
            }
        }
    }
    text
}

/// Moves a little all the time; of a thousand series one is above all thresholds, and now and then below again.
fn value(series: u32, interval: u64) -> f64 {
    let place = u64::from(series.wrapping_mul(2_654_435_761) >> 7) % 1000;
    let noise = (u64::from(series) * 7 + interval * 13) % 100;
    (place * 100 + noise) as f64 / 1000.0
}

/// The rules: a group of each metric, a rule of each rack. Seven of ten compare, two fold a minute, one aggregates.
pub(super) fn rules(options: &Options) -> String {
    let mut text = String::from("groups:\n");
    for metric in 0..options.metrics {
        let _ = writeln!(text, "- name: metric-{metric:03}\n  interval: {INTERVAL}s\n  rules:");
        for rack in 0..options.racks {
            let selector = format!("bench_metric_{metric:03}{{rack=\"r{rack:03}\"}}");
            let query = match (metric + rack) % 10 {
                0..7 => format!("{selector} > 99.905"),
                7 | 8 => format!("avg_over_time({selector}[1m]) > 99.905"),
                _ => format!("max by (rack) ({selector}) > 99.905"),
            };
            let _ = write!(
                text,
                "  - alert: Metric{metric:03}High\n    expr: {query}\n    for: 30s\n    labels: {{severity: warning, rule: '{metric}-{rack}'}}\n    \
                 annotations: {{summary: '{{{{ $labels.host }}}} has {{{{ $value }}}}'}}\n"
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::http;

    #[test]
    fn all_series_are_told_once() {
        let fleet = Fleet::start(2, 25, 3).unwrap();
        assert_eq!(fleet.scrape_config(25).matches("job_name").count(), 3);
        let told: Vec<String> =
            (0..3).map(|target| http::get(fleet.address, &format!("/{target}")).unwrap()).collect();
        let mut series: Vec<&str> =
            told.iter().flat_map(|text| text.lines()).filter(|line| !line.starts_with('#')).collect();
        assert_eq!(series.len(), 2 * 25 * 3);
        series.sort_unstable();
        series.dedup_by_key(|line| line.split(' ').next());
        assert_eq!(series.len(), 2 * 25 * 3);
    }

    #[test]
    fn few_series_are_high_and_all_move() {
        let high = (0..100_000).filter(|series| value(*series, 1) > 99.905).count();
        assert!((50..150).contains(&high), "{high}");
        assert!((0..1000).all(|series| value(series, 1).to_bits() != value(series, 2).to_bits()));
    }

    #[test]
    fn each_metric_of_each_rack_has_a_rule() {
        let text = rules(&Options { metrics: 10, racks: 10, ..Options::default() });
        assert_eq!(text.matches("- alert:").count(), 100);
        assert_eq!(text.matches("avg_over_time").count(), 20);
        assert_eq!(text.matches("max by").count(), 10);
    }
}
