use watchfire_chart::{ForceLayout, Point};
use watchfire_dashboard::{Kind, Panel};
use watchfire_panel::{Prepared, graph};

/// Where the nodes of a panel's graph lie, from one picture to the next.
#[derive(Debug)]
pub struct GraphPlaces(ForceLayout);

impl Default for GraphPlaces {
    fn default() -> Self {
        // Any number: the same one gives the same picture each time.
        Self(ForceLayout::new(7))
    }
}

impl GraphPlaces {
    /// The places after one more step, and whether the nodes still move. Nothing for other kinds of panels.
    pub fn step(&mut self, panel: &Panel, prepared: &Prepared) -> (Vec<Point>, bool) {
        if panel.kind != Kind::NodeGraph {
            return (Vec::new(), false);
        }
        let graph = graph(prepared);
        let fresh = self.0.positions().is_empty();
        self.0.set_graph(graph.nodes.iter().map(String::as_str), &graph.edges);
        // The first picture is one that can be read; later changes are seen to move.
        if fresh {
            self.0.settle(200);
        }
        let moving = self.0.step();
        (self.0.positions().to_vec(), moving)
    }
}
