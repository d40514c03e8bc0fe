use std::fs;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::answer::eventually;
use crate::server::{Server, now};

/// The names of all rules.
async fn names(server: &Server) -> Vec<String> {
    let told = server.get("/api/v1/rules").await.json();
    let groups = told["data"]["groups"].as_array().unwrap().clone();
    assert!(groups.iter().all(|group| group["file"].as_str().unwrap().starts_with("shipped:")), "{told}");
    let rules = groups.iter().flat_map(|group| group["rules"].as_array().unwrap().clone());
    rules.map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn rules_come_with_the_program() {
    let dir = tempdir().unwrap();
    let flags = ["--no-collect", "--rules-shipped", "--rules-shipped-without", "HighCpuUsage,NoSuchRule"];
    let server = Server::start(dir.path(), &flags);
    let found =
        eventually("the rules", async || Some(names(&server).await).filter(|found| !found.is_empty())).await;
    assert!(
        found.contains(&"TargetDown".to_owned()) && !found.contains(&"HighCpuUsage".to_owned()),
        "{found:?}"
    );
    assert!(server.log().contains("NoSuchRule"), "{}", server.log());

    // They are one group in metrics.
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains("watchfire_rule_group_rules{rule_group=\"shipped\"} "), "{metrics}");
    assert!(!metrics.contains("rule_group=\"shipped:"), "{metrics}");

    let page = server.get("/runbooks/TargetDown").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<h1>TargetDown</h1>"), "{}", page.body);
    assert!(server.get("/runbooks").await.body.contains("href=\"/runbooks/TargetDown\""));
    let none = server.get("/runbooks/<b>").await;
    assert_eq!(none.status, 404);
    assert!(!none.body.contains("<b>"), "{}", none.body);
}

#[tokio::test]
async fn alerts_of_made_up_data_are_shown_and_nobody_is_told() {
    let dir = tempdir().unwrap();
    let file = "groups: [{name: a, interval: 200ms, rules: [{alert: Hot, expr: temp > 50}]}]";
    fs::write(dir.path().join("rules.yml"), file).unwrap();
    let flags = ["--no-collect", "--rules-files=rules.yml", "--rules-external-labels=region=north"];
    let seen = async |server: &Server, demo: &str| {
        let body = format!("temp{{demo=\"{demo}\"}} 60 {}\n", now());
        server.post("/api/v1/import/prometheus", &[], body.into_bytes()).await;
        eventually("the alert", async || {
            let alerts = server.get(&format!("/api/v2/alerts?filter=demo={demo}")).await.json();
            alerts.as_array().unwrap().first().cloned()
        })
        .await
    };
    let state = |alert: &Value| (alert["status"]["state"].clone(), alert["status"]["mutedBy"].clone());
    let server = Server::start(dir.path(), &flags);
    let alert = seen(&server, "true").await;
    assert_eq!(state(&alert), (json!("suppressed"), json!(["demo"])));
    assert_eq!(alert["labels"]["region"], "north");
    assert_eq!(state(&seen(&server, "no").await), (json!("active"), json!([])));
    server.kill();
    let server = Server::start(dir.path(), &[&flags[..], &["--notify-demo"]].concat());
    assert_eq!(state(&seen(&server, "true").await), (json!("active"), json!([])));
}

/// A rule about a metric that has another name by now would be silent for ever.
#[tokio::test]
async fn shipped_rules_ask_for_metrics_that_there_are() {
    let known =
        [include_str!("../../../../docs/METRICS.md"), include_str!("../../../../docs/API.md")].concat();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let known: std::collections::BTreeSet<&str> = known.split(|letter| !is_name(letter)).collect();
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--rules-shipped"]);
    let queries = eventually("the rules", async || {
        let told = server.get("/api/v1/rules").await.json();
        let groups = told["data"]["groups"].as_array()?.clone();
        let rules = groups.iter().flat_map(|group| group["rules"].as_array().unwrap().clone());
        let queries: Vec<String> = rules.map(|rule| rule["query"].as_str().unwrap().to_owned()).collect();
        (!queries.is_empty()).then_some(queries)
    })
    .await;
    let own = |name: &&str| name.starts_with("system_") || name.starts_with("watchfire_");
    let asked: Vec<&str> =
        queries.iter().flat_map(|query| query.split(|letter| !is_name(letter))).filter(own).collect();
    assert!(asked.len() > 10, "{asked:?}");
    // A summary is told of under the name that its series share.
    let shared = |name: &str| {
        let stem = ["_sum", "_count", "_bucket"].iter().find_map(|end| name.strip_suffix(end));
        stem.is_some_and(|stem| known.contains(stem))
    };
    let unknown: Vec<&&str> = asked.iter().filter(|name| !known.contains(**name) && !shared(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
