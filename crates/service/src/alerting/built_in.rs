//! Groups of rules that the server makes itself.

use std::collections::BTreeMap;

use watchfire_rules::{Group, Kind, Rule};

use super::AlertingSettings;
use super::plan::{BUILT_IN, GroupPlan};
use crate::Service;

/// The name of the group with the alert that fires always.
pub(super) const WATCHDOG: &str = "watchdog";

/// An alert that fires always.
pub(super) fn watchdog() -> Group {
    let summary =
        "Watchfire evaluates rules and sends notifications; where this is not heard any more, it does not.";
    let annotations = BTreeMap::from([("summary".to_owned(), summary.to_owned())]);
    let rule = Rule {
        name: "Watchdog".to_owned(),
        expr: "vector(1)".to_owned(),
        labels: BTreeMap::from([("severity".to_owned(), "none".to_owned())]),
        kind: Kind::Alerting { hold: 0, keep_firing: 0, annotations },
        line: 0,
        usual: None,
    };
    Group { name: WATCHDOG.to_owned(), rules: vec![rule], ..Group::default() }
}

/// The groups as they were read last.
#[derive(Default)]
pub(super) struct BuiltIn {
    known: BTreeMap<&'static str, Group>,
    plans: Vec<GroupPlan>,
}

impl BuiltIn {
    /// Takes the groups as they are now; whether anything changed.
    pub(super) fn look(
        &mut self,
        groups: BTreeMap<&'static str, Group>,
        service: &Service,
        settings: &AlertingSettings,
    ) -> bool {
        if groups == self.known {
            return false;
        }
        let compiled = groups.values().filter_map(|group| {
            let compiled = GroupPlan::compile(service, settings, BUILT_IN, group.clone());
            compiled
                .inspect_err(|flaws| {
                    let told = flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                    tracing::error!(
                        group = group.name,
                        told,
                        "rules of the server itself cannot be evaluated"
                    );
                })
                .ok()
        });
        self.plans = compiled.collect();
        self.known = groups;
        true
    }

    /// Those that are evaluated.
    pub(super) fn plans(&self) -> impl Iterator<Item = &GroupPlan> {
        self.plans.iter()
    }
}
