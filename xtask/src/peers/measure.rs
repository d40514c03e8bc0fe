//! One server from its first start to its second: what is measured on the way.

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::peers::http;
use crate::peers::machine::Cores;
use crate::peers::options::Options;
use crate::peers::processes::{Running, Stop, free_address};
use crate::peers::servers::{Kind, Server};
use crate::peers::telegen::{END, Load, Query, Telegen};
use crate::step::{Failure, Result};

/// A server that does not show the newest samples by then is asked the queries all the same, with a note.
const VISIBLE_WITHIN: Duration = Duration::from_secs(30);

/// Between two looks whether they are visible; rare, so that servers do not warm up by it.
const VISIBLE_POLL: Duration = Duration::from_millis(500);

/// What all servers of a run have in common.
pub(super) struct Bench<'a> {
    pub(super) telegen: &'a Telegen,
    pub(super) corpus: &'a Path,
    pub(super) options: &'a Options,
    pub(super) cores: &'a Cores,
    /// `target/peers`.
    pub(super) folder: &'a Path,
}

/// The figures of one server; what could not be measured is not there, and a problem says why.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) title: String,
    pub(super) is_watchfire: bool,
    pub(super) load: Option<Load>,
    pub(super) queries: Vec<Query>,
    /// The most memory that it had, queries included, in bytes.
    pub(super) peak_memory: Option<f64>,
    /// All files of the data directory after a clean stop, by the samples that were taken.
    pub(super) bytes_per_sample: Option<f64>,
    /// From the second start, on the data of the first, until it was ready.
    pub(super) start_seconds: Option<f64>,
    /// Right after that, in bytes.
    pub(super) memory_after_start: Option<f64>,
    pub(super) problems: Vec<String>,
}

/// Measures one server. A piece that fails is a problem of this server, not the end of the run.
pub(super) fn measure(server: &Server, bench: &Bench<'_>, stop: &Stop) -> Measured {
    let is_watchfire = server.kind == Kind::Watchfire;
    let mut measured = Measured { title: server.title(), is_watchfire, ..Measured::default() };
    if let Err(failure) = attempt(server, bench, stop, &mut measured) {
        measured.problems.push(failure.to_string());
    }
    // The problems go into a document; where this machine keeps its files does not.
    let folder = bench.folder.display().to_string();
    for problem in &mut measured.problems {
        *problem = problem.replace(&folder, "target/peers");
    }
    measured
}

fn attempt(server: &Server, bench: &Bench<'_>, stop: &Stop, measured: &mut Measured) -> Result<()> {
    let logs = bench.folder.join("logs");
    fs::create_dir_all(&logs).map_err(Failure::at(&logs))?;
    let log = |piece: &str| logs.join(format!("{}-{piece}", server.file_name()));
    let data = DataFolder::fresh(bench.folder.join("data"))?;
    let empty = bench.folder.join("empty.yml");
    fs::write(&empty, "").map_err(Failure::at(&empty))?;
    let start = |piece| {
        let address = free_address()?;
        let mut command = server.command(bench.cores.server, &address.to_string(), &data.0, &empty);
        let running = Running::start(&mut command, address, server.kind.ready_path(), &log(piece), stop)?;
        Ok::<_, Failure>((running, address))
    };

    let (running, address) = start("first")?;
    let (load, refusal) = bench.telegen.replay(bench.corpus, address, running.id(), &log("replay"), stop)?;
    let samples = load.samples;
    measured.load = Some(load);
    measured.problems.extend(refusal);

    let extra = server.kind.query_extra();
    wait_until_visible(address, extra, bench.options.hosts, stop, measured)?;
    let asked = bench.telegen.query(address, bench.options.repeat, extra, &log("query"), stop);
    if let Some((queries, problem)) = measured.take("queries", asked) {
        measured.queries = queries;
        measured.problems.extend(problem);
    }
    measured.peak_memory = measured.take("memory", running.memory("VmHWM:"));

    running.stop(stop)?;
    let bytes = measured.take("disk", bytes_below(&data.0));
    measured.bytes_per_sample = bytes.map(|bytes| bytes as f64 / samples);

    let (running, _) = start("second")?;
    measured.start_seconds = Some(running.start_seconds);
    measured.memory_after_start = measured.take("memory", running.memory("VmRSS:"));
    running.stop(stop)
}

/// Waits until the newest scrape of each host is visible. `VictoriaMetrics` shows samples to queries some seconds
/// after it took them; asked at once it would answer fast, and with nothing.
fn wait_until_visible(
    address: SocketAddr,
    extra: &str,
    hosts: u32,
    stop: &Stop,
    measured: &mut Measured,
) -> Result<()> {
    let newest = format!("count(timestamp(node_load1)%3E={END})");
    let asked = Instant::now();
    while http::value(address, &newest, END, extra) != Some(f64::from(hosts)) {
        if asked.elapsed() > VISIBLE_WITHIN {
            let seconds = VISIBLE_WITHIN.as_secs();
            measured
                .problems
                .push(format!("the newest samples are not visible to queries after {seconds} s"));
            break;
        }
        stop.wait(VISIBLE_POLL)?;
    }
    Ok(())
}

impl Measured {
    /// The value of a piece; its failure becomes a problem.
    fn take<T>(&mut self, piece: &str, outcome: Result<T>) -> Option<T> {
        outcome.map_err(|failure| self.problems.push(format!("{piece}: {failure}"))).ok()
    }
}

/// What the person who waits sees of a server that is done.
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(load) = &self.load {
            writeln!(
                f,
                "    {:.0} samples, {:.0} a second, {:.3} CPU-seconds a million",
                load.samples, load.samples_per_second, load.cpu_seconds_per_million
            )?;
        }
        for problem in &self.problems {
            writeln!(f, "    {}: {problem}", self.title)?;
        }
        Ok(())
    }
}

/// A data directory that goes when its server is done: the next one has the whole disk, and no run finds the
/// data of another.
struct DataFolder(PathBuf);

impl DataFolder {
    fn fresh(path: PathBuf) -> Result<Self> {
        if path.exists() {
            fs::remove_dir_all(&path).map_err(Failure::at(&path))?;
        }
        fs::create_dir_all(&path).map_err(Failure::at(&path))?;
        Ok(Self(path))
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("    {} was not removed: {error}", self.0.display());
        }
    }
}

/// The length of all files in a folder and those below.
fn bytes_below(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(Failure::at(folder))? {
        let path = entry.map_err(Failure::at(folder))?.path();
        let about = fs::symlink_metadata(&path).map_err(Failure::at(&path))?;
        bytes += if about.is_dir() { bytes_below(&path)? } else { about.len() };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_at_every_depth_and_the_folder_goes() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("data");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("of another run"), "x").unwrap();

        let data = DataFolder::fresh(path.clone()).unwrap();
        fs::create_dir_all(path.join("a/b")).unwrap();
        for (name, length) in [("wal", 10), ("a/index", 200), ("a/b/chunks", 3000)] {
            fs::write(path.join(name), vec![0; length]).unwrap();
        }
        assert_eq!(bytes_below(&path).unwrap(), 3210);
        drop(data);
        assert!(!path.exists());
    }

    #[test]
    fn a_failed_piece_is_a_problem_with_its_name() {
        let mut measured = Measured::default();
        assert_eq!(measured.take("disk", Ok(3)), Some(3));
        assert_eq!(measured.take::<u64>("disk", Err(Failure::new("it is full"))), None);
        assert_eq!(measured.problems, ["disk: it is full"]);
    }
}
