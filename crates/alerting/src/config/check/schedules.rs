use std::collections::HashSet;

use super::Checker;
use super::route::unknown;
use crate::config::read::Node;
use crate::config::{Config, Local};

pub(super) fn check(config: &Config, root: &Node, checker: &mut Checker<'_>) {
    let receivers = || config.receivers.iter().map(|receiver| receiver.name.as_str());
    let known = |name: &str| receivers().any(|known| known == name);
    let intervals = config.intervals();
    let mut names = HashSet::new();
    for (schedule, node) in config.schedules.iter().zip(root.get("schedules").items()) {
        if schedule.name.is_empty() {
            checker.problem(node.place, "the schedule has no name; give it one");
        } else if !names.insert(&schedule.name) {
            let reason = format!("the schedule {:?} is there already; rename one", schedule.name);
            checker.problem(node.place_of("name"), reason);
        }
        for (layer, node) in schedule.layers.iter().zip(node.get("layers").items()) {
            if layer.start == Local::default() {
                checker.problem(node.place, "start is missing; write 2026-01-05 09:00, for example");
            }
            if layer.every.millis() <= 0 {
                checker.problem(node.place_of("every"), "every is missing or zero; write 7d, for example");
            }
            if layer.receivers.is_empty() {
                checker.problem(node.place, "receivers are missing; name those who take turns");
            }
            for (name, node) in layer.receivers.iter().zip(node.get("receivers").items()) {
                if !known(name) {
                    checker.problem(node.place, unknown("receiver", name, receivers(), "receivers"));
                }
            }
            for (name, node) in layer.time_intervals.iter().zip(node.get("time_intervals").items()) {
                if !intervals.contains_key(name.as_str()) {
                    let known = intervals.keys().copied();
                    checker.problem(node.place, unknown("time interval", name, known, "time_intervals"));
                }
            }
        }
        for (calendar, node) in schedule.calendars.iter().zip(node.get("calendars").items()) {
            if calendar.ical_url.is_some() != calendar.ical_file.is_empty() {
                checker.problem(node.place, "give ical_url or ical_file, one of them");
            }
        }
        for (instead, node) in schedule.overrides.iter().zip(node.get("overrides").items()) {
            if instead.to <= instead.from {
                checker.problem(node.place_of("to"), "it ends before it begins; give from and to");
            }
            if !known(&instead.receiver) {
                let reason = unknown("receiver", &instead.receiver, receivers(), "receivers");
                checker.problem(node.place_of("receiver"), reason);
            }
        }
    }
}
