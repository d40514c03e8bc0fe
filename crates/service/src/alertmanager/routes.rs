//! The routing tree as it is, and where an alert goes in it.

use std::sync::Arc;

use watchfire_alerting::alert::is_made_up;
use watchfire_alerting::dispatch::ExpectedStep;
use watchfire_alerting::routing::Explanation;
use watchfire_alerting::{Alert, Config, Inhibition, MutedBy, Muting, Plan, RouteTree, Schedule, Silence};
use watchfire_model::Labels;

use super::Alertmanager;
use super::state::{DEMO, State};

/// Where an alert goes, and what keeps it from being told.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Its way through the tree.
    pub explanation: Explanation,
    /// For each route that takes it the time intervals for which that sends nothing now.
    pub intervals: Vec<Vec<String>>,
    /// For each of them who else would be told, and when, if nobody looks after it.
    pub escalations: Vec<Vec<ExpectedStep>>,
    /// For each of them the policy that says so, where one does.
    pub policies: Vec<Option<String>>,
    /// What mutes it everywhere.
    pub muted_by: MutedBy,
    /// The silences among that.
    pub silences: Vec<Silence>,
    /// The alerts by which it is inhibited.
    pub inhibiting: Vec<Arc<Alert>>,
    /// What people call the maintenance window.
    pub window: Option<String>,
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
        explained(&state, &Plan::new(config), &inhibition, labels, now)
    }

    /// Where an alert with these labels would go at `now`, milliseconds since the epoch, and why.
    pub fn explain(&self, labels: &Labels, now: i64) -> Explained {
        let state = self.state();
        explained(&state, state.dispatcher.plan(), &state.inhibition, labels, now)
    }
}

fn explained(state: &State, plan: &Plan, inhibition: &Inhibition, labels: &Labels, now: i64) -> Explained {
    let explanation = plan.tree().explain(labels);
    let of = |route| plan.muted_by(route, now).into_iter().map(str::to_owned).collect();
    let taken = || explanation.taken.iter().map(|taken| taken.route);
    let intervals = taken().map(of).collect();
    let escalations = taken().map(|route| plan.expected(route, labels, now)).collect();
    let policies = taken().map(|route| plan.policy(route).map(str::to_owned)).collect();
    let mut muted_by = Muting::new(&state.silences, inhibition, &state.windows, now).muted_by(labels);
    if !state.tells_of_demo && is_made_up(labels) {
        muted_by.maintained_by.get_or_insert_with(|| DEMO.to_owned());
    }
    let silences = muted_by.silenced_by.iter().filter_map(|id| state.silences.get(id).cloned()).collect();
    let inhibiting = muted_by.inhibited_by.iter().filter_map(|of| state.dispatcher.alert(*of).cloned());
    let inhibiting = inhibiting.collect();
    let window = state.windows.iter().find(|window| Some(&window.id) == muted_by.maintained_by.as_ref());
    let window = window.map(|window| window.name.clone());
    Explained { explanation, intervals, escalations, policies, muted_by, silences, inhibiting, window }
}
