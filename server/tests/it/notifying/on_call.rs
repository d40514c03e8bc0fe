//! Escalations and hand-overs of those who are on call, while the program is killed again and again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::{TempDir, tempdir};

use super::{deliveries, delivery, start};
use crate::answer::eventually;
use crate::server::{Server, now};
use crate::sinks::{HttpSink, Request, free_port};

/// It fires as long as there is a server.
const RULES: &str = "
groups:
  - name: a
    interval: 200ms
    rules:
      - alert: Hot
        expr: vector(100)
";

const ROUTE: &str =
    "route: {receiver: team, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}";

fn folder() -> TempDir {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("rules.yml"), RULES).unwrap();
    dir
}

fn running(dir: &Path, config: &str) -> Server {
    start(dir, config, &["--rules-files", "rules.yml"])
}

/// A receiver whose webhook has its name at this address, and what else is said of it.
fn receiver(name: &str, address: &str, more: &str) -> String {
    format!("  - {{name: {name}, webhook_configs: [{{url: '{address}/{name}'}}]{more}}}\n")
}

/// What a receiver was told.
fn told(sink: &HttpSink, name: &str) -> Vec<Request> {
    let path = format!("/{name}");
    sink.requests().into_iter().filter(|request| request.path == path).collect()
}

/// Waits until a receiver was told, and that is written down.
async fn is_told(server: &Server, name: &str) {
    delivery(server, &format!("state=done&receiver={name}"), |_| true).await;
}

/// Waits until it is decided that a receiver is told, and kills the server just then.
async fn kill_when_decided(server: Server, name: &str) {
    eventually("the decision", async || {
        (!deliveries(&server, &format!("receiver={name}")).await.is_empty()).then_some(())
    })
    .await;
    server.kill();
}

/// That a receiver was told of one thing, which may have gone out twice where the server was killed meanwhile.
fn assert_one(sink: &HttpSink, name: &str) {
    let requests = told(sink, name);
    let keys: BTreeSet<&str> = requests.iter().map(Request::key).collect();
    assert!(keys.len() == 1 && requests.len() <= 2, "{name}: {requests:?}");
    assert!(requests.iter().all(|request| request.json()["alerts"][0]["labels"]["alertname"] == "Hot"));
}

fn escalating(team: &str, lead: &str) -> String {
    let steps = ", escalation_configs: [{after: 2s, receiver: lead}, {after: 5s, receiver: boss}]";
    format!(
        "{ROUTE}\nreceivers:\n{}{}{}",
        receiver("team", team, steps),
        receiver("lead", lead, ""),
        receiver("boss", team, "")
    )
}

#[tokio::test]
async fn a_step_is_told_once_though_the_server_is_killed() {
    let dir = folder();
    let sink = HttpSink::good();
    let config = escalating(&sink.url(""), &sink.url(""));
    let server = running(dir.path(), &config);
    is_told(&server, "team").await;
    // Before the step, and while it is told.
    server.kill();
    kill_when_decided(running(dir.path(), &config), "lead").await;
    let server = running(dir.path(), &config);
    is_told(&server, "lead").await;
    // The next step says that the group was looked at since.
    is_told(&server, "boss").await;
    assert_one(&sink, "lead");
    assert_eq!((told(&sink, "team").len(), told(&sink, "boss").len()), (1, 1));
}

#[tokio::test]
async fn a_step_that_could_not_be_told_is_told_after_the_next_start() {
    let dir = folder();
    let sink = HttpSink::good();
    let nobody = format!("http://{}", free_port());
    let server = running(dir.path(), &escalating(&sink.url(""), &nobody));
    // Stored, and tried in vain.
    delivery(&server, "state=waiting&receiver=lead", |one| one["failure"].is_string()).await;
    server.kill();
    let server = running(dir.path(), &escalating(&sink.url(""), &sink.url("")));
    is_told(&server, "lead").await;
    is_told(&server, "boss").await;
    for name in ["team", "lead", "boss"] {
        assert_eq!(told(&sink, name).len(), 1, "{name}: {:?}", told(&sink, name));
    }
}

/// Ann is on call, until others are from these moments on: milliseconds since the epoch.
fn on_call(sink: &HttpSink, shifts: &[(&str, i64)]) -> String {
    let address = sink.url("");
    let time = |at: i64| watchfire_model::format_utc(at, 0, "%Y-%m-%d %H:%M:%S");
    let overrides = shifts.iter().map(|(name, from)| {
        format!("{{receiver: {name}, from: '{}', to: '{}'}}", time(*from), time(*from + 86_400_000))
    });
    format!(
        "{ROUTE}\nreceivers:\n  - {{name: team, escalation_configs: [{{schedule: web}}]}}\n{}{}{}\
         schedules:\n  - name: web\n    layers: [{{start: '2020-01-01 00:00', every: 7d, receivers: [ann]}}]\n    \
         overrides: [{}]\n",
        receiver("ann", &address, ""),
        receiver("bob", &address, ""),
        receiver("cem", &address, ""),
        overrides.collect::<Vec<_>>().join(", ")
    )
}

#[tokio::test]
async fn a_hand_over_is_told_once_though_the_server_is_killed() {
    let dir = folder();
    let sink = HttpSink::good();
    let server = running(dir.path(), &on_call(&sink, &[]));
    is_told(&server, "ann").await;
    server.kill();
    // Bob takes over about when the server starts, and it is killed while he is told.
    let bob = ("bob", now() + 1000);
    kill_when_decided(running(dir.path(), &on_call(&sink, &[bob])), "bob").await;
    let server = running(dir.path(), &on_call(&sink, &[bob]));
    is_told(&server, "bob").await;
    server.kill();
    // Cem takes over while there is no server; that he is told says that all were looked at since.
    let config = on_call(&sink, &[bob, ("cem", now())]);
    let server = running(dir.path(), &config);
    is_told(&server, "cem").await;
    assert_one(&sink, "bob");
    assert_eq!((told(&sink, "ann").len(), told(&sink, "cem").len()), (1, 1));
}
