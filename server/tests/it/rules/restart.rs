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
    // The history is written with the states that the next start goes on with.
    let history = async |server: &Server| {
        let history = server.get("/api/v1/watchfire/rules/history").await.json();
        history["data"].as_array().unwrap().clone()
    };
    eventually("both to fire", async || {
        let firing = history(&server).await.iter().filter(|event| event["to"] == "firing").count();
        (firing == 2).then_some(())
    })
    .await;
    server.kill();

    let server = start();
    push(&server, "temp{host=\"a\"}", 1.0).await;
    let pushed = now();
    let over = eventually("its end", async || {
        let events = history(&server).await.into_iter();
        events.filter(|event| event["to"] == "inactive").find(|event| event["labels"]["host"] == "a")
    })
    .await;
    let late = over["at"].as_i64().unwrap() - pushed;
    assert!(late <= INTERVAL, "{late} ms after its sample");
    // The other one has not sent since the kill: it goes on by what it sent before.
    let left = alerts(&server).await;
    assert_eq!((left.len(), &left[0]["labels"]["host"]), (1, &serde_json::json!("b")), "{left:?}");
}
