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

#[test]
fn the_whole_query_is_compared() {
    // As a list, and as a map; what becomes of it.
    let table = [
        ("a or b", "(a or b) > 1"),
        ("-a", "(-a) > 1"),
        ("a > 5", "(a > 5) > 1"),
        ("sum by (job) (a)", "sum by (job) (a) > 1"),
        ("a{path=\"/a.html\"}", "a{path=\"/a.html\"} > 1"),
        ("a * 0.5", "(a * 0.5) > 1"),
        ("a # or so", "(a # or so\n) > 1"),
    ];
    for (metric, expected) in table {
        let texts = [
            format!(
                "alert_rules:\n  - {{name: A, metric_path: '{metric}', condition: above, threshold: 1}}\n"
            ),
            format!("alert_rules:\n  a: {{metric: '{metric}', threshold: 1}}\n"),
        ];
        for text in texts {
            assert_eq!(read_outline(&text).unwrap().rules[0].expr, expected, "{text}");
        }
    }
    let over =
        "alert_rules: [{name: A, metric_path: 'a{path=\"/a.html\"}.max', condition: above, threshold: 1}]\n";
    assert_eq!(read_outline(over).unwrap().rules[0].expr, "max_over_time(a{path=\"/a.html\"}[300s]) > 1");
}

#[test]
fn which_form_it_is_does_not_depend_on_comments() {
    let list = "# alert_rules:\n#   a: none\nalert_rules: # a list\n\n  - {name: A, metric_path: x, condition: above, threshold: 1}\n";
    let map = "# - alert_rules as a map\nalert_rules:\n# - not this\n  A: {metric: x, threshold: 1}\n";
    let tagged = "alert_rules: &rules\n  - {name: A, metric_path: x, condition: above, threshold: 1}\n";
    for text in [list, map, tagged] {
        assert_eq!(read_outline(text).unwrap().rules[0].expr, "x > 1", "{text}");
    }
}

#[test]
fn a_bound_is_a_number() {
    for bound in [".nan", ".inf", "-.inf"] {
        for rule in [
            format!("  - {{name: A, metric_path: x, condition: above, threshold: {bound}}}"),
            format!("  A: {{metric: x, threshold: {bound}}}"),
        ] {
            let error = read_outline(&format!("alert_rules:\n{rule}\n")).unwrap_err().to_string();
            assert!(error.starts_with("line 2: alert_rules \"A\": threshold: "), "{error}");
            assert!(error.contains("write a number"), "{error}");
        }
    }
}
