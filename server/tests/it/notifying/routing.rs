//! The routing tree over the API.

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{ask, start};

const CONFIG: &str = r#"
route:
  receiver: everybody
  group_by: [alertname]
  routes:
    - receiver: web
      matchers: [team=web]
      group_by: ['...']
      group_wait: 5s
      repeat_interval: 30m
      mute_time_intervals: [always]
      continue: true
      routes:
        - receiver: pager
          matchers: [severity=critical]
    - receiver: log
      matchers: ['team=~"w.*"']
receivers:
  - name: everybody
  - name: web
    webhook_configs: [{url: 'http://user:secret@127.0.0.1:9/hook', send_resolved: false}]
    email_configs: [{to: 'a@example.org', from: 'b@example.org', smarthost: '127.0.0.1:9', auth_username: b, auth_password: secret}]
    escalation_configs: [{after: 10m, receiver: pager}]
  - name: pager
  - name: log
time_intervals:
  - name: always
    time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]
"#;

#[tokio::test]
async fn the_tree_and_the_way_through_it() {
    let dir = tempdir().unwrap();
    let server = start(dir.path(), CONFIG, &[]);
    let answer = ask(&server, "GET", "routing", &Value::Null).await;
    assert!(!answer.body.contains("secret"), "{}", answer.body);
    let routing = answer.json()["data"].clone();
    let root = &routing["root"];
    assert_eq!(
        (&root["receiver"], &root["route"], &root["matchers"]),
        (&json!("everybody"), &json!(0), &json!([]))
    );
    let web = &root["routes"][0];
    assert_eq!(web["matchers"], json!(["team=\"web\""]));
    assert_eq!(
        (&web["group_by"], &web["group_wait"], &web["repeat_interval"]),
        (&json!(["..."]), &json!("5s"), &json!("30m"))
    );
    assert_eq!((&web["group_interval"], &web["continue"]), (&json!("5m"), &json!(true)));
    assert_eq!(web["routes"][0]["receiver"], "pager");
    assert_eq!(
        routing["receivers"][1],
        json!({"name": "web", "integrations": [
            {"integration": "webhook[0]", "kind": "webhook", "send_resolved": false},
            {"integration": "email[0]", "kind": "email", "send_resolved": false},
        ], "escalations": [{"after": "10m", "receiver": "pager"}]})
    );
    assert_eq!(routing["time_intervals"], json!(["always"]));
    assert!(routing["file"]["loaded_at"].as_i64() > Some(0), "{routing}");

    let labels = json!({"labels": {"alertname": "Fire", "team": "web", "severity": "warning", "none": ""}});
    let explained = ask(&server, "POST", "routing/explain", &labels).await.json()["data"].clone();
    let taken: Vec<&Value> =
        explained["taken"].as_array().unwrap().iter().map(|way| &way["receiver"]).collect();
    assert_eq!(taken, ["web", "log"]);
    let first = &explained["taken"][0];
    assert_eq!(first["path"], json!(["team=\"web\"", "receiver web"]));
    assert_eq!(first["group"], json!({"alertname": "Fire", "severity": "warning", "team": "web"}));
    assert_eq!((&first["group_wait"], &first["muted_by"]), (&json!("5s"), &json!(["always"])));
    let outcomes: Vec<&Value> =
        explained["steps"].as_array().unwrap().iter().map(|step| &step["outcome"]).collect();
    assert_eq!(outcomes, ["passes_on", "takes", "refuses", "takes"]);
    assert_eq!(
        explained["steps"][2]["because"],
        json!({"condition": "severity=\"critical\"", "value": "warning"})
    );
    assert_eq!(explained["muted_by"]["silences"], json!([]));

    let wrong = ask(&server, "POST", "routing/explain", &json!({"label": {}})).await;
    assert!(wrong.status == 400 && wrong.json()["line"] == 1, "{}", wrong.body);
}
