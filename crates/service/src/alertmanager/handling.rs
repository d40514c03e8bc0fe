//! What people say of alerts: that they look after one, that one is over, that one may be quiet for a while.

use std::sync::Arc;

use watchfire_alerting::silence::Draft;
use watchfire_alerting::{Act, Alert, Fingerprint, Handling, Matcher, Matchers};
use watchfire_model::{Labels, MatchOp};
use watchfire_storage::{AlertEvent, AlertStore, AlertWrites};

use super::{Alertmanager, AlertmanagerError};
use crate::alerting::HandedAlert;

/// How history names the rules of alerts that others sent.
pub(super) const ELSEWHERE: &str = "received";

/// What somebody says of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub by: String,
    /// Why; may be empty.
    pub comment: String,
    /// Until when, milliseconds since the epoch; `None`: as long as the alert fires.
    pub until: Option<i64>,
}

impl Said {
    /// Who says something that does not say a name.
    pub const NAMELESS: &str = "somebody with a link";
    /// The longest name, in characters. It stands in messages, histories and silences.
    pub const LONGEST_BY: usize = 100;
    /// The longest comment, in characters.
    pub const LONGEST_COMMENT: usize = 1000;

    fn check(&self, now: i64) -> Result<(), AlertmanagerError> {
        if self.by.trim().is_empty() {
            return Err(AlertmanagerError::BadInput("by: say who says it".to_owned()));
        }
        let lengths = [("by", &self.by, Self::LONGEST_BY), ("comment", &self.comment, Self::LONGEST_COMMENT)];
        for (field, text, most) in lengths {
            let found = text.chars().count();
            if found > most {
                let text = format!("{field}: it has {found} characters, {most} are allowed; shorten it");
                return Err(AlertmanagerError::BadInput(text));
            }
        }
        if self.until.is_some_and(|until| until <= now) {
            return Err(AlertmanagerError::BadInput("until: it is past; give a later time".to_owned()));
        }
        Ok(())
    }

    fn handling(&self, act: Act, alert: &Alert, now: i64) -> Handling {
        Handling {
            act,
            labels: alert.labels.clone(),
            by: self.by.clone(),
            comment: self.comment.clone(),
            at: now,
            until: self.until,
            heard_until: alert.ends_at,
        }
    }
}

impl Alertmanager {
    /// Keeps what people say in the history of alerts from now on. The first store stays; whether it was this one.
    pub fn keep_history(&self, store: Arc<dyn AlertStore>) -> bool {
        self.0.history.set(store).is_ok()
    }

    /// Notes of which rules alerts are.
    pub(super) fn note_rules(&self, alerts: &[HandedAlert]) {
        let mut state = self.state();
        for alert in alerts {
            state.rules.insert(Fingerprint::of(&alert.received.labels), alert.rule.clone());
        }
    }

    /// The alert that fires at `now` with a fingerprint.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::NoAlert`].
    pub fn firing(&self, fingerprint: Fingerprint, now: i64) -> Result<Arc<Alert>, AlertmanagerError> {
        let state = self.state();
        let alert = state.dispatcher.alert(fingerprint).filter(|alert| !alert.is_resolved(now));
        alert.cloned().ok_or(AlertmanagerError::NoAlert(fingerprint))
    }

    /// Who looks after an alert at `now`.
    pub fn acknowledgement(&self, fingerprint: Fingerprint, now: i64) -> Option<Handling> {
        self.state().handlings.acknowledgement(fingerprint, now).cloned()
    }

    /// Notes that somebody looks after an alert: it is not told again while nothing changes. Services that have a word for it
    /// are told of groups that somebody looks after as a whole.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::NoAlert`], [`AlertmanagerError::BadInput`], and what the store says.
    pub async fn acknowledge(
        &self,
        fingerprint: Fingerprint,
        said: &Said,
        now: i64,
    ) -> Result<Handling, AlertmanagerError> {
        said.check(now)?;
        let alert = self.firing(fingerprint, now)?;
        let handling = said.handling(Act::Acknowledged, &alert, now);
        let groups = {
            let mut state = self.state();
            state.handlings.set(handling.clone());
            let acknowledged =
                |alert: &Alert| state.handlings.acknowledgement(alert.fingerprint(), now).is_some();
            let whole = state.dispatcher.groups().filter(|group| {
                let mut firing = group.alerts.iter().filter(|alert| !alert.is_resolved(now)).peekable();
                let has = group.alerts.iter().any(|alert| alert.fingerprint() == fingerprint);
                has && firing.peek().is_some() && firing.all(|alert| acknowledged(alert))
            });
            whole.map(|group| (group.group_key, group.receiver.to_owned())).collect::<Vec<_>>()
        };
        self.write().await?;
        self.note(&alert.labels, "acknowledged", said, now).await;
        for (group_key, receiver) in groups {
            if let Err(error) = self.0.deliver.acknowledged(&group_key, &receiver, &said.by).await {
                tracing::warn!(receiver, error, "that a group is looked after could not be told");
            }
        }
        Ok(handling)
    }

    /// Takes an acknowledgement back.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::BadInput`] where there is none, and what the store says.
    pub async fn take_back(
        &self,
        fingerprint: Fingerprint,
        said: &Said,
        now: i64,
    ) -> Result<(), AlertmanagerError> {
        said.check(now)?;
        let handling = {
            let mut state = self.state();
            let is_one = state.handlings.acknowledgement(fingerprint, now).is_some();
            is_one.then(|| state.handlings.remove(fingerprint)).flatten()
        };
        let Some(handling) = handling else {
            let text = format!("nobody looks after the alert {fingerprint}; there is nothing to take back");
            return Err(AlertmanagerError::BadInput(text));
        };
        self.write().await?;
        self.note(&handling.labels, "unacknowledged", said, now).await;
        Ok(())
    }

    /// Says that an alert is over, whatever its source says: who was told of it is told that. It fires again when its source
    /// says that it began anew.
    ///
    /// # Errors
    ///
    /// As for [`acknowledge`](Self::acknowledge).
    pub async fn resolve(
        &self,
        fingerprint: Fingerprint,
        said: &Said,
        now: i64,
    ) -> Result<Handling, AlertmanagerError> {
        said.check(now)?;
        let alert = self.firing(fingerprint, now)?;
        let handling = Handling { until: None, ..said.handling(Act::Resolved, &alert, now) };
        {
            let mut state = self.state();
            state.handlings.set(handling.clone());
            let starts_at = alert.starts_at.min(now);
            let over = Alert { starts_at, ends_at: now, updated_at: now, timeout: false, ..(*alert).clone() };
            state.end(over, now);
        }
        self.write().await?;
        self.0.wake.notify_one();
        self.note(&alert.labels, "resolved", said, now).await;
        Ok(handling)
    }

    /// Lets an alert be quiet until a time: a silence for exactly that alert, whose id this gives.
    ///
    /// # Errors
    ///
    /// As for [`acknowledge`](Self::acknowledge); it needs an end.
    pub async fn snooze(
        &self,
        fingerprint: Fingerprint,
        said: &Said,
        now: i64,
    ) -> Result<String, AlertmanagerError> {
        said.check(now)?;
        let until = said.until.ok_or_else(|| {
            AlertmanagerError::BadInput("until: say until when, or for how long (for: \"2h\")".to_owned())
        })?;
        let alert = self.firing(fingerprint, now)?;
        let matchers = alert.labels.iter().map(|label| Matcher::new(label.name, MatchOp::Equal, label.value));
        let matchers = matchers.collect::<Result<Vec<_>, _>>().map_err(AlertmanagerError::BadInput)?;
        // Its comment tells it from a silence of somebody who named all labels.
        let why = if said.comment.is_empty() { String::new() } else { format!(": {}", said.comment) };
        let comment = format!("snoozed{why}");
        let draft = Draft {
            id: None,
            matchers: Matchers::new(matchers),
            starts_at: None,
            ends_at: until,
            created_by: said.by.clone(),
            comment,
        };
        let id = self.set_silence(draft, now).await?;
        self.note(&alert.labels, "snoozed", said, now).await;
        Ok(id)
    }

    /// Takes back that an alert is over: what its source says counts again, from its next word on.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::BadInput`] where nobody said so, and what the store says.
    pub async fn reopen(
        &self,
        fingerprint: Fingerprint,
        said: &Said,
        now: i64,
    ) -> Result<(), AlertmanagerError> {
        said.check(now)?;
        let handling = {
            let mut state = self.state();
            let is_over = state.handlings.get(fingerprint).is_some_and(|known| known.act == Act::Resolved);
            is_over.then(|| state.handlings.remove(fingerprint)).flatten()
        };
        let Some(handling) = handling else {
            let text =
                format!("nobody said that the alert {fingerprint} is over; there is nothing to take back");
            return Err(AlertmanagerError::BadInput(text));
        };
        self.write().await?;
        self.note(&handling.labels, "reopened", said, now).await;
        Ok(())
    }

    /// The alerts that somebody resolved by hand and whose source says still that they fire.
    pub fn resolved_by_hand(&self) -> Vec<(Fingerprint, Handling)> {
        let state = self.state();
        let resolved = state.handlings.iter().filter(|(_, handling)| handling.act == Act::Resolved);
        resolved.map(|(fingerprint, handling)| (fingerprint, handling.clone())).collect()
    }

    /// Keeps in the history, and in the incident of the alert, what somebody said.
    async fn note(&self, labels: &Labels, what: &str, said: &Said, now: i64) {
        self.tell_incident(Fingerprint::of(labels), what, said, now).await;
        let Some(history) = self.0.history.get() else { return };
        let rule = self.state().rules.get(&Fingerprint::of(labels)).cloned();
        let reason =
            if said.comment.is_empty() { said.by.clone() } else { format!("{}: {}", said.by, said.comment) };
        let event = AlertEvent {
            at: now,
            rule: rule.as_deref().unwrap_or(ELSEWHERE).to_owned(),
            labels: labels.clone(),
            before: if what == "reopened" { "resolved" } else { "firing" }.to_owned(),
            after: what.to_owned(),
            value: f64::NAN,
            reason,
        };
        let writes = AlertWrites { events: vec![event], ..AlertWrites::default() };
        if let Err(error) = history.write_alerts(writes).await {
            tracing::warn!(%error, "what somebody said of an alert is not in its history");
        }
    }
}
