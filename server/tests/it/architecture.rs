//! What docs/ARCHITECTURE.md says about the crates is so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

const ALERTING: &str = "watchfire-alerting";
const APP: &str = "watchfire-app";
const CHART: &str = "watchfire-chart";
const CLIENT: &str = "watchfire-client";
const DASHBOARD: &str = "watchfire-dashboard";
const DEMO: &str = "watchfire-demo";
const EMBED: &str = "watchfire-embed";
const FRONTEND: &str = "watchfire-frontend";
const INGEST: &str = "watchfire-ingest";
const MODEL: &str = "watchfire-model";
const PANEL: &str = "watchfire-panel";
const PROBE: &str = "watchfire-probe";
const PROMQL: &str = "watchfire-promql";
const RULES: &str = "watchfire-rules";
const SCRAPE: &str = "watchfire-scrape";
const SERVER: &str = "watchfire";
const SERVICE: &str = "watchfire-service";
const STORAGE: &str = "watchfire-storage";
const TEMPLATE: &str = "watchfire-template";
const VIEW: &str = "watchfire-view";
const XTASK: &str = "xtask";
const YAML: &str = "watchfire-yaml";

/// Which crates of the workspace each may depend on. The server may use everything but the browser's entry point.
fn allowed() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    BTreeMap::from([
        (MODEL, BTreeSet::new()),
        (CHART, BTreeSet::from([MODEL])),
        // Itself: its tests switch the regular expressions on.
        (DASHBOARD, BTreeSet::from([MODEL, DASHBOARD])),
        // It sends from outside: of the others it knows nothing.
        (DEMO, BTreeSet::new()),
        (PANEL, BTreeSet::from([MODEL, CHART, DASHBOARD, PROMQL])),
        // Itself: its tests switch the evaluation on.
        (PROMQL, BTreeSet::from([MODEL, PROMQL])),
        (INGEST, BTreeSet::from([MODEL])),
        (SCRAPE, BTreeSet::from([MODEL, INGEST, YAML])),
        (PROBE, BTreeSet::from([MODEL, INGEST])),
        (RULES, BTreeSet::from([MODEL, PROMQL])),
        (STORAGE, BTreeSet::from([MODEL])),
        (TEMPLATE, BTreeSet::from([MODEL])),
        (ALERTING, BTreeSet::from([MODEL, TEMPLATE, YAML])),
        (YAML, BTreeSet::new()),
        (
            SERVICE,
            BTreeSet::from([MODEL, DASHBOARD, PANEL, PROMQL, INGEST, STORAGE, RULES, TEMPLATE, ALERTING]),
        ),
        (VIEW, BTreeSet::from([MODEL, CHART, DASHBOARD, PANEL])),
        (APP, BTreeSet::from([MODEL, CHART, DASHBOARD, PANEL, PROMQL, SERVICE, VIEW])),
        (FRONTEND, BTreeSet::from([APP])),
        // Small: it must not know the interface.
        (EMBED, BTreeSet::from([MODEL, CHART, DASHBOARD, PANEL, VIEW])),
        (
            SERVER,
            BTreeSet::from([
                MODEL, CHART, DASHBOARD, DEMO, PANEL, PROMQL, INGEST, SCRAPE, PROBE, STORAGE, RULES,
                TEMPLATE, ALERTING, SERVICE, APP,
            ]),
        ),
        // Its tests read what it sends.
        (CLIENT, BTreeSet::from([INGEST, MODEL])),
        (XTASK, BTreeSet::new()),
    ])
}

/// The dependencies inside the workspace, tests' and build scripts' included: crate, dependency, optional.
fn drawn() -> (BTreeSet<String>, Vec<(String, String, bool)>) {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap();
    let members: BTreeSet<String> =
        metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let inside = metadata.packages.iter().flat_map(|package| {
        let inside = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
        inside.map(|dependency| {
            let optional = dependency.optional && dependency.kind == DependencyKind::Normal;
            (package.name.to_string(), dependency.name.clone(), optional)
        })
    });
    let inside = inside.collect();
    (members, inside)
}

#[test]
fn crates_depend_only_as_drawn() {
    let allowed = allowed();
    let (members, inside) = drawn();
    let known: BTreeSet<String> = allowed.keys().map(ToString::to_string).collect();
    assert_eq!(members, known, "a new crate needs its place in this test and in docs/ARCHITECTURE.md");
    assert!(!inside.is_empty());
    for (package, dependency, _) in &inside {
        assert!(
            allowed[package.as_str()].contains(dependency.as_str()),
            "{package} must not depend on {dependency}; docs/ARCHITECTURE.md says which way dependencies go"
        );
    }
}

#[test]
fn the_interface_meets_the_service_only_on_the_server() {
    let (_, inside) = drawn();
    let edge = inside.iter().find(|(package, dependency, _)| package == APP && dependency == SERVICE);
    assert!(edge.is_some_and(|(.., optional)| *optional), "the browser's build must not contain the service");
}

#[test]
fn the_map_names_every_crate() {
    let map = include_str!("../../../docs/ARCHITECTURE.md");
    for member in drawn().0 {
        assert!(map.contains(&format!("| `{member}` |")), "docs/ARCHITECTURE.md has no row for {member}");
    }
}
