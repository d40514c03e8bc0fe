//! Tests of the collectors on the real machine, of their documentation, and of the decoders.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail where it stands")]

mod collect;
mod exposition;
mod host;
mod labels;
mod otlp;
mod remote_read;
mod remote_write;
mod statsd;
