use std::collections::HashMap;

use super::Checker;
use super::route::unknown;
use crate::config::read::Node;
use crate::config::receiver::EscalationRepeat;
use crate::config::{Config, Global, Receiver};

pub(super) fn check(config: &mut Config, list: &Node, checker: &mut Checker<'_>) {
    let mut names: HashMap<String, u32> = HashMap::new();
    for (receiver, node) in config.receivers.iter_mut().zip(list.items()) {
        if receiver.name.is_empty() {
            checker.problem(node.place, "the receiver has no name; give it one");
        } else if let Some(line) = names.get(&receiver.name) {
            let reason =
                format!("the receiver {:?} is there already, in line {line}; rename one", receiver.name);
            checker.problem(node.place_of("name"), reason);
        } else {
            names.insert(receiver.name.clone(), node.place_of("name").line);
        }
        one(receiver, node, &config.global, checker);
    }
    escalations(config, list, checker);
}

/// Checks who is told of what nobody looks after.
fn escalations(config: &Config, list: &Node, checker: &mut Checker<'_>) {
    let known = || config.receivers.iter().map(|receiver| receiver.name.as_str());
    for (receiver, node) in config.receivers.iter().zip(list.items()) {
        repeat_of(receiver, node, checker);
        let mut told = vec![receiver.name.as_str()];
        let steps = receiver.escalation_configs.iter().zip(node.get("escalation_configs").items());
        for (step, node) in steps {
            if !step.schedule.is_empty() {
                let schedules = || config.schedules.iter().map(|schedule| schedule.name.as_str());
                if !schedules().any(|known| known == step.schedule) {
                    let reason = unknown("schedule", &step.schedule, schedules(), "schedules");
                    checker.problem(node.place_of("schedule"), reason);
                }
                if !step.receiver.is_empty() {
                    let reason = "receiver and schedule are both given; keep one of them";
                    checker.problem(node.place_of("schedule"), reason);
                }
                continue;
            }
            if step.after.millis() <= 0 {
                checker.problem(node.place_of("after"), "after is missing or zero; write 10m, for example");
            }
            let name = step.receiver.as_str();
            if !known().any(|known| known == name) {
                let reason = unknown("receiver", name, known(), "receivers");
                checker.problem(node.place_of("receiver"), reason);
            } else if told.contains(&name) {
                let reason = format!("the receiver {name:?} is told already; name another one");
                checker.problem(node.place_of("receiver"), reason);
            }
            told.push(name);
        }
    }
}

/// The most rounds in which steps are told again.
const MOST_ROUNDS: u32 = 20;

/// Checks how often the steps of a receiver are told again.
fn repeat_of(receiver: &Receiver, node: &Node, checker: &mut Checker<'_>) {
    let Some(given) = &receiver.escalation_repeat else { return };
    let place = node.place_of("escalation_repeat");
    if receiver.escalation_configs.is_empty() {
        checker.problem(
            place,
            "escalation_repeat repeats the steps of escalation_configs; add some, or leave it out",
        );
        return;
    }
    let has_time = receiver.escalation_configs.iter().any(|step| step.after.millis() > 0);
    repeat(given, has_time, node.get("escalation_repeat"), checker);
}

/// Checks how often steps are told again; `has_time` says whether one of them has a time.
pub(super) fn repeat(given: &EscalationRepeat, has_time: bool, node: &Node, checker: &mut Checker<'_>) {
    if !(1..=MOST_ROUNDS).contains(&given.times) {
        let reason = format!("times is {}; write 1 to {MOST_ROUNDS}", given.times);
        checker.problem(node.place_of("times"), reason);
    }
    if given.after.millis() < 0 || (given.after.millis() == 0 && !has_time) {
        let reason =
            "after is missing, and no step has a time that could stand for it; write 30m, for example";
        checker.problem(node.place_of("after"), reason);
    }
}

/// Checks the channels of a receiver and fills in what they get from `global`.
fn one(receiver: &mut Receiver, node: &Node, global: &Global, checker: &mut Checker<'_>) {
    macro_rules! each {
        ($($configs:ident $check:ident),* $(,)?) => {
            $(for (config, node) in receiver.$configs.iter_mut().zip(node.get(stringify!($configs)).items()) {
                checker.http(config.http_config.as_ref(), node.get("http_config"));
                checker.$check(config, node, global);
                super::inherit(&mut config.http_config, global.http_config.as_ref());
            })*
        };
    }
    each!(
        webhook_configs webhook,
        pagerduty_configs pagerduty,
        opsgenie_configs opsgenie,
        wechat_configs wechat,
        slack_configs slack,
        victorops_configs victorops,
        pushover_configs pushover,
        sns_configs sns,
        telegram_configs telegram,
        discord_configs discord,
        webex_configs webex,
        msteams_configs msteams,
        msteamsv2_configs msteamsv2,
        jira_configs jira,
        rocketchat_configs rocketchat,
        ntfy_configs ntfy,
        github_configs github,
        gitlab_configs gitlab,
        servicenow_configs servicenow,
        sentry_configs sentry,
        alertmanager_configs alertmanager,
        webpush_configs webpush,
        exec_configs exec,
    );
    for (config, node) in receiver.email_configs.iter_mut().zip(node.get("email_configs").items()) {
        checker.email(config, node, global);
    }
}
