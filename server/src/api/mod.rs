//! The protocols that other programs speak to Watchfire, one folder or file each.

mod intake;
pub(crate) mod prometheus;
pub(crate) mod push;
pub(crate) mod remote_write;
mod taking;

pub(crate) use intake::Intake;
