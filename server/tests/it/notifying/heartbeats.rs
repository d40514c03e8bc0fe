//! Jobs that have to be heard of, and the alert that fires always.

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{ask, config, start, webhook};
use crate::answer::eventually;
use crate::server::Server;
use crate::sinks::HttpSink;

/// What a webhook was told of an alert: its states in order.
fn told(sink: &HttpSink, name: &str) -> Vec<String> {
    let requests = sink.requests();
    let alerts = requests.iter().map(|request| request.json()["alerts"][0].clone());
    let named =
        alerts.filter(|alert| alert["labels"]["name"] == name || alert["labels"]["alertname"] == name);
    named
        .map(|alert| format!("{} {}", alert["status"].as_str().unwrap(), alert["annotations"]["summary"]))
        .collect()
}

async fn state(server: &Server, uid: &str) -> Value {
    ask(server, "GET", &format!("heartbeats/{uid}"), &Value::Null).await.json()["data"]["state"].clone()
}

#[tokio::test]
async fn a_job_that_is_not_heard_of_fires() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    let flags = ["--rules-interval=200ms", "--rules-max-heartbeats=2"];
    let server = start(dir.path(), &webhook(&sink), &flags);
    let new = json!({"uid": "backup", "heartbeat": {"name": "Backup", "every": "1s", "grace": "500ms", "labels": {"team": "ops"}}});
    let made = ask(&server, "POST", "heartbeats", &new).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(ask(&server, "POST", "heartbeats", &new).await.status, 409);
    let url = made.json()["data"]["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&format!("http://{}", server.address())).unwrap().to_owned();
    eventually("it to be missed", async || {
        (told(&sink, "Backup") == ["firing \"Backup was not heard of in time\""]).then_some(())
    })
    .await;
    assert_eq!(state(&server, "backup").await, "missed");
    let alert = server.get("/api/v2/alerts").await.json()[0].clone();
    assert_eq!(
        alert["labels"],
        json!({"alertname": "HeartbeatMissed", "heartbeat": "backup", "name": "Backup", "severity": "critical", "team": "ops"})
    );
    // From now on it may be silent for long.
    let longer = json!({"heartbeat": {"name": "Backup", "every": "25h"}});
    assert_eq!(ask(&server, "PUT", "heartbeats/backup", &longer).await.status, 200);
    assert_eq!(server.get(&path).await.body, "ok\n");
    eventually("it to be resolved", async || {
        told(&sink, "Backup").last().is_some_and(|told| told.starts_with("resolved")).then_some(())
    })
    .await;
    assert_eq!(state(&server, "backup").await, "well");
    // What it said survives the end of the server.
    assert_eq!(server.post(&format!("{path}/fail"), &[], Vec::new()).await.status, 200);
    server.kill();
    let server = start(dir.path(), &webhook(&sink), &flags);
    assert_eq!(state(&server, "backup").await, "failed");
    eventually("the failure", async || {
        told(&sink, "Backup").contains(&"firing \"Backup said that it failed\"".to_owned()).then_some(())
    })
    .await;
    assert_eq!(server.get(&format!("{path}x")).await.status, 404);
    assert_eq!(ask(&server, "DELETE", "heartbeats/backup", &Value::Null).await.status, 204);
    assert_eq!(ask(&server, "DELETE", "heartbeats/backup", &Value::Null).await.status, 404);
    eventually("its alert to be over", async || {
        (server.get("/api/v2/alerts").await.json() == json!([])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_heartbeat_is_named() {
    let dir = tempdir().unwrap();
    let server = start(dir.path(), &config("webhook_configs: []"), &["--rules-max-heartbeats=1"]);
    for (heartbeat, status, words) in [
        (json!({"name": "a", "every": "often"}), 422, "every:"),
        (json!({"name": "a"}), 400, "every"),
        (json!({"name": "a", "every": "1h", "summary": "{{"}), 422, "summary:"),
        (json!({"name": "a", "every": "1h"}), 201, ""),
        (json!({"name": "b", "every": "1h"}), 409, "rules.max_heartbeats"),
    ] {
        let answer = ask(&server, "POST", "heartbeats", &json!({"heartbeat": heartbeat})).await;
        assert!(answer.status == status && answer.body.contains(words), "{heartbeat}: {}", answer.body);
    }
    // All of it at once.
    let wrong = json!({"heartbeat": {"name": "", "every": "soon", "labels": {"a b": "c"}}});
    let refused = ask(&server, "POST", "heartbeats", &wrong).await.json();
    let fields: Vec<&Value> =
        refused["flaws"].as_array().unwrap().iter().map(|flaw| &flaw["field"]).collect();
    assert_eq!(fields, ["name", "every", "labels"], "{refused}");
    let listed = ask(&server, "GET", "heartbeats", &Value::Null).await.json()["data"].clone();
    assert_eq!((&listed[0]["state"], &listed[0]["heartbeat"]["grace"]), (&json!("new"), &json!("0s")));
}

#[tokio::test]
async fn the_watchdog_is_told_again_and_again() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    let config = webhook(&sink).replace("repeat_interval: 1h", "repeat_interval: 1s");
    let server = start(dir.path(), &config, &["--rules-interval=200ms", "--rules-watchdog"]);
    eventually("the watchdog", async || (told(&sink, "Watchdog").len() >= 3).then_some(())).await;
    let rules = server.get("/api/v1/rules").await.json()["data"]["groups"][0].clone();
    assert_eq!((&rules["file"], &rules["name"]), (&json!("watchfire"), &json!("watchdog")));
}
