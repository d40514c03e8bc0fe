use std::collections::HashMap;

use super::Checker;
use crate::config::Config;
use crate::config::read::Node;

pub(super) fn check(config: &Config, root: &Node, checker: &mut Checker<'_>) {
    let mut names: HashMap<&str, u32> = HashMap::new();
    let lists =
        [("mute_time_intervals", &config.mute_time_intervals), ("time_intervals", &config.time_intervals)];
    for (key, list) in lists {
        for (named, node) in list.iter().zip(root.get(key).items()) {
            let place = node.place_of("name");
            if named.name.is_empty() {
                checker.problem(place, "the time interval has no name; give it one");
            } else if let Some(line) = names.get(named.name.as_str()) {
                let name = &named.name;
                let reason =
                    format!("the time interval {name:?} is there already, in line {line}; rename one");
                checker.problem(place, reason);
            } else {
                names.insert(&named.name, place.line);
            }
        }
    }
    if !config.mute_time_intervals.is_empty() {
        let reason = "mute_time_intervals is deprecated here; write time_intervals";
        checker.note(root.place_of("mute_time_intervals"), reason);
    }
}
