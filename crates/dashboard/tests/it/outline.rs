use watchfire_dashboard::{Dashboard, Note, ReadError, is_outline, read_outline};

fn read(json: &str) -> Result<Vec<(Dashboard, Vec<Note>)>, ReadError> {
    let whole = serde_json::from_str(json).unwrap();
    assert!(is_outline(&whole), "{json}");
    read_outline(&whole, "file")
}

#[test]
fn an_outline_becomes_dashboards() {
    let dashboards = read(
        r#"{
            "executive_dashboard": {
                "title": "Executive view", "refresh_interval": "5m",
                "panels": [
                    {"title": "Deployments", "type": "stat", "metric": "deployments_per_day", "target": 10},
                    {"title": "Lead time", "type": "gauge", "metric": "lead_time_hours", "thresholds": [24, 168, 720]},
                    {"title": "Failures", "type": "stat", "metric": "change_failure_rate", "unit": "percent"}
                ]
            },
            "operational_dashboard": {
                "title": "Operations", "refresh_interval": "30s",
                "panels": [
                    {"title": "Health", "type": "heatmap", "metrics": ["cpu_usage", "memory_usage"]},
                    {"title": "Active", "type": "graph", "metric": "workflows_active", "time_range": "1h"},
                    {"title": "Times", "type": "histogram", "metric": "response_time_seconds", "buckets": [0.1, 1.0]}
                ]
            }
        }"#,
    )
    .unwrap();
    assert!(dashboards.iter().all(|(_, notes)| notes.is_empty()), "{dashboards:?}");
    let dashboards: Vec<Dashboard> = dashboards.into_iter().map(|(dashboard, _)| dashboard).collect();
    insta::assert_json_snapshot!(dashboards);
}

#[test]
fn what_is_otherwise_is_noted() {
    let dashboards = read(
        r#"{"x": {"title": "A", "refresh_interval": "2h", "panels": [
            {"title": "B", "type": "stat", "metric": "up"},
            {"title": "C", "type": "stat", "metric": "up", "target": 3, "thresholds": [1, 2]}
        ]}}"#,
    )
    .unwrap();
    let [(dashboard, notes)] = dashboards.as_slice() else { panic!("{dashboards:?}") };
    assert_eq!(dashboard.time.refresh.as_deref(), Some("1h"));
    assert_eq!(dashboard.panels[1].field.thresholds.as_ref().unwrap().steps.len(), 2);
    let told: Vec<String> = notes.iter().map(|note| format!("{}: {}", note.place, note.message)).collect();
    assert_eq!(
        told,
        [
            "x.panels[1].target: it is left out beside the thresholds; write one of the two",
            "x.refresh_interval: dashboards ask every 1s to 1h; \"2h\" is taken as 1h",
        ]
    );
}

#[test]
fn what_is_wrong_is_named() {
    let mut errors = String::new();
    for json in [
        r#"{"title": "A", "panels": [{"title": "B", "type": "stat"}]}"#,
        r#"{"title": "A", "panels": [{"title": "B", "type": "dial", "metric": "up"}]}"#,
        r#"{"x": {"title": "A", "panels": [{"title": "B", "type": "stat", "metric": "up", "treshold": 1}]}}"#,
        r#"{"x": {"title": "A", "panels": [{"title": "B", "type": "stat", "metric": "up", "thresholds": [2, 1]}]}}"#,
        r#"{"title": "A", "refresh_interval": "often", "panels": [{"title": "B", "type": "stat", "metric": "up"}]}"#,
        r#"{"x": {"title": "A", "time_range": "day", "panels": [{"title": "B", "type": "stat", "metric": "up"}]}}"#,
    ] {
        let error = read(json).expect_err(json).to_string();
        errors.extend([error.as_str(), "\n"]);
    }
    insta::assert_snapshot!(errors);
}

#[test]
fn other_things_are_no_outlines() {
    for json in [
        "[]",
        "{}",
        r#"{"title": "A", "panels": [{"kind": "stat"}]}"#,
        r#"{"title": "A", "panels": [{"type": "stat", "gridPos": {}}]}"#,
    ] {
        assert!(!is_outline(&serde_json::from_str(json).unwrap()), "{json}");
    }
}
