//! The client against a small server of its own, which decodes what arrives as Watchfire does.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod asynchronous;
mod away;
mod instruments;
mod model;
mod operations;
mod program;
mod server;
mod switch;
