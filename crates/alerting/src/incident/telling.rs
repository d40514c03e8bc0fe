//! Whole incidents for people: what those who are told know, and what they have to hear.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use watchfire_model::Labels;

use super::book::grave;
use super::{Incident, IncidentState, Member};
use crate::alert::Alert;
use crate::config::IncidentsConfig;
use crate::config::receiver::{Channel, Receiver};
use crate::dispatch::{Notification, Notified, Reason, order};

/// What was told of an incident last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When that was decided. No two decisions about an incident have the same time, and a notification keeps its own, so that
    /// one that is handed on twice is known to be the same.
    pub at: i64,
    /// Why.
    pub reason: Reason,
    /// How grave it was.
    pub severity: Option<String>,
    /// The fingerprint of the alert that was guessed to have begun it.
    pub cause: Option<String>,
    /// Whether it was not handed on yet.
    pub waits: bool,
}

impl Told {
    /// Whether who was told takes it for an incident that goes on.
    pub fn goes_on(&self) -> bool {
        !matches!(self.reason, Reason::IncidentOver | Reason::IncidentMerged)
    }
}

impl Incident {
    /// Why it has to be told at `now`; `None` where all is known that is to be told, or it is too early. `is_heard` says whether
    /// people may hear of an alert now, `is_awaited` whether another that was told is part of it and ends only once this one is told.
    pub(super) fn news(
        &self,
        config: &IncidentsConfig,
        (now, is_awaited): (i64, bool),
        is_heard: impl Fn(&Member) -> bool,
    ) -> Option<Reason> {
        let last = self.told.as_ref();
        let told = last.filter(|told| told.goes_on());
        if self.state == IncidentState::Resolved {
            let is_merged = self.merged_into.is_some();
            let reason = if is_merged { Reason::IncidentMerged } else { Reason::IncidentOver };
            // What came and went before anyone heard of it is no news.
            return told.map(|_| reason);
        }
        if !self.alerts.iter().any(|member| member.ends_at.is_none() && is_heard(member)) {
            return None;
        }
        let Some(told) = told else {
            // One that goes on shortly after its end is not told each time.
            let rests = last.is_some_and(|last| now - last.at < config.group_interval.millis());
            let is_due = now - self.opened_at >= config.group_wait.millis()
                && self.alerts.len() + self.left_out >= config.min_alerts;
            return (is_awaited || (is_due && !rests)).then_some(Reason::IncidentOpened);
        };
        let is_early = now - told.at < config.group_wait.millis();
        if is_early && !is_awaited {
            return None;
        }
        if self.is_worse_than(told) {
            return Some(Reason::IncidentWorse);
        }
        if is_early {
            return None;
        }
        (self.cause_of() != told.cause.as_deref()).then_some(Reason::IncidentCause)
    }

    /// The fingerprint of the alert that is guessed to have begun it.
    fn cause_of(&self) -> Option<&str> {
        self.cause.as_ref().map(|cause| cause.fingerprint.as_str())
    }

    /// Whether it is graver than what was told of it.
    fn is_worse_than(&self, told: &Told) -> bool {
        rank(self.severity.as_deref()) > rank(told.severity.as_deref())
    }

    /// Whether it is known to be as grave as it is, so that those that are part of it may end for who was told of them: services keep
    /// a state for each.
    pub(super) fn is_known(&self) -> bool {
        let told = self.told.as_ref().filter(|told| told.goes_on() && !told.waits);
        self.state == IncidentState::Resolved || told.is_some_and(|told| !self.is_worse_than(told))
    }

    /// Takes over the cause that people heard of another that is part of it now, so that they do not hear it twice. How grave it is they
    /// hear again: a page for the older one has to become as grave as the one that ends.
    pub(super) fn heard(&mut self, other: &Self) {
        let Some(heard) = other.told.as_ref().filter(|told| told.goes_on() && !told.waits) else { return };
        let cause = self.cause_of().map(str::to_owned);
        let Some(told) = self.told.as_mut().filter(|told| told.goes_on()) else { return };
        if cause == heard.cause {
            told.cause = cause;
        }
    }

    /// Takes for told what it is like at `now`.
    pub(super) fn tell(&mut self, reason: Reason, now: i64) {
        self.told = Some(Told {
            at: self.told.as_ref().map_or(now, |told| now.max(told.at + 1)),
            reason,
            severity: self.severity.clone(),
            cause: self.cause_of().map(str::to_owned),
            waits: true,
        });
    }

    /// What names it to channels, where a group of alerts has its group key.
    pub fn group_key(&self) -> String {
        format!("incident:{}", self.id)
    }

    /// What waits to be told, for each channel of the receiver that tells it. `known` gives an alert by its fingerprint.
    pub fn notifications(
        &self,
        receiver: &Receiver,
        known: impl Fn(&str) -> Option<Arc<Alert>>,
    ) -> Vec<Notification> {
        let Some(told) = self.told.as_ref().filter(|told| told.waits) else { return Vec::new() };
        let (is_over, is_merged) = (!told.goes_on(), told.reason == Reason::IncidentMerged);
        let mut alerts: Vec<Notified> =
            self.alerts.iter().map(|member| self.notified(member, known(&member.fingerprint))).collect();
        alerts.sort_by(|one, other| order(&one.alert.labels, &other.alert.labels));
        let incident = Arc::new(self.clone());
        let channels = receiver.integrations().into_iter().filter(|(integration, send_resolved)| {
            // An Alertmanager knows nothing of incidents, and has the alerts from the one that goes on.
            let has_word = !is_merged || integration.channel != Channel::Alertmanager;
            has_word && (*send_resolved || !is_over)
        });
        channels
            .map(|(integration, send_resolved)| Notification {
                group_key: self.group_key(),
                group_labels: Labels::new([("incident", self.title.as_str())])
                    .unwrap_or_else(|_| Labels::empty()),
                route: "incidents".to_owned(),
                receiver: receiver.name.clone(),
                integration,
                at: told.at,
                reason: told.reason,
                alerts: alerts.iter().filter(|told| send_resolved || !told.resolved).cloned().collect(),
                incident: Some(incident.clone()),
            })
            .filter(|notification| !notification.alerts.is_empty())
            .collect()
    }

    /// One of its alerts as it is told.
    fn notified(&self, member: &Member, known: Option<Arc<Alert>>) -> Notified {
        // Where somebody said that the incident is over, its alerts are, too; of one that is part of another they go on there.
        let over_at = self.resolved_at.filter(|_| self.state == IncidentState::Resolved);
        let end = member.ends_at.or(over_at);
        let end = if self.merged_into.is_some() { end.filter(|end| Some(*end) < over_at) } else { end };
        let kept = || Alert {
            // They come from labels, and annotations that say nothing are none.
            labels: Labels::new(&member.labels).unwrap_or_else(|_| Labels::empty()),
            annotations: Labels::new([("summary", member.summary.as_str())])
                .unwrap_or_else(|_| Labels::empty()),
            starts_at: member.starts_at,
            ends_at: self.changed_at,
            generator_url: String::new(),
            updated_at: self.changed_at,
            timeout: false,
        };
        let known = known.map_or_else(kept, |alert| (*alert).clone());
        let ends_at = end.unwrap_or(known.ends_at).max(member.starts_at);
        let alert = Arc::new(Alert { starts_at: member.starts_at, ends_at, ..known });
        Notified { alert, resolved: end.is_some() }
    }
}

/// How grave a word is; nothing is the least.
fn rank(word: Option<&str>) -> u8 {
    word.map_or(0, grave)
}
