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
