//! A rule that cannot be evaluated: what it knew stays, it says so everywhere, and where it is so set somebody is told.

use std::fs;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{ask, start, webhook};
use crate::answer::eventually;
use crate::server::{Server, now};
use crate::sinks::HttpSink;

const RULES: &str = "
groups:
- name: g
  interval: 200ms
  rules:
  - alert: Both
    expr: a * on (host) b > 0
    labels: {severity: critical, team: ops, value: '{{ $value }}'}
";

const FLAGS: [&str; 3] =
    ["--rules-files=rules.yml", "--rules-reload-interval=100ms", "--rules-alert-on-error"];

async fn push(server: &Server, series: &str) {
    let line = format!("{series} 1 {}\n", now());
    let answer = server.post("/api/v1/import/prometheus", &[], line.into_bytes()).await;
    assert!((200..300).contains(&answer.status), "{}", answer.body);
}

async fn rule(server: &Server) -> Value {
    server.get("/api/v1/rules").await.json()["data"]["groups"][0]["rules"][0].clone()
}

async fn events(server: &Server) -> Vec<Value> {
    ask(server, "GET", "rules/history", &Value::Null).await.json()["data"].as_array().unwrap().clone()
}

/// What was told of the rule itself: the states in order.
fn told(sink: &HttpSink) -> Vec<(String, Value)> {
    let alerts = sink.requests().into_iter().map(|request| request.json()["alerts"][0].clone());
    let of_rules = alerts.filter(|alert| alert["labels"]["alertname"] == "RuleEvaluationFailed");
    of_rules.map(|alert| (alert["status"].as_str().unwrap().to_owned(), alert)).collect()
}

#[tokio::test]
async fn a_rule_that_fails_keeps_its_alerts_and_is_told() {
    let dir = tempdir().unwrap();
    let file = dir.path().join("rules.yml");
    fs::write(&file, RULES).unwrap();
    let sink = HttpSink::good();
    let server = start(dir.path(), &webhook(&sink), &FLAGS);
    push(&server, "a{host=\"x\"}").await;
    push(&server, "b{host=\"x\"}").await;
    eventually("firing", async || (rule(&server).await["state"] == "firing").then_some(())).await;
    // What is multiplied is not one to one any more.
    push(&server, "b{host=\"x\",disk=\"1\"}").await;
    let failing =
        eventually("the error", async || Some(rule(&server).await).filter(|rule| rule["health"] == "err"))
            .await;
    let reason = failing["lastError"].as_str().unwrap().to_owned();
    assert!(reason.contains("many-to-many"), "{reason}");
    assert_eq!((&failing["state"], failing["alerts"].as_array().map(Vec::len)), (&json!("firing"), Some(1)));
    let event = eventually("the event", async || {
        events(&server).await.into_iter().find(|event| event["to"] == "error")
    })
    .await;
    assert_eq!((&event["from"], event["reason"].as_str()), (&json!("ok"), Some(reason.as_str())));
    let metrics = server.get("/metrics").await.body;
    let failures = metrics.lines().find(|line| line.starts_with("watchfire_rule_evaluation_failures_total{"));
    assert!(failures.is_some_and(|line| !line.ends_with(" 0")), "{metrics}");
    // Told with the labels of the rule that are no templates.
    let (status, alert) = eventually("the word of it", async || told(&sink).pop()).await;
    assert_eq!(status, "firing");
    assert_eq!(
        alert["labels"],
        json!({"alertname": "RuleEvaluationFailed", "rule": "Both", "rule_group": "rules.yml;g", "severity": "critical", "team": "ops"})
    );
    assert!(alert["annotations"]["description"].as_str().unwrap().starts_with(&reason), "{alert}");

    // Neither a kill ends its alert, nor that it still fails.
    server.kill();
    let server = start(dir.path(), &webhook(&sink), &FLAGS);
    let failing = eventually("the error after the kill", async || {
        Some(rule(&server).await).filter(|rule| rule["health"] == "err")
    })
    .await;
    assert_eq!((&failing["state"], failing["alerts"].as_array().map(Vec::len)), (&json!("firing"), Some(1)));

    // Mended, it goes on where it stopped.
    fs::write(&file, RULES.replace("b > 0", "max by (host) (b) > 0")).unwrap();
    let mended = eventually("the mended rule", async || {
        Some(rule(&server).await).filter(|rule| rule["health"] == "ok")
    })
    .await;
    assert_eq!(mended["state"], "firing");
    let ends = events(&server).await.iter().filter(|event| event["to"] == "inactive").count();
    assert_eq!(ends, 0, "its alert never ended");
    let last =
        eventually("the end", async || told(&sink).pop().filter(|(status, _)| status == "resolved")).await;
    assert_eq!(last.1["labels"]["rule"], "Both");
    eventually("the event of the end", async || {
        events(&server).await.into_iter().find(|event| event["to"] == "ok")
    })
    .await;
}

#[tokio::test]
async fn where_it_is_not_set_nobody_is_told() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("rules.yml"), RULES).unwrap();
    let sink = HttpSink::good();
    let server = start(dir.path(), &webhook(&sink), &FLAGS[..2]);
    push(&server, "a{host=\"x\"}").await;
    push(&server, "b{host=\"x\"}").await;
    push(&server, "b{host=\"x\",disk=\"1\"}").await;
    eventually("the event", async || events(&server).await.into_iter().find(|event| event["to"] == "error"))
        .await;
    // Two evaluations later, so that a word of it would have come.
    let evaluations = async || {
        let metrics = server.get("/metrics").await.body;
        let line = metrics
            .lines()
            .find(|line| line.starts_with("watchfire_rule_evaluations_total{"))
            .unwrap()
            .to_owned();
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    let before = evaluations().await;
    eventually("evaluations", async || (evaluations().await >= before + 2.0).then_some(())).await;
    let seen = ask(&server, "GET", "alerts", &Value::Null).await.json()["data"]["alerts"].clone();
    assert!(seen.as_array().unwrap().iter().all(|alert| alert["labels"]["alertname"] == "Both"), "{seen}");
    assert!(told(&sink).is_empty());
}
