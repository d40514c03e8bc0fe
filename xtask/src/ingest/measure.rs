//! One protocol: a server with an empty data directory, and what it costs it to take all samples.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::load::data::DataFolder;
use crate::load::http;
use crate::load::processes::{Running, Stop, free_address};
use crate::load::protocol::Protocol;
use crate::load::servers::{Kind, Server};
use crate::load::telegen::{Load, Telegen};
use crate::step::{Failure, Result};

/// The server takes OTLP at its own address. At the default ports another program may already be taking it.
const NO_OTHER_PORTS: [&str; 4] = ["--otlp-grpc-listen", "", "--otlp-http-listen", ""];

/// What all protocols of a run have in common.
pub(super) struct Bench<'a> {
    pub(super) server: &'a Server,
    pub(super) telegen: &'a Telegen,
    /// Of the corpora.
    pub(super) hosts: u32,
    /// Where the server runs.
    pub(super) core: usize,
    /// See [`load::folder`](crate::load::folder).
    pub(super) folder: &'a Path,
}

/// The figures of one protocol; what could not be measured is not there, and a problem says why.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) protocol: Protocol,
    pub(super) load: Option<Load>,
    /// The most memory that the server had until the last sample was answered, in bytes.
    pub(super) peak_memory: Option<f64>,
    pub(super) problems: Vec<String>,
}

impl Bench<'_> {
    /// Measures one protocol. What fails is a problem of this protocol, not the end of the run.
    pub(super) fn measure(&self, protocol: Protocol, corpus: &Path, stop: &Stop) -> Measured {
        let mut measured = Measured { protocol, load: None, peak_memory: None, problems: Vec::new() };
        if let Err(failure) = self.attempt(corpus, stop, &mut measured) {
            measured.problems.push(failure.to_string());
        }
        // The problems go into a document; where this machine keeps its files does not.
        let folder = self.folder.display().to_string();
        for problem in &mut measured.problems {
            *problem = problem.replace(&folder, "target/peers");
        }
        measured
    }

    fn attempt(&self, corpus: &Path, stop: &Stop, measured: &mut Measured) -> Result<()> {
        let protocol = measured.protocol;
        let logs = self.folder.join("logs");
        fs::create_dir_all(&logs).map_err(Failure::at(&logs))?;
        let log = |piece: &str| logs.join(format!("ingest-{}-{piece}", protocol.name()));
        let data = DataFolder::fresh(self.folder.join("data"))?;
        let address = free_address()?;
        let mut command = self.command(&address.to_string(), data.path());
        let running =
            Running::start(&mut command, address, Kind::Watchfire.ready_path(), &log("server"), stop)?;

        let replay = self.telegen.replay(protocol, corpus, address, running.id(), &log("replay"), stop);
        let (load, refusal) = replay?;
        measured.load = Some(load);
        measured.problems.extend(refusal);
        measured.peak_memory = Some(running.memory("VmHWM:")?);
        measured.problems.extend(http::wait_until_visible(address, "", self.hosts, stop)?);
        running.stop(stop)
    }

    fn command(&self, address: &str, data: &Path) -> Command {
        // Watchfire reads no configuration of Prometheus.
        let mut command = self.server.command(self.core, address, data, Path::new(""));
        command.args(NO_OTHER_PORTS);
        command
    }
}

/// What the person who waits sees of a protocol that is done.
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(load) = &self.load {
            writeln!(f, "    {load}")?;
        }
        for problem in &self.problems {
            writeln!(f, "    {problem}")?;
        }
        Ok(())
    }
}
