use super::{NODES, kind};
use crate::distribution::Distribution;
use crate::moment::Moment;
use crate::reading::{Sending, Way};

const BOUNDS: &[f64] = &[1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0];

/// Nodes in a ring with some ways across.
#[derive(Debug)]
pub(crate) struct Mesh {
    connections: Vec<Distribution>,
}

/// The places of the peers of a node: its neighbours in the ring, and the one across.
fn peers(node: usize) -> impl Iterator<Item = usize> {
    let count = NODES.len();
    let across = (node * 4 + 3) % count;
    let all = [(node + 1) % count, (node + count - 1) % count, (node + 2) % count, across];
    let mut seen = [false; NODES.len()];
    all.into_iter().filter(move |peer| *peer != node && !std::mem::replace(&mut seen[*peer], true))
}

impl Mesh {
    pub(crate) fn new() -> Self {
        Self { connections: (0..NODES.len()).map(|node| Distribution::new(BOUNDS, node as u64)).collect() }
    }

    pub(crate) fn step(&mut self, moment: &Moment, all: &mut Vec<Sending>) {
        let hit = |node: usize| moment.incident.severity_of(kind::NODE, node, NODES.len());
        let load = 0.6 + 0.4 * moment.day();
        for (node, (name, connections)) in NODES.iter().zip(&mut self.connections).enumerate() {
            let trouble = hit(node);
            let mut out = Sending::new(Way::Push, "demo-mesh", format!("{name}:7000"), moment.at);
            let label = [("node", *name)];
            let (mut bandwidth, mut linked) = (0.0, 0);
            for peer in peers(node) {
                let key = (300 + node * 20 + peer) as u64;
                let cut = trouble.max(hit(peer));
                let bytes = 180_000.0 * load * (1.2 + moment.noise(key, 45.0)) * (1.0 - 0.97 * cut);
                bandwidth += bytes;
                linked += usize::from(cut < 0.6);
                let labels = [("source", *name), ("target", NODES[peer])];
                out.gauge("mesh_link_bytes_per_second", &labels, bytes.round());
            }
            out.gauge("mesh_peer_count", &label, linked as f64);
            out.gauge("mesh_bandwidth_bytes_per_second", &label, bandwidth.round());
            let messages = bandwidth / 900.0 * (1.0 + 0.05 * moment.noise(350 + node as u64, 10.0));
            out.gauge("mesh_messages_per_second", &label, (messages * 10.0).round() / 10.0);
            connections.add(moment.elapsed * (0.12 + 2.5 * trouble), 240.0 / (1.0 + 25.0 * trouble), 1.1);
            out.push("mesh_connection_duration_seconds", &label, connections.value());
            all.push(out);
        }
    }
}
