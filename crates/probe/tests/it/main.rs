//! Tests of the collectors against small servers on this machine.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod authority;
mod certificates;
mod http;
mod icmp;
mod log;
mod parsing;
mod reading;
mod server;
mod tcp;
mod tls;
