//! Where the nodes of a graph lie: springs along edges, and all nodes push each other away. T. Fruchterman and E. Reingold,
//! "Graph drawing by force-directed placement" (1991), with the cooling of a simulation that goes on.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use crate::surface::Point;

/// A layout that is kept while a graph changes: nodes that stay move little.
#[derive(Clone, Debug, Default)]
pub struct ForceLayout {
    keys: Vec<u64>,
    positions: Vec<Point>,
    velocities: Vec<Point>,
    edges: Vec<(usize, usize)>,
    heat: f64,
    seed: u64,
}

/// The usual distance between neighbours, in units of the layout.
const SPACING: f64 = 100.0;

impl ForceLayout {
    /// An empty layout. The same seed, and the same graphs in the same order, have the same layout.
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Takes a graph: the nodes by names that stay theirs, and edges between them by their places. Nodes that were there keep their
    /// places; new ones begin beside their neighbours. Edges to nowhere are left out.
    pub fn set_graph<'a>(&mut self, nodes: impl IntoIterator<Item = &'a str>, edges: &[(usize, usize)]) {
        let keys: Vec<u64> = nodes.into_iter().map(|name| hash(self.seed, name)).collect();
        let count = keys.len();
        let is_edge = |(from, to): &&(usize, usize)| *from < count && *to < count && from != to;
        let edges: Vec<_> = edges.iter().filter(is_edge).copied().collect();
        if keys == self.keys && edges == self.edges {
            return;
        }
        let old: HashMap<u64, usize, BuildHasherDefault<DefaultHasher>> =
            self.keys.iter().enumerate().map(|(index, key)| (*key, index)).collect();
        let mut places: Vec<Option<Point>> =
            keys.iter().map(|key| old.get(key).map(|index| self.positions[*index])).collect();
        let new = places.iter().filter(|place| place.is_none()).count();
        // A graph that is all new is shaken well, one that has a new node a little.
        self.heat =
            if new == count { 1.0 } else { self.heat.max(0.15 + 0.5 * new as f64 / count.max(1) as f64) };
        for index in 0..count {
            if places[index].is_some() {
                continue;
            }
            let neighbours = edges.iter().filter_map(|(from, to)| match (*from == index, *to == index) {
                (true, _) => places[*to],
                (_, true) => places[*from],
                _ => None,
            });
            let (x, y, near) = neighbours.fold((0.0, 0.0, 0_u32), |(x, y, n), p| (x + p.0, y + p.1, n + 1));
            let (dx, dy) = direction(keys[index]);
            places[index] = Some(if near > 0 {
                let near = f64::from(near);
                (x / near + dx * SPACING * 0.5, y / near + dy * SPACING * 0.5)
            } else {
                // A sunflower's seeds: even, and no two in one place.
                let radius = SPACING * 0.8 * (index as f64 + 0.5).sqrt();
                let angle = index as f64 * 2.399_963;
                (radius * angle.cos() + dx, radius * angle.sin() + dy)
            });
        }
        self.positions = places.into_iter().map(Option::unwrap_or_default).collect();
        self.velocities = vec![(0.0, 0.0); count];
        (self.keys, self.edges) = (keys, edges);
    }

    /// Moves all nodes by one step; whether they still move.
    pub fn step(&mut self) -> bool {
        if self.heat < 0.005 {
            return false;
        }
        let count = self.positions.len();
        let mut forces = vec![(0.0, 0.0); count];
        for a in 0..count {
            for b in a + 1..count {
                let (mut x, mut y) =
                    (self.positions[a].0 - self.positions[b].0, self.positions[a].1 - self.positions[b].1);
                let mut square = x * x + y * y;
                if square < 1e-6 {
                    // Two nodes in one place part in a direction of their own.
                    (x, y) = direction(self.keys[a] ^ self.keys[b].rotate_left(7) ^ a as u64);
                    square = 1.0;
                }
                // What is too near to be told apart is pushed more.
                let near = if square < SPACING * SPACING { 2.5 } else { 1.0 };
                let push = near * (SPACING * SPACING / square.max(100.0)).min(40.0);
                forces[a] = (forces[a].0 + x * push, forces[a].1 + y * push);
                forces[b] = (forces[b].0 - x * push, forces[b].1 - y * push);
            }
        }
        for (a, b) in &self.edges {
            let (x, y) =
                (self.positions[*a].0 - self.positions[*b].0, self.positions[*a].1 - self.positions[*b].1);
            let pull = x.hypot(y) / SPACING;
            forces[*a] = (forces[*a].0 - x * pull, forces[*a].1 - y * pull);
            forces[*b] = (forces[*b].0 + x * pull, forces[*b].1 + y * pull);
        }
        let limit = SPACING * 0.5 * self.heat;
        for ((position, velocity), (fx, fy)) in
            self.positions.iter_mut().zip(&mut self.velocities).zip(forces)
        {
            // All are drawn to the middle, so that parts without edges stay in sight; less sideways, as pictures are wide.
            let (fx, fy) = (fx - position.0 * 0.25, fy - position.1 * 0.45);
            let (vx, vy) = (velocity.0 * 0.4 + fx * 0.1, velocity.1 * 0.4 + fy * 0.1);
            let speed = vx.hypot(vy);
            let brake = if speed > limit { limit / speed } else { 1.0 };
            if speed.is_finite() {
                *velocity = (vx * brake, vy * brake);
                *position = (position.0 + velocity.0, position.1 + velocity.1);
            }
        }
        self.heat *= 0.975;
        true
    }

    /// Moves them until they rest, but at most this often.
    pub fn settle(&mut self, most_steps: usize) {
        for _ in 0..most_steps {
            if !self.step() {
                break;
            }
        }
    }

    /// Where the nodes are, in units of the layout, in the order in which they came.
    pub fn positions(&self) -> &[Point] {
        &self.positions
    }
}

fn hash(seed: u64, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    name.hash(&mut hasher);
    hasher.finish()
}

/// A direction that depends on all bits: the finaliser of `SplitMix64` (<https://prng.di.unimi.it/splitmix64.c>).
fn direction(key: u64) -> Point {
    let mut bits = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let angle = ((bits ^ (bits >> 31)) % 6_283) as f64 / 1000.0;
    (angle.cos(), angle.sin())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settled(names: &[&str], edges: &[(usize, usize)]) -> ForceLayout {
        let mut layout = ForceLayout::new(7);
        layout.set_graph(names.iter().copied(), edges);
        layout.settle(300);
        layout
    }

    fn distance(a: Point, b: Point) -> f64 {
        (a.0 - b.0).hypot(a.1 - b.1)
    }

    #[test]
    fn neighbours_are_nearer_than_strangers() {
        let layout = settled(&["a", "b", "c", "d"], &[(0, 1), (2, 3), (1, 2)]);
        let p = layout.positions();
        assert!(distance(p[0], p[1]) < distance(p[0], p[3]));
        assert!(distance(p[0], p[1]) > 20.0);
    }

    #[test]
    fn a_new_node_moves_the_others_little() {
        let names: Vec<String> = (0..30).map(|index| format!("node{index}")).collect();
        let mut edges: Vec<_> = (1..30).map(|index| (index / 2, index)).collect();
        let mut layout = settled(&names.iter().map(String::as_str).collect::<Vec<_>>(), &edges);
        let before = layout.positions().to_vec();
        edges.push((3, 30));
        layout.set_graph(names.iter().map(String::as_str).chain(["new"]), &edges);
        assert!(distance(layout.positions()[30], before[3]) < SPACING);
        layout.settle(300);
        let moved: f64 =
            before.iter().zip(layout.positions()).map(|(a, b)| distance(*a, *b)).sum::<f64>() / 30.0;
        assert!(moved < SPACING, "{moved}");
    }

    proptest! {
        #[test]
        fn layouts_are_finite_and_the_same_each_time(count in 0..40_usize, edges in proptest::collection::vec((0..45_usize, 0..45_usize), 0..60)) {
            let names: Vec<String> = (0..count).map(|index| format!("n{}", index / 2)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let layout = settled(&names, &edges);
            prop_assert!(layout.positions().iter().all(|(x, y)| x.is_finite() && y.is_finite()));
            let again = settled(&names, &edges);
            prop_assert_eq!(layout.positions(), again.positions());
        }
    }
}
