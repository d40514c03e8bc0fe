//! The states that the alerts of a rule go through, as Prometheus has them (`rules/alerting.go`): a series that comes is a pending
//! alert, one that stays for the time of `for` fires, one that is gone is resolved after `keep_firing_for`.

use std::collections::BTreeMap;

use watchfire_model::{Labels, METRIC_NAME};

/// The label that names an alert.
pub const ALERTNAME: &str = "alertname";

/// The metric that has the value of an alert as it was evaluated, with the labels of the alert. Prometheus has no such series.
pub const ALERTS_VALUE: &str = "ALERTS_VALUE";

/// How long a resolved alert is remembered, so that who missed its end hears of it again, in milliseconds.
const RESOLVED_RETENTION: i64 = 15 * 60 * 1000;

/// Where an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertState {
    /// It was, and is over.
    Inactive,
    /// Its series is there, but not for long enough.
    Pending,
    /// It fires.
    Firing,
}

impl AlertState {
    /// The value of the label `alertstate`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Pending => "pending",
            Self::Firing => "firing",
        }
    }
}

/// An alert of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Where it is.
    pub state: AlertState,
    /// What people read.
    pub annotations: BTreeMap<String, String>,
    /// The value of the query when it was there last.
    pub value: f64,
    /// Since when the series is there: milliseconds since the epoch, as all times here.
    pub active_at: i64,
    /// Since when it fires.
    pub fired_at: Option<i64>,
    /// When it was over.
    pub resolved_at: Option<i64>,
    /// Since when it fires only because of `keep_firing_for`.
    pub kept_since: Option<i64>,
}

/// What the query brought: the labels of the alert and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// With those of the rule, `alertname` included.
    pub labels: Labels,
    /// What people read.
    pub annotations: BTreeMap<String, String>,
    /// The value.
    pub value: f64,
}

/// A change of an alert's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which alert.
    pub labels: Labels,
    /// Where it was; none for one that is new.
    pub from: Option<AlertState>,
    /// Where it is; none for one that was pending and went before it fired.
    pub to: Option<AlertState>,
    /// The value then.
    pub value: f64,
}

/// A series that an evaluation writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// Which.
    pub labels: Labels,
    /// Its value.
    pub value: f64,
}

/// What an evaluation brought about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// `ALERTS` and `ALERTS_FOR_STATE`.
    pub samples: Vec<Sampled>,
    /// The value of each alert whose series the query brought: [`ALERTS_VALUE`].
    pub values: Vec<Sampled>,
    /// What changed.
    pub changes: Vec<Change>,
}

/// Why an evaluation counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Two series would be one alert.
    #[error(
        "two series of the query have the same labels once those of the rule are added: {0}; keep a label that tells them apart"
    )]
    Twice(Labels),
    /// More alerts than the group allows.
    #[error(
        "the rule has {found} alerts, its group allows {limit}; raise the group's limit or aggregate the query"
    )]
    TooMany {
        /// So many there are.
        found: usize,
        /// So many may be.
        limit: usize,
    },
}

/// What an evaluation goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// How long a series has to be there before its alert fires, in milliseconds.
    pub hold: i64,
    /// How long an alert goes on firing after its series is gone, in milliseconds.
    pub keep_firing: i64,
    /// How many alerts there may be; 0 allows any number.
    pub limit: usize,
    /// Whether a series that is not there says nothing: shortly after a start its samples may not have come yet. Its alert
    /// stays as it is.
    pub settling: bool,
}

/// The alerts of a rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleState {
    alerts: BTreeMap<Labels, Held>,
    /// What became of alerts that were forgotten since there were too many, until somebody takes it.
    forgotten: Vec<Change>,
}

impl RuleState {
    /// What was kept of an earlier run.
    pub fn restored(alerts: impl IntoIterator<Item = (Labels, Held)>) -> Self {
        Self { alerts: alerts.into_iter().collect(), forgotten: Vec::new() }
    }

    /// Its alerts, by their labels; also those that were resolved a short while ago.
    pub fn alerts(&self) -> impl Iterator<Item = (&Labels, &Held)> {
        self.alerts.iter()
    }

    /// The state of the gravest.
    pub fn state(&self) -> AlertState {
        self.alerts.values().map(|held| held.state).max().unwrap_or(AlertState::Inactive)
    }

    /// Takes in what the query brought at `now`.
    ///
    /// # Errors
    ///
    /// The answer cannot be made alerts of. Where there are too many, all are forgotten, as Prometheus does
    /// ([`take_forgotten`](Self::take_forgotten) tells which); else the state stays.
    pub fn step(&mut self, now: i64, seen: Vec<Seen>, terms: Terms) -> Result<Outcome, Refused> {
        let Terms { hold, keep_firing, limit, settling } = terms;
        // What most rules are nearly always.
        if seen.is_empty() && self.alerts.is_empty() {
            return Ok(Outcome::default());
        }
        let mut there: BTreeMap<Labels, Seen> = BTreeMap::new();
        for one in seen {
            if there.contains_key(&one.labels) {
                return Err(Refused::Twice(one.labels));
            }
            there.insert(one.labels.clone(), one);
        }
        let before = if limit > 0 { self.active() } else { Vec::new() };
        let mut outcome = Outcome::default();
        let missing: Vec<Labels> =
            self.alerts.keys().filter(|labels| !there.contains_key(*labels)).cloned().collect();
        for labels in &missing {
            let held = self.alerts.get(labels);
            if !settling || held.is_some_and(|held| held.state == AlertState::Inactive) {
                self.missed(labels, now, keep_firing, &mut outcome);
            }
        }
        for (labels, one) in there {
            outcome.values.push(valued(&labels, one.value));
            self.appeared(labels, one, now, hold, &mut outcome);
        }
        let active = self.alerts.values().filter(|held| held.state != AlertState::Inactive).count();
        if limit > 0 && active > limit {
            self.alerts.clear();
            self.forgotten.extend(before);
            return Err(Refused::TooMany { found: active, limit });
        }
        outcome.samples = self.samples();
        Ok(outcome)
    }

    /// What became of alerts that were forgotten since there were too many: those that fired are over, as far as anybody can see.
    /// It is told once.
    pub fn take_forgotten(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.forgotten)
    }

    /// The alerts that are pending or fire, as changes to what they are once they are forgotten.
    fn active(&self) -> Vec<Change> {
        let active = self.alerts.iter().filter(|(_, held)| held.state != AlertState::Inactive);
        let change = |(labels, held): (&Labels, &Held)| Change {
            labels: labels.clone(),
            from: Some(held.state),
            to: (held.state == AlertState::Firing).then_some(AlertState::Inactive),
            value: held.value,
        };
        active.map(change).collect()
    }

    /// The series of an alert is not there.
    fn missed(&mut self, labels: &Labels, now: i64, keep_firing: i64, outcome: &mut Outcome) {
        let Some(held) = self.alerts.get_mut(labels) else { return };
        match held.state {
            AlertState::Pending => {
                let change = Change {
                    labels: labels.clone(),
                    from: Some(AlertState::Pending),
                    to: None,
                    value: held.value,
                };
                outcome.changes.push(change);
                self.alerts.remove(labels);
            }
            AlertState::Inactive => {
                if held.resolved_at.is_none_or(|at| now - at > RESOLVED_RETENTION) {
                    self.alerts.remove(labels);
                }
            }
            AlertState::Firing => {
                let since = *held.kept_since.get_or_insert(now);
                if keep_firing > 0 && now - since < keep_firing {
                    return;
                }
                held.state = AlertState::Inactive;
                held.resolved_at = Some(now);
                held.kept_since = None;
                outcome.changes.push(Change {
                    labels: labels.clone(),
                    from: Some(AlertState::Firing),
                    to: Some(AlertState::Inactive),
                    value: held.value,
                });
            }
        }
    }

    /// The series of an alert is there; once it has been there for long enough, the alert fires.
    fn appeared(&mut self, labels: Labels, one: Seen, now: i64, hold: i64, outcome: &mut Outcome) {
        let Seen { annotations, value, .. } = one;
        let known = self.alerts.get_mut(&labels);
        let from = known.as_ref().map(|alert| alert.state);
        let mut alert = match known {
            Some(alert) if alert.state != AlertState::Inactive => {
                alert.value = value;
                alert.annotations = annotations;
                alert.kept_since = None;
                if alert.state == AlertState::Firing || now - alert.active_at < hold {
                    return;
                }
                alert.clone()
            }
            _ => Held {
                state: AlertState::Pending,
                annotations,
                value,
                active_at: now,
                fired_at: None,
                resolved_at: None,
                kept_since: None,
            },
        };
        if now - alert.active_at >= hold {
            alert.state = AlertState::Firing;
            alert.fired_at = Some(now);
        }
        outcome.changes.push(Change { labels: labels.clone(), from, to: Some(alert.state), value });
        self.alerts.insert(labels, alert);
    }

    /// The series `ALERTS` and `ALERTS_FOR_STATE` of its alerts.
    pub fn samples(&self) -> Vec<Sampled> {
        let mut samples = Vec::new();
        for (labels, held) in self.alerts.iter().filter(|(_, held)| held.state != AlertState::Inactive) {
            let state = labels.with(METRIC_NAME, "ALERTS").with("alertstate", held.state.word());
            samples.push(Sampled { labels: state, value: 1.0 });
            let since = labels.with(METRIC_NAME, "ALERTS_FOR_STATE");
            samples.push(Sampled { labels: since, value: (held.active_at / 1000) as f64 });
        }
        samples
    }

    /// The series [`ALERTS_VALUE`] of its alerts, with the value that was evaluated last; none of those that only go on firing, which
    /// have no value.
    pub fn values(&self) -> Vec<Sampled> {
        let is_there = |held: &Held| held.state != AlertState::Inactive && held.kept_since.is_none();
        let there = self.alerts.iter().filter(|(_, held)| is_there(held));
        there.map(|(labels, held)| valued(labels, held.value)).collect()
    }
}

fn valued(labels: &Labels, value: f64) -> Sampled {
    Sampled { labels: labels.with(METRIC_NAME, ALERTS_VALUE), value }
}
