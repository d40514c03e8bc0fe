//! The live hub: who watches what, and how it gets there.
//!
//! A [`Hub`] keeps one task for each distinct (query, step, refresh). The task evaluates its query once when something new
//! was stored, however many watch, and hands the same bytes to all of them. Each WebSocket has a bounded queue; a reader that
//! falls behind misses points, is told so, and is sent the gap once it reads again. docs/LIVE.md describes the protocol.

mod connection;
mod hub;
mod outbox;
mod scope;
mod stream;
#[cfg(test)]
mod tests;
mod tick;
mod told;
mod writer;

pub(crate) use connection::upgrade;
pub(crate) use hub::{Hub, HubSettings, HubStats};
pub(crate) use scope::{PanelAsked, PanelQueries, PanelQuery, Scope, StepClock};
