//! Scraping as Prometheus does it: the configuration file, discovery of targets, relabelling, and the loop that asks
//! each target for its metrics and hands them on as a [`Batch`](watchfire_model::Batch).
//!
//! [`Scraper::start`] does it all. The crate knows nothing of storage: who takes the samples is a [`Sink`].

mod client;
mod clock;
mod discovery;
mod looping;
mod pool;
mod scraper;
mod sink;
mod state;

pub mod config;
pub mod pass;
pub mod relabel;
pub mod series;
pub mod target;

pub use scraper::{Scraper, Settings};
pub use sink::{LeftOut, Refused, Sink, SinkError};
pub use state::{Counters, DroppedTarget, Health, Outcome, TargetState};
