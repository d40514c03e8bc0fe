//! The reading side of Prometheus' API, asked as Grafana, promtool and another Prometheus ask it. What the snapshots hold
//! was compared with the answers of Prometheus 3.5.3 to the same requests over the same samples.

mod admin;
mod answers;
mod browsers;
mod details;
mod errors;
mod message;
mod newest;
mod patience;

use std::fmt::Write;

use tempfile::TempDir;

use crate::server::Server;
use crate::writing::{Body, EMPTY_SERVER, send};

/// 2015-07-01T20:10:00Z in milliseconds.
const THEN: i64 = 1_435_781_400_000;

/// A server with two counters and some odd numbers, six samples each, 15 seconds apart from [`THEN`] on.
async fn server(flags: &[&str]) -> (TempDir, Server) {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &[&EMPTY_SERVER[..], flags].concat());
    let times = || (0..6).map(|turn| (turn, THEN + turn * 15_000));
    let constant = |value: f64| times().map(|(_, at)| (at, value)).collect::<Vec<_>>();
    let counter = |from: i64, step: i64| {
        times().map(|(turn, at)| (at, (from + turn * step) as f64)).collect::<Vec<_>>()
    };
    let body = Body::default()
        .series(&[("__name__", "requests_total"), ("code", "200")], &counter(1000, 27))
        .series(&[("__name__", "requests_total"), ("code", "400")], &counter(3, 1))
        .series(&[("__name__", "odd"), ("host", "a"), ("path", "C:\\DIR\n\"x\" ü <&>")], &constant(0.1))
        .series(&[("__name__", "odd"), ("host", "b")], &constant(-1e-7))
        .series(&[("__name__", "odd"), ("host", "c")], &constant(1e21))
        .series(&[("__name__", "odd"), ("host", "d")], &constant(f64::INFINITY));
    assert_eq!(send(&server, &body).await.status, 204);
    (dir, server)
}

/// Asks for each path, and gives all answers as one text.
async fn answers(server: &Server, paths: &[&str]) -> String {
    let mut text = String::new();
    for path in paths {
        let answer = server.get(&path.replace('{', "%7B").replace('}', "%7D").replace('"', "%22")).await;
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        writeln!(text, "{path}\n  {} {}", answer.status, answer.body).unwrap();
    }
    text
}
