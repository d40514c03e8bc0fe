//! What is stored of a rule's alerts, so that only what changed is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use watchfire_model::Labels;
use watchfire_rules::{AlertState, Change, Held, RuleState};
use watchfire_storage::{AlertEvent, AlertRow, AlertWrites};

use super::faults::Fault;
use super::handover::{Sent, annotations, is_told};

/// What the store has of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    state: AlertState,
    active_at: i64,
    fired_at: Option<i64>,
    resolved_at: Option<i64>,
    kept_since: Option<i64>,
    told: bool,
}

/// What belongs to a rule besides its state.
#[derive(Clone, Debug, Default)]
pub(super) struct Keep {
    /// The series that the last evaluation wrote.
    pub(super) previous: HashSet<Labels>,
    /// What was handed over last.
    pub(super) sent: HashMap<Labels, Sent>,
    /// What the store has.
    stored: HashMap<Labels, Mark>,
    /// How it fails.
    pub(super) fault: Fault,
}

impl Keep {
    /// What rows of the store say of a rule. After an `outage` pending ones have waited too long and are
    /// forgotten.
    pub(super) fn restore(rows: Vec<AlertRow>, outage: bool) -> (RuleState, Self) {
        let (mut keep, mut alerts) = (Self::default(), Vec::new());
        for row in rows {
            let state = match row.state.as_str() {
                "pending" => AlertState::Pending,
                "firing" => AlertState::Firing,
                _ => AlertState::Inactive,
            };
            let mark = Mark {
                state,
                active_at: row.active_at,
                fired_at: row.fired_at,
                resolved_at: row.resolved_at,
                kept_since: row.kept_since,
                told: row.told_at.is_some(),
            };
            keep.stored.insert(row.labels.clone(), mark);
            if outage && state == AlertState::Pending {
                continue;
            }
            // Whoever notifies hears of those that fire again, for it may have missed the last word before the end.
            if let Some(at) = row.told_at.filter(|_| state == AlertState::Inactive) {
                keep.sent.insert(row.labels.clone(), Sent { at, state });
            }
            let annotations = row.annotations.iter();
            let annotations: BTreeMap<String, String> =
                annotations.map(|label| (label.name.to_owned(), label.value.to_owned())).collect();
            let held = Held {
                state,
                annotations,
                value: row.value,
                active_at: row.active_at,
                fired_at: row.fired_at,
                resolved_at: row.resolved_at,
                kept_since: row.kept_since,
            };
            alerts.push((row.labels, held));
        }
        let state = RuleState::restored(alerts);
        let written = state.samples().into_iter().chain(state.values());
        keep.previous = written.map(|sample| sample.labels).collect();
        (state, keep)
    }

    /// Adds what is not in the store as it is now; whether there is any.
    pub(super) fn gather(&self, rule: &str, state: &RuleState, writes: &mut AlertWrites) -> bool {
        let before = writes.put.len() + writes.gone.len();
        let mut there = 0;
        for (labels, held) in state.alerts() {
            let sent = self.sent.get(labels);
            let mark = mark(held, sent);
            if let Some(stored) = self.stored.get(labels) {
                there += 1;
                if *stored == mark {
                    continue;
                }
            }
            writes.put.push(AlertRow {
                rule: rule.to_owned(),
                labels: labels.clone(),
                state: held.state.word().to_owned(),
                annotations: annotations(held),
                value: held.value,
                active_at: held.active_at,
                fired_at: held.fired_at,
                resolved_at: held.resolved_at,
                kept_since: held.kept_since,
                told_at: sent.filter(|_| mark.told && held.state != AlertState::Pending).map(|sent| sent.at),
            });
        }
        if there < self.stored.len() {
            let known: HashSet<&Labels> = state.alerts().map(|(labels, _)| labels).collect();
            let gone = self.stored.keys().filter(|labels| !known.contains(labels));
            writes.gone.extend(gone.map(|labels| (rule.to_owned(), labels.clone())));
        }
        writes.put.len() + writes.gone.len() > before
    }

    /// Adds what the store has and the state has no more.
    pub(super) fn forgotten(&self, rule: &str, writes: &mut AlertWrites) {
        writes.gone.extend(self.stored.keys().map(|labels| (rule.to_owned(), labels.clone())));
    }

    /// Notes that the store has what [`gather`](Self::gather) told.
    pub(super) fn stored(&mut self, state: &RuleState) {
        if state.alerts().next().is_none() {
            self.stored.clear();
            self.sent.clear();
            return;
        }
        let marks = state.alerts().map(|(labels, held)| (labels.clone(), mark(held, self.sent.get(labels))));
        self.stored = marks.collect();
        self.sent.retain(|labels, _| self.stored.contains_key(labels));
    }
}

fn mark(held: &Held, sent: Option<&Sent>) -> Mark {
    Mark {
        state: held.state,
        active_at: held.active_at,
        fired_at: held.fired_at,
        resolved_at: held.resolved_at,
        kept_since: held.kept_since,
        told: held.state != AlertState::Pending && is_told(held, sent),
    }
}

/// A change of an alert for its history.
pub(super) fn event(rule: &str, at: i64, change: Change) -> AlertEvent {
    let word = |state: Option<AlertState>| state.unwrap_or(AlertState::Inactive).word().to_owned();
    AlertEvent {
        at,
        rule: rule.to_owned(),
        labels: change.labels,
        before: word(change.from),
        after: word(change.to),
        value: change.value,
        reason: String::new(),
    }
}
