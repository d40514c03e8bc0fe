use super::Checker;
use super::route::unknown;
use crate::config::Config;
use crate::config::read::Node;

pub(super) fn check(config: &Config, root: &Node, checker: &mut Checker<'_>) {
    let Some(incidents) = &config.incidents else { return };
    let node = root.get("incidents");
    let receivers = || config.receivers.iter().map(|receiver| receiver.name.as_str());
    if incidents.receiver.is_empty() {
        checker.problem(node.place, "receiver is missing: who is told of incidents");
    } else if !receivers().any(|known| known == incidents.receiver) {
        let reason = unknown("receiver", &incidents.receiver, receivers(), "receivers");
        checker.problem(node.place_of("receiver"), reason);
    }
    if incidents.min_alerts == 0 {
        checker.problem(node.place_of("min_alerts"), "min_alerts can't be zero; leave it out for 1");
    }
}
