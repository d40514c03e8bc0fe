use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use watchfire_chart::{Edge, Node, NodeGraph};
use watchfire_dashboard::Panel;
use watchfire_model::Labels;

use super::Stage;
use crate::words::{Manner, Words};
use crate::{Prepared, Shown};

/// The labels that name the two ends of an edge.
const ENDS: [(&str, &str); 7] = [
    ("source", "target"),
    ("source", "destination"),
    ("src", "dst"),
    ("from", "to"),
    ("client", "server"),
    ("peer", "remote_peer"),
    ("node", "peer"),
];

/// The labels that name a node, the first that there is.
const NAMES: [&str; 8] = ["id", "node", "peer", "service", "name", "instance", "host", "job"];

/// Nodes and edges by name, for a layout.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The names of the nodes.
    pub nodes: Vec<String>,
    /// The edges, by the places of their ends.
    pub edges: Vec<(usize, usize)>,
    /// For each node the place of the series that tells its value.
    values: Vec<Option<usize>>,
    /// For each edge the place of its series.
    weights: Vec<usize>,
    /// How many nodes there are besides.
    pub(super) left_out: usize,
}

/// More can neither be laid out in time nor be read.
const MOST_NODES: usize = 400;

/// What a panel's series make: those with labels for two ends are edges, the others tell of nodes. A node needs no series of its
/// own.
pub fn graph(prepared: &Prepared) -> Graph {
    let mut graph = Graph::default();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut beyond: BTreeSet<String> = BTreeSet::new();
    let mut place = |graph: &mut Graph, name: &str| -> Option<usize> {
        if let Some(known) = places.get(name) {
            return Some(*known);
        }
        if graph.nodes.len() >= MOST_NODES {
            beyond.insert(name.to_owned());
            return None;
        }
        places.insert(name.to_owned(), graph.nodes.len());
        graph.nodes.push(name.to_owned());
        graph.values.push(None);
        Some(graph.nodes.len() - 1)
    };
    for (index, series) in prepared.series.iter().enumerate() {
        if let Some((one, other)) = ends(&series.labels) {
            if let (Some(one), Some(other)) = (place(&mut graph, one), place(&mut graph, other)) {
                graph.edges.push((one, other));
                graph.weights.push(index);
            }
        } else if let Some(node) = place(&mut graph, name(series)) {
            graph.values[node] = Some(index);
        }
    }
    graph.left_out = beyond.len();
    graph
}

fn ends(labels: &Labels) -> Option<(&str, &str)> {
    ENDS.iter().find_map(|(one, other)| Some((labels.get(one)?, labels.get(other)?)))
}

fn name(series: &Shown) -> &str {
    NAMES.iter().find_map(|name| series.labels.get(name)).unwrap_or(&series.name)
}

pub(super) fn node_graph<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'a>) -> NodeGraph<'a> {
    let reducer = panel.view.reduce.unwrap_or_default();
    let value = |index: usize| reducer.of(prepared.series[index].values.iter().copied()).unwrap_or(f64::NAN);
    let graph = graph(prepared);
    let words = |index: usize| {
        let series = &prepared.series[index];
        let manner = Manner {
            theme: stage.theme,
            index: 0,
            name: &series.name,
            extent: (series.field.min.unwrap_or(0.0), series.field.max.unwrap_or(100.0)),
            by_thresholds: true,
            utc_offset: stage.utc_offset,
            now: stage.now,
        };
        Words::of(&series.field, &manner)
    };
    let heaviest = graph
        .weights
        .iter()
        .map(|index| value(*index))
        .filter(|weight| weight.is_finite())
        .fold(0.0, f64::max);
    let edges = graph.edges.iter().zip(&graph.weights).map(|((from, to), index)| {
        let weight = value(*index);
        let said = words(*index).say(weight);
        // What is not known is thin; what carries most is thick.
        let share = if heaviest > 0.0 && weight.is_finite() {
            (weight / heaviest).clamp(0.0, 1.0).sqrt()
        } else {
            0.0
        };
        Edge {
            from: *from,
            to: *to,
            width: 1.0 + 4.0 * share,
            color: stage.theme.muted,
            text: Cow::Owned(said.text()),
        }
    });
    let nodes = graph.nodes.iter().zip(&graph.values).map(|(name, index)| {
        let said = index.map(|index| words(index).say(value(index)));
        let color = said.as_ref().map_or(stage.theme.info, |said| said.color);
        Node {
            name: Cow::Owned(name.clone()),
            value: Cow::Owned(said.as_ref().map(|said| said.number.clone()).unwrap_or_default()),
            detail: said.map(|said| said.unit).unwrap_or_default(),
            arcs: Cow::Owned(vec![(1.0, color)]),
            size: 1.0,
        }
    });
    NodeGraph {
        nodes: nodes.collect(),
        edges: edges.collect(),
        positions: Cow::Borrowed(stage.positions),
        arrows: true,
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::Grid;

    use super::*;

    fn series(labels: &[(&str, &str)], value: f64) -> Shown {
        Shown {
            query: 0,
            name: "x".to_owned(),
            labels: Labels::new(labels.iter().copied()).unwrap(),
            values: vec![value],
            envelope: None,
            field: watchfire_dashboard::Field::default(),
            earlier_of: None,
        }
    }

    fn prepared(series: Vec<Shown>) -> Prepared {
        Prepared { grid: Grid { start: 0, step: 1, len: 1 }, series, tables: Vec::new(), notes: Vec::new() }
    }

    #[test]
    fn nodes_that_are_too_many_are_counted() {
        let node = |index: usize| series(&[("node", index.to_string().as_str())], 1.0);
        let mut all: Vec<Shown> = (0..402).map(node).collect();
        // Each counts once.
        all.push(series(&[("source", "401"), ("target", "402")], 1.0));
        let graph = graph(&prepared(all));
        assert_eq!((graph.nodes.len(), graph.edges.len(), graph.left_out), (400, 0, 3));
    }

    #[test]
    fn labels_make_nodes_and_edges() {
        let graph = graph(&prepared(vec![
            series(&[("source", "a"), ("target", "b")], 4.0),
            series(&[("node", "b")], 7.0),
            series(&[("src", "b"), ("dst", "c")], 1.0),
        ]));
        assert_eq!(graph.left_out, 0);
        assert_eq!(graph.nodes, ["a", "b", "c"]);
        assert_eq!(graph.edges, [(0, 1), (1, 2)]);
        assert_eq!(graph.values, [None, Some(1), None]);
    }
}
