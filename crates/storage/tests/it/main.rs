//! The engine from outside: one data directory, opened, filled, broken and opened again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod alert_events;
mod backup;
mod control;
mod damage;
mod delete;
mod deliveries;
mod details;
mod fixture;
mod flip;
mod kill;
mod limits;
mod listing;
mod model;
mod open;
mod readings;
mod recovery;
mod retention;
mod rollup;
mod samples;
