//! The routing tree over the API.

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{ask, fire, start};

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
schedules:
  - {name: web, layers: [{start: 2026-01-05 09:00, every: 7d, receivers: [web, pager]}]}
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
        ], "escalations": [{"after": "10m", "receiver": "pager", "schedule": null}]})
    );
    assert_eq!(routing["time_intervals"], json!(["always"]));
    assert!(routing["file"]["loaded_at"].as_i64() > Some(0), "{routing}");

    let labels = json!({"labels": {"alertname": "Fire", "team": "web", "severity": "warning", "none": ""}});
    let explained = ask(&server, "POST", "routing/explain", &labels).await.json()["data"].clone();
    assert_eq!(explained["source"], "file");
    let taken: Vec<&Value> =
        explained["taken"].as_array().unwrap().iter().map(|way| &way["receiver"]).collect();
    assert_eq!(taken, ["web", "log"]);
    let first = &explained["taken"][0];
    assert_eq!(first["path"], json!(["team=\"web\"", "receiver web"]));
    assert_eq!(first["group"], json!({"alertname": "Fire", "severity": "warning", "team": "web"}));
    assert_eq!((&first["group_wait"], &first["muted_by"]), (&json!("5s"), &json!(["always"])));
    assert_eq!(
        first["escalations"],
        json!([{"after": "10m", "told_after": "10m", "receiver": "pager", "schedule": null}]),
        "after ten minutes, also between two looks at the group"
    );
    assert_eq!(explained["taken"][1]["escalations"], json!([]));
    let outcomes: Vec<&Value> =
        explained["steps"].as_array().unwrap().iter().map(|step| &step["outcome"]).collect();
    assert_eq!(outcomes, ["passes_on", "takes", "refuses", "takes"]);
    assert_eq!(
        explained["steps"][2]["because"],
        json!({"condition": "severity=\"critical\"", "value": "warning"})
    );
    assert_eq!(explained["muted_by"]["silences"], json!([]));

    // Labels that name receivers go before the tree, as far as there are such.
    let explain = async |receivers: &str| {
        let labels = json!({"labels": {"alertname": "Fire", "team": "web", "receivers": receivers}});
        ask(&server, "POST", "routing/explain", &labels).await.json()["data"].clone()
    };
    let named = explain("pager,gone,log").await;
    let told = |explained: &Value| -> Vec<Value> {
        explained["taken"].as_array().unwrap().iter().map(|way| way["receiver"].clone()).collect()
    };
    assert_eq!(told(&named), ["pager", "log"]);
    assert_eq!(named["taken"][0]["path"], json!(["receivers=\"pager,gone,log\"", "receiver pager"]));
    assert_eq!(named["taken"][0]["group"], json!({"alertname": "Fire"}), "as the root says");
    assert_eq!(
        (&named["steps"][0]["outcome"], &named["unknown_receivers"]),
        (&json!("named"), &json!(["gone"]))
    );
    let lost = explain("gone").await;
    assert_eq!((told(&lost).len(), &lost["unknown_receivers"]), (2, &json!(["gone"])));

    let wrong = ask(&server, "POST", "routing/explain", &json!({"label": {}})).await;
    assert!(wrong.status == 400 && wrong.json()["line"] == 1, "{}", wrong.body);
}

#[tokio::test]
async fn who_is_on_call() {
    let dir = tempdir().unwrap();
    let server = start(dir.path(), CONFIG, &[]);
    // 2026-01-05 09:00 UTC.
    let start = 1_767_603_600_000_i64;
    let week = 7 * 86_400_000;
    let path = format!("schedules/web?from={}&to={}", start - week, start + 2 * week);
    let told = ask(&server, "GET", &path, &Value::Null).await.json()["data"].clone();
    assert_eq!(
        told["shifts"],
        json!([
            {"from": start - week, "to": start, "receiver": null},
            {"from": start, "to": start + week, "receiver": "web"},
            {"from": start + week, "to": start + 2 * week, "receiver": "pager"},
        ])
    );
    assert_eq!(told["gaps"].as_array().map(Vec::len), Some(1));
    let listed = ask(&server, "GET", "schedules", &Value::Null).await.json()["data"][0].clone();
    assert!(["web", "pager"].map(Value::from).contains(&listed["on_call"]), "{listed}");
    assert!(listed["until"].is_i64() && listed["next"] != listed["on_call"], "{listed}");
    let calendar = ask(&server, "GET", "schedules/web/calendar", &Value::Null).await;
    assert!(calendar.header("content-type").starts_with("text/calendar"));
    assert!(
        calendar.body.starts_with("BEGIN:VCALENDAR\r\n") && calendar.body.contains("SUMMARY:pager (web)")
    );
    assert_eq!(ask(&server, "GET", "schedules/none", &Value::Null).await.status, 404);
    assert_eq!(ask(&server, "GET", "schedules/web?from=5&to=4", &Value::Null).await.status, 400);
}

#[tokio::test]
async fn policies_and_what_mutes_are_named() {
    let config = r"
route: {receiver: team, escalation_policy: levels, routes: [{matchers: [team=web], receiver: web}]}
receivers:
  - {name: team}
  - {name: web}
  - {name: chat}
  - {name: pager, escalation_policy: levels}
  - {name: phone}
escalation_policies:
  - name: levels
    steps:
      - {receivers: [chat], severities: [warning]}
      - {after: 5m, receivers: [phone, chat], severities: [critical, outage]}
    repeat: {times: 1, after: 1h}
inhibit_rules:
  - {source_matchers: [severity=critical], target_matchers: [severity=warning]}
";
    let dir = tempdir().unwrap();
    let server = start(dir.path(), config, &[]);
    let routing = ask(&server, "GET", "routing", &Value::Null).await.json()["data"].clone();
    assert_eq!(
        routing["escalation_policies"],
        json!([{"name": "levels", "repeat": {"times": 1, "after": "1h"}, "steps": [
            {"after": "0s", "receivers": ["chat"], "schedule": null, "severities": ["warning"], "matchers": []},
            {"after": "5m", "receivers": ["phone", "chat"], "schedule": null, "severities": ["critical", "outage"], "matchers": []},
        ]}])
    );
    assert_eq!(routing["root"]["routes"][0]["escalation_policy"], "levels", "as the route above");
    assert_eq!(routing["receivers"][3]["escalation_policy"], "levels");

    fire(&server, &["Down"]).await;
    let explain = async |labels: Value| {
        ask(&server, "POST", "routing/explain", &json!({"labels": labels})).await.json()["data"].clone()
    };
    let told = |explained: &Value| -> Vec<String> {
        let steps = explained["taken"][0]["escalations"].as_array().unwrap().iter();
        let words = |key: &Value| key.as_str().unwrap_or_default().to_owned();
        steps.map(|step| format!("{} {}", words(&step["told_after"]), words(&step["receiver"]))).collect()
    };
    let critical = explain(json!({"alertname": "Slow", "team": "web", "severity": "critical"})).await;
    assert_eq!(critical["taken"][0]["escalation_policy"], "levels");
    assert_eq!(told(&critical), ["5m phone", "5m chat", "1h5m phone", "1h5m chat"]);
    assert_eq!(critical["muted_by"]["inhibiting"], json!([]));
    let warning = explain(json!({"alertname": "Slow", "severity": "warning"})).await;
    assert_eq!(told(&warning), ["30s chat", "1h chat"]);
    assert_eq!(warning["muted_by"]["inhibiting"][0]["labels"]["alertname"], "Down");
    assert_eq!(warning["muted_by"]["left_out"], json!({"silences": 0, "inhibitions": 0}));
    // Of many the first are told, and how many there are.
    let names: Vec<String> = (0..24).map(|at| format!("Fire{at}")).collect();
    fire(&server, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let warning = explain(json!({"alertname": "Slow", "severity": "warning"})).await;
    let by = &warning["muted_by"];
    assert_eq!(by["inhibiting"].as_array().map(Vec::len), Some(20));
    assert_eq!(by["inhibitions"].as_array().map(Vec::len), Some(20));
    assert_eq!(by["left_out"]["inhibitions"], 5);
    // Who is named goes on as it says itself.
    let straight = explain(json!({"alertname": "Slow", "receivers": "web"})).await;
    assert_eq!((&straight["taken"][0]["escalation_policy"], told(&straight).len()), (&Value::Null, 0));
}
