//! The service over a real storage.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod alerting;
mod cache;
mod dashboards;
mod delivery_ages;
// The storage's tests and these try rollups on the same readings.
#[path = "../../../storage/tests/it/readings.rs"]
mod readings;
mod rollups;
