use std::borrow::Cow;
use std::f64::consts::TAU;

use crate::picture::Picture;
use crate::surface::metrics::{fitted, text_width};
use crate::surface::shapes::{ring, rounded};
use crate::surface::{Anchor, Ink, Point, Rect, Stroke, Surface, TextStyle};
use crate::{Rgba, Theme};

/// Nodes, and edges between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeGraph<'a> {
    /// The nodes.
    pub nodes: Vec<Node<'a>>,
    /// The edges.
    pub edges: Vec<Edge<'a>>,
    /// Where the nodes lie, in any unit: those of a [`ForceLayout`](crate::ForceLayout). Nodes beyond its end are not drawn.
    pub positions: Cow<'a, [Point]>,
    /// Whether edges end with arrows.
    pub arrows: bool,
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'a> {
    /// What stands below it.
    pub name: Cow<'a, str>,
    /// What stands in it.
    pub value: Cow<'a, str>,
    /// What stands in it below, smaller.
    pub detail: Cow<'a, str>,
    /// The parts of its ring: shares of a whole, and their colours.
    pub arcs: Cow<'a, [(f64, Rgba)]>,
    /// How large it is; 1 as usual.
    pub size: f64,
}

/// An edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge<'a> {
    /// The node where it begins, by its place.
    pub from: usize,
    /// The node where it ends, by its place.
    pub to: usize,
    /// Its width in CSS pixels.
    pub width: f64,
    /// Its colour.
    pub color: Rgba,
    /// What stands at its middle.
    pub text: Cow<'a, str>,
}

/// A node's radius in CSS pixels where there is room.
const RADIUS: f64 = 26.0;

/// The distance to the nearest neighbour that four of five nodes have at least.
fn usual_distance(centers: &[Point]) -> f64 {
    // Of more nodes than this no picture is made to be read.
    const MOST: usize = 600;
    if centers.len() < 2 || centers.len() > MOST {
        return f64::MAX;
    }
    let mut nearest = vec![f64::MAX; centers.len()];
    for (a, from) in centers.iter().enumerate() {
        for (b, to) in centers.iter().enumerate().skip(a + 1) {
            let distance = (from.0 - to.0).hypot(from.1 - to.1);
            nearest[a] = nearest[a].min(distance);
            nearest[b] = nearest[b].min(distance);
        }
    }
    let fifth = nearest.len() / 5;
    *nearest.select_nth_unstable_by(fifth, f64::total_cmp).1
}

struct Placed {
    centers: Vec<Point>,
    /// CSS pixels for a radius of 1.
    radius: f64,
}

impl NodeGraph<'_> {
    fn placed(&self, area: Rect) -> Placed {
        let count = self.nodes.len().min(self.positions.len());
        let points = &self.positions[..count];
        let finite = |value: f64| if value.is_finite() { value.clamp(-1e9, 1e9) } else { 0.0 };
        let bound = |of: fn(&Point) -> f64| {
            let values = points.iter().map(|point| finite(of(point)));
            values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
        };
        let ((left, right), (top, bottom)) = (bound(|point| point.0), bound(|point| point.1));
        // Circles get smaller where many share the room.
        let each = (area.width * area.height / count.max(1) as f64).sqrt();
        let radius = (each * 0.17).clamp(3.0, RADIUS);
        let margin = radius * 1.4;
        let inside = area.shrunk(margin + radius, margin, margin + radius, margin + radius * 0.9);
        let (wide, high) =
            (inside.width / (right - left).max(1e-9), inside.height / (bottom - top).max(1e-9));
        // A wide picture is filled by a wider layout, but not distorted; few nodes need not fill a large one.
        let most = radius * 0.065;
        let (fit_x, fit_y) = (wide.min(high * 1.7).min(most), high.min(wide * 1.7).min(most));
        let (cx, cy) = inside.center();
        let place = |point: &Point| {
            (
                cx + (finite(point.0) - f64::midpoint(left, right)) * fit_x,
                cy + (finite(point.1) - f64::midpoint(top, bottom)) * fit_y,
            )
        };
        let centers: Vec<Point> = points.iter().map(place).collect();
        let radius = radius.min(usual_distance(&centers) / 2.6).max(3.0);
        Placed { centers, radius }
    }

    fn radius(&self, node: usize, placed: &Placed) -> f64 {
        let size = self.nodes[node].size;
        placed.radius * if size.is_finite() { size.clamp(0.4, 2.5) } else { 1.0 }
    }

    /// Where the nodes are drawn: their middles and radii.
    pub fn circles(&self, area: Rect) -> Vec<(Point, f64)> {
        let placed = self.placed(area);
        placed.centers.iter().enumerate().map(|(node, at)| (*at, self.radius(node, &placed))).collect()
    }

    /// Which node is under a place.
    pub fn node_at(&self, area: Rect, point: Point) -> Option<usize> {
        let circles = self.circles(area);
        // Those drawn later lie above.
        circles.iter().rposition(|((x, y), radius)| (x - point.0).hypot(y - point.1) <= *radius)
    }

    /// Which edge is within four pixels of a place.
    pub fn edge_at(&self, area: Rect, point: Point) -> Option<usize> {
        let placed = self.placed(area);
        self.edges.iter().rposition(|edge| {
            let (Some(from), Some(to)) = (placed.centers.get(edge.from), placed.centers.get(edge.to)) else {
                return false;
            };
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = dx * dx + dy * dy;
            let share = ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / length;
            length > 0.0
                && (0.0..=1.0).contains(&share)
                && (from.0 + dx * share - point.0).hypot(from.1 + dy * share - point.1) <= 4.0
        })
    }
}

impl Picture for NodeGraph<'_> {
    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        if area.width < 8.0 || area.height < 8.0 {
            return;
        }
        let placed = self.placed(area);
        for edge in &self.edges {
            self.edge(surface, edge, &placed);
        }
        for (node, center) in placed.centers.iter().enumerate() {
            self.node(surface, node, *center, self.radius(node, &placed), theme);
        }
        self.names(surface, &placed, theme);
    }
}

impl NodeGraph<'_> {
    /// Names of nodes and then of edges, above all circles, those left out that would lie on others.
    fn names(&self, surface: &mut dyn Surface, placed: &Placed, theme: &Theme) {
        if placed.radius < 7.0 {
            return;
        }
        let mut taken: Vec<Rect> = Vec::new();
        let mut write = |at: Point, text: &str, style: &TextStyle| {
            let width = text_width(text, style.size, false) + 4.0;
            let place = Rect::new(at.0 - width / 2.0, at.1 - style.size * 0.6, width, style.size * 1.2);
            let free = |other: &Rect| {
                let common = place.common(other);
                common.width <= 0.0 || common.height <= 0.0
            };
            if !text.is_empty() && taken.iter().all(free) {
                rounded(surface, place, 3.0, theme.surface.faded(0.75));
                surface.text(at, text, style);
                taken.push(place);
            }
        };
        let size = (placed.radius * 0.46).clamp(8.0, 12.0);
        let style = TextStyle::new(size, Ink::Text).anchored(Anchor::Middle);
        for (node, (x, y)) in placed.centers.iter().enumerate() {
            let radius = self.radius(node, placed);
            let name = fitted(&self.nodes[node].name, size, false, (placed.radius * 4.4).max(76.0));
            write((*x, y + radius + size * 0.85), &name, &style);
        }
        let style =
            TextStyle::new((placed.radius * 0.4).clamp(8.0, 11.0), Ink::Muted).anchored(Anchor::Middle);
        for edge in &self.edges {
            if let Some((start, tip)) = self.ends(edge, placed)
                && (start.0 - tip.0).hypot(start.1 - tip.1) >= style.size * 2.4
            {
                let middle = (f64::midpoint(start.0, tip.0), f64::midpoint(start.1, tip.1));
                write(middle, &edge.text, &style);
            }
        }
    }

    /// Where the line of an edge begins and ends: at the circles of its nodes.
    fn ends(&self, edge: &Edge<'_>, placed: &Placed) -> Option<(Point, Point)> {
        let (from, to) = (placed.centers.get(edge.from)?, placed.centers.get(edge.to)?);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let (begin, end) = (self.radius(edge.from, placed), self.radius(edge.to, placed) + 2.0);
        if length <= begin + end {
            return None;
        }
        let (ux, uy) = (dx / length, dy / length);
        Some(((from.0 + ux * begin, from.1 + uy * begin), (to.0 - ux * end, to.1 - uy * end)))
    }

    fn edge(&self, surface: &mut dyn Surface, edge: &Edge<'_>, placed: &Placed) {
        let Some((start, tip)) = self.ends(edge, placed) else { return };
        let (dx, dy) = (tip.0 - start.0, tip.1 - start.1);
        let length = dx.hypot(dy).max(1e-9);
        let (ux, uy) = (dx / length, dy / length);
        let width = if edge.width.is_finite() { edge.width.clamp(0.5, 12.0) } else { 1.0 };
        let head = if self.arrows { (3.0 + width * 2.0).min(placed.radius * 0.9).min(length) } else { 0.0 };
        let neck = (tip.0 - ux * head, tip.1 - uy * head);
        surface.line(&[start, neck], &Stroke::solid(edge.color, width));
        if self.arrows {
            let (sx, sy) = (-uy * head * 0.5, ux * head * 0.5);
            surface.polygon(&[tip, (neck.0 + sx, neck.1 + sy), (neck.0 - sx, neck.1 - sy)], edge.color);
        }
    }

    fn node(&self, surface: &mut dyn Surface, node: usize, center: Point, radius: f64, theme: &Theme) {
        let node = &self.nodes[node];
        let width = (radius * 0.16).max(1.5);
        surface.circle(center, radius, theme.surface);
        surface.circle(center, radius, theme.grid);
        let share = |share: f64| if share.is_finite() { share.max(0.0) } else { 0.0 };
        let total: f64 = node.arcs.iter().map(|(part, _)| share(*part)).sum();
        let mut angle = 0.0;
        let mut points = Vec::new();
        for (part, color) in node.arcs.iter() {
            let turn = share(*part) / total * TAU;
            if turn > 0.0 && turn.is_finite() {
                points.clear();
                ring(&mut points, center, radius - width, radius, angle, angle + turn);
                surface.polygon(&points, *color);
                angle += turn;
            }
        }
        let room = (radius - width) * 1.75;
        let size = (radius * 0.4).clamp(6.0, 13.0);
        if radius < 15.0 {
            return;
        }
        let two = !node.detail.is_empty();
        let style = TextStyle::new(size, Ink::Text).bold().anchored(Anchor::Middle);
        let y = if two { center.1 - size * 0.5 } else { center.1 };
        surface.text((center.0, y), &fitted(&node.value, size, true, room), &style);
        if two {
            let style = TextStyle::new(size * 0.85, Ink::Muted).anchored(Anchor::Middle);
            let text = fitted(&node.detail, size * 0.85, false, room);
            surface.text((center.0, center.1 + size * 0.65), &text, &style);
        }
    }
}
