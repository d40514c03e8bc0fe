//! Who else is told of what nobody looks after: the steps of receivers and those of policies, in one form.

use watchfire_model::Labels;

use super::escalate::Rounds;
use crate::config::receiver::{EscalationConfig, EscalationRepeat};
use crate::config::{EscalationPolicy, PolicyStep, Receiver};
use crate::matcher::Matchers;

/// The label that severities of a step are compared with.
const SEVERITY: &str = "severity";

/// Steps by which others are told, and how often those are told again.
#[derive(Clone, Debug)]
pub(super) struct Escalation {
    /// The policy that says so; `None` where the receiver itself does.
    pub(super) policy: Option<String>,
    pub(super) steps: Vec<Step>,
    pub(super) rounds: Rounds,
}

/// A step by which others are told.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// After how many milliseconds in which people could hear of an alert.
    pub(super) after: i64,
    pub(super) receivers: Vec<String>,
    /// The name of a schedule; whoever is on call by it is told, too.
    pub(super) schedule: Option<String>,
    /// None for all.
    severities: Vec<String>,
    matchers: Matchers,
}

impl Escalation {
    /// Without steps.
    pub(super) const NONE: &'static Self =
        &Self { policy: None, steps: Vec::new(), rounds: Rounds { times: 0, every: 0 } };

    /// What a receiver says itself.
    pub(super) fn of_receiver(receiver: &Receiver) -> Self {
        let steps = receiver.escalation_configs.iter().map(Step::of_receiver).collect();
        Self::new(None, steps, receiver.escalation_repeat.as_ref())
    }

    pub(super) fn of_policy(policy: &EscalationPolicy) -> Self {
        let steps = policy.steps.iter().map(Step::of_policy).collect();
        Self::new(Some(policy.name.clone()), steps, policy.repeat.as_ref())
    }

    fn new(policy: Option<String>, steps: Vec<Step>, repeat: Option<&EscalationRepeat>) -> Self {
        let rounds = repeat.map_or_else(Rounds::default, |repeat| {
            let last = steps.iter().map(|step| step.after).max().unwrap_or_default();
            let every = Some(repeat.after.millis()).filter(|every| *every > 0).unwrap_or(last);
            let times = if every > 0 { i64::from(repeat.times) } else { 0 };
            Rounds { times, every }
        });
        Self { policy, steps, rounds }
    }

    /// The steps that are about an alert with these labels.
    pub(super) fn steps_for<'a>(&'a self, labels: &Labels) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().filter(move |step| step.is_for(labels))
    }
}

impl Step {
    fn of_receiver(step: &EscalationConfig) -> Self {
        let given = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
        Self {
            after: step.after.millis(),
            receivers: given(&step.receiver).into_iter().collect(),
            schedule: given(&step.schedule),
            severities: Vec::new(),
            matchers: Matchers::default(),
        }
    }

    fn of_policy(step: &PolicyStep) -> Self {
        Self {
            after: step.after.millis(),
            receivers: step.receivers.clone(),
            schedule: Some(step.schedule.clone()).filter(|name| !name.is_empty()),
            severities: step.severities.clone(),
            matchers: step.conditions(),
        }
    }

    /// Whether it is about an alert with these labels.
    pub(super) fn is_for(&self, labels: &Labels) -> bool {
        let severity = labels.get(SEVERITY).unwrap_or_default();
        (self.severities.is_empty() || self.severities.iter().any(|known| known == severity))
            && self.matchers.matches(labels)
    }
}
