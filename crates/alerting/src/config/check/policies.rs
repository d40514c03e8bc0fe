//! Policies of escalation, and who refers to them.

use std::collections::HashMap;

use super::Checker;
use super::receivers::repeat;
use super::route::{conditions, unknown};
use crate::config::read::Node;
use crate::config::{Config, EscalationPolicy, PolicyStep, Receiver, Route};

/// Severities that Watchfire's own forms offer. Others are as good, but one that is almost one of these is a slip.
const SEVERITIES: [&str; 4] = ["info", "warning", "high", "critical"];

pub(super) fn check(config: &Config, root: &Node, checker: &mut Checker<'_>) {
    let mut names: HashMap<&str, u32> = HashMap::new();
    for (policy, node) in config.escalation_policies.iter().zip(root.get("escalation_policies").items()) {
        let place = node.place_of("name");
        if policy.name.is_empty() {
            checker.problem(place, "the escalation policy has no name; give it one");
        } else if let Some(line) = names.get(policy.name.as_str()) {
            let name = &policy.name;
            let reason =
                format!("the escalation policy {name:?} is there already, in line {line}; rename one");
            checker.problem(place, reason);
        } else {
            names.insert(&policy.name, place.line);
            if !is_used(config, &policy.name) {
                checker.note(place, "no receiver and no route refers to it by escalation_policy");
            }
        }
        steps(config, policy, node, checker);
    }
    for (receiver, node) in config.receivers.iter().zip(root.get("receivers").items()) {
        of_receiver(config, receiver, node, checker);
    }
    of_route(config, &config.route, root.get("route"), checker);
}

fn is_used(config: &Config, name: &str) -> bool {
    fn names(route: &Route, name: &str) -> bool {
        route.escalation_policy == name || route.routes.iter().any(|route| names(route, name))
    }
    config.receivers.iter().any(|receiver| receiver.escalation_policy == name) || names(&config.route, name)
}

fn steps(config: &Config, policy: &EscalationPolicy, node: &Node, checker: &mut Checker<'_>) {
    checker.needed(node, !policy.steps.is_empty(), || "steps are missing; say who is told when".to_owned());
    for (step, node) in policy.steps.iter().zip(node.get("steps").items()) {
        one(config, step, node, checker);
    }
    if let Some(given) = &policy.repeat {
        let has_time = policy.steps.iter().any(|step| step.after.millis() > 0);
        repeat(given, has_time, node.get("repeat"), checker);
    }
}

fn one(config: &Config, step: &PolicyStep, node: &Node, checker: &mut Checker<'_>) {
    let receivers = || config.receivers.iter().map(|receiver| receiver.name.as_str());
    let schedules = || config.schedules.iter().map(|schedule| schedule.name.as_str());
    if step.receivers.is_empty() && step.schedule.is_empty() {
        checker.problem(node.place, "the step tells nobody; give receivers, a schedule, or both");
    }
    for (index, (name, node)) in step.receivers.iter().zip(node.get("receivers").items()).enumerate() {
        if !receivers().any(|known| known == name) {
            checker.problem(node.place, unknown("receiver", name, receivers(), "receivers"));
        } else if step.receivers[..index].contains(name) {
            checker.problem(node.place, format!("{name:?} is in receivers twice; keep one of them"));
        }
    }
    if !step.schedule.is_empty() && !schedules().any(|known| known == step.schedule) {
        let reason = unknown("schedule", &step.schedule, schedules(), "schedules");
        checker.problem(node.place_of("schedule"), reason);
    }
    for (severity, node) in step.severities.iter().zip(node.get("severities").items()) {
        let word = severity.as_str();
        if word.is_empty() {
            checker.problem(node.place, "a severity has no name; write what the label severity says");
        }
        let near = |known: &&str| strsim::damerau_levenshtein(known, word) <= known.len() / 4;
        if !SEVERITIES.contains(&word)
            && let Some(near) = SEVERITIES.into_iter().find(near)
        {
            let reason = format!("severities count as they are written; is {near:?} meant?");
            checker.note(node.place, reason);
        }
    }
    conditions(&step.matchers, node, "matchers", checker);
}

fn of_receiver(config: &Config, receiver: &Receiver, node: &Node, checker: &mut Checker<'_>) {
    let name = receiver.escalation_policy.as_str();
    if name.is_empty() {
        return;
    }
    let place = node.place_of("escalation_policy");
    let Some(policy) = config.escalation_policies.iter().find(|policy| policy.name == name) else {
        checker.problem(place, unknown_policy(config, name));
        return;
    };
    for (key, given) in [
        ("escalation_configs", !receiver.escalation_configs.is_empty()),
        ("escalation_repeat", receiver.escalation_repeat.is_some()),
    ] {
        if given {
            checker.problem(place, format!("escalation_policy and {key} are both given; keep one of them"));
        }
    }
    if policy.steps.iter().any(|step| step.receivers.contains(&receiver.name)) {
        let own = &receiver.name;
        let reason = format!(
            "the receiver {own:?} goes on by the escalation policy {name:?} to itself; leave it out of the steps"
        );
        checker.problem(place, reason);
    }
}

fn of_route(config: &Config, route: &Route, node: &Node, checker: &mut Checker<'_>) {
    let name = route.escalation_policy.as_str();
    if !name.is_empty() && !config.escalation_policies.iter().any(|policy| policy.name == name) {
        checker.problem(node.place_of("escalation_policy"), unknown_policy(config, name));
    }
    for (route, node) in route.routes.iter().zip(node.get("routes").items()) {
        of_route(config, route, node, checker);
    }
}

fn unknown_policy(config: &Config, name: &str) -> String {
    let known = config.escalation_policies.iter().map(|policy| policy.name.as_str());
    unknown("escalation policy", name, known, "escalation_policies")
}
