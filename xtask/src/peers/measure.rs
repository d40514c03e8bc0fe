//! One server from its first start to its second: what is measured on the way.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::load::data::DataFolder;
use crate::load::http;
use crate::load::machine::Cores;
use crate::load::processes::{Running, Stop, free_address};
use crate::load::protocol::Protocol;
use crate::load::servers::{Kind, Server};
use crate::load::telegen::{Load, Query, Telegen};
use crate::peers::options::Options;
use crate::step::{Failure, Result};

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
        let mut command = server.command(bench.cores.server, &address.to_string(), data.path(), &empty);
        let running = Running::start(&mut command, address, server.kind.ready_path(), &log(piece), stop)?;
        Ok::<_, Failure>((running, address))
    };

    let (running, address) = start("first")?;
    let (load, refusal) = bench.telegen.replay(
        Protocol::RemoteWrite,
        bench.corpus,
        address,
        running.id(),
        &log("replay"),
        stop,
    )?;
    let samples = load.samples;
    measured.load = Some(load);
    measured.problems.extend(refusal);

    let extra = server.kind.query_extra();
    measured.problems.extend(http::wait_until_visible(address, extra, bench.options.hosts, stop)?);
    let asked = bench.telegen.query(address, bench.options.repeat, extra, &log("query"), stop);
    if let Some((queries, problem)) = measured.take("queries", asked) {
        measured.queries = queries;
        measured.problems.extend(problem);
    }
    measured.peak_memory = measured.take("memory", running.memory("VmHWM:"));

    running.stop(stop)?;
    let bytes = measured.take("disk", data.bytes());
    measured.bytes_per_sample = bytes.map(|bytes| bytes as f64 / samples);

    let (running, _) = start("second")?;
    measured.start_seconds = Some(running.start_seconds);
    measured.memory_after_start = measured.take("memory", running.memory("VmRSS:"));
    running.stop(stop)
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
            writeln!(f, "    {load}")?;
        }
        for problem in &self.problems {
            writeln!(f, "    {}: {problem}", self.title)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_piece_is_a_problem_with_its_name() {
        let mut measured = Measured::default();
        assert_eq!(measured.take("disk", Ok(3)), Some(3));
        assert_eq!(measured.take::<u64>("disk", Err(Failure::new("it is full"))), None);
        assert_eq!(measured.problems, ["disk: it is full"]);
    }
}
