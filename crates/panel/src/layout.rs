use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use watchfire_dashboard::{Kind, Place};
use watchfire_model::sort_small;

use crate::Unfolded;

/// The places of what is in sight, in the order in which it is read: what lies below a folded row goes up.
pub fn layout(
    items: &BTreeMap<String, Arc<Unfolded>>,
    is_folded: impl Fn(&str, bool) -> bool,
) -> Vec<(String, Place)> {
    let mut order: Vec<&Arc<Unfolded>> = items.values().collect();
    let place = |item: &Unfolded| (item.panel.at.y, item.panel.at.x, item.panel.id);
    sort_small(&mut order, &|one, other| place(one).cmp(&place(other)));
    let mut folded = false;
    let mut seen = BTreeSet::new();
    order.retain(|item| {
        if item.panel.kind == Kind::Row {
            folded = is_folded(&item.key, item.panel.view.folded);
            return true;
        }
        !folded && seen.insert(item.key.clone())
    });
    // The copies of a panel go up as one, what the first of them and all others cover: each for itself, those that have room beside
    // another panel would leave the others.
    let own: Vec<Place> = order.iter().map(|item| item.panel.at.within_grid()).collect();
    let first = |at: usize| {
        let copies = order[at].copies.as_ref();
        copies.and_then(|_| order.iter().position(|item| item.copies.as_ref() == copies)).unwrap_or(at)
    };
    let firsts: Vec<usize> = (0..order.len()).map(first).collect();
    let mut blocks = own.clone();
    for (at, first) in firsts.iter().enumerate() {
        blocks[*first] = around(blocks[*first], own[at]);
    }
    let alone: Vec<usize> = (0..order.len()).filter(|at| firsts[*at] == *at).collect();
    let mut settled: Vec<Place> = alone.iter().map(|at| blocks[*at]).collect();
    Place::settle(&mut settled, None);
    let mut found: Vec<(String, Place)> = Vec::with_capacity(order.len());
    for (block, place) in alone.into_iter().zip(settled) {
        for at in (0..order.len()).filter(|at| firsts[*at] == block) {
            let y = place.y + (own[at].y - blocks[block].y);
            found.push((order[at].key.clone(), Place { y, ..own[at] }));
        }
    }
    found
}

/// What covers both.
fn around(one: Place, other: Place) -> Place {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    let (right, bottom) = (one.right().max(other.right()), one.bottom().max(other.bottom()));
    Place { x, y, w: right - x, h: bottom - y }
}

#[cfg(test)]
mod tests {
    use watchfire_dashboard::{Dashboard, Values};

    use super::*;
    use crate::unfold;

    #[test]
    fn copies_stay_together() {
        let dashboard: Dashboard = serde_json::from_str(
            r#"{"panels": [
                {"id": 1, "at": {"x": 0, "y": 0, "w": 18, "h": 8}},
                {"id": 2, "at": {"x": 0, "y": 8, "w": 18, "h": 6}, "repeat": {"variable": "node"}},
                {"id": 3, "at": {"x": 0, "y": 14, "w": 6, "h": 4}}]}"#,
        )
        .unwrap();
        let mut values = Values::default();
        let variable =
            watchfire_dashboard::Variable { name: "node".to_owned(), multi: true, ..Default::default() };
        values.set(&variable, ["a", "b", "c", "d", "e"].map(watchfire_dashboard::Choice::plain).to_vec());
        let items = unfold(&dashboard.panels, &values);
        let items = items.into_iter().map(|item| (item.key.clone(), Arc::new(item))).collect();
        let places = layout(&items, |_, folded| folded);
        let told: Vec<_> = places.into_iter().map(|(key, at)| format!("{key}@{},{}", at.x, at.y)).collect();
        assert_eq!(told.join(" "), "1@0,0 2~a@0,8 2~b@6,8 2~c@12,8 2~d@18,8 2~e@0,14 3@0,20");
    }

    #[test]
    fn what_lies_below_a_folded_row_goes_up() {
        let dashboard: Dashboard = serde_json::from_str(
            r#"{"panels": [
                {"id": 1, "at": {"x": 0, "y": 0, "w": 24, "h": 4}},
                {"id": 2, "kind": "row", "at": {"x": 0, "y": 4, "w": 24, "h": 1}, "view": {"folded": true}},
                {"id": 3, "at": {"x": 0, "y": 5, "w": 12, "h": 8}},
                {"id": 4, "kind": "row", "at": {"x": 0, "y": 13, "w": 24, "h": 1}},
                {"id": 5, "at": {"x": 12, "y": 14, "w": 12, "h": 8}}]}"#,
        )
        .unwrap();
        let items = unfold(&dashboard.panels, &Values::default());
        let items = items.into_iter().map(|item| (item.key.clone(), Arc::new(item))).collect();
        let told = |open: bool| {
            let places = layout(&items, |_, folded| folded && !open);
            places.into_iter().map(|(key, at)| format!("{key}@{}", at.y)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told(false), "1@0 2@4 4@5 5@6");
        assert_eq!(told(true), "1@0 2@4 3@5 4@13 5@14");
    }
}
