//! Corpus files: request bodies packed with snappy, each preceded by its length and its sample count (two little-endian
//! u32). Remote write sends them as they are; bodies of OTLP are unpacked first: in the file they take a fifth, which
//! spares the disk beside a server that is measured.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use flate2::{Compression, write::GzEncoder};

use crate::recording::Series;
use crate::{otlp, recording, wire};

/// Scrapes between the phases of two hosts: no two of them send the same values at the same time.
const PHASE: usize = 7;

/// What bodies are encoded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Prometheus remote write 1.0.
    RemoteWrite,
    /// OTLP metrics, as protobuf.
    Otlp,
}

#[derive(Args)]
pub(crate) struct PrepareArgs {
    #[arg(long, default_value = "data/node_exporter.tsv.gz")]
    recording: PathBuf,
    #[arg(long)]
    out: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::RemoteWrite)]
    format: Format,
    /// Have OTLP bodies sent as gzip.
    #[arg(long)]
    gzip: bool,
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

/// A host as it goes over the wire, but for times and values.
enum Host {
    /// The labels of each series.
    RemoteWrite(Vec<Vec<u8>>),
    Otlp(otlp::Host),
}

/// Writes the corpus of `args.hosts` hosts and says on standard output what is in it.
pub(crate) fn prepare(args: &PrepareArgs) -> Result<()> {
    ensure!(!args.gzip || args.format == Format::Otlp, "--gzip is for --format otlp");
    let recording = recording::load(&args.recording)?;
    let end = match args.end {
        Some(end) => end,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() as i64,
    };
    let first = end - args.interval * (args.rounds as i64 - 1);
    // Counters started one scrape before the first.
    let start = nanoseconds((first - args.interval) * 1000);
    let host = |host| match args.format {
        Format::RemoteWrite => Host::RemoteWrite(encoded_labels(&recording, host)),
        Format::Otlp => Host::Otlp(otlp::Host::new(&recording, host, start)),
    };
    let hosts: Vec<Host> = (0..args.hosts).map(host).collect();
    let mut out = BufWriter::new(File::create(&args.out)?);
    let mut encoder = snap::raw::Encoder::new();
    let (mut requests, mut samples, mut bytes, mut sent) = (0u64, 0u64, 0u64, 0u64);
    for round in 0..args.rounds {
        let timestamp_ms = (first + args.interval * round as i64) * 1000;
        for (group, chunk) in hosts.chunks(args.batch).enumerate() {
            let mut body = Vec::new();
            for (n, host) in chunk.iter().enumerate() {
                let phase = (group * args.batch + n) * PHASE;
                host.append(&mut body, &recording, round + phase, timestamp_ms);
            }
            if args.gzip {
                body = gzipped(&body)?;
            }
            let count = (recording.len() * chunk.len()) as u32;
            let packed = encoder.compress_vec(&body)?;
            out.write_all(&(packed.len() as u32).to_le_bytes())?;
            out.write_all(&count.to_le_bytes())?;
            out.write_all(&packed)?;
            requests += 1;
            samples += u64::from(count);
            bytes += packed.len() as u64;
            sent += body.len() as u64;
        }
    }
    out.flush()?;
    let over_the_wire = match args.format {
        Format::RemoteWrite => String::new(),
        Format::Otlp => format!(", {:.1} MB when sent", sent as f64 / 1e6),
    };
    println!(
        "{} series, {samples} samples, {requests} requests, {:.1} MB compressed{over_the_wire}, from {first} to {end}",
        recording.len() * args.hosts,
        bytes as f64 / 1e6,
    );
    Ok(())
}

impl Host {
    /// Appends one scrape to a body, with the values at `step` of the recording.
    fn append(&self, body: &mut Vec<u8>, recording: &[Series], step: usize, timestamp_ms: i64) {
        match self {
            Self::RemoteWrite(labels) => {
                for (series, labels) in recording.iter().zip(labels) {
                    wire::series(body, labels, series.at(step), timestamp_ms);
                }
            }
            Self::Otlp(host) => host.append(body, recording, step, nanoseconds(timestamp_ms)),
        }
    }
}

/// Unix time as OTLP has it, from milliseconds.
fn nanoseconds(milliseconds: i64) -> u64 {
    milliseconds as u64 * 1_000_000
}

/// At the level that SDKs have by default.
fn gzipped(body: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    Ok(encoder.finish()?)
}

/// A body of OTLP as it is sent.
pub(crate) fn unpacked(packed: &[u8]) -> Result<Vec<u8>> {
    snap::raw::Decoder::new().decompress_vec(packed).context("the corpus is not of OTLP")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(format: Format, gzip: bool, out: &Path) -> Vec<(Vec<u8>, u32)> {
        let args = PrepareArgs {
            recording: "data/node_exporter.tsv.gz".into(),
            out: out.to_owned(),
            format,
            gzip,
            hosts: 3,
            rounds: 2,
            interval: 15,
            end: Some(1_795_193_855),
            batch: 2,
        };
        prepare(&args).unwrap();
        let mut corpus = Corpus::open(out).unwrap();
        std::iter::from_fn(|| corpus.next().unwrap()).collect()
    }

    #[test]
    fn both_formats_have_the_same_samples_a_body() {
        let out = std::env::temp_dir().join(format!("telegen-corpus-{}", std::process::id()));
        let [remote_write, plain, gzip] =
            [(Format::RemoteWrite, false), (Format::Otlp, false), (Format::Otlp, true)]
                .map(|(format, gzip)| corpus(format, gzip, &out));
        std::fs::remove_file(&out).unwrap();
        let counts = |corpus: &[(Vec<u8>, u32)]| corpus.iter().map(|(_, count)| *count).collect::<Vec<u32>>();
        assert_eq!(counts(&remote_write), [1014, 507, 1014, 507]);
        assert_eq!(counts(&plain), counts(&remote_write));
        for ((plain, _), (gzip, _)) in plain.iter().zip(&gzip) {
            let (plain, gzip) = (unpacked(plain).unwrap(), unpacked(gzip).unwrap());
            assert!(otlp::is_gzip(&gzip) && !otlp::is_gzip(&plain));
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&gzip[..]).read_to_end(&mut text).unwrap();
            assert!(text == plain, "gzip changes nothing");
        }
    }
}
