//! The browser's side of the live protocol: one WebSocket for all panels, which comes back by itself.

mod browser;
mod client;
mod entry;

pub(crate) use client::{Connection, Live, Watch};
