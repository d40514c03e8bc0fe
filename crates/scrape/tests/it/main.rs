//! Tests of configurations, relabelling, and of the scraper against small servers on this machine.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![expect(clippy::float_cmp, reason = "values come out as they went in")]

// The probes' tests have certificates of the same authority.
#[expect(dead_code, reason = "some of it only the probes' tests need")]
#[path = "../../../probe/tests/it/authority.rs"]
mod authority;
mod config;
mod discovery;
mod http;
mod pass;
mod relabel;
mod reload;
mod scrape;
mod server;
mod sink;
mod staleness;
mod target;
mod tls;
