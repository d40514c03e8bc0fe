use std::collections::HashSet;

use serde_json::Value;

use super::look::Look;
use super::queries::Sources;
use super::{Losses, panel};
use crate::{COLUMNS, Panel, Place};

/// The panels with their places. Those of a folded row, which Grafana keeps inside it, come to lie below it, and what is
/// further down makes room.
pub(super) fn panels(json: &Value, sources: &Sources, losses: &mut Losses) -> Vec<Panel> {
    let mut ids = Ids::of(json.list("panels"));
    let mut found: Vec<Panel> = Vec::new();
    let mut sorted: Vec<&Value> = json.list("panels").iter().collect();
    sorted.sort_by_key(|json| {
        let at = place(json);
        (at.y, at.x)
    });
    let mut down = 0;
    for json in sorted {
        let mut at = place(json);
        at.y = at.y.saturating_add(down);
        let mut taken = panel::of(json, ids.next(json), at, sources, losses);
        let inside = json.list("panels");
        taken.view.folded = json.flag("collapsed") == Some(true);
        let original = place(json).bottom();
        found.push(taken);
        let mut height = 0;
        for json in inside {
            let mut below = place(json);
            // Files have them where they would be unfolded, or where they were before other rows were folded.
            let first = inside.iter().map(|json| place(json).y).min().unwrap_or(original);
            below.y = (below.y - first).saturating_add(at.bottom());
            height = height.max(below.bottom().saturating_sub(at.bottom()));
            found.push(panel::of(json, ids.next(json), below, sources, losses));
        }
        down = down.saturating_add(height);
    }
    // Grafana moves panels up as far as there is room when it shows them; files tell where they once were.
    let mut places: Vec<Place> = found.iter().map(|panel| panel.at).collect();
    Place::settle(&mut places, None);
    for (panel, at) in found.iter_mut().zip(places) {
        panel.at = at;
    }
    found
}

fn place(json: &Value) -> Place {
    let at = json.at("gridPos");
    let number = |key, usual: u16| at.number(key).map_or(usual, |number| number.clamp(0.0, 10_000.0) as u16);
    let place = Place {
        x: number("x", 0),
        y: number("y", 0),
        w: number("w", COLUMNS / 2),
        h: number("h", 8).min(200),
    };
    if json.text("type") == Some("row") {
        Place { x: 0, w: COLUMNS, h: 1, ..place }
    } else {
        place.within_grid()
    }
}

/// Ids that are given once, those of the file where it gives them so.
struct Ids {
    taken: HashSet<u32>,
    next: u32,
}

impl Ids {
    fn of(panels: &[Value]) -> Self {
        let all = panels.iter().flat_map(|json| std::iter::once(json).chain(json.list("panels")));
        let highest = all.filter_map(id).max().unwrap_or(0);
        Self { taken: HashSet::new(), next: highest.saturating_add(1) }
    }

    fn next(&mut self, json: &Value) -> u32 {
        if let Some(id) = id(json)
            && self.taken.insert(id)
        {
            return id;
        }
        let id = self.next;
        self.next += 1;
        self.taken.insert(id);
        id
    }
}

fn id(json: &Value) -> Option<u32> {
    let id = u32::try_from(json.at("id").as_u64()?).ok()?;
    (1..=1_000_000_000).contains(&id).then_some(id)
}
