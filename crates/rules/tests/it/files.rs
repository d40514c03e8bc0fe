use watchfire_rules::{Kind, Severity, read};

const GOOD: &str = r#"
groups:
  - name: hosts
    interval: 30s
    query_offset: 1m
    limit: 10
    labels: {team: infra}
    rules:
      - record: host:cpu:avg
        expr: avg by (host) (system_cpu_usage_percent)
        labels: {kind: cpu}
      - alert: HostBusy
        expr: host:cpu:avg > 85
        for: 5m
        keep_firing_for: 2m
        labels:
          severity: warning
        annotations:
          summary: "{{ $labels.host }} is busy"
  - name: empty
"#;

#[test]
fn a_file_of_prometheus_is_read() {
    let groups = read(GOOD).unwrap();
    insta::assert_debug_snapshot!(groups);
    let alert = &groups[0].rules[1];
    assert_eq!(alert.severity(), Some(Severity::Warning));
    let Kind::Alerting { hold, keep_firing, .. } = alert.kind else { panic!("{alert:?}") };
    assert_eq!((hold, keep_firing, alert.line), (300_000, 120_000, 12));
    assert_eq!(read("").unwrap(), []);
}

#[test]
fn all_that_is_wrong_is_told_with_its_line() {
    let bad = r"
groups:
  - name: a
    interval: soon
    rules:
      - alert: Down
        expr: up ==
        for: 5 minutes
      - record: x
        alert: y
        expr: up
      - record: fine
        expr: up
        for: 5m
        annotations: {summary: no}
      - expr: up
      - alert: Named
        expr: sum(up) by
        labels: {__name__: x}
  - name: a
    rules: []
  - rules: []
";
    insta::assert_snapshot!(read(bad).unwrap_err().to_string());
    for (text, expected) in [
        ("groups: [{name: a, rule: []}]", "unknown field"),
        ("groups: 7", "line 1"),
        ("groups:\n  - name: [a", "line"),
        ("group: []", "unknown field"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
