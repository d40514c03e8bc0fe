//! Alerts over a kill of the program.

use std::fs;

use tempfile::tempdir;

use super::{alerts, push};
use crate::answer::eventually;
use crate::server::{Server, now};

/// Of the group, in milliseconds.
const INTERVAL: i64 = 3000;

const RULES: &str = "
groups:
- name: hosts
  interval: 3s
  rules:
  - alert: Hot
    expr: max by (host) (temp) > 50
";

#[tokio::test]
async fn what_is_over_after_a_kill_is_over_at_the_next_evaluation() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("rules.yml"), RULES).unwrap();
    let start = || Server::start(dir.path(), &["--no-collect", "--rules-files", "rules.yml"]);
    let server = start();
    push(&server, "temp{host=\"a\"}", 60.0).await;
    push(&server, "temp{host=\"b\"}", 60.0).await;
    eventually("firing", async || {
        let alerts = alerts(&server).await;
        (alerts.len() == 2 && alerts.iter().all(|alert| alert["state"] == "firing")).then_some(())
    })
    .await;
    server.kill();

    let server = start();
    push(&server, "temp{host=\"a\"}", 1.0).await;
    let pushed = now();
    let over = eventually("its end", async || {
        let history = server.get("/api/v1/watchfire/rules/history").await.json();
        let events = history["data"].as_array().unwrap().clone();
        events.into_iter().find(|event| event["to"] == "inactive" && event["labels"]["host"] == "a")
    })
    .await;
    let late = over["at"].as_i64().unwrap() - pushed;
    assert!(late <= INTERVAL, "{late} ms after its sample");
    // The other one has not sent since the kill: it goes on by what it sent before.
    let left = alerts(&server).await;
    assert_eq!((left.len(), &left[0]["labels"]["host"]), (1, &serde_json::json!("b")), "{left:?}");
}
