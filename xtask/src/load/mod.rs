//! What the benches share that send a recorded load to a server: the machine and its cores, the programs that run,
//! the load generator `bench/telegen`, and the table that goes into a document.
//!
//! The server has one core for itself and the load generator another one, so that neither is measured while it waits
//! for the other.

pub(crate) mod arguments;
pub(crate) mod data;
pub(crate) mod http;
pub(crate) mod machine;
pub(crate) mod markdown;
pub(crate) mod processes;
pub(crate) mod protocol;
pub(crate) mod servers;
pub(crate) mod telegen;

use std::path::PathBuf;

use crate::project::Project;

/// Where the benches keep what they need and leave. One folder for all, so that they share what is compiled and
/// prepared.
pub(crate) fn folder(project: &Project) -> PathBuf {
    project.target.join("peers")
}
