//! Data for a look at Watchfire without anything to watch: a small fleet of hosts, HTTP services, a mesh of nodes that agree
//! on things, the training of models, a service that answers from documents, agents ([`Demo`]); and the bodies of requests
//! that carry it ([`encode`]).
//!
//! No IO and no clock: what a model says follows from its seed and the times that it is asked for. About every ten minutes
//! something goes wrong everywhere at once, so that the dashboards have something to show.

mod distribution;
pub mod encode;
mod incident;
mod models;
mod moment;
mod reading;

use models::{Agents, Consensus, Fleet, Learning, Mesh, Rag, Web};
use moment::Moment;
pub use reading::{Reading, Sending, Value, Way};

/// What the demo is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The same seed and the same times give the same data.
    pub seed: u64,
    /// Hosts with a `node_exporter`, 1 to [`MOST_HOSTS`].
    pub hosts: usize,
}

/// More hosts than anyone looks at; each is about 40 series.
pub const MOST_HOSTS: usize = 500;

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 1, hosts: 8 }
    }
}

/// The label that all series bear, to find and delete them by.
pub const LABEL: (&str, &str) = ("demo", "true");

/// How long the first step counts, in milliseconds: there is none before it.
const FIRST_STEP: i64 = 15_000;

/// Everything that is watched, as it is at one time.
#[derive(Debug)]
pub struct Demo {
    seed: u64,
    last: Option<i64>,
    fleet: Fleet,
    web: Web,
    mesh: Mesh,
    consensus: Consensus,
    learning: Learning,
    rag: Rag,
    agents: Agents,
}

impl Demo {
    /// One whose counters stand at zero.
    pub fn new(settings: Settings) -> Self {
        let Settings { seed, hosts } = settings;
        Self {
            seed,
            last: None,
            fleet: Fleet::new(seed, hosts.clamp(1, MOST_HOSTS)),
            web: Web::new(),
            mesh: Mesh::new(),
            consensus: Consensus::new(),
            learning: Learning::new(),
            rag: Rag::new(),
            agents: Agents::new(),
        }
    }

    /// Goes on to a time (milliseconds since the epoch) and says what is to be seen then. A time that is not after the one
    /// before lets nothing happen: counters stay.
    pub fn step(&mut self, at: i64) -> Vec<Sending> {
        let before = *self.last.get_or_insert(at - FIRST_STEP);
        self.last = Some(at.max(before));
        let moment = Moment::new(self.seed, at, (at - before).max(0));
        let mut all = Vec::new();
        self.fleet.step(&moment, &mut all);
        self.web.step(&moment, &mut all);
        self.mesh.step(&moment, &mut all);
        self.consensus.step(&moment, &mut all);
        self.learning.step(&moment, &mut all);
        self.rag.step(&moment, &mut all);
        self.agents.step(&moment, &mut all);
        all
    }
}
