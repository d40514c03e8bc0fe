//! The routing tree as it is, and where an alert goes in it.

use watchfire_alerting::dispatch::ExpectedStep;
use watchfire_alerting::routing::Explanation;
use watchfire_alerting::{Config, Inhibition, MutedBy, Muting, Plan, RouteTree, Schedule};
use watchfire_model::Labels;

use super::Alertmanager;

/// Where an alert goes, and what keeps it from being told.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Its way through the tree.
    pub explanation: Explanation,
    /// For each route that takes it the time intervals for which that sends nothing now.
    pub intervals: Vec<Vec<String>>,
    /// For each of them who else would be told, and when, if nobody looks after it.
    pub escalations: Vec<Vec<ExpectedStep>>,
    /// What mutes it everywhere.
    pub muted_by: MutedBy,
}

impl Alertmanager {
    /// The routing tree of the configuration that counts.
    pub fn tree(&self) -> RouteTree {
        self.state().dispatcher.plan().tree().clone()
    }

    /// Who is on call, in the order of names.
    pub fn schedules(&self) -> Vec<Schedule> {
        self.state().dispatcher.plan().schedules().values().cloned().collect()
    }

    /// The same by another configuration, which nobody follows yet.
    pub fn explain_draft(&self, config: &Config, labels: &Labels, now: i64) -> Explained {
        let state = self.state();
        let mut inhibition = Inhibition::new(&config.inhibit_rules);
        state.dispatcher.alerts().for_each(|alert| inhibition.update(alert));
        let muting = Muting::new(&state.silences, &inhibition, &state.windows, now);
        explained(&Plan::new(config), muting.muted_by(labels), labels, now)
    }

    /// Where an alert with these labels would go at `now`, milliseconds since the epoch, and why.
    pub fn explain(&self, labels: &Labels, now: i64) -> Explained {
        let state = self.state();
        let muting = Muting::new(&state.silences, &state.inhibition, &state.windows, now);
        explained(state.dispatcher.plan(), muting.muted_by(labels), labels, now)
    }
}

fn explained(plan: &Plan, muted_by: MutedBy, labels: &Labels, now: i64) -> Explained {
    let explanation = plan.tree().explain(labels);
    let of = |route| plan.muted_by(route, now).into_iter().map(str::to_owned).collect();
    let intervals = explanation.taken.iter().map(|taken| of(taken.route)).collect();
    let escalations = explanation.taken.iter().map(|taken| plan.expected(taken.route, now)).collect();
    Explained { explanation, intervals, escalations, muted_by }
}
