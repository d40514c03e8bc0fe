//! Collectors: sources of samples on this machine, one file each.
//!
//! A new collector is its file, its line in this module's list and its entry in [`collectors`]; it is documented in
//! docs/METRICS.md, which a test compares with [`Collector::metrics`].

use std::io;
use std::path::PathBuf;

use watchfire_model::{Batch, MetricDescription};

mod block_devices;
mod cgroup;
mod describe;
mod disk_io;
mod every;
mod gpu;
mod host;
mod kernel_file;
mod series;
mod systemd;

pub use cgroup::CgroupCollector;
pub use disk_io::DiskIoCollector;
pub use gpu::GpuCollector;
pub use host::HostCollector;
pub use systemd::SystemdCollector;

/// A source of samples on this machine that is asked at an interval.
pub trait Collector: Send + 'static {
    /// A short word for logs and for the collector's own metrics, such as `host`.
    fn name(&self) -> &'static str;

    /// All metrics that the collector can give; what the machine lacks is never sent.
    fn metrics(&self) -> &'static [MetricDescription];

    /// Why this machine has nothing for the collector, in words for a log: known once it was asked for a reading, and
    /// `None` where it reads something. Such a collector gives neither samples nor errors.
    fn unavailable(&self) -> Option<&str> {
        None
    }

    /// Takes one reading and adds its samples to `into`, all with the timestamp `at` (milliseconds since the epoch).
    ///
    /// Blocks; to be called on a thread where that is allowed. On an error `into` still holds all that could be
    /// read, and the next call may succeed.
    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError>;
}

/// Why a collector could not be made, or could not read all that it wanted.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The operating system does not give what the collector lives on.
    #[error("this system does not tell {what}: {source}; turn the {collector} collector off here")]
    Unavailable {
        /// The collector's name.
        collector: &'static str,
        /// What was asked for.
        what: &'static str,
        /// What the system said.
        source: sysinfo::Error,
    },
    /// A file could not be read that is there on a healthy system.
    #[error("cannot read {}: {source}; check that the server's user may read it and that it may open enough files", path.display())]
    Read {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A source answered in another form than its documentation gives. All lines and values but this one were read.
    #[error(
        "{origin}, line {line}: {what} in {text:?}; the rest was read, please report this with the system's version"
    )]
    Form {
        /// The file or command.
        origin: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
        /// The text, cut off where it is long.
        text: String,
    },
    /// A program that was asked did not answer.
    #[error("{program} {why}; see what it answers on the command line to the server's user")]
    Program {
        /// The program.
        program: String,
        /// What it did instead.
        why: String,
    },
}

impl CollectError {
    fn form(origin: String, line: usize, what: &'static str, text: &str) -> Self {
        /// Enough to recognise a line by.
        const SHOWN: usize = 120;
        Self::Form { origin, line, what, text: text.chars().take(SHOWN).collect() }
    }
}

/// Every collector there is, ready to be asked, `host` as the first. One that this machine has nothing for gives no
/// samples and says why ([`Collector::unavailable`]). `host` takes the place of the system's host name in the label
/// `host`.
pub fn collectors(host: Option<String>) -> Result<Vec<Box<dyn Collector>>, CollectError> {
    Ok(vec![
        Box::new(HostCollector::new(host.clone())?),
        Box::new(DiskIoCollector::new(host.clone())),
        Box::new(CgroupCollector::new(host.clone())),
        Box::new(SystemdCollector::new(host.clone())),
        Box::new(GpuCollector::new(host)),
    ])
}
