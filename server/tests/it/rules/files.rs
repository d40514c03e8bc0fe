use std::fs;

use serde_json::json;
use tempfile::tempdir;

use super::{alerts, push, query};
use crate::answer::eventually;
use crate::server::Server;

const FLAGS: [&str; 4] = ["--no-collect", "--rules-files", "rules/*.yml", "--rules-reload-interval=100ms"];

/// Two seconds until it fires.
const RULES: &str = "
groups:
- name: hosts
  interval: 200ms
  labels: {team: ops}
  rules:
  - record: host:temp:max
    expr: max by (host) (temp)
  - alert: Hot
    expr: host:temp:max > 50
    for: 2s
    keep_firing_for: 1h
    labels: {severity: warning}
    annotations: {summary: '{{ $labels.host }} has {{ $value }}'}
- name: more
  interval: 1h
  rules:
  - alert: Never
    expr: vector(0) > 1
";

#[tokio::test]
async fn alerts_fire_and_outlive_a_kill() {
    let dir = tempdir().unwrap();
    fs::create_dir(dir.path().join("rules")).unwrap();
    let file = dir.path().join("rules/hosts.yml");
    fs::write(&file, RULES).unwrap();
    let server = Server::start(dir.path(), &FLAGS);
    push(&server, "temp{host=\"a\"}", 60.0).await;
    let pending = eventually("pending", async || alerts(&server).await.into_iter().next()).await;
    assert_eq!(pending["state"], "pending", "{pending}");
    assert_eq!(
        pending["labels"],
        json!({"alertname": "Hot", "host": "a", "severity": "warning", "team": "ops"})
    );
    let firing = eventually("firing", async || {
        alerts(&server).await.into_iter().find(|alert| alert["state"] == "firing")
    })
    .await;
    assert_eq!(firing["activeAt"], pending["activeAt"]);
    assert_eq!((&firing["value"], &firing["annotations"]["summary"]), (&json!("6e+01"), &json!("a has 60")));
    let found = eventually("its series", async || {
        query(&server, "ALERTS{alertstate=\"firing\"}").await.into_iter().next()
    })
    .await;
    assert_eq!(found["metric"]["alertname"], "Hot");
    assert_eq!(query(&server, "ALERTS").await.len(), 1, "the pending one has ended");
    assert_eq!(query(&server, "host:temp:max").await[0]["metric"]["team"], "ops");

    server.kill();
    let server = Server::start(dir.path(), &FLAGS);
    // Its samples are stored before its state, so a kill between the two leaves it pending until the next evaluation; its
    // beginning tells that it is the one of before.
    let again = eventually("the alert of before", async || {
        alerts(&server).await.into_iter().find(|alert| alert["state"] == "firing")
    })
    .await;
    assert_eq!(again["activeAt"], firing["activeAt"]);

    // A folder that cannot be read is not one without files: also root cannot follow a link to itself.
    let (folder, aside) = (dir.path().join("rules"), dir.path().join("aside"));
    fs::rename(&folder, &aside).unwrap();
    std::os::unix::fs::symlink(&folder, &folder).unwrap();
    let refused = server.post("/-/reload", &[], Vec::new()).await;
    assert!(refused.status == 400 && refused.body.contains("rules: cannot be read"), "{}", refused.body);
    let alert = &alerts(&server).await[0];
    assert_eq!((&alert["state"], &alert["activeAt"]), (&json!("firing"), &firing["activeAt"]));
    fs::remove_file(&folder).unwrap();
    fs::rename(&aside, &folder).unwrap();
    assert_eq!(server.post("/-/reload", &[], Vec::new()).await.status, 200);

    // A file that cannot be followed leaves the rules as they are.
    let other = dir.path().join("rules/other.yml");
    fs::write(&other, "groups:\n- name: other\n  rules:\n  - alert: Bad\n    expr: sum(\n").unwrap();
    let refused = server.post("/-/reload", &[], Vec::new()).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("rules/other.yml:4") && refused.body.contains("expr"), "{}", refused.body);
    let files = server.get("/api/v1/watchfire/rules/files").await.json();
    assert_eq!(files["data"]["errors"][0]["line"], 4, "{files}");
    let groups = server.get("/api/v1/rules").await.json();
    assert_eq!(groups["data"]["groups"].as_array().unwrap().len(), 2, "{groups}");
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains("watchfire_rule_file_errors 1"), "{metrics}");
    assert!(metrics.contains("watchfire_alerts{alertstate=\"firing\"} 1"), "{metrics}");
    assert!(server.log().contains("a rule file cannot be taken in"), "{}", server.log());

    // It is followed by itself once it is well.
    fs::write(&other, "groups:\n- name: other\n  rules:\n  - alert: Good\n    expr: up == 0\n").unwrap();
    eventually("the new group", async || {
        let groups = server.get("/api/v1/rules?rule_group[]=other").await.json();
        (groups["data"]["groups"][0]["rules"][0]["name"] == "Good").then_some(())
    })
    .await;
    let stopped = server.stop().await;
    assert!(stopped.status.success(), "{}", stopped.log);
}

#[tokio::test]
async fn rules_are_told_as_prometheus_tells_them() {
    let dir = tempdir().unwrap();
    fs::create_dir(dir.path().join("rules")).unwrap();
    fs::write(dir.path().join("rules/hosts.yml"), RULES).unwrap();
    let server = Server::start(dir.path(), &FLAGS);
    let told = async |parameters: &str| server.get(&format!("/api/v1/rules?{parameters}")).await;
    eventually("the groups", async || {
        (told("").await.json()["data"]["groups"].as_array().unwrap().len() == 2).then_some(())
    })
    .await;
    let group = told("rule_group[]=hosts").await.json()["data"]["groups"][0].clone();
    assert_eq!(
        (&group["name"], &group["interval"], &group["limit"]),
        (&json!("hosts"), &json!(0.2), &json!(0))
    );
    assert_eq!(group["file"], "rules/hosts.yml");
    let (record, alert) = (&group["rules"][0], &group["rules"][1]);
    assert_eq!((&record["type"], &record["query"]), (&json!("recording"), &json!("max by (host) (temp)")));
    assert_eq!(alert["type"], "alerting");
    assert_eq!((&alert["duration"], &alert["keepFiringFor"]), (&json!(2), &json!(3600)));
    assert_eq!(alert["annotations"]["summary"], "{{ $labels.host }} has {{ $value }}");
    let names = async |parameters: &str| {
        let answer = told(parameters).await.json();
        let groups = answer["data"]["groups"].as_array().unwrap().clone();
        let rules = groups.iter().flat_map(|group| group["rules"].as_array().unwrap().clone());
        rules.map(|rule| rule["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    for (parameters, expected) in [
        ("", "host:temp:max Hot Never"),
        ("type=alert", "Hot Never"),
        ("type=record", "host:temp:max"),
        ("rule_name[]=Never&rule_name[]=Hot", "Hot Never"),
        ("rule_group[]=more", "Never"),
        ("file[]=rules/hosts.yml", "host:temp:max Hot Never"),
        ("file[]=other.yml", ""),
        ("match[]={severity=\"warning\"}", "Hot"),
        ("match[]={team=~\"o.*\"}", "host:temp:max Hot"),
        ("group_limit=1", "host:temp:max Hot"),
    ] {
        assert_eq!(names(parameters).await, expected, "{parameters}");
    }
    let first = told("group_limit=1").await.json();
    let token = first["data"]["groupNextToken"].as_str().unwrap();
    assert_eq!(names(&format!("group_limit=1&group_next_token={token}")).await, "Never");
    for (parameters, words) in [
        ("type=x", "not supported value"),
        ("group_limit=0", "group_limit needs to be greater than 0"),
        ("group_next_token=x", "group_limit needs to be present"),
        ("group_limit=1&group_next_token=x", "were rule groups changed?"),
        ("exclude_alerts=x", "exclude_alerts"),
    ] {
        let answer = told(parameters).await;
        assert_eq!(answer.status, 400, "{parameters}");
        assert!(answer.body.contains(words), "{parameters}: {}", answer.body);
    }
}
