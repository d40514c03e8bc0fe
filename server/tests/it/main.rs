//! The real program from outside: started, asked over HTTP and WebSocket, stopped, killed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod alertmanager;
mod answer;
mod architecture;
mod assets;
// The probes' tests have certificates of the same authority.
#[expect(dead_code, reason = "some of it only the probes' tests need")]
#[path = "../../../crates/probe/tests/it/authority.rs"]
mod authority;
mod client;
mod collectors;
mod dashboards;
mod demo;
mod guard;
mod kill;
mod limits;
mod live;
mod mail_server;
mod metrics_page;
mod notifying;
mod otlp;
mod otlp_in;
mod pages;
mod points;
mod probes;
mod prometheus;
mod push;
mod refused_start;
mod render;
mod rules;
mod scrape;
mod server;
mod shares;
mod shutdown;
mod sinks;
mod slow_reader;
mod writing;
