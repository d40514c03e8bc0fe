//! Alertmanager's API: alerts that come in, silences, what tools see of both.

mod amtool;
mod incidents;
mod maintenance;
mod senders;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::answer::eventually;
use crate::server::{Server, now};

const CONFIG: &str = "
route:
  receiver: everybody
  group_by: [alertname]
  routes:
    - receiver: web
      matchers: [team=web]
receivers:
  - name: everybody
  - name: web
    webhook_configs: [{url: 'http://user:secret@127.0.0.1:9/hook'}]
inhibit_rules:
  - source_matchers: [severity=critical]
    target_matchers: [severity=warning]
    equal: [host]
";

fn start(dir: &Path) -> Server {
    fs::write(dir.join("alertmanager.yml"), CONFIG).unwrap();
    Server::start(dir, &["--no-collect", "--notify-config", "alertmanager.yml"])
}

async fn post(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    let headers = [("content-type", "application/json")];
    let answer = server.post(path, &headers, body.to_string().into_bytes()).await;
    let json = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    (answer.status, json)
}

async fn get(server: &Server, path: &str) -> Value {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

fn alert(name: &str, host: &str, severity: &str, team: &str) -> Value {
    json!({
        "labels": {"alertname": name, "host": host, "severity": severity, "team": team, "empty": ""},
        "annotations": {"summary": format!("{name} on {host}")},
        "generatorURL": "http://localhost/graph",
    })
}

/// The alerts that a query finds: name, host, state.
async fn found(server: &Server, query: &str) -> Vec<String> {
    let alerts = get(server, &format!("/api/v2/alerts?{query}")).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<String> = alerts
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| {
            let (labels, state) = (&alert["labels"], &alert["status"]["state"]);
            [&labels["alertname"], &labels["host"], state].map(text).join(" ")
        })
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn alerts_come_in_and_are_seen() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let three = json!([
        alert("Fire", "a", "critical", "web"),
        alert("Smoke", "a", "warning", "web"),
        alert("Smoke", "b", "warning", "db"),
    ]);
    assert_eq!(post(&server, "/api/v2/alerts", &three).await.0, 200);
    assert_eq!(found(&server, "").await, ["Fire a active", "Smoke a suppressed", "Smoke b active"]);
    for (query, expected) in [
        ("filter=host%3D%22a%22", vec!["Fire a active", "Smoke a suppressed"]),
        ("filter=host=~a|b&filter=alertname=Smoke", vec!["Smoke a suppressed", "Smoke b active"]),
        ("inhibited=false", vec!["Fire a active", "Smoke b active"]),
        ("active=false", vec!["Smoke a suppressed"]),
        ("receiver=we.", vec!["Fire a active", "Smoke a suppressed"]),
        ("receiver=w", vec![]),
    ] {
        assert_eq!(found(&server, query).await, expected, "{query}");
    }
    let one = get(&server, "/api/v2/alerts?filter=alertname=Fire").await[0].clone();
    assert_eq!(
        one["labels"],
        json!({"alertname": "Fire", "host": "a", "severity": "critical", "team": "web"})
    );
    assert_eq!(one["receivers"], json!([{"name": "web"}]));
    assert_eq!(one["annotations"]["summary"], "Fire on a");
    assert_eq!(one["fingerprint"].as_str().unwrap().len(), 16);
    let groups = get(&server, "/api/v2/alerts/groups").await;
    let told: Vec<String> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let alerts = group["alerts"].as_array().unwrap().len();
            format!("{} {} {alerts}", group["labels"]["alertname"], group["receiver"]["name"])
        })
        .collect();
    assert_eq!(told, [r#""Fire" "web" 1"#, r#""Smoke" "everybody" 1"#, r#""Smoke" "web" 1"#]);
    // Resolved by its end.
    let mut over = alert("Fire", "a", "critical", "web");
    over["endsAt"] = json!("2026-01-01T00:00:00.5+02:00");
    over["startsAt"] = json!("2025-12-31T00:00:00Z");
    assert_eq!(post(&server, "/api/v2/alerts", &json!([over])).await.0, 200);
    let mut over = alert("Fire", "a", "critical", "web");
    over["endsAt"] = json!(rfc3339(now()));
    assert_eq!(post(&server, "/api/v2/alerts", &json!([over])).await.0, 200);
    eventually("what is resolved to go", async || {
        (found(&server, "").await == ["Smoke a active", "Smoke b active"]).then_some(())
    })
    .await;
}

/// A time in RFC 3339; milliseconds since the epoch.
fn rfc3339(at: i64) -> String {
    watchfire_model::format_utc(at, 0, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

#[tokio::test]
async fn what_is_wrong_is_told_and_the_rest_counts() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let mut late = alert("Late", "a", "warning", "web");
    late["startsAt"] = json!("2026-01-02T00:00:00Z");
    late["endsAt"] = json!("2026-01-01T00:00:00Z");
    let mixed = json!([alert("Good", "a", "warning", "web"), {"labels": {}}, late]);
    let (status, told) = post(&server, "/api/v2/alerts", &mixed).await;
    assert_eq!(status, 400);
    let told = told.as_str().unwrap();
    assert!(
        told.contains("alert 1: the alert has no labels") && told.contains("alert 2: the alert ends before"),
        "{told}"
    );
    assert_eq!(found(&server, "").await, ["Good a active"]);
    let (status, told) =
        post(&server, "/api/v2/alerts", &json!([{"labels": {"a": "b"}, "endsAt": "soon"}])).await;
    assert!(status == 422 && told.as_str().unwrap().contains("RFC 3339"), "{status} {told}");
    for (path, words) in [
        ("/api/v2/alerts?filter=host", "filter=host"),
        ("/api/v2/alerts?receiver=(", "receiver"),
        ("/api/v2/alerts?active=maybe", "active is true or false"),
    ] {
        let answer = server.get(path).await;
        assert!(answer.status == 400 && answer.body.contains(words), "{path}: {}", answer.body);
    }
    assert_eq!(server.get("/api/v2/silence/nobody").await.status, 404);
}

#[tokio::test]
async fn silences_live_through_a_restart() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    post(&server, "/api/v2/alerts", &json!([alert("Fire", "a", "critical", "web")])).await;
    let silence = json!({
        "matchers": [{"name": "alertname", "value": "Fi.*", "isRegex": true}],
        "startsAt": rfc3339(now()),
        "endsAt": rfc3339(now() + 3_600_000),
        "createdBy": "ann",
        "comment": "known",
    });
    let (status, made) = post(&server, "/api/v2/silences", &silence).await;
    assert_eq!(status, 200, "{made}");
    let id = made["silenceID"].as_str().unwrap().to_owned();
    let silenced = get(&server, "/api/v2/alerts").await;
    assert_eq!(silenced[0]["status"]["silencedBy"], json!([id]));
    let mut without = silence.clone();
    without["matchers"] = json!([]);
    let (status, told) = post(&server, "/api/v2/silences", &without).await;
    assert!(status == 400 && told.as_str().unwrap().contains("no matchers"), "{told}");
    drop(server);

    let server = start(dir.path());
    let kept = get(&server, &format!("/api/v2/silence/{id}")).await;
    assert_eq!((&kept["createdBy"], &kept["status"]["state"]), (&json!("ann"), &json!("active")));
    assert_eq!(
        kept["matchers"],
        json!([{"name": "alertname", "value": "Fi.*", "isRegex": true, "isEqual": true}])
    );
    assert_eq!(found(&server, "").await, ["Fire a suppressed"], "the alert is known still, too");
    assert_eq!(server.send("DELETE", &format!("/api/v2/silence/{id}"), &[], Vec::new()).await.status, 200);
    assert_eq!(found(&server, "").await, ["Fire a active"]);
    let listed = get(&server, "/api/v2/silences?filter=alertname=Fi.*").await;
    assert_eq!(listed[0]["status"]["state"], "expired");
}

#[tokio::test]
async fn the_configuration_is_followed_and_its_secrets_are_not_told() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("alertmanager.yml"), CONFIG).unwrap();
    let server = Server::start(
        dir.path(),
        &["--no-collect", "--notify-config", "alertmanager.yml", "--notify-reload-interval", "100ms"],
    );
    let status = get(&server, "/api/v2/status").await;
    let config = status["config"]["original"].as_str().unwrap();
    let version = status["versionInfo"]["version"].as_str().unwrap();
    assert_eq!(version, concat!("0.28.0+watchfire.", env!("CARGO_PKG_VERSION")));
    assert!(config.contains("inhibit_rules") && !config.contains("secret@"), "{config}");
    assert_eq!(get(&server, "/api/v2/receivers").await, json!([{"name": "everybody"}, {"name": "web"}]));
    fs::write(dir.path().join("alertmanager.yml"), "route: {receiver: nobody-there}\nreceivers: []\n")
        .unwrap();
    eventually("the refusal", async || server.log().contains("nobody-there").then_some(())).await;
    assert_eq!(get(&server, "/api/v2/receivers").await.as_array().unwrap().len(), 2, "the one before holds");
    fs::write(dir.path().join("alertmanager.yml"), CONFIG.replace("everybody", "all")).unwrap();
    eventually("the new configuration", async || {
        (get(&server, "/api/v2/receivers").await[0]["name"] == "all").then_some(())
    })
    .await;
}
