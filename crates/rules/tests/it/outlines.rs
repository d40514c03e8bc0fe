use watchfire_rules::{Rule, is_outline, read_outline};

fn told(rule: &Rule) -> String {
    format!("{}: {} {:?} {:?}", rule.name, rule.expr, rule.labels, rule.kind)
}

#[test]
fn both_forms_become_rules() {
    let list = r#"
alert_rules:
  - {name: PhasesFail, metric_path: "agent_forge_phases_failed.rate", condition: greater_than, threshold: 0.10, severity: critical, evaluation_window: 1800}
  - {name: LowScore, metric_path: "model.score", condition: less_than, threshold: 0.8}
  - {name: Slow, metric_path: "latency_seconds.p95", condition: greater_or_equal, threshold: 2, severity: warn, description: "Look at the queue"}
  - {name: Silent, metric_path: up, condition: equal, threshold: 0}
  - {name: Half, metric_path: queue.max, condition: above, threshold: 5, evaluation_window: 30m}
"#;
    let map = r#"
alert_rules:
  high_cpu_usage: {metric: system_cpu_usage_percent, threshold: 85, duration: "5m", severity: high, channels: [email, slack]}
  low_battery: {metric: "100 - battery_percent", threshold: 85}
"#;
    let mut all = Vec::new();
    for text in [list, map] {
        assert!(is_outline(text));
        all.extend(read_outline(text).unwrap().rules.iter().map(told));
    }
    insta::assert_snapshot!(all.join("\n"));
    assert!(!is_outline("groups:\n  - name: alert_rules\n"));
}

#[test]
fn what_they_cannot_express_is_told() {
    let mut told = Vec::new();
    for rules in [
        "  - {name: A, metric_path: x, condition: anomaly, threshold: 1}",
        "  - {name: A, metric_path: x.p42, condition: greater_than, threshold: 1}",
        "  - {name: A, metric_path: x, condition: greater_than, threshold: much}",
        "  - {name: A, metric_path: x, condition: greater_than, threshold: 1, severity: purple}",
        "  - {name: A, metric_path: x, condition: greater_than, threshold: 1, window: 5}",
        "  - {name: A, metric_path: 'x y', condition: greater_than, threshold: 1, evaluation_window: 0}",
        "  - {name: A, metric_path: x, condition: greater_than, threshold: 1, evaluation_window: soon}",
        "  - {name: A, metric_path: x, condition: greater_than, threshold: 1, evaluation_window: -5}",
        "  - {name: A, metric_path: 'x y', condition: greater_than, threshold: 1}",
        "  a: {metric: x, threshold: 1, duration: long}",
        "  a: {metric: x}",
        "  a: {metric: 'sum(', threshold: 1}",
    ] {
        told.push(read_outline(&format!("alert_rules:\n{rules}\n")).unwrap_err().to_string());
    }
    insta::assert_snapshot!(told.join("\n"));
}
