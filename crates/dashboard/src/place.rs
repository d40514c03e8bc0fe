use serde::{Deserialize, Serialize};
use watchfire_model::sort_small;

/// Columns of the grid on a wide screen.
pub const COLUMNS: u16 = 24;

/// Where a panel lies on the grid: columns from the left, rows of 36 CSS pixels from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Columns left of it.
    pub x: u16,
    /// Rows above it.
    pub y: u16,
    /// Columns that it takes, at least 1; with `x` at most [`COLUMNS`].
    pub w: u16,
    /// Rows that it takes, at least 1.
    pub h: u16,
}

impl Default for Place {
    fn default() -> Self {
        Self { x: 0, y: 0, w: 12, h: 8 }
    }
}

impl Place {
    /// The row below it.
    pub fn bottom(self) -> u16 {
        self.y.saturating_add(self.h)
    }

    /// The column right of it.
    pub fn right(self) -> u16 {
        self.x.saturating_add(self.w)
    }

    /// Whether they share a cell of the grid.
    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// The same, within the grid and not empty.
    #[must_use]
    pub fn within_grid(self) -> Self {
        let w = self.w.clamp(1, COLUMNS);
        Self { x: self.x.min(COLUMNS - w), w, h: self.h.max(1), ..self }
    }

    /// The places with one of them moved or resized: what it now covers goes down below it, and then all go up as far as
    /// there is room, as things on a grid of this sort are used to. Their order in the list stays.
    pub fn settle(places: &mut [Self], moved: Option<usize>) {
        for place in places.iter_mut() {
            *place = place.within_grid();
        }
        // From the top: the one that was moved stands before those that it came to lie upon.
        let mut order: Vec<usize> = (0..places.len()).collect();
        let key = |at: usize| (places[at].y, Some(at) != moved, places[at].x);
        sort_small(&mut order, &|one, other| key(*one).cmp(&key(*other)));
        let mut settled: Vec<Self> = Vec::with_capacity(places.len());
        for at in order {
            let mut place = places[at];
            // As high as what lies above it in the same columns lets it.
            let above = settled.iter().filter(|other| other.x < place.right() && place.x < other.right());
            place.y = above.map(|other| other.bottom()).max().unwrap_or(0);
            settled.push(place);
            places[at] = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(x: u16, y: u16, w: u16, h: u16) -> Place {
        Place { x, y, w, h }
    }

    #[test]
    fn panels_make_room_and_move_up() {
        // Two beside each other; the right one is drawn over the left.
        let mut places = [place(0, 0, 12, 8), place(6, 0, 12, 8)];
        Place::settle(&mut places, Some(1));
        assert_eq!(places, [place(0, 8, 12, 8), place(6, 0, 12, 8)]);
        // A hole closes.
        let mut places = [place(0, 0, 24, 4), place(0, 20, 12, 4), place(12, 30, 12, 4)];
        Place::settle(&mut places, None);
        assert_eq!(places, [place(0, 0, 24, 4), place(0, 4, 12, 4), place(12, 4, 12, 4)]);
        // Too wide and too far to the right.
        let mut places = [place(20, 0, 30, 0)];
        Place::settle(&mut places, None);
        assert_eq!(places, [place(0, 0, 24, 1)]);
    }

    proptest! {
        #[test]
        fn none_overlap_and_none_leave_the_grid(
            places in proptest::collection::vec((0_u16..30, 0_u16..40, 0_u16..30, 0_u16..12), 0..25),
            moved in any::<prop::sample::Index>(),
        ) {
            let mut places: Vec<Place> = places.into_iter().map(|(x, y, w, h)| place(x, y, w, h)).collect();
            let moved = (!places.is_empty()).then(|| moved.index(places.len()));
            Place::settle(&mut places, moved);
            for (at, one) in places.iter().enumerate() {
                prop_assert!(one.right() <= COLUMNS && one.w > 0 && one.h > 0);
                prop_assert!(places[at + 1..].iter().all(|other| !one.overlaps(*other)));
                let carried = one.y == 0
                    || places.iter().any(|other| other.bottom() == one.y && other.x < one.right() && one.x < other.right());
                prop_assert!(carried, "{one:?} hangs in the air of {places:?}");
            }
            let before = places.clone();
            Place::settle(&mut places, None);
            prop_assert_eq!(before, places, "what is settled stays");
        }
    }
}
