//! What two people have made of the same dashboard, put together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use watchfire_dashboard::{Dashboard, Panel, Place};

use crate::api::{read_value, value_of};

/// Both together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Merged {
    pub(super) dashboard: Dashboard,
    /// What both have changed in different ways, and is as we have it.
    pub(super) clashes: Vec<String>,
}

/// What we and they have made of `base`: panels one by one, the rest by its fields.
///
/// # Errors
///
/// In words, where it makes no dashboard.
pub(super) fn merged(base: &Dashboard, theirs: &Dashboard, ours: &Dashboard) -> Result<Merged, String> {
    let mut clashes = Vec::new();
    let panels = panels(base, theirs, ours, &mut clashes);
    let last_panel = base.last_panel.max(theirs.last_panel).max(ours.last_panel);
    let [base, theirs, ours] = [base, theirs, ours].map(fields);
    let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    let mut all = Map::new();
    for name in names {
        let (was, they, we) = (base.get(name), theirs.get(name), ours.get(name));
        let kept = if we == was { they } else { we };
        if we != was && they != was && we != they {
            clashes.push(name.clone());
        }
        if let Some(value) = kept {
            all.insert(name.clone(), value.clone());
        }
    }
    all.insert("panels".to_owned(), Value::Array(Vec::new()));
    let mut dashboard: Dashboard = read_value(&Value::Object(all))?;
    dashboard.panels = panels;
    dashboard.last_panel = last_panel;
    let mut places: Vec<Place> = dashboard.panels.iter().map(|panel| panel.at).collect();
    Place::settle(&mut places, None);
    for (panel, place) in dashboard.panels.iter_mut().zip(places) {
        panel.at = place;
    }
    Ok(Merged { dashboard, clashes })
}

/// All but the panels, and the greatest id of one, which follows from them.
fn fields(dashboard: &Dashboard) -> Map<String, Value> {
    let Value::Object(mut fields) = value_of(dashboard) else { return Map::new() };
    fields.remove("panels");
    fields.remove("last_panel");
    fields
}

fn panels(base: &Dashboard, theirs: &Dashboard, ours: &Dashboard, clashes: &mut Vec<String>) -> Vec<Panel> {
    let by_id = |dashboard: &Dashboard| -> BTreeMap<u32, Panel> {
        dashboard.panels.iter().map(|panel| (panel.id, panel.clone())).collect()
    };
    let (was, they, we) = (by_id(base), by_id(theirs), by_id(ours));
    let greatest = [base, theirs, ours].map(|dashboard| {
        let ids = dashboard.panels.iter().map(|panel| panel.id);
        ids.max().unwrap_or_default().max(dashboard.last_panel)
    });
    let mut next = greatest.into_iter().max().unwrap_or_default();
    let mut all = Vec::new();
    for their in &theirs.panels {
        let kept = match (was.get(&their.id), we.get(&their.id)) {
            // They have added it, or changed what we have removed.
            (None, _) => Some(their),
            (Some(before), None) => (their != before).then_some(their),
            (Some(before), Some(our)) if our == before => Some(their),
            (Some(before), Some(our)) => {
                if their != before && their != our {
                    clashes.push(format!("panel {:?}", our.title));
                }
                Some(our)
            }
        };
        all.extend(kept.cloned());
    }
    for our in &ours.panels {
        let before = was.get(&our.id);
        match (before, they.get(&our.id)) {
            // Both have added one with the same id: theirs is saved, so ours gets another.
            (None, Some(their)) if their != our => {
                next += 1;
                all.push(Panel { id: next, ..our.clone() });
            }
            (None, None) => all.push(our.clone()),
            // They have removed what we have changed.
            (Some(before), None) if our != before => all.push(our.clone()),
            _ => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(panels: &[(u32, &str)], title: &str) -> Dashboard {
        let panels = panels.iter().map(|(id, title)| Panel {
            id: *id,
            title: (*title).to_owned(),
            at: Place { x: 0, y: 0, w: 8, h: 4 },
            ..Panel::default()
        });
        Dashboard { title: title.to_owned(), panels: panels.collect(), ..Dashboard::default() }
    }

    fn told(
        base: &Dashboard,
        theirs: &Dashboard,
        ours: &Dashboard,
    ) -> (Vec<(u32, String)>, String, Vec<String>) {
        let Merged { dashboard, clashes } = merged(base, theirs, ours).unwrap();
        for (place, one) in dashboard.panels.iter().enumerate() {
            assert!(
                dashboard.panels[..place].iter().all(|other| !other.at.overlaps(one.at)),
                "{dashboard:?}"
            );
        }
        let panels = dashboard.panels.iter().map(|panel| (panel.id, panel.title.clone())).collect();
        (panels, dashboard.title, clashes)
    }

    #[test]
    fn what_either_has_changed_is_kept() {
        let base = board(&[(1, "load"), (2, "disk"), (3, "old")], "T");
        // They have added a panel, renamed one and the whole; we have added one with the same id, and removed one.
        let theirs = board(&[(1, "load"), (2, "disks"), (3, "old"), (4, "stat")], "Theirs");
        let ours = board(&[(1, "load 5"), (2, "disk"), (4, "text")], "T");
        let (panels, title, clashes) = told(&base, &theirs, &ours);
        let expected = [(1, "load 5"), (2, "disks"), (4, "stat"), (5, "text")];
        assert_eq!(panels, expected.map(|(id, title)| (id, title.to_owned())));
        assert_eq!((title.as_str(), clashes), ("Theirs", Vec::new()));
    }

    #[test]
    fn what_both_have_changed_is_as_we_have_it_and_told() {
        let base = board(&[(1, "load"), (2, "disk")], "T");
        let (theirs, ours) = (board(&[(1, "a")], "A"), board(&[(1, "b"), (2, "disk 2")], "B"));
        let (panels, title, clashes) = told(&base, &theirs, &ours);
        // What one has removed and the other changed stays.
        assert_eq!(panels, [(1, "b".to_owned()), (2, "disk 2".to_owned())]);
        assert_eq!((title.as_str(), clashes), ("B", vec!["panel \"b\"".to_owned(), "title".to_owned()]));
        assert_eq!(told(&base, &base, &ours).0, [(1, "b".to_owned()), (2, "disk 2".to_owned())]);
        assert_eq!(told(&base, &theirs, &base).0, [(1, "a".to_owned())]);
    }
}
