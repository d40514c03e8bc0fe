use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use watchfire_alerting::Notification;
use watchfire_alerting::dispatch::{Reason, Row};

use super::stage::{Stage, labels, plan};

/// Two routes that both take every alert; the second one groups all of them together and tells nothing of what is resolved
/// by its second channel.
const TWO: &str = r"
route:
  receiver: all
  routes:
    - {receiver: each, continue: true, group_by: [group], group_wait: 10s, group_interval: 40s, repeat_interval: 200s}
    - {receiver: all, group_wait: 30s, group_interval: 60s, repeat_interval: 180s}
receivers:
  - {name: each, webhook_configs: [{url: 'http://a'}]}
  - {name: all, webhook_configs: [{url: 'http://a'}, {url: 'http://b', send_resolved: false}]}
";

const NAMES: [&str; 5] = ["x1", "x2", "x3", "y1", "y2"];

#[derive(Clone, Debug)]
enum Act {
    Fire(usize),
    Resolve(usize),
    Mute(usize, bool),
    Pass(i64),
    Restart,
}

fn acts(muting: bool) -> impl Strategy<Value = Vec<Act>> {
    let name = || 0..NAMES.len();
    let act = prop_oneof![
        3 => name().prop_map(Act::Fire),
        3 => name().prop_map(Act::Resolve),
        u32::from(muting) => (name(), any::<bool>()).prop_map(|(name, mute)| Act::Mute(name, mute)),
        5 => (0_i64..100_000).prop_map(Act::Pass),
        1 => Just(Act::Restart),
    ];
    proptest::collection::vec(act, 1..60)
}

fn act(stage: &mut Stage, act: &Act, restarts: bool) {
    match act {
        Act::Fire(name) => stage.fire(NAMES[*name]),
        Act::Resolve(name) => stage.resolve(NAMES[*name]),
        Act::Mute(name, mute) => stage.mute(NAMES[*name], *mute),
        Act::Pass(millis) => stage.go(stage.now + millis, true),
        Act::Restart if restarts => stage.restart(),
        Act::Restart => {}
    }
}

/// What tells the channels of all groups apart.
fn channel(told: &Notification) -> (String, String) {
    (told.group_key.clone(), format!("{}/{}", told.receiver, told.integration))
}

fn names(told: &Notification, resolved: bool) -> BTreeSet<String> {
    let alerts = told.alerts.iter().filter(|notified| notified.resolved == resolved);
    alerts.map(|notified| notified.alert.labels.get("name").unwrap().to_owned()).collect()
}

proptest! {
    /// Restarts at any point change nothing.
    #[test]
    fn restarts_are_not_seen(script in acts(true)) {
        let (mut one, mut other) = (Stage::new(plan(TWO)), Stage::new(plan(TWO)));
        for step in &script {
            act(&mut one, step, false);
            act(&mut other, step, true);
        }
        one.go(one.now + 500_000, true);
        other.go(other.now + 500_000, true);
        prop_assert_eq!(one.told, other.told);
    }

    /// A channel's picture is right soon: what fires is known, and what does not is known to be over.
    #[test]
    fn nothing_is_lost(script in acts(false)) {
        let mut stage = Stage::new(plan(TWO));
        let mut firing = BTreeSet::new();
        for step in &script {
            match step {
                Act::Fire(name) => { firing.insert(NAMES[*name].to_owned()); }
                Act::Resolve(name) => { firing.remove(NAMES[*name]); }
                _ => {}
            }
            act(&mut stage, step, true);
        }
        // Every group has its tick.
        stage.go(stage.now + 60_000, true);
        let mut believed: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for told in &stage.told {
            believed.insert(channel(told), names(told, false));
        }
        for (group, tells) in [("x", "each/webhook[0]"), ("y", "each/webhook[0]"), ("", "all/webhook[0]")] {
            let mine: BTreeSet<String> = firing.iter().filter(|name| name.starts_with(group)).cloned().collect();
            let key = if group.is_empty() { "{}/{}:{}".to_owned() } else { format!("{{}}/{{}}:{{group=\"{group}\"}}") };
            let known = believed.get(&(key, tells.to_owned())).cloned().unwrap_or_default();
            prop_assert_eq!(known, mine, "{} {:?}", group, stage.told);
        }
        // The channel that does not tell what is over knows at least what fires.
        let quiet = believed.get(&("{}/{}:{}".to_owned(), "all/webhook[1]".to_owned())).cloned().unwrap_or_default();
        prop_assert!(firing.is_subset(&quiet), "{:?} {:?}", firing, quiet);
    }

    /// The same is not told again before its time, nothing is told that is muted, and reasons are true.
    #[test]
    fn nothing_is_told_twice(script in acts(true)) {
        let mut stage = Stage::new(plan(TWO));
        let mut muted = BTreeSet::new();
        let mut last: BTreeMap<(String, String), Notification> = BTreeMap::new();
        for step in &script {
            act(&mut stage, step, true);
            let told: Vec<Notification> = stage.told.drain(..).collect();
            for told in told {
                let (repeat, interval) = if told.receiver == "each" { (200_000, 40_000) } else { (180_000, 60_000) };
                prop_assert!(!told.alerts.is_empty() && told.at <= stage.now);
                let (firing, resolved) = (names(&told, false), names(&told, true));
                // Muting changes only between the steps in which time passes.
                prop_assert!(firing.is_disjoint(&muted) && resolved.is_disjoint(&muted), "{told:?} {muted:?}");
                prop_assert!(told.integration.index == 0 || resolved.is_empty());
                prop_assert_eq!(told.reason == Reason::AllResolved, firing.is_empty());
                if let Some(before) = last.insert(channel(&told), told.clone()) {
                    let distance = told.at - before.at;
                    // A group that was gone may begin anew sooner.
                    prop_assert!(distance >= interval || (distance >= 30_000 && !before.is_firing()), "{distance}");
                    let same = names(&before, false) == firing && names(&before, true) == resolved;
                    prop_assert!(!same || distance >= repeat || told.reason != Reason::Repeat, "{distance}");
                    if told.reason == Reason::Repeat {
                        prop_assert!(distance >= repeat);
                    }
                    if told.reason == Reason::NewAlerts {
                        prop_assert!(!firing.is_subset(&names(&before, false)));
                    }
                }
            }
            if let Act::Mute(name, mute) = step {
                let name = NAMES[*name].to_owned();
                if *mute { muted.insert(name) } else { muted.remove(&name) };
            }
        }
    }

    /// Between deadlines there is nothing to do; and the changes are what makes one state the next.
    #[test]
    fn deadlines_and_changes_are_complete(script in acts(true)) {
        let mut stage = Stage::new(plan(TWO));
        let mut stored: BTreeMap<String, Row> = BTreeMap::new();
        for step in &script {
            act(&mut stage, step, false);
            if let Some(at) = stage.dispatcher.next_deadline() {
                let mut early = stage.clone();
                early.now = stage.now.max(at - 1);
                let before = early.told.len();
                if early.now < at {
                    early.poll();
                    prop_assert_eq!(early.told.len(), before);
                    prop_assert_eq!(early.dispatcher.next_deadline(), Some(at));
                }
            }
            for (key, row) in stage.dispatcher.take_changes() {
                match row {
                    Some(row) => {
                        prop_assert_eq!(&row.key(), &key);
                        stored.insert(key, row);
                    }
                    None => { stored.remove(&key); }
                }
            }
            let all: BTreeMap<String, Row> = stage.dispatcher.rows().map(|row| (row.key(), row)).collect();
            prop_assert_eq!(&all, &stored);
        }
    }

    /// An alert without an end that nobody confirms is over after `resolve_timeout`.
    #[test]
    fn silence_means_that_it_is_over(confirmed in 0_i64..10) {
        let mut stage = Stage::new(plan(TWO));
        for minute in 0..=confirmed {
            stage.go(minute * 60_000, true);
            let received = watchfire_alerting::Received {
                labels: labels("x1"),
                annotations: labels("x1"),
                starts_at: None,
                ends_at: None,
                generator_url: String::new(),
            };
            stage.dispatcher.receive(received, stage.now).unwrap();
        }
        let over = stage.now + 5 * 60_000;
        stage.go(over + 120_000, true);
        let last = stage.told.iter().rfind(|told| told.receiver == "each").unwrap();
        prop_assert_eq!(last.reason, Reason::AllResolved);
        prop_assert!(last.at >= over && last.at < over + 40_000, "{}", last.at);
    }
}
