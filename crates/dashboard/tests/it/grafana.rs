use std::fmt::Write as _;

use watchfire_dashboard::grafana::{Imported, import};
use watchfire_dashboard::{Kind, read, write};

fn file(name: &str) -> Imported {
    let path = format!("{}/tests/it/grafana/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    import(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A dashboard in some lines: enough to see whether it is what its author meant.
fn outline(imported: &Imported) -> String {
    let mut text = String::new();
    let dashboard = &imported.dashboard;
    writeln!(text, "{} ({}) {:?}", dashboard.title, dashboard.uid, dashboard.time).unwrap();
    for variable in &dashboard.variables {
        writeln!(text, "${} {:?} {} {:?}", variable.name, variable.kind, variable.query, variable.current)
            .unwrap();
    }
    for panel in &dashboard.panels {
        let (at, unit) = (panel.at, panel.field.unit.as_deref().unwrap_or("-"));
        let queries = panel.queries.len();
        let (kind, title, overrides) = (&panel.kind, &panel.title, panel.overrides.len());
        writeln!(
            text,
            "{},{} {}x{} {kind} {title:?} {unit} {queries} queries {overrides} overrides",
            at.x, at.y, at.w, at.h
        )
        .unwrap();
    }
    for loss in &imported.losses {
        writeln!(text, "lost: {loss:?}").unwrap();
    }
    text
}

#[test]
fn node_exporter_full_is_carried_over() {
    let imported = file("node-exporter-full");
    let panels = &imported.dashboard.panels;
    assert_eq!(panels.iter().filter(|panel| panel.kind != Kind::Row).count(), 125);
    assert!(panels.iter().filter(|panel| panel.kind != Kind::Row).all(|panel| !panel.queries.is_empty()));
    insta::assert_snapshot!(outline(&imported));
}

#[test]
fn apache_is_carried_over() {
    insta::assert_snapshot!(outline(&file("apache-full")));
}

#[test]
fn traefik_is_carried_over() {
    insta::assert_snapshot!(outline(&file("traefik")));
}

#[test]
fn what_was_taken_over_can_be_stored() {
    for name in ["node-exporter-full", "apache-full", "traefik"] {
        let dashboard = file(name).dashboard;
        let (again, notes) = read(&write(&dashboard)).unwrap();
        assert_eq!(again, dashboard);
        assert_eq!(notes, []);
        let at: Vec<_> = dashboard.panels.iter().map(|panel| panel.at).collect();
        for (index, one) in at.iter().enumerate() {
            assert!(
                at[index + 1..].iter().all(|other| !one.overlaps(*other)),
                "{name}: {one:?} lies on another"
            );
        }
    }
}

#[test]
fn every_part_of_a_panel_is_read() {
    let imported = import(include_str!("grafana/data/everything.json")).unwrap();
    insta::assert_json_snapshot!("everything", imported.dashboard);
    let losses: Vec<String> =
        imported.losses.iter().map(|loss| format!("{:?}: {}", loss.panel, loss.what)).collect();
    insta::assert_snapshot!("everything_lost", losses.join("\n"));
}

#[test]
fn what_is_no_dashboard_is_refused() {
    let mut errors = String::new();
    for text in [
        "{",
        "[]",
        r#"{"title": "A"}"#,
        r#"{"apiVersion": "dashboard.grafana.app/v2beta1", "spec": {"elements": {}, "layout": {}}}"#,
        r#"{"schemaVersion": 14, "rows": [{"panels": []}]}"#,
        r#"{"schemaVersion": 16, "rows": [{"panels": [{"type": "graph"}]}], "panels": []}"#,
    ] {
        writeln!(errors, "{}", import(text).expect_err(text)).unwrap();
    }
    insta::assert_snapshot!(errors);
}

/// The panel that these settings make, and what was lost.
fn panel(settings: &str) -> (serde_json::Value, String) {
    let at = r#"{"x": 0, "y": 0, "w": 12, "h": 8}"#;
    let text = format!(r#"{{"title": "A", "panels": [{{"id": 1, "gridPos": {at}, {settings}}}]}}"#);
    let imported = import(&text).unwrap();
    let losses: Vec<String> = imported.losses.into_iter().map(|loss| loss.what).collect();
    (serde_json::to_value(&imported.dashboard.panels[0]).unwrap(), losses.join(" | "))
}

#[test]
fn settings_are_carried_over() {
    for (settings, pointer, expected) in [
        (
            r#""type": "graph", "thresholds": [
                {"value": 90, "op": "gt", "colorMode": "custom", "lineColor": "red", "line": true, "fill": true},
                {"value": 80, "op": "gt", "colorMode": "warning", "line": true, "fill": false}]"#,
            "/field/thresholds",
            r##"{"base": "transparent", "steps": [{"value": 80.0, "color": "warning"}, {"value": 90.0, "color": "#f2495c"}], "as": "lines_and_bands"}"##,
        ),
        (r#""type": "graph", "yaxes": [{"show": false}, {"show": true}]"#, "/field/axis", r#""hidden""#),
        (
            r#""type": "graph", "yaxes": [{}, {"show": false}], "seriesOverrides": [{"alias": "/A/i", "yaxis": 2}]"#,
            "/overrides/0",
            r#"{"match": {"regex": "/A/i"}, "set": {"axis": "hidden"}}"#,
        ),
        (
            r#""type": "singlestat", "mappingType": 1, "valueMaps": [{"op": "=", "value": "null", "text": "N/A"}, {"value": 1, "text": "up"}],
               "rangeMaps": [{"from": "2", "to": "3", "text": "some"}]"#,
            "/field/mappings",
            r#"[{"value": "null", "text": "N/A"}, {"value": "1", "text": "up"}]"#,
        ),
        (
            r#""type": "singlestat", "mappingType": 2,
               "rangeMaps": [{"from": "null", "to": "null", "text": "N/A"}, {"from": "2", "to": "3", "text": "some"}]"#,
            "/field/mappings",
            r#"[{"value": "null", "text": "N/A"}, {"from": 2.0, "to": 3.0, "text": "some"}]"#,
        ),
        (
            r#""type": "singlestat", "gauge": {"show": true, "minValue": 5, "maxValue": 5}"#,
            "/field/min",
            "5.0",
        ),
        (r#""type": "singlestat", "valueName": "name""#, "/view/text_of", r#""name""#),
        (
            r#""type": "table", "fieldConfig": {"defaults": {"custom": {"filterable": true}}}"#,
            "/view/filterable",
            "true",
        ),
        (r#""type": "heatmap", "options": {"yAxis": {"unit": "s", "decimals": 1}}"#, "/field/unit", r#""s""#),
        (r#""type": "barchart", "options": {"stacking": "percent"}"#, "/field/stacking", r#""percent""#),
        (
            r#""type": "timeseries", "options": {"legend": {"sortBy": "Range"}}"#,
            "/view/legend/sort_by",
            r#""range""#,
        ),
        (
            r#""type": "timeseries", "fieldConfig": {"overrides": [
                {"matcher": {"id": "byRegexp", "options": "cpu"}, "properties": [{"id": "unit", "value": "s"}]}]}"#,
            "/overrides/0/match/regex",
            r#""^cpu$""#,
        ),
        (
            r#""type": "stat", "fieldConfig": {"defaults": {"mappings": [
                {"type": "regex", "options": {"pattern": "v(.*)", "result": {"text": "a version"}}}]}}"#,
            "/field/mappings/0/regex",
            r#""^v(.*)$""#,
        ),
    ] {
        let (panel, lost) = panel(settings);
        let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        assert_eq!(panel.pointer(pointer), Some(&expected), "{settings}");
        assert_eq!(lost, "", "{settings}");
    }
}

#[test]
fn settings_without_a_counterpart_are_told() {
    for (settings, told) in [
        (
            r#""type": "graph", "thresholds": [{"value": 5, "op": "lt", "colorMode": "critical"}]"#,
            "a threshold: {",
        ),
        (r#""type": "graph", "xaxis": {"mode": "series", "values": ["total"]}"#, "axis by \"series\""),
        (r#""type": "graph", "xaxis": {"mode": "time", "show": false}"#, "a hidden horizontal axis"),
        (r#""type": "graph", "legend": {"sort": "max", "sortDesc": false}"#, "the least first"),
        (r#""type": "graph", "legend": {"sort": "name"}"#, "sorted by \"name\""),
        (r#""type": "singlestat", "valueName": "last_time""#, "the number by \"last_time\""),
        (r#""type": "timeseries", "options": {"legend": {"sortBy": "Name"}}"#, "sorted by \"Name\""),
        (
            r#""type": "timeseries", "options": {"legend": {"sortBy": "Max", "sortDesc": false}}"#,
            "options.legend.sortDesc false",
        ),
        (
            r#""type": "timeseries", "fieldConfig": {"defaults": {"custom": {"spanNulls": 60000}}}"#,
            "closed up to 60000 ms",
        ),
        (
            r#""type": "table", "fieldConfig": {"overrides": [{"matcher": {"id": "byName", "options": "x"},
                "properties": [{"id": "custom.filterable", "value": true}]}]}"#,
            "boxes to filter by at some columns",
        ),
        (r#""type": "heatmap", "options": {"yAxis": {"unit": "s", "min": "1"}}"#, "options.yAxis.min"),
        (r#""type": "bargauge", "options": {"displayMode": "lcd"}"#, "options.displayMode \"lcd\""),
    ] {
        let (_, lost) = panel(settings);
        assert!(lost.contains(told), "{settings}\n{lost}");
    }
}

#[test]
fn ranges_are_carried_over_or_told() {
    for (time, from, to, told) in [
        (r#"{"from": "now-6h", "to": "now"}"#, Some("now-6h"), Some("now"), ""),
        (r#"{"from": "now/d", "to": "now/d"}"#, Some("now/d"), Some("now/d"), "rounded in UTC"),
        (r#"{"from": "now-6M", "to": "now"}"#, Some("now-180d"), Some("now"), "a month is taken as 30 days"),
        (r#"{"from": "now/fQ", "to": "now"}"#, None, Some("now"), "from \"now/fQ\" of its range"),
        (r#"{"from": "now", "to": "now-1h"}"#, None, None, "ends before it starts"),
        (r#"{"from": 1795345200000, "to": "now"}"#, Some("1795345200000"), Some("now"), ""),
    ] {
        let imported = import(&format!(r#"{{"title": "A", "panels": [], "time": {time}}}"#)).unwrap();
        let range = &imported.dashboard.time;
        assert_eq!((range.from.as_deref(), range.to.as_deref()), (from, to), "{time}");
        let lost: Vec<String> = imported.losses.into_iter().map(|loss| loss.what).collect();
        assert!(lost.join(" | ").contains(told) && lost.is_empty() == told.is_empty(), "{time}\n{lost:?}");
    }
}

#[test]
fn annotations_tell_what_they_lack() {
    let imported = import(
        r#"{"title": "A", "panels": [], "annotations": {"list": [
            {"name": "one", "datasource": {"type": "grafana"}, "filter": {"ids": [1]}, "target": {"tags": ["a", "b"], "matchAny": false}},
            {"name": "two", "expr": "up", "titleFormat": "Title", "textFormat": "text", "tagKeys": "host"}]}}"#,
    )
    .unwrap();
    assert_eq!(imported.dashboard.annotations[1].text, "Title: text");
    let lost: Vec<String> = imported.losses.into_iter().map(|loss| loss.what).collect();
    assert_eq!(
        lost,
        [
            "the annotations \"one\": only on some panels; here on all",
            "the annotations \"one\": those with all of the tags; here with one of them",
            "the annotations \"two\": its tags",
        ]
    );
}
