use std::collections::{BTreeMap, BTreeSet, HashMap};

use watchfire_model::Labels;

use super::escalate::Rounds;
use super::group::GroupId;
use crate::config::receiver::{EscalationConfig, Integration};
use crate::config::{Config, Period, Receiver};
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
    escalations: HashMap<String, Vec<EscalationConfig>>,
    /// Of receivers that have them, how often those are told again.
    rounds: HashMap<String, Rounds>,
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
        Self {
            schedules,
            tree: RouteTree::of(config),
            receivers: receivers.collect(),
            escalations: config
                .receivers
                .iter()
                .filter(|receiver| !receiver.escalation_configs.is_empty())
                .map(|receiver| (receiver.name.clone(), receiver.escalation_configs.clone()))
                .collect(),
            rounds: config
                .receivers
                .iter()
                .filter_map(|receiver| Some((receiver.name.clone(), rounds(receiver)?)))
                .collect(),
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
    pub(super) fn told_by(&self, step: &EscalationConfig, now: i64) -> Vec<(String, bool)> {
        let Some(schedule) = self.schedules.get(&step.schedule) else {
            return vec![(step.receiver.clone(), true)];
        };
        let on_call = schedule.on_call(now);
        let all = schedule.receivers().into_iter();
        all.map(|receiver| (receiver.to_owned(), on_call == Some(receiver))).collect()
    }

    /// The steps by which others are told of what nobody of a receiver looks after.
    pub fn escalations(&self, receiver: &str) -> &[EscalationConfig] {
        self.escalations.get(receiver).map_or(&[], Vec::as_slice)
    }

    /// How often the steps of a receiver are told again.
    pub(super) fn rounds(&self, receiver: &str) -> Rounds {
        self.rounds.get(receiver).copied().unwrap_or_default()
    }

    /// Who is ever told of what a receiver is told of: itself, and those of its steps.
    pub fn hearers<'a>(&'a self, receiver: &'a str) -> BTreeSet<&'a str> {
        let steps = self.escalations(receiver).iter();
        let of_step = |step: &'a EscalationConfig| match self.schedules.get(&step.schedule) {
            Some(schedule) => schedule.receivers(),
            None => BTreeSet::from([step.receiver.as_str()]),
        };
        steps.flat_map(of_step).chain([receiver]).collect()
    }

    /// Who would be told, by whom a route tells, of an alert that begins at `now` and that nobody looks after: the earliest first.
    pub fn expected(&self, route: RouteId, now: i64) -> Vec<ExpectedStep> {
        let options = self.tree.options(route);
        let (wait, rounds) = (options.group_wait.millis(), self.rounds(&options.receiver));
        let expected = |step: &EscalationConfig, round: i64| {
            let after = step.after.millis().saturating_add(rounds.every.saturating_mul(round));
            let told_after = after.max(wait);
            let schedule = self.schedules.get(&step.schedule);
            let receiver = match schedule {
                Some(schedule) => schedule.on_call(now.saturating_add(told_after)).map(str::to_owned),
                None => Some(step.receiver.clone()),
            };
            let schedule = schedule.map(|schedule| schedule.name().to_owned());
            ExpectedStep { after: Period(after), told_after: Period(told_after), schedule, receiver }
        };
        let of_step = |step| (0..=rounds.times).map(move |round| (step, round));
        let steps = self.escalations(&options.receiver).iter().flat_map(of_step);
        let mut steps: Vec<ExpectedStep> = steps.map(|(step, round)| expected(step, round)).collect();
        steps.sort_by_key(|step| step.told_after);
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

/// How often the steps of a receiver are told again, where they are.
fn rounds(receiver: &Receiver) -> Option<Rounds> {
    let repeat = receiver.escalation_repeat.as_ref()?;
    let last = receiver.escalation_configs.iter().map(|step| step.after.millis()).max();
    let every = Some(repeat.after.millis()).filter(|every| *every > 0).or(last)?;
    (every > 0).then_some(Rounds { times: i64::from(repeat.times), every })
}
