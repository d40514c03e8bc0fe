//! Changes of the panels on a dashboard's grid: what an editor does.

use crate::{COLUMNS, Comparison, Dashboard, Kind, Panel, Place, Transformation};

impl Dashboard {
    /// The panel with this id.
    pub fn panel(&self, id: u32) -> Option<&Panel> {
        self.panels.iter().find(|panel| panel.id == id)
    }

    /// The panel with this id, to be changed.
    pub fn panel_mut(&mut self, id: u32) -> Option<&mut Panel> {
        self.panels.iter_mut().find(|panel| panel.id == id)
    }

    /// The greatest id that a panel has or had.
    pub fn greatest_id(&self) -> u32 {
        self.panels.iter().map(|panel| panel.id).max().unwrap_or(0).max(self.last_panel)
    }

    /// Remembers that ids up to this one were given.
    pub fn remember_ids(&mut self, greatest: u32) {
        let present = self.panels.iter().map(|panel| panel.id).max().unwrap_or(0);
        let greatest = greatest.max(self.last_panel);
        self.last_panel = if greatest > present { greatest } else { 0 };
    }

    /// An id that no panel has or had.
    pub fn free_id(&self) -> u32 {
        let greatest = self.greatest_id();
        // Ids go up to the greatest number only in files made to hurt; there is a hole below it then.
        greatest
            .checked_add(1)
            .unwrap_or_else(|| (1..u32::MAX).find(|id| self.panel(*id).is_none()).unwrap_or(u32::MAX))
    }

    /// Adds a panel where there is room beside the last ones, or below all. Returns its id.
    pub fn add(&mut self, mut panel: Panel) -> u32 {
        panel.id = self.free_id();
        let Place { w, h, .. } = panel.at.within_grid();
        panel.at = self.room(w, h);
        let id = panel.id;
        self.panels.push(panel);
        id
    }

    /// The first place of this size beside or below the last panels.
    fn room(&self, w: u16, h: u16) -> Place {
        let bottom = self.panels.iter().map(|panel| panel.at.bottom()).max().unwrap_or(0);
        let last = self.panels.iter().max_by_key(|panel| (panel.at.bottom(), panel.at.right()));
        if let Some(last) = last.filter(|last| last.kind != Kind::Row) {
            let beside = Place { x: last.at.right(), y: last.at.y, w, h };
            let free = self.panels.iter().all(|panel| !panel.at.overlaps(beside));
            if beside.right() <= COLUMNS && free {
                return beside;
            }
        }
        Place { x: 0, y: bottom, w, h }
    }

    /// Adds a copy of a panel below it. Returns the copy's id.
    pub fn duplicate(&mut self, id: u32) -> Option<u32> {
        let mut copy = self.panel(id)?.clone();
        copy.id = self.free_id();
        let beside = Place { x: copy.at.right(), ..copy.at };
        let free = beside.right() <= COLUMNS && self.panels.iter().all(|panel| !panel.at.overlaps(beside));
        let at = if free { beside } else { Place { y: copy.at.bottom(), ..copy.at } };
        let id = copy.id;
        self.panels.push(copy);
        self.move_to(id, at);
        Some(id)
    }

    /// Takes a panel away; those below it go up. Of a row only the heading goes.
    pub fn remove(&mut self, id: u32) {
        let greatest = self.greatest_id();
        self.panels.retain(|panel| panel.id != id);
        self.remember_ids(greatest);
        self.settle(None);
    }

    /// Moves or resizes a panel; the others make room.
    pub fn move_to(&mut self, id: u32, at: Place) {
        let Some(index) = self.panels.iter().position(|panel| panel.id == id) else { return };
        self.panels[index].at = at;
        self.settle(Some(index));
    }

    fn settle(&mut self, moved: Option<usize>) {
        let mut places: Vec<Place> = self.panels.iter().map(|panel| panel.at).collect();
        Place::settle(&mut places, moved);
        for (panel, place) in self.panels.iter_mut().zip(places) {
            panel.at = place;
        }
    }
}

impl Panel {
    /// The regular expressions that it has, each with its place in the panel's JSON.
    pub fn patterns(&self) -> impl Iterator<Item = (String, &str)> {
        let overrides = self.overrides.iter().enumerate().filter_map(|(index, item)| {
            let regex = item.matcher.regex.as_deref()?;
            Some((format!("/overrides/{index}/match/regex"), regex))
        });
        let transformations = self.transformations.iter().enumerate().filter_map(|(index, one)| match one {
            Transformation::Rename { regex, .. } => {
                Some((format!("/transformations/{index}/rename/regex"), regex.as_str()))
            }
            Transformation::Filter { is: Comparison::Regex, value, .. } => {
                Some((format!("/transformations/{index}/filter/value"), value.as_str()))
            }
            _ => None,
        });
        overrides.chain(transformations)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(dashboard: &Dashboard) -> Vec<String> {
        let one = |panel: &Panel| {
            let Place { x, y, w, h } = panel.at;
            format!("{}: {x},{y} {w}x{h}", panel.id)
        };
        dashboard.panels.iter().map(one).collect()
    }

    #[test]
    fn panels_come_and_go() {
        let mut dashboard = Dashboard::default();
        for _ in 0..3 {
            dashboard.add(Panel::default());
        }
        assert_eq!(told(&dashboard), ["1: 0,0 12x8", "2: 12,0 12x8", "3: 0,8 12x8"]);
        assert_eq!(dashboard.duplicate(1), Some(4));
        assert_eq!(told(&dashboard), ["1: 0,0 12x8", "2: 12,0 12x8", "3: 0,16 12x8", "4: 0,8 12x8"]);
        assert_eq!(dashboard.duplicate(3), Some(5));
        assert_eq!(told(&dashboard)[4], "5: 12,8 12x8");
        dashboard.remove(1);
        assert_eq!(told(&dashboard), ["2: 12,0 12x8", "3: 0,8 12x8", "4: 0,0 12x8", "5: 12,8 12x8"]);
        dashboard.move_to(3, Place { x: 0, y: 0, w: 24, h: 4 });
        assert_eq!(told(&dashboard), ["2: 12,4 12x8", "3: 0,0 24x4", "4: 0,4 12x8", "5: 12,12 12x8"]);
        assert_eq!(dashboard.duplicate(99), None);
    }

    proptest! {
        #[test]
        fn ids_stay_unique_and_panels_apart(edits in proptest::collection::vec((0_u8..4, 1_u32..8, 0_u16..30, 0_u16..30), 0..40)) {
            let mut dashboard = Dashboard::default();
            for (what, id, x, y) in edits {
                match what {
                    0 => drop(dashboard.add(Panel { at: Place { x, y, w: x, h: 1 + y / 4 }, ..Panel::default() })),
                    1 => drop(dashboard.duplicate(id)),
                    2 => dashboard.remove(id),
                    _ => dashboard.move_to(id, Place { x, y, w: 1 + x / 2, h: 1 + y / 3 }),
                }
            }
            for (at, one) in dashboard.panels.iter().enumerate() {
                for other in &dashboard.panels[at + 1..] {
                    prop_assert!(one.id != other.id && !one.at.overlaps(other.at), "{:?} {:?}", one.at, other.at);
                }
            }
        }
    }
}
