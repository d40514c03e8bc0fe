//! Sends a corpus over several connections at once and says what it cost the server.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use clap::Args;

use crate::corpus::{self, Corpus};
use crate::http;
use crate::latency::percentiles;
use crate::process::{cpu_seconds, status_kb};
use crate::sender::{Protocol, Sender};

#[derive(Args)]
pub(crate) struct ReplayArgs {
    /// Corpus made by `prepare`.
    corpus: PathBuf,
    /// Address of remote write or OTLP/HTTP, e.g. <http://127.0.0.1:9090/api/v1/write>; of OTLP/gRPC host and port
    /// count.
    #[arg(long)]
    url: String,
    /// The corpus has to be of its format.
    #[arg(long, value_enum, default_value_t = Protocol::RemoteWrite)]
    protocol: Protocol,
    #[arg(long, default_value_t = 2)]
    connections: usize,
    /// Process id of the server, to report its CPU time and memory.
    #[arg(long)]
    pid: Option<u32>,
    /// Samples per second to hold; default as fast as the server answers.
    #[arg(long)]
    rate: Option<f64>,
    /// Extra header, `Name: value`.
    #[arg(long)]
    header: Option<String>,
}

/// What all connections work on.
struct Replay<'a> {
    args: &'a ReplayArgs,
    corpus: Mutex<Corpus>,
    start: Instant,
    /// Samples in requests that the server took whole.
    sent: AtomicU64,
    /// Requests that it did not take, or not all of.
    refused: AtomicU64,
}

/// Sends the whole corpus and prints throughput, request times and, with `--pid`, the server's CPU and memory.
pub(crate) fn replay(args: &ReplayArgs) -> Result<()> {
    let cpu_before = args.pid.map(cpu_seconds).transpose()?;
    let replay = Replay {
        args,
        corpus: Mutex::new(Corpus::open(&args.corpus)?),
        start: Instant::now(),
        sent: AtomicU64::new(0),
        refused: AtomicU64::new(0),
    };
    let mut latencies = thread::scope(|scope| -> Result<Vec<f64>> {
        let connections: Vec<_> =
            (0..args.connections).map(|_| scope.spawn(|| replay.one_connection())).collect();
        let mut latencies = Vec::new();
        for connection in connections {
            latencies.extend(connection.join().map_err(|_| anyhow!("a connection's thread panicked"))??);
        }
        Ok(latencies)
    })?;
    let elapsed = replay.start.elapsed().as_secs_f64();
    let samples = replay.sent.load(Ordering::Relaxed);
    println!(
        "samples {samples} refused_requests {} seconds {elapsed:.2} samples_per_second {:.0}",
        replay.refused.load(Ordering::Relaxed),
        samples as f64 / elapsed
    );
    println!("request_ms {}", percentiles(&mut latencies));
    if let (Some(pid), Some(before)) = (args.pid, cpu_before) {
        let cpu = cpu_seconds(pid)? - before;
        println!(
            "server_cpu_seconds {cpu:.2} cpu_seconds_per_million_samples {:.3} rss_mb {:.1} peak_rss_mb {:.1}",
            cpu / samples as f64 * 1e6,
            status_kb(pid, "VmRSS:")? / 1024.0,
            status_kb(pid, "VmHWM:")? / 1024.0
        );
    }
    Ok(())
}

impl Replay<'_> {
    /// Takes bodies from the corpus and sends them until it is empty; milliseconds of each request.
    fn one_connection(&self) -> Result<Vec<f64>> {
        let header = http::header(self.args.header.as_deref());
        let mut sender = Sender::new(self.args.protocol, &self.args.url, header)?;
        let mut latencies = Vec::new();
        loop {
            let next =
                self.corpus.lock().map_err(|_| anyhow!("another connection's thread panicked"))?.next();
            let Some((body, count)) = next? else { return Ok(latencies) };
            let body = match self.args.protocol {
                Protocol::RemoteWrite => body,
                Protocol::OtlpHttp | Protocol::OtlpGrpc => corpus::unpacked(&body)?,
            };
            if let Some(rate) = self.args.rate {
                let due = Duration::from_secs_f64(self.sent.load(Ordering::Relaxed) as f64 / rate);
                thread::sleep(due.saturating_sub(self.start.elapsed()));
            }
            let began = Instant::now();
            let refusal = sender.send(&body)?;
            latencies.push(began.elapsed().as_secs_f64() * 1e3);
            if let Some(text) = refusal {
                if self.refused.fetch_add(1, Ordering::Relaxed) == 0 {
                    eprintln!("first refusal: {text}");
                }
            } else {
                self.sent.fetch_add(u64::from(count), Ordering::Relaxed);
            }
        }
    }
}
