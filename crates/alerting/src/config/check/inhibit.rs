use super::Checker;
use super::route::conditions;
use crate::config::InhibitRule;
use crate::config::read::Node;

pub(super) fn check(rules: &[InhibitRule], list: &Node, checker: &mut Checker<'_>) {
    for (rule, node) in rules.iter().zip(list.items()) {
        conditions(&rule.source_matchers, node, "source_matchers", checker);
        conditions(&rule.target_matchers, node, "target_matchers", checker);
        for (side, equal, regex) in [
            ("source", rule.source_match.is_empty(), rule.source_match_re.is_empty()),
            ("target", rule.target_match.is_empty(), rule.target_match_re.is_empty()),
        ] {
            for (name, empty) in [(format!("{side}_match"), equal), (format!("{side}_match_re"), regex)] {
                if !empty {
                    checker
                        .note(node.place_of(&name), format!("{name} is deprecated; write {side}_matchers"));
                }
            }
        }
        for (label, node) in rule.equal.iter().zip(node.get("equal").items()) {
            if label.is_empty() {
                checker.problem(node.place, "a label in equal has no name");
            }
        }
    }
}
