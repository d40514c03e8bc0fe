//! Rules that cannot be evaluated: where it is so set, each of them is an alert of its own, so that somebody hears that what it
//! watches is not watched. The alerts of the rule itself stay as they are.

use watchfire_alerting::Received;
use watchfire_model::Labels;
use watchfire_rules::{ALERTNAME, AlertState};

use super::group::Health;
use super::handover::{HandedAlert, Sent};
use super::plan::{GroupPlan, RulePlan};
use super::runner::{Runner, generator_url};
use crate::clock::now;

/// What these alerts are called.
pub(super) const FAILED: &str = "RuleEvaluationFailed";

/// How grave it is that a rule without a severity of its own cannot be evaluated.
const SEVERITY: &str = "warning";

/// How a rule fails.
#[derive(Clone, Debug, Default)]
pub(super) struct Fault {
    /// Since when: milliseconds since the epoch.
    since: Option<i64>,
    /// What was handed over last.
    sent: Option<Sent>,
}

impl Fault {
    /// Notes how an evaluation at `at` went.
    pub(super) fn note(&mut self, failed: bool, at: i64) {
        if failed {
            self.since.get_or_insert(at);
        } else {
            self.since = None;
        }
    }

    /// Whether what it is now is to be handed over at `at`.
    fn state_due(&self, at: i64, resend: i64) -> Option<AlertState> {
        match (self.since, self.sent) {
            (None, None | Some(Sent { state: AlertState::Inactive, .. })) => None,
            (None, Some(_)) => Some(AlertState::Inactive),
            (Some(_), Some(Sent { at: sent, state: AlertState::Firing })) if at - sent < resend => None,
            (Some(_), _) => Some(AlertState::Firing),
        }
    }
}

/// The labels of the alert of a rule: those of the rule say who cares, unless they are templates.
fn labels(group: &GroupPlan, rule: &RulePlan) -> Labels {
    let plain = rule.labels.filtered(|name| {
        name != ALERTNAME && rule.labels.get(name).is_some_and(|value| !value.contains("{{"))
    });
    let severity = plain.get("severity").unwrap_or(SEVERITY).to_owned();
    plain
        .with(ALERTNAME, FAILED)
        .with("severity", &severity)
        .with("rule", &rule.rule.name)
        .with("rule_group", &format!("{};{}", group.file, group.name))
}

fn annotations(rule: &RulePlan, reason: Option<&str>) -> Labels {
    let summary = format!("The rule {} cannot be evaluated", rule.rule.name);
    let annotations = Labels::empty().with("summary", &summary);
    match reason {
        Some(reason) => {
            annotations.with("description", &format!("{reason}. What it watches is not watched."))
        }
        None => annotations,
    }
}

impl Runner {
    /// Hands over what is to be told of rules that cannot be evaluated, or can be again, where it is so set.
    pub(super) async fn tell_faults(&mut self, at: i64) {
        if !self.shared.settings.alert_on_error {
            return;
        }
        let resend = self.shared.settings.resend_delay;
        let valid = self.valid();
        let group = self.group.clone();
        let (mut told, mut alerts) = (Vec::new(), Vec::new());
        for (index, (keep, plan)) in self.keeps.iter().zip(&group.plan.rules).enumerate() {
            let Some(state) = keep.fault.state_due(at, resend) else { continue };
            let resolved = state == AlertState::Inactive;
            let health = group.rule(index).health.clone();
            let reason = if let Health::Err(reason) = &health { Some(reason.as_str()) } else { None };
            let ends_at = if resolved { at } else { at.saturating_add(valid) };
            let received = Received {
                labels: labels(&group.plan, plan),
                annotations: annotations(plan, reason),
                starts_at: Some(keep.fault.since.unwrap_or(at)),
                ends_at: Some(ends_at),
                generator_url: generator_url(&self.external_url, plan),
            };
            let rule = plan.key.clone();
            alerts.push(HandedAlert { received, value: 1.0, resolved, rule, is_seen: true });
            told.push((index, state));
        }
        if self.passed_on(alerts).await {
            let at = now();
            for (index, state) in told {
                self.keeps[index].fault.sent = Some(Sent { at, state });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_when_they_begin_go_on_and_end() {
        use AlertState::{Firing, Inactive};
        let mut fault = Fault::default();
        let mut step = |failed: bool, at: i64| {
            fault.note(failed, at);
            let due = fault.state_due(at, 60);
            if let Some(state) = due {
                fault.sent = Some(Sent { at, state });
            }
            due
        };
        for (failed, at, due) in [
            (false, 0, None),
            (true, 10, Some(Firing)),
            (true, 20, None),
            (true, 70, Some(Firing)),
            (false, 80, Some(Inactive)),
            (false, 200, None),
            (true, 210, Some(Firing)),
        ] {
            assert_eq!(step(failed, at), due, "{at}");
        }
        assert_eq!(fault.since, Some(210));
    }
}
