//! The rules that look at heartbeats.

use std::collections::BTreeMap;

use watchfire_rules::{Group, Kind, Rule};

use super::{HEARTBEAT_METRIC, Kept};

/// The name of their group.
pub(super) const GROUP: &str = "heartbeats";

/// What is said of one that says nothing itself.
const SUMMARY: &str =
    "{{ $labels.name }} {{ if lt $value 0.0 }}said that it failed{{ else }}was not heard of in time{{ end }}";

/// A rule for each that is waited for; `None` where there is none.
pub(super) fn group(all: &[Kept]) -> Option<Group> {
    let rules: Vec<Rule> = all.iter().filter(|kept| !kept.heartbeat.paused).map(rule).collect();
    (!rules.is_empty()).then(|| Group { name: GROUP.to_owned(), rules, ..Group::default() })
}

fn rule(kept: &Kept) -> Rule {
    let heartbeat = &kept.heartbeat;
    let mut labels = heartbeat.labels.clone();
    if !heartbeat.severity.is_empty() {
        labels.insert("severity".to_owned(), heartbeat.severity.clone());
    }
    let summary = if heartbeat.summary.is_empty() { SUMMARY } else { &heartbeat.summary };
    let annotations = BTreeMap::from([("summary".to_owned(), summary.to_owned())]);
    Rule {
        name: "HeartbeatMissed".to_owned(),
        // Uids have letters, digits, - and _ alone.
        expr: format!("{HEARTBEAT_METRIC}{{heartbeat=\"{}\"}} < 1", kept.uid),
        labels,
        kind: Kind::Alerting { hold: 0, keep_firing: 0, annotations },
        line: 0,
        usual: None,
    }
}
