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
    let mut places: Vec<Place> = order.iter().map(|item| item.panel.at).collect();
    Place::settle(&mut places, None);
    order.iter().zip(places).map(|(item, place)| (item.key.clone(), place)).collect()
}

#[cfg(test)]
mod tests {
    use watchfire_dashboard::{Dashboard, Values};

    use super::*;
    use crate::unfold;

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
