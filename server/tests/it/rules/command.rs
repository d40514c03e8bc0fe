use std::fs;
use std::process::Command;

use serde_json::json;
use tempfile::tempdir;

use crate::server::{Server, run};

/// Rule files, and whether promtool takes them.
const FILES: [(&str, bool); 16] = [
    ("groups: []", true),
    ("groups:\n- name: a\n  rules: []", true),
    (
        "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n    for: 5m\n    labels: {a: '{{ $value }}'}",
        true,
    ),
    (
        "groups:\n- name: a\n  interval: 1m\n  limit: 3\n  query_offset: 1m\n  rules:\n  - record: a:b\n    expr: sum(up)",
        true,
    ),
    ("groups:\n- name: a\n- name: a", false),
    ("groups:\n- rules: []", false),
    ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: sum(", false),
    ("groups:\n- name: a\n  rules:\n  - alert: A", false),
    ("groups:\n- name: a\n  rules:\n  - expr: up", false),
    ("groups:\n- name: a\n  rules:\n  - alert: A\n    record: b\n    expr: up", false),
    ("groups:\n- name: a\n  rules:\n  - record: a\n    expr: up\n    for: 5m", false),
    ("groups:\n- name: a\n  rules:\n  - record: a\n    expr: up\n    annotations: {a: b}", false),
    ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up\n    annotations: {a: '{{ $labels.'}", false),
    ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up\n    labels: {__name__: b}", false),
    ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up\n    fore: 5m", false),
    ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up\n    for: 5 minutes", false),
];

#[test]
fn files_are_checked_as_promtool_checks_them() {
    let dir = tempdir().unwrap();
    let version = Command::new("promtool").arg("--version").output();
    let promtool = version.is_ok();
    let is_new = version.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("version 3."));
    for (text, well) in FILES {
        let file = dir.path().join("rules.yml");
        fs::write(&file, text).unwrap();
        let ended = run(dir.path(), &["check", "rules", "rules.yml"]);
        assert_eq!(ended.code, Some(i32::from(!well)), "{text}\n{}{}", ended.stdout, ended.stderr);
        // What older ones do not know.
        if promtool && (is_new || !text.contains("query_offset")) {
            let theirs = Command::new("promtool").args(["check", "rules"]).arg(&file).output().unwrap();
            assert_eq!(theirs.status.success(), well, "promtool of {text}");
        }
    }
}

const RULES: &str = "
groups:
- name: a
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
  - alert: Down
    expr: job:up:sum < 2
    for: 2m
    labels: {severity: page}
    annotations: {summary: '{{ $labels.job }} has {{ $value }} in {{ $externalLabels.region }}'}
";

const TESTS: &str = "
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  external_labels: {region: north}
  input_series:
  - series: 'up{job=\"a\", instance=\"1\"}'
    values: '1x10'
  - series: 'up{job=\"a\", instance=\"2\"}'
    values: '1 1 0+0x10'
  alert_rule_test:
  - eval_time: 3m
    alertname: Down
    exp_alerts: []
  - eval_time: 4m
    alertname: Down
    exp_alerts:
    - exp_labels: {severity: page, job: a}
      exp_annotations: {summary: a has 1 in north}
  promql_expr_test:
  - expr: job:up:sum
    eval_time: 5m
    exp_samples:
    - labels: 'job:up:sum{job=\"a\"}'
      value: 1
";

#[test]
fn tests_are_run_as_promtool_runs_them() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("rules.yml"), RULES).unwrap();
    let promtool = Command::new("promtool").arg("--version").output().is_ok();
    let wrong = TESTS.replace("severity: page", "severity: mail").replace("value: 1\n", "value: 2\n");
    for (text, well) in [(TESTS.to_owned(), true), (wrong, false), (TESTS.replace("1x10", "1y10"), false)] {
        fs::write(dir.path().join("tests.yml"), text).unwrap();
        let ended = run(dir.path(), &["test", "rules", "tests.yml"]);
        assert_eq!(ended.code, Some(i32::from(!well)), "{}{}", ended.stdout, ended.stderr);
        let said = if well { &ended.stdout } else { &ended.stderr };
        assert!(said.contains(if well { "SUCCESS" } else { "FAILED" }), "{said}");
        if promtool {
            let theirs = Command::new("promtool")
                .args(["test", "rules", "tests.yml"])
                .current_dir(dir.path())
                .output()
                .unwrap();
            assert_eq!(theirs.status.success(), well, "{}", String::from_utf8_lossy(&theirs.stdout));
        }
    }
}

#[tokio::test]
async fn rules_by_form_become_a_rule_file() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let made = async |uid: &str, rule: serde_json::Value| {
        let body = json!({"uid": uid, "rule": rule}).to_string().into_bytes();
        let answer = server.post("/api/v1/watchfire/rules", &[], body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    };
    made("hot", json!({"name": "Hot", "query": "temp{a=\"it's\"}", "condition": {"is": "above", "threshold": 50},
        "for": "2m", "keep_firing_for": "10m", "interval": "30s", "severity": "critical", "summary": "{{ $labels.a }}: {{ $value }}\nhot"}))
    .await;
    made("gone", json!({"name": "Gone", "query": "up", "condition": {"is": "absent"}})).await;
    made("resting", json!({"name": "Resting", "query": "up", "condition": {"is": "absent"}, "paused": true}))
        .await;
    let refused =
        json!({"uid": "export", "rule": {"name": "A", "query": "up", "condition": {"is": "absent"}}});
    let refused = server.post("/api/v1/watchfire/rules", &[], refused.to_string().into_bytes()).await;
    assert_eq!(refused.status, 400, "{}", refused.body);

    let target = format!("http://{}", server.address());
    let exported = run(dir.path(), &["export", "rules", "--target", &target]);
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    assert_eq!(exported.stdout, server.get("/api/v1/watchfire/rules/export").await.body);
    assert!(exported.stdout.contains("# Left out: resting (Resting): it is paused\n"), "{}", exported.stdout);
    assert!(exported.stdout.contains("keep_firing_for: 10m\n"), "{}", exported.stdout);
    fs::write(dir.path().join("rules.yml"), &exported.stdout).unwrap();
    let checked = run(dir.path(), &["check", "rules", "rules.yml"]);
    assert!(
        checked.code == Some(0) && checked.stdout.contains("SUCCESS: 2 rules found"),
        "{}",
        checked.stderr
    );
    if Command::new("promtool").arg("--version").output().is_err() {
        eprintln!("left out: there is no promtool");
    } else {
        let theirs = Command::new("promtool")
            .args(["check", "rules", "rules.yml"])
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert!(theirs.status.success(), "{}", String::from_utf8_lossy(&theirs.stderr));
    }
    server.kill();
    let ended = run(dir.path(), &["export", "rules", "--target", &target]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("no rules come from"), "{}", ended.stderr);
}

/// A week ago, half an hour around the same time, it was 103 to 114: 108.5, and 10.4 are three deviations. In the second
/// test one series is above what two weeks had, and the other above one of them alone.
const UNUSUAL: &str = "
rule_files: [rules.yml]
evaluation_interval: 1h
tests:
- interval: 5m
  input_series:
  - {series: 'load{host=\"a\"}', values: '0+1x2015 120x200'}
  - {series: 'load{host=\"b\"}', values: '0+1x2015 118x200'}
  alert_rule_test:
  - {eval_time: 177h, alertname: UnusualLoad, exp_alerts: [{exp_labels: {host: a}}]}
- interval: 5m
  input_series:
  - {series: 'load{host=\"a\"}', values: '50x2015 10x2015 60x200'}
  - {series: 'load{host=\"b\"}', values: '50x2015 10x2015 30x200'}
  alert_rule_test:
  - {eval_time: 345h, alertname: UnusuallyHighLoad, exp_alerts: [{exp_labels: {host: a}}]}
";

#[test]
fn what_is_unusual_can_be_written_in_files_as_the_documentation_says() {
    let page = include_str!("../../../../docs/ALERTING.md");
    let from = page.find("    - alert: UnusualLoad").unwrap();
    let rules = page[from..].split("\n\n").next().unwrap();
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("rules.yml"), format!("groups:\n  - name: a\n    rules:\n{rules}\n")).unwrap();
    let checked = run(dir.path(), &["check", "rules", "rules.yml"]);
    assert!(checked.stdout.contains("SUCCESS: 2 rules found"), "{}{}", checked.stdout, checked.stderr);
    fs::write(dir.path().join("tests.yml"), UNUSUAL).unwrap();
    let ended = run(dir.path(), &["test", "rules", "tests.yml"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn tests_may_begin_at_a_time_and_know_no_native_histograms() {
    let dir = tempdir().unwrap();
    let rules = "groups: [{name: a, rules: [{alert: Weekend, expr: day_of_week() == 6 and on () up}]}]";
    fs::write(dir.path().join("rules.yml"), rules).unwrap();
    let test = |start: &str, values: &str| {
        let tests = format!(
            "rule_files: [rules.yml]\ntests:\n- start_timestamp: {start}\n  input_series:\n  - series: up\n    \
             values: '{values}'\n  \
             alert_rule_test:\n  - {{eval_time: 3m, alertname: Weekend, exp_alerts: [{{}}]}}\n  promql_expr_test:\n  \
             - {{expr: 'time() - timestamp(up)', eval_time: 90s, exp_samples: [{{value: 30}}]}}\n"
        );
        fs::write(dir.path().join("tests.yml"), tests).unwrap();
        run(dir.path(), &["test", "rules", "tests.yml"])
    };
    // A Saturday and a Friday.
    for (start, well) in
        [("2021-01-02T12:00:00Z", true), ("1609588800", true), ("2021-01-01T12:00:00Z", false)]
    {
        let ended = test(start, "1x10");
        assert_eq!(ended.code, Some(i32::from(!well)), "{start}: {}{}", ended.stdout, ended.stderr);
    }
    for (start, values, said) in [
        ("tomorrow", "1x10", "start_timestamp \"tomorrow\" is no time"),
        ("0", "{{schema:0 sum:5 count:4}}x5", "tests.yml:6: native histograms"),
    ] {
        let ended = test(start, values);
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains(said), "{}{}", ended.stdout, ended.stderr);
    }
}
