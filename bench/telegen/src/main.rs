//! Load generator and latency meter for Prometheus-compatible servers.
//!
//! `prepare` turns a recording of real `node_exporter` scrapes into request bodies on disk, of remote write or of
//! OTLP, `replay` sends them as fast as the server takes them (or at a fixed rate) and reports samples/s and the
//! server's own CPU and memory, `query` times a list of PromQL queries.

mod corpus;
mod grpc;
mod http;
mod latency;
mod otlp;
mod process;
mod query;
mod recording;
mod replay;
mod sender;
mod wire;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Condense a folder of `node_exporter` text scrapes (0001.txt, ...) into one recording.
    Record { scrapes: PathBuf, out: PathBuf },
    /// Write the request bodies of many simulated hosts to a corpus file.
    Prepare(corpus::PrepareArgs),
    /// Send a corpus to a server and report throughput, CPU and memory.
    Replay(replay::ReplayArgs),
    /// Time PromQL queries from a file.
    Query(query::QueryArgs),
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Record { scrapes, out } => recording::record(&scrapes, &out),
        Command::Prepare(args) => corpus::prepare(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Query(args) => query::run(&args),
    }
}
