//! How much fires, as the sidebar tells it.

use std::fs;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::push;
use crate::answer::eventually;
use crate::server::{Server, now};

const RULES: &str = "
groups:
- name: hosts
  interval: 200ms
  rules:
  - {alert: Hot, expr: temp > 50, labels: {severity: warning}}
  - {alert: Melting, expr: temp > 90, labels: {severity: page}}
";

#[tokio::test]
async fn the_sidebar_counts_what_fires_and_is_not_muted() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("rules.yml"), RULES).unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--rules-files", "rules.yml"]);
    let until = async |expected: Value| {
        eventually(&expected.to_string(), async || {
            let told = server.get("/api/v1/watchfire/alerts/firing").await.json();
            (told["data"] == expected).then_some(())
        })
        .await;
    };
    until(json!({"firing": 0, "severity": null})).await;
    assert!(!server.get("/").await.body.contains("nav-count"), "nothing is to be seen where nothing fires");

    push(&server, "temp{host=\"a\"}", 60.0).await;
    push(&server, "temp{host=\"b\"}", 95.0).await;
    until(json!({"firing": 3, "severity": "critical"})).await;
    for path in ["/", "/explore", "/alerts"] {
        let page = server.get(path).await.body;
        let there =
            "data-severity=\"critical\">3<span class=\"visually-hidden\"> alerts fire, the gravest: critical";
        assert_eq!(page.matches(there).count(), 1, "{path}: {page}");
    }

    // Nor does what is made up, or silenced.
    push(&server, "temp{host=\"c\",demo=\"true\"}", 99.0).await;
    eventually("both alerts of made-up data", async || {
        let alerts = server.get("/api/v2/alerts?filter=demo=true").await.json();
        (alerts.as_array()?.len() == 2).then_some(())
    })
    .await;
    until(json!({"firing": 3, "severity": "critical"})).await;
    let at = |millis: i64| jiff::Timestamp::from_millisecond(millis).unwrap().to_string();
    let silence = json!({
        "matchers": [{"name": "host", "value": "b", "isRegex": false}],
        "startsAt": at(now()), "endsAt": at(now() + 3_600_000), "createdBy": "me", "comment": "known",
    });
    let headers = [("content-type", "application/json")];
    let made = server.post("/api/v2/silences", &headers, silence.to_string().into_bytes()).await;
    assert_eq!(made.status, 200, "{}", made.body);
    until(json!({"firing": 1, "severity": "warning"})).await;
    let page = server.get("/").await.body;
    assert!(
        page.contains("data-severity=\"warning\">1<span class=\"visually-hidden\"> alert fires"),
        "{page}"
    );
}
