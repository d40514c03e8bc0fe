use std::collections::BTreeMap;

use super::Checker;
use crate::config::problem::Place;
use crate::config::read::Node;
use crate::config::{Condition, Config, GROUP_BY_ALL, Period, Route};
use crate::time_interval::TimeInterval;

/// What routes name, and what a route gets from its parent.
#[derive(Clone, Copy)]
struct Around<'a> {
    receivers: &'a [&'a str],
    intervals: &'a BTreeMap<&'a str, &'a [TimeInterval]>,
    group_interval: Period,
    repeat_interval: Period,
}

pub(super) fn check(config: &Config, root: &Node, checker: &mut Checker<'_>) {
    let (route, node) = (&config.route, root.get("route"));
    if !root.has("route") {
        checker.problem(Place::START, "there is no route; write one with at least a receiver");
        return;
    }
    checker.needed(node, !route.receiver.is_empty(), || {
        "the root route has no receiver; give the one that gets what no other route takes".to_owned()
    });
    let for_all = [
        ("match", !route.match_equal.is_empty()),
        ("match_re", !route.match_re.is_empty()),
        ("matchers", !route.conditions().is_empty() && !route.matchers.is_empty()),
        ("mute_time_intervals", !route.mute_time_intervals.is_empty()),
        ("active_time_intervals", !route.active_time_intervals.is_empty()),
        ("continue", route.goes_on),
    ];
    for (name, _) in for_all.iter().filter(|(_, given)| *given) {
        let reason =
            format!("the root route takes every alert at any time and can't have {name}; put it below");
        checker.problem(node.place_of(name), reason);
    }
    let receivers: Vec<&str> = config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    let around = Around {
        receivers: &receivers,
        intervals: &config.intervals(),
        group_interval: crate::routing::GROUP_INTERVAL,
        repeat_interval: crate::routing::REPEAT_INTERVAL,
    };
    one(route, node, around, checker);
}

fn one(route: &Route, node: &Node, mut around: Around<'_>, checker: &mut Checker<'_>) {
    if !route.receiver.is_empty() && !around.receivers.contains(&route.receiver.as_str()) {
        let known = around.receivers.iter().copied();
        let reason = unknown("receiver", &route.receiver, known, "receivers");
        checker.problem(node.place_of("receiver"), reason);
    }
    for (key, names) in [
        ("mute_time_intervals", &route.mute_time_intervals),
        ("active_time_intervals", &route.active_time_intervals),
    ] {
        for (name, node) in names.iter().zip(node.get(key).items()) {
            if !around.intervals.contains_key(name.as_str()) {
                let known = around.intervals.keys().copied();
                checker.problem(node.place, unknown("time interval", name, known, "time_intervals"));
            }
        }
    }
    group_by(route, node, checker);
    conditions(&route.matchers, node, "matchers", checker);
    for (name, empty) in [("match", route.match_equal.is_empty()), ("match_re", route.match_re.is_empty())] {
        if !empty {
            checker.note(node.place_of(name), format!("{name} is deprecated; write matchers"));
        }
    }
    for (name, period) in
        [("group_interval", route.group_interval), ("repeat_interval", route.repeat_interval)]
    {
        if period == Some(Period(0)) {
            checker
                .problem(node.place_of(name), format!("{name} can't be zero; leave it out for the parent's"));
        }
    }
    around.group_interval = route.group_interval.unwrap_or(around.group_interval);
    around.repeat_interval = route.repeat_interval.unwrap_or(around.repeat_interval);
    let given = route.group_interval.is_some() || route.repeat_interval.is_some();
    if given && around.repeat_interval < around.group_interval {
        let (repeat, group) = (around.repeat_interval, around.group_interval);
        let reason =
            format!("repeat_interval {repeat} is less than group_interval {group}, which then counts");
        let key = if route.repeat_interval.is_some() { "repeat_interval" } else { "group_interval" };
        checker.note(node.place_of(key), reason);
    }
    for (route, node) in route.routes.iter().zip(node.get("routes").items()) {
        one(route, node, around, checker);
    }
}

fn group_by(route: &Route, node: &Node, checker: &mut Checker<'_>) {
    let labels = route.group_by.as_deref().unwrap_or_default();
    let list = node.get("group_by");
    for (index, (label, node)) in labels.iter().zip(list.items()).enumerate() {
        if label.is_empty() {
            checker.problem(node.place, "a label in group_by has no name");
        } else if label != GROUP_BY_ALL && labels[..index].contains(label) {
            checker.problem(node.place, format!("{label:?} is in group_by twice; keep one of them"));
        }
    }
    if labels.iter().any(|label| label == GROUP_BY_ALL) && labels.iter().any(|label| label != GROUP_BY_ALL) {
        let reason = "'...' in group_by stands for all labels; leave out the others, or it";
        checker.problem(list.place, reason);
    }
}

/// Notes entries of a list of matchers that are written in the older form.
pub(super) fn conditions(conditions: &[Condition], node: &Node, key: &str, checker: &mut Checker<'_>) {
    for (condition, node) in conditions.iter().zip(node.get(key).items()) {
        if let Some(advice) = condition.advice() {
            checker.note(
                node.place,
                format!("newer versions of Alertmanager do not read this so; write {advice}"),
            );
        }
    }
}

pub(super) fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
    section: &str,
) -> String {
    let near = |known: &str| strsim::damerau_levenshtein(known, name);
    let nearest =
        known.map(|known| (near(known), known)).filter(|(far, known)| *far <= 1 + known.len() / 4).min();
    match nearest {
        Some((_, nearest)) => format!("there is no {what} {name:?}; did you mean {nearest:?}?"),
        None => format!("there is no {what} {name:?}; add it to {section}"),
    }
}
