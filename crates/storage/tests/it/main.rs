//! The engine from outside: one data directory, opened, filled, broken and opened again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod damage;
mod fixture;
mod kill;
mod model;
mod open;
mod recovery;
mod retention;
mod samples;
