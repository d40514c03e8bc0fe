//! Collectors: sources of samples on this machine, one file each.
//!
//! A new collector is its file, its line in this module's list and its entry in [`collectors`]; it is documented in
//! docs/METRICS.md, which a test compares with [`Collector::metrics`].

use std::io;
use std::path::PathBuf;

use watchfire_model::{Batch, MetricDescription};

mod every;
mod host;
mod series;

pub use host::HostCollector;

/// A source of samples on this machine that is asked at an interval.
pub trait Collector: Send + 'static {
    /// A short word for logs and for the collector's own metrics, such as `host`.
    fn name(&self) -> &'static str;

    /// All metrics that the collector can give; what the machine lacks is never sent.
    fn metrics(&self) -> &'static [MetricDescription];

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
}

/// Every collector that works on this machine, ready to be asked. `host` takes the place of the system's host name
/// in the label `host`.
pub fn collectors(host: Option<String>) -> Result<Vec<Box<dyn Collector>>, CollectError> {
    Ok(vec![Box::new(HostCollector::new(host)?)])
}
