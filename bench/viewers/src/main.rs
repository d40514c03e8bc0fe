//! Many who watch live panels of one Watchfire server, and how long a sample takes to reach them.

mod feed;
mod http;
mod server;
mod viewer;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::feed::Feed;
use crate::server::Server;
use crate::viewer::{Counts, Watched};

#[derive(Debug, Parser)]
struct Options {
    /// Where the server listens.
    #[arg(long)]
    address: SocketAddr,
    /// The server's process, whose CPU and memory are read.
    #[arg(long)]
    pid: u32,
    /// WebSockets.
    #[arg(long, default_value_t = 1000)]
    viewers: u32,
    /// Subscriptions of each.
    #[arg(long, default_value_t = 20)]
    panels: u32,
    /// Milliseconds from one look of the server to the next.
    #[arg(long, default_value_t = 1000)]
    refresh: u32,
    /// How long to measure.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// How many connect at the same time.
const AT_ONCE: usize = 50;
/// Everyone must have all ranges by then.
const READY_WITHIN: Duration = Duration::from_mins(3);
/// Between the last range and the first look at the clock.
const WARM_UP: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(Options::parse()))
}

async fn run(options: Options) -> Result<()> {
    let Options { address, pid, viewers, panels, refresh, seconds } = options;
    let feed = Arc::new(Feed::default());
    feed.back_fill(address, panels).await.context("the past could not be stored")?;
    let feeding = tokio::spawn(feed::run(feed.clone(), address, panels));
    let counts = Arc::new(Counts::default());
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let watched = Watched { address, panels, refresh };
    let mut tasks = Vec::new();
    for _ in 0..viewers {
        let (feed, counts, places) = (feed.clone(), counts.clone(), places.clone());
        tasks.push(tokio::spawn(async move {
            if let Err(error) = viewer::watch(watched, &feed, &counts, &places).await {
                counts.note_failure(&error);
            }
        }));
    }
    let all = u64::from(viewers) * u64::from(panels);
    let ready = async {
        while counts.ranges() < all {
            ensure!(counts.failure().is_none(), "a viewer failed: {}", counts.failure().unwrap_or_default());
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    };
    timeout(READY_WITHIN, ready).await.context("not everyone got all ranges in time")??;
    sleep(WARM_UP).await;

    let server = Server { address, pid };
    let before = server.look().await?;
    counts.begin();
    sleep(Duration::from_secs(seconds)).await;
    counts.end();
    let after = server.look().await?;
    let took = (after.at - before.at).as_secs_f64();
    if let Some(failure) = counts.failure() {
        anyhow::bail!("a viewer failed: {failure}");
    }
    ensure!(!feeding.is_finished(), "the samples could not be stored");
    let latencies = counts.latencies();
    let at = |part: f64| {
        let index = ((latencies.len() as f64 * part) as usize).min(latencies.len().saturating_sub(1));
        latencies.get(index).map(|micros| f64::from(*micros) / 1000.0)
    };
    let each_second = |name: &str| (after.metric(name) - before.metric(name)) / took;
    let hits = each_second("watchfire_query_cache_hits_total");
    let misses = each_second("watchfire_query_cache_misses_total");
    println!(
        "{}",
        json!({
            "latencies": latencies.len(),
            "expected": all * seconds,
            "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0),
            "cores": (after.cpu_seconds - before.cpu_seconds) / took,
            "peak_bytes": after.peak_bytes,
            "messages_per_second": each_second("watchfire_live_messages_total"),
            "bytes_per_second": each_second("watchfire_live_sent_bytes_total"),
            "evaluations_per_second": each_second("watchfire_live_evaluations_total"),
            "skipped": after.metric("watchfire_live_skipped_total") - before.metric("watchfire_live_skipped_total"),
            "cache_hits_per_second": hits,
            "cache_hit_rate": hits / (hits + misses).max(f64::MIN_POSITIVE),
        })
    );
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    feeding.abort();
    Ok(())
}
