//! What is watched, one file for each.

mod agents;
mod consensus;
mod fleet;
mod learning;
mod mesh;
mod rag;
mod web;

pub(crate) use agents::Agents;
pub(crate) use consensus::Consensus;
pub(crate) use fleet::Fleet;
pub(crate) use learning::Learning;
pub(crate) use mesh::Mesh;
pub(crate) use rag::Rag;
pub(crate) use web::Web;

/// The nodes of the mesh, which also agree on things.
const NODES: [&str; 9] = ["alder", "birch", "cedar", "elm", "hazel", "maple", "oak", "pine", "rowan"];

/// What an incident chooses among, so that it does not always hit the same place.
mod kind {
    pub(super) const HOST: u64 = 1;
    pub(super) const SERVICE: u64 = 2;
    pub(super) const NODE: u64 = 3;
    pub(super) const MODEL: u64 = 4;
    pub(super) const COLLECTION: u64 = 5;
    pub(super) const AGENT: u64 = 6;
}
