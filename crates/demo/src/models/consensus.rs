use super::{NODES, kind};
use crate::distribution::Distribution;
use crate::moment::Moment;
use crate::reading::{Sending, Way};

const BOUNDS: &[f64] = &[0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0];

/// Rounds of agreement between the nodes of the mesh.
#[derive(Debug)]
pub(crate) struct Consensus {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    rounds: Distribution,
    elections: f64,
}

impl Consensus {
    pub(crate) fn new() -> Self {
        let node = |place| Node { rounds: Distribution::new(BOUNDS, place), elections: 0.0 };
        Self { nodes: (0..NODES.len() as u64).map(node).collect() }
    }

    pub(crate) fn step(&mut self, moment: &Moment, all: &mut Vec<Sending>) {
        let incident = &moment.incident;
        // It is seen to lie once enough of its votes contradict each other.
        let byzantine = if incident.severity > 0.5 { 1.0 } else { 0.0 };
        for (place, (name, node)) in NODES.iter().zip(&mut self.nodes).enumerate() {
            let key = 400 + place as u64;
            let own = incident.severity_of(kind::NODE, place, NODES.len());
            let all_of_them = incident.severity;
            let slow = 1.0 + 0.2 * moment.noise(key, 40.0) + 3.5 * all_of_them;
            node.rounds.add(
                moment.elapsed * 0.5 * (1.0 - 0.5 * all_of_them),
                0.16 * slow,
                0.4 + 0.3 * all_of_them,
            );
            node.elections += moment.elapsed * (0.0002 + 0.01 * all_of_them * (1.0 - own));
            let votes = 0.988 + 0.008 * moment.noise(key + 5000, 25.0) - 0.05 * all_of_them - 0.4 * own;
            let mut out = Sending::new(Way::Push, "demo-consensus", format!("{name}:7001"), moment.at);
            let label = [("node", *name)];
            out.push("consensus_round_duration_seconds", &label, node.rounds.value());
            out.gauge("consensus_vote_success_rate", &label, votes.clamp(0.0, 1.0));
            out.counter("consensus_leader_elections_total", &label, node.elections.floor());
            out.gauge("consensus_byzantine_nodes_detected", &label, byzantine);
            all.push(out);
        }
    }
}
