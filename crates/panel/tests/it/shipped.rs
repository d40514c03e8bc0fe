//! The dashboards that come with Watchfire.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use watchfire_chart::Format;
use watchfire_dashboard::{COLUMNS, Choice, Dashboard, Field, Kind, Panel, Values, VariableKind, read};
use watchfire_model::TimeRange;
use watchfire_panel::{Sight, questions};

/// By the name of their file.
fn shipped() -> BTreeMap<String, Dashboard> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards");
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let (dashboard, notes) = read(&std::fs::read_to_string(&file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(notes.is_empty(), "{name}: {notes:?}");
        all.insert(name, dashboard);
    }
    all
}

/// Values as readers could choose them: of lists the first, of queries two that need escaping.
fn values(dashboard: &Dashboard) -> Values {
    let mut values = Values::default();
    for variable in &dashboard.variables {
        let chosen = match variable.kind {
            VariableKind::Query if variable.multi => vec![Choice::plain("a.b:9100"), Choice::plain("c\\d\"")],
            VariableKind::Query => vec![Choice::plain("one")],
            _ => variable.choices[..1].to_vec(),
        };
        values.set(variable, chosen);
    }
    values
}

#[test]
fn all_of_them_are_there_by_their_uid() {
    let names: Vec<String> = shipped().into_keys().collect();
    assert_eq!(
        names,
        [
            "agents",
            "consensus",
            "federated-learning",
            "fleet",
            "host",
            "mesh",
            "overview",
            "rag",
            "red",
            "use",
            "watchfire"
        ]
    );
    for (name, dashboard) in shipped() {
        assert_eq!(dashboard.uid, name);
        assert!(!dashboard.description.is_empty(), "{name}");
    }
}

#[test]
fn panels_fill_the_grid_and_lie_beside_each_other() {
    for (name, dashboard) in shipped() {
        let panels = &dashboard.panels;
        for (index, panel) in panels.iter().enumerate() {
            let over = panels[index + 1..].iter().find(|other| other.at.overlaps(panel.at));
            assert!(over.is_none(), "{name}: {} and {}", panel.title, over.unwrap().title);
            let row: u16 =
                panels.iter().filter(|other| other.at.y == panel.at.y).map(|other| other.at.w).sum();
            assert_eq!(row, COLUMNS, "{name}: the row of {}", panel.title);
        }
        let bottom = panels.iter().map(|panel| panel.at.bottom()).max().unwrap();
        let cells: u32 = panels.iter().map(|panel| u32::from(panel.at.w) * u32::from(panel.at.h)).sum();
        assert_eq!(cells, u32::from(bottom) * u32::from(COLUMNS), "{name} has holes");
        // What is seen first are numbers.
        assert!(
            panels.iter().filter(|panel| panel.at.y == 0).all(|panel| panel.kind == Kind::Stat),
            "{name}"
        );
    }
}

#[test]
fn panels_say_what_they_mean() {
    for (name, dashboard) in shipped() {
        for panel in dashboard.panels.iter().filter(|panel| panel.kind != Kind::Row) {
            assert!(panel.description.ends_with('.'), "{name}: {}", panel.title);
            assert!(!panel.queries.is_empty(), "{name}: {}", panel.title);
        }
    }
}

#[test]
fn every_query_can_be_asked() {
    // 2026-01-01.
    let end = 1_767_225_600_000;
    let range = TimeRange { start: end - 3_600_000, end };
    let sight = Sight { range, points: 300, scrape_interval: 15_000, compare: 0 };
    for (name, dashboard) in shipped() {
        let values = values(&dashboard);
        let mut asked = 0;
        for panel in &dashboard.panels {
            for question in questions(panel, &values, sight) {
                let expr = &question.expr;
                // What label_replace() takes from its match is no variable.
                assert!(!expr.replace("\"$1\"", "").contains('$'), "{name}: {}: {expr}", panel.title);
                if let Err(error) = watchfire_promql::parse(expr) {
                    panic!("{name}: {}: {error:?}\n{expr}", panel.title);
                }
                asked += 1;
            }
        }
        assert!(asked >= 10, "{name}");
    }
}

#[test]
fn units_and_colours_are_known() {
    let known = |unit: &str| {
        let custom = ["suffix:", "prefix:"].iter().any(|custom| unit.starts_with(custom));
        // A unit that is not known stands behind the number as it is.
        custom || Format::new(unit, Some(0)).text(150_000.0) != format!("150000 {unit}")
    };
    assert!(!known("furlongs") && known("bytes"));
    let colors = BTreeSet::from(["ok", "warning", "critical", "info"]);
    for (name, dashboard) in shipped() {
        for panel in &dashboard.panels {
            for field in fields(panel) {
                let unit = field.unit.as_deref().unwrap_or("none");
                assert!(known(unit), "{name}: {}: {unit}", panel.title);
                let Some(thresholds) = &field.thresholds else { continue };
                let steps = thresholds.steps.iter().map(|step| step.color.as_str());
                for color in steps.chain(thresholds.base.as_deref()) {
                    assert!(colors.contains(color), "{name}: {}: {color}", panel.title);
                }
            }
        }
    }
}

fn fields(panel: &Panel) -> impl Iterator<Item = &Field> {
    std::iter::once(&panel.field).chain(panel.overrides.iter().map(|over| &over.set))
}

#[test]
fn links_lead_to_dashboards_that_are_there() {
    let all = shipped();
    for (name, dashboard) in &all {
        assert!(!dashboard.links.is_empty(), "{name}");
        for link in dashboard.links.iter().chain(dashboard.panels.iter().flat_map(|panel| &panel.links)) {
            let uid = link.url.strip_prefix("/d/").unwrap();
            assert!(all.contains_key(uid) && uid != name, "{name}: {}", link.url);
        }
    }
}
