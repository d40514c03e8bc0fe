//! What is told of rules and alerts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use watchfire_model::{Labels, Matcher};
use watchfire_rules::{AlertState, Kind};

use super::group::{GroupStats, Health, RunningGroup};
use super::pattern::Pattern;
use crate::ServiceError;

/// A group as it is now. All times are milliseconds since the epoch, lengths milliseconds.
#[derive(Clone, Debug)]
pub struct GroupView(Arc<RunningGroup>);

/// A rule as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleView {
    /// Names it, as history does.
    pub key: Arc<str>,
    /// Of an alert its name, of a recording the metric.
    pub name: String,
    /// In Prometheus' canonical form.
    pub query: String,
    /// Its labels and those of its group; templates.
    pub labels: Labels,
    /// Of an alerting rule what more there is to say.
    pub alerting: Option<AlertingView>,
    /// How it does.
    pub health: Health,
    /// How long its last evaluation took.
    pub took: Duration,
    /// When it was evaluated last.
    pub evaluated_at: Option<i64>,
}

/// What is said of an alerting rule alone.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertingView {
    /// The state of the gravest of its alerts.
    pub state: AlertState,
    /// How long a series has to be there before its alert fires.
    pub hold: i64,
    /// How long an alert goes on firing after its series is gone.
    pub keep_firing: i64,
    /// Templates.
    pub annotations: BTreeMap<String, String>,
    /// Those that are pending or fire.
    pub alerts: Vec<AlertView>,
}

/// An alert as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertView {
    /// What identifies it.
    pub labels: Labels,
    /// What people read.
    pub annotations: BTreeMap<String, String>,
    /// Pending or firing.
    pub state: AlertState,
    /// Since when its series is there.
    pub active_at: i64,
    /// Since when it fires.
    pub fired_at: Option<i64>,
    /// Since when it fires only because of `keep_firing_for`.
    pub kept_since: Option<i64>,
    /// Its last value.
    pub value: f64,
}

/// Which rules of a group are told.
#[derive(Debug, Default)]
pub struct RuleFilter {
    sets: Vec<Vec<Pattern>>,
    /// These names; empty for all.
    pub names: Vec<String>,
    /// Alerting rules only, or recording rules only.
    pub alerting: Option<bool>,
    /// Whether their alerts are left out.
    pub without_alerts: bool,
}

impl RuleFilter {
    /// Those whose labels meet all matchers of one of the sets; of none, all.
    pub fn new(sets: &[Vec<Matcher>]) -> Result<Self, ServiceError> {
        let set = |set: &Vec<Matcher>| set.iter().map(Pattern::new).collect::<Result<Vec<_>, _>>();
        Ok(Self { sets: sets.iter().map(set).collect::<Result<_, _>>()?, ..Self::default() })
    }
}

impl GroupView {
    pub(super) fn new(group: Arc<RunningGroup>) -> Self {
        Self(group)
    }

    /// The file that it stands in; `form` where a form made it.
    pub fn file(&self) -> &str {
        &self.0.plan.file
    }

    /// Its name; the uid where a form made it.
    pub fn name(&self) -> &str {
        &self.0.plan.name
    }

    /// How often it is evaluated, in milliseconds.
    pub fn interval(&self) -> i64 {
        self.0.plan.interval
    }

    /// How many alerts, or series, one of its rules may make; 0 for any number.
    pub fn limit(&self) -> usize {
        self.0.plan.limit
    }

    /// How many rules it has.
    pub fn len(&self) -> usize {
        self.0.plan.rules.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.plan.rules.is_empty()
    }

    /// How its evaluations went.
    pub fn stats(&self) -> GroupStats {
        self.0.stats()
    }

    /// Its rules that meet a filter, in their order.
    pub fn rules(&self, filter: &RuleFilter) -> Vec<RuleView> {
        let rules = self.0.plan.rules.iter().enumerate();
        let wanted = rules.filter(|(_, plan)| {
            plan.meets(&filter.sets)
                && (filter.names.is_empty() || filter.names.contains(&plan.rule.name))
                && filter.alerting.is_none_or(|alerting| alerting == plan.rule.is_alerting())
        });
        wanted.map(|(index, _)| self.rule(index, !filter.without_alerts)).collect()
    }

    fn rule(&self, index: usize, with_alerts: bool) -> RuleView {
        let plan = &self.0.plan.rules[index];
        let run = self.0.rule(index);
        let alerting = match &plan.rule.kind {
            Kind::Recording => None,
            Kind::Alerting { hold, keep_firing, annotations } => {
                let active = run.state.alerts().filter(|(_, held)| held.state != AlertState::Inactive);
                let alerts =
                    active.take(if with_alerts { usize::MAX } else { 0 }).map(|(labels, held)| AlertView {
                        labels: labels.clone(),
                        annotations: held.annotations.clone(),
                        state: held.state,
                        active_at: held.active_at,
                        fired_at: held.fired_at,
                        kept_since: held.kept_since,
                        value: held.value,
                    });
                Some(AlertingView {
                    state: run.state.state(),
                    hold: *hold,
                    keep_firing: *keep_firing,
                    annotations: annotations.clone(),
                    alerts: alerts.collect(),
                })
            }
        };
        RuleView {
            key: plan.key.clone(),
            name: plan.rule.name.clone(),
            query: plan.query.clone(),
            labels: plan.labels.clone(),
            alerting,
            health: run.health.clone(),
            took: run.took,
            evaluated_at: run.evaluated_at,
        }
    }

    /// How many alerts are pending, and how many fire.
    pub fn count(&self) -> (usize, usize) {
        let mut counts = (0, 0);
        for index in 0..self.len() {
            for (_, held) in self.0.rule(index).state.alerts() {
                counts.0 += usize::from(held.state == AlertState::Pending);
                counts.1 += usize::from(held.state == AlertState::Firing);
            }
        }
        counts
    }
}
