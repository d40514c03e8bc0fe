//! The browser's side of the live protocol: one WebSocket for all panels, which comes back by itself.

mod backoff;
mod client;
mod entry;
mod socket;

pub(crate) use client::{Connection, Live, Watch};
pub(crate) use entry::{WatchAsk, WatchState};
