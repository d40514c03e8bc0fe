//! Corpus files: remote-write bodies, each preceded by its length and its sample count (two little-endian u32).

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::Args;

use crate::recording::Series;
use crate::{recording, wire};

/// Scrapes between the phases of two hosts: no two of them send the same values at the same time.
const PHASE: usize = 7;

#[derive(Args)]
pub(crate) struct PrepareArgs {
    #[arg(long, default_value = "data/node_exporter.tsv.gz")]
    recording: PathBuf,
    #[arg(long)]
    out: PathBuf,
    /// Simulated hosts; each has every series of the recording.
    #[arg(long, default_value_t = 200)]
    hosts: usize,
    /// Scrapes per host.
    #[arg(long, default_value_t = 240)]
    rounds: usize,
    /// Seconds between scrapes.
    #[arg(long, default_value_t = 15)]
    interval: i64,
    /// Unix time in seconds of the last scrape; default now.
    #[arg(long)]
    end: Option<i64>,
    /// Hosts per request (one request carries about hosts x series samples).
    #[arg(long, default_value_t = 4)]
    batch: usize,
}

/// Writes the corpus of `args.hosts` hosts and says on standard output what is in it.
pub(crate) fn prepare(args: &PrepareArgs) -> Result<()> {
    let recording = recording::load(&args.recording)?;
    let end = match args.end {
        Some(end) => end,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() as i64,
    };
    let hosts: Vec<Vec<Vec<u8>>> = (0..args.hosts).map(|host| encoded_labels(&recording, host)).collect();
    let mut out = BufWriter::new(File::create(&args.out)?);
    let mut encoder = snap::raw::Encoder::new();
    let (mut requests, mut samples, mut bytes) = (0u64, 0u64, 0u64);
    for round in 0..args.rounds {
        let timestamp_ms = (end - args.interval * (args.rounds - 1 - round) as i64) * 1000;
        for (group, chunk) in hosts.chunks(args.batch).enumerate() {
            let mut body = Vec::new();
            let mut count = 0u32;
            for (n, host) in chunk.iter().enumerate() {
                let phase = (group * args.batch + n) * PHASE;
                for (series, labels) in recording.iter().zip(host) {
                    wire::series(&mut body, labels, series.at(round + phase), timestamp_ms);
                    count += 1;
                }
            }
            let body = encoder.compress_vec(&body)?;
            out.write_all(&(body.len() as u32).to_le_bytes())?;
            out.write_all(&count.to_le_bytes())?;
            out.write_all(&body)?;
            requests += 1;
            samples += u64::from(count);
            bytes += body.len() as u64;
        }
    }
    out.flush()?;
    println!(
        "{} series, {samples} samples, {requests} requests, {:.1} MB compressed, from {} to {end}",
        recording.len() * args.hosts,
        bytes as f64 / 1e6,
        end - args.interval * (args.rounds as i64 - 1),
    );
    Ok(())
}

/// The labels of each series of one host, as they go over the wire.
fn encoded_labels(recording: &[Series], host: usize) -> Vec<Vec<u8>> {
    let encode = |series: &Series| {
        let mut pairs = series.labels.clone();
        pairs.push(("job".into(), "node".into()));
        pairs.push(("instance".into(), format!("host-{host}:9100")));
        pairs.push(("region".into(), format!("region-{}", host % 5)));
        wire::labels(&pairs)
    };
    recording.iter().map(encode).collect()
}

/// Reads a corpus from its beginning.
pub(crate) struct Corpus(BufReader<File>);

impl Corpus {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        Ok(Self(BufReader::with_capacity(1 << 20, file)))
    }

    /// The next body and its sample count, `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(Vec<u8>, u32)>> {
        let (mut length, mut count) = ([0; 4], [0; 4]);
        match self.0.read_exact(&mut length) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            outcome => outcome?,
        }
        self.0.read_exact(&mut count)?;
        let mut body = vec![0; u32::from_le_bytes(length) as usize];
        self.0.read_exact(&mut body)?;
        Ok(Some((body, u32::from_le_bytes(count))))
    }
}
