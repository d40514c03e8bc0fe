//! What people and tools see of alerts.

use std::collections::BTreeSet;
use std::sync::Arc;

use regex::Regex;
use watchfire_alerting::alert::is_made_up;
use watchfire_alerting::{Alert, Fingerprint, Handling, Matchers, MutedBy, Muting};
use watchfire_model::Labels;

use super::Alertmanager;
use super::state::{DEMO, State};

/// Which alerts are asked for.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent parameters of Alertmanager's API")]
pub struct AlertFilter {
    /// What their labels have to fulfil.
    pub matchers: Matchers,
    /// Who is told of them.
    pub receiver: Option<Regex>,
    /// Those that nothing mutes.
    pub active: bool,
    /// Those that a silence or a maintenance window mutes.
    pub silenced: bool,
    /// Those that another alert mutes.
    pub inhibited: bool,
    /// Those whose group is muted by a time interval.
    pub muted: bool,
}

impl Default for AlertFilter {
    /// All.
    fn default() -> Self {
        Self {
            matchers: Matchers::default(),
            receiver: None,
            active: true,
            silenced: true,
            inhibited: true,
            muted: true,
        }
    }
}

/// An alert that fires, with what mutes it and who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenAlert {
    /// The alert.
    pub alert: Arc<Alert>,
    /// What names it.
    pub fingerprint: Fingerprint,
    /// What mutes it.
    pub muted_by: MutedBy,
    /// Time intervals that mute the group.
    pub intervals: Vec<String>,
    /// Who is told, each once.
    pub receivers: Vec<String>,
    /// Who is or may be told besides, by the escalations of those: each once.
    pub hearers: Vec<String>,
    /// What people call the maintenance window that mutes it.
    pub window: Option<String>,
    /// Who looks after it.
    pub acknowledged: Option<Handling>,
}

impl SeenAlert {
    /// Whether nobody hears of it now.
    pub fn is_suppressed(&self) -> bool {
        !self.muted_by.is_empty() || !self.intervals.is_empty()
    }
}

/// A group of alerts.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenGroup {
    /// What they have in common.
    pub labels: Labels,
    /// Who is told.
    pub receiver: String,
    /// The alerts.
    pub alerts: Vec<SeenAlert>,
}

impl AlertFilter {
    fn picks(&self, seen: &SeenAlert) -> bool {
        let silenced = !seen.muted_by.silenced_by.is_empty() || seen.muted_by.maintained_by.is_some();
        self.matchers.matches(&seen.alert.labels)
            && (self.active || seen.is_suppressed())
            && (self.silenced || !silenced)
            && (self.inhibited || seen.muted_by.inhibited_by.is_empty())
            && (self.muted || seen.intervals.is_empty())
    }

    fn picks_receiver(&self, name: &str) -> bool {
        self.receiver.as_ref().is_none_or(|receiver| receiver.is_match(name))
    }
}

impl Alertmanager {
    /// The alerts that fire at `now` and that a filter picks, in the order of their fingerprints.
    pub fn alerts(&self, filter: &AlertFilter, now: i64) -> Vec<SeenAlert> {
        let state = self.state();
        let muting = state.muting(now);
        let firing = state.dispatcher.alerts().filter(|alert| !alert.is_resolved(now));
        let mut found: Vec<SeenAlert> = firing
            .map(|alert| see(&state, &muting, alert, now))
            .filter(|seen| {
                filter.picks(seen) && seen.receivers.iter().any(|name| filter.picks_receiver(name))
            })
            .collect();
        found.sort_by_key(|seen| seen.fingerprint);
        found
    }

    /// The groups that have such alerts, in the order of their labels and receivers.
    pub fn groups(&self, filter: &AlertFilter, now: i64) -> Vec<SeenGroup> {
        let state = self.state();
        let muting = state.muting(now);
        let groups = state.dispatcher.groups().filter(|group| filter.picks_receiver(group.receiver));
        let mut found: Vec<SeenGroup> = groups
            .filter_map(|group| {
                let intervals: Vec<String> = state
                    .dispatcher
                    .plan()
                    .muted_by(group.route, now)
                    .into_iter()
                    .map(str::to_owned)
                    .collect();
                let mut alerts: Vec<SeenAlert> = group
                    .alerts
                    .iter()
                    .filter(|alert| !alert.is_resolved(now))
                    .map(|alert| SeenAlert {
                        intervals: intervals.clone(),
                        ..see(&state, &muting, alert, now)
                    })
                    .filter(|seen| filter.picks(seen))
                    .collect();
                alerts.sort_by_key(|seen| seen.fingerprint);
                let (labels, receiver) = (group.labels.clone(), group.receiver.to_owned());
                (!alerts.is_empty()).then_some(SeenGroup { labels, receiver, alerts })
            })
            .collect();
        found.sort_by(|one, other| {
            one.labels.cmp(&other.labels).then_with(|| one.receiver.cmp(&other.receiver))
        });
        found
    }
}

fn see(state: &State, muting: &Muting<'_>, alert: &Arc<Alert>, now: i64) -> SeenAlert {
    let plan = state.dispatcher.plan();
    let tree = plan.tree();
    let routes = tree.matching(&alert.labels);
    let mut receivers: Vec<String> =
        routes.iter().map(|route| tree.options(*route).receiver.clone()).collect();
    receivers.sort();
    receivers.dedup();
    let hearers: BTreeSet<&str> =
        routes.iter().flat_map(|route| plan.hearers(*route, &alert.labels)).collect();
    let hearers = hearers.into_iter().map(str::to_owned).filter(|name| !receivers.contains(name)).collect();
    let mut muted_by = muting.muted_by(&alert.labels);
    if !state.tells_of_demo && is_made_up(&alert.labels) {
        muted_by.maintained_by.get_or_insert_with(|| DEMO.to_owned());
    }
    let fingerprint = alert.fingerprint();
    let window = state.windows.iter().find(|window| Some(&window.id) == muted_by.maintained_by.as_ref());
    let window = window.map(|window| window.name.clone());
    SeenAlert {
        window,
        alert: alert.clone(),
        fingerprint,
        acknowledged: state.handlings.acknowledgement(fingerprint, now).cloned(),
        muted_by,
        intervals: Vec::new(),
        receivers,
        hearers,
    }
}
