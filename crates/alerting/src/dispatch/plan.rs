use std::collections::{BTreeMap, BTreeSet, HashMap};

use watchfire_model::Labels;

use super::group::GroupId;
use super::steps::{Escalation, Step};
use crate::config::receiver::Integration;
use crate::config::{Config, Period};
use crate::routing::{RouteId, RouteTree};
use crate::schedule::Schedule;
use crate::time_interval::TimeInterval;

/// What a dispatcher goes by: of a configuration the routes, the channels of receivers and the time intervals.
#[derive(Clone, Debug)]
pub struct Plan {
    tree: RouteTree,
    /// The channels of each receiver, each with whether it tells what is resolved.
    receivers: HashMap<String, Vec<(Integration, bool)>>,
    /// Of receivers that have them, the steps by which others are told.
    escalations: HashMap<String, Escalation>,
    /// Policies by their names, which count in place of those where a route refers to one.
    policies: HashMap<String, Escalation>,
    schedules: BTreeMap<String, Schedule>,
    intervals: BTreeMap<String, Vec<TimeInterval>>,
    resolve_timeout: i64,
}

/// A step by which somebody else would be told of an alert that nobody looks after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedStep {
    /// After how long, as it is configured; of a round that repeats the steps with the time until that.
    pub after: Period,
    /// After how long it comes to that: not before the group is told of at all (`group_wait`). Counted, as `after`, from when the alert
    /// began, where it is the first of its group.
    pub told_after: Period,
    /// The schedule that says who.
    pub schedule: Option<String>,
    /// Who; `None` where nobody is on call then.
    pub receiver: Option<String>,
}

impl Plan {
    /// Of a configuration that was read without a problem.
    pub fn new(config: &Config) -> Self {
        let receivers =
            config.receivers.iter().map(|receiver| (receiver.name.clone(), receiver.integrations()));
        let intervals =
            config.intervals().into_iter().map(|(name, intervals)| (name.to_owned(), intervals.to_vec()));
        let known = config.intervals();
        let schedules = config.schedules.iter();
        let schedules =
            schedules.map(|schedule| (schedule.name.clone(), Schedule::new(schedule, &known))).collect();
        let policies = config.escalation_policies.iter();
        let policies: HashMap<String, Escalation> =
            policies.map(|policy| (policy.name.clone(), Escalation::of_policy(policy))).collect();
        let escalations = config.receivers.iter().map(|receiver| {
            let policy = policies.get(&receiver.escalation_policy).cloned();
            (receiver.name.clone(), policy.unwrap_or_else(|| Escalation::of_receiver(receiver)))
        });
        Self {
            schedules,
            tree: RouteTree::of(config),
            receivers: receivers.collect(),
            escalations: escalations.filter(|(_, escalation)| !escalation.steps.is_empty()).collect(),
            policies,
            intervals: intervals.collect(),
            resolve_timeout: config.global.resolve_timeout.millis(),
        }
    }

    /// The routes.
    pub fn tree(&self) -> &RouteTree {
        &self.tree
    }

    /// How long an alert without an end counts as firing, in milliseconds.
    pub fn resolve_timeout(&self) -> i64 {
        self.resolve_timeout
    }

    /// The channels of a receiver, each with whether it tells what is resolved.
    pub(super) fn channels(&self, receiver: &str) -> &[(Integration, bool)] {
        self.receivers.get(receiver).map_or(&[], Vec::as_slice)
    }

    /// Who is on call, by name.
    pub fn schedules(&self) -> &BTreeMap<String, Schedule> {
        &self.schedules
    }

    /// Who is told by a step at `now`, each with whether new alerts are told: who was on call hears of the end alone.
    pub(super) fn told_by(&self, step: &Step, now: i64) -> Vec<(String, bool)> {
        let mut told: Vec<(String, bool)> = step.receivers.iter().map(|name| (name.clone(), true)).collect();
        if let Some(schedule) = self.schedule_of(step) {
            let on_call = schedule.on_call(now);
            let all = schedule.receivers().into_iter();
            told.extend(all.map(|receiver| (receiver.to_owned(), on_call == Some(receiver))));
        }
        told
    }

    fn schedule_of(&self, step: &Step) -> Option<&Schedule> {
        step.schedule.as_ref().and_then(|name| self.schedules.get(name))
    }

    /// The steps by which others are told of what a route takes and nobody looks after: those of the policy that it refers to, or else
    /// those of its receiver.
    pub(super) fn escalation(&self, route: RouteId) -> &Escalation {
        let options = self.tree.options(route);
        let found = match &options.escalation_policy {
            Some(policy) => self.policies.get(policy),
            None => self.escalations.get(&options.receiver),
        };
        found.unwrap_or(Escalation::NONE)
    }

    /// The name of the policy by which others are told of what a route takes; `None` where steps have no name, or there are none.
    pub fn policy(&self, route: RouteId) -> Option<&str> {
        self.escalation(route).policy.as_deref()
    }

    /// Who is ever told of an alert with these labels by a route: its receiver, and those of the steps that are about such an alert.
    pub fn hearers(&self, route: RouteId, labels: &Labels) -> BTreeSet<&str> {
        let mut found = BTreeSet::from([self.tree.options(route).receiver.as_str()]);
        for step in self.escalation(route).steps_for(labels) {
            found.extend(step.receivers.iter().map(String::as_str));
            found.extend(self.schedule_of(step).into_iter().flat_map(Schedule::receivers));
        }
        found
    }

    /// Who would be told, by whom a route tells, of an alert with these labels that begins at `now` and that nobody looks after: the
    /// earliest first.
    pub fn expected(&self, route: RouteId, labels: &Labels, now: i64) -> Vec<ExpectedStep> {
        let (wait, escalation) = (self.tree.options(route).group_wait.millis(), self.escalation(route));
        let rounds = escalation.rounds;
        let mut steps = Vec::new();
        for step in escalation.steps_for(labels) {
            for round in 0..=rounds.times {
                let after = step.after.saturating_add(rounds.every.saturating_mul(round));
                let told_after = after.max(wait);
                let expected = |schedule: Option<String>, receiver: Option<String>| ExpectedStep {
                    after: Period(after),
                    told_after: Period(told_after),
                    schedule,
                    receiver,
                };
                steps.extend(step.receivers.iter().map(|name| expected(None, Some(name.clone()))));
                if let Some(schedule) = self.schedule_of(step) {
                    let receiver = schedule.on_call(now.saturating_add(told_after)).map(str::to_owned);
                    steps.push(expected(Some(schedule.name().to_owned()), receiver));
                }
            }
        }
        steps.sort_by_key(|step| step.told_after);
        // Who is named by a step and on call as well is told once.
        let mut told = BTreeSet::new();
        steps.retain(|step| {
            step.receiver.as_ref().is_none_or(|name| told.insert((step.told_after.millis(), name.clone())))
        });
        steps
    }

    /// The groups that an alert with these labels belongs to, each once.
    pub(super) fn groups(&self, labels: &Labels) -> Vec<GroupId> {
        let routes = self.tree.matching(labels).into_iter();
        routes
            .map(|route| GroupId { route, labels: self.tree.options(route).group_by.labels(labels) })
            .collect()
    }

    /// The time intervals for which a route sends nothing at `at`, milliseconds since the epoch: those that mute it then;
    /// or all in which it is active, where it is none of them. Empty where it sends.
    pub fn muted_by(&self, route: RouteId, at: i64) -> Vec<&str> {
        let options = self.tree.options(route);
        let contains = |name: &&String| {
            self.intervals
                .get(*name)
                .is_some_and(|intervals| intervals.iter().any(|interval| interval.contains(at)))
        };
        let active = &options.active_time_intervals;
        if !active.is_empty() && !active.iter().any(|name| contains(&name)) {
            return active.iter().map(String::as_str).collect();
        }
        options.mute_time_intervals.iter().filter(contains).map(String::as_str).collect()
    }
}
