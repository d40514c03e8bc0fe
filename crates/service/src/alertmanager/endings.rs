//! How notifications ended, in the history of their alerts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;
use watchfire_alerting::Fingerprint;
use watchfire_alerting::config::receiver::Integration;
use watchfire_alerting::incident::IncidentError;
use watchfire_model::{Labels, TimeRange};
use watchfire_storage::{AlertEvent, AlertEventFilter, AlertStore, AlertWrites};

use super::handling::ELSEWHERE;
use super::{Alertmanager, AlertmanagerError};
use crate::alerting::delivery::Ended;
use crate::alerting::{MOST_EVENTS, SHOWN_EVENTS, Sending};

/// How many are written at once: a transaction each would be slow where a hundred end in a second.
const AT_ONCE: usize = 256;

/// How long to wait after what could not be stored, at first and at last.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Of how many alerts it is known by which ways they could not be told.
const MOST_FAILURES: usize = 10_000;

/// How long before an incident its alerts may have been told of, and how long after its end, in milliseconds: the last word goes out
/// after the end.
const AROUND: i64 = 30 * 60_000;

/// Why alerts could not be told, by the alert, whether it is resolved, the receiver and the channel. Where a channel is broken a
/// group is told anew at each of its intervals, and would fill the history with the same. Of a reason only what stands before its first
/// colon counts: behind it are a service's own words, such as the number of a session.
#[derive(Default)]
struct Failures(HashMap<(Fingerprint, bool, String, Integration), String>);

impl Failures {
    /// An end, with those of its alerts of which it says something new.
    fn news(&mut self, ended: &Ended) -> Ended {
        if self.0.len() > MOST_FAILURES {
            self.0.clear();
        }
        let mut news = ended.clone();
        news.alerts.retain(|alert| {
            let way = (alert.fingerprint, alert.resolved, ended.receiver.clone(), ended.integration);
            match &ended.failure {
                None => {
                    self.0.remove(&way);
                    true
                }
                Some(reason) => {
                    let kind = reason.split(':').next().unwrap_or_default();
                    self.0.insert(way, kind.to_owned()).is_none_or(|known| known != kind)
                }
            }
        });
        news
    }
}

/// Keeps in the history of alerts how their notifications ended, until `stop`; what ended by then is written still.
pub async fn keep_endings(
    alertmanager: Alertmanager,
    mut ends: broadcast::Receiver<Arc<Ended>>,
    stop: CancellationToken,
) {
    let mut failures = Failures::default();
    loop {
        let first = tokio::select! {
            () = stop.cancelled() => break,
            first = ends.recv() => first,
        };
        match first {
            Ok(first) => {
                let ended = with_more(&first, &mut ends, &mut failures);
                alertmanager.keep_sent(&ended, &stop).await;
            }
            Err(RecvError::Lagged(count)) => {
                tracing::warn!(count, "the history of alerts lacks how some notifications ended");
            }
            Err(RecvError::Closed) => break,
        }
    }
    while let Ok(first) = ends.try_recv() {
        let ended = with_more(&first, &mut ends, &mut failures);
        alertmanager.keep_sent(&ended, &stop).await;
    }
}

/// What is new of an end, and of those that wait behind it.
fn with_more(
    first: &Ended,
    ends: &mut broadcast::Receiver<Arc<Ended>>,
    failures: &mut Failures,
) -> Vec<Ended> {
    let mut all = vec![failures.news(first)];
    while all.len() < AT_ONCE
        && let Ok(next) = ends.try_recv()
    {
        all.push(failures.news(&next));
    }
    all
}

/// What was sent of the alerts of an incident.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SentOfIncident {
    /// One event for each alert that a notification told of, the newest first.
    pub events: Vec<AlertEvent>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

impl Alertmanager {
    /// What was sent of the alerts of an incident around its time, and what was given up: the newest `limit`, which is 1000 where it is
    /// left out and 10,000 at most. Of alerts that it does not tell one by one nothing is known.
    ///
    /// # Errors
    ///
    /// There is no such incident, and what the store says.
    pub async fn sent_of_incident(
        &self,
        id: &str,
        limit: Option<usize>,
    ) -> Result<SentOfIncident, AlertmanagerError> {
        let not_found = || AlertmanagerError::Incident(IncidentError::NotFound(id.to_owned()));
        let incident = self.incident(id).ok_or_else(not_found)?;
        let Some(history) = self.0.history.get() else { return Ok(SentOfIncident::default()) };
        // They come from labels.
        let labels = incident.alerts.iter().filter_map(|member| Labels::new(&member.labels).ok());
        let labels: Vec<Labels> = labels.collect();
        // A filter without labels would find what was sent of all alerts.
        if labels.is_empty() {
            return Ok(SentOfIncident::default());
        }
        let limit = limit.unwrap_or(SHOWN_EVENTS).min(MOST_EVENTS);
        let start = incident.opened_at.saturating_sub(AROUND);
        let end = incident.resolved_at.map_or(i64::MAX, |at| at.saturating_add(AROUND));
        let filter = AlertEventFilter {
            rule: None,
            labels,
            range: TimeRange { start, end },
            deliveries: Some(true),
            limit: limit + 1,
        };
        let mut events = history.alert_events(&filter).await?;
        let more = events.len() > limit;
        events.truncate(limit);
        Ok(SentOfIncident { events, more })
    }

    /// Writes how notifications ended; where that can't be, again and again, until `stop`.
    async fn keep_sent(&self, ended: &[Ended], stop: &CancellationToken) {
        let Some(history) = self.0.history.get() else { return };
        let events = self.events_of(ended, &**history).await;
        let (mut wait, longest) = AGAIN;
        loop {
            let writes = AlertWrites { events: events.clone(), ..AlertWrites::default() };
            let Err(error) = history.write_alerts(writes).await else { return };
            tracing::warn!(%error, "how notifications ended is not in the history of their alerts; it is tried again");
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(longest),
            }
        }
    }

    async fn events_of(&self, ended: &[Ended], history: &dyn AlertStore) -> Vec<AlertEvent> {
        let mut rules: HashMap<Fingerprint, String> = HashMap::new();
        for alert in ended.iter().flat_map(|ended| &ended.alerts) {
            if rules.contains_key(&alert.fingerprint) {
                continue;
            }
            let known = self.state().rules.get(&alert.fingerprint).map(ToString::to_string);
            let rule = match known {
                Some(rule) => rule,
                // After a start, and long after its end, only the history knows.
                None => rule_of(&alert.labels, history).await,
            };
            rules.insert(alert.fingerprint, rule);
        }
        let rule = |of: Fingerprint| rules.get(&of).map_or(ELSEWHERE, String::as_str).to_owned();
        ended.iter().flat_map(|ended| Sending::events(ended, rule)).collect()
    }
}

/// The rule of an alert, as its last change in the history says.
async fn rule_of(labels: &Labels, history: &dyn AlertStore) -> String {
    let filter = AlertEventFilter {
        rule: None,
        labels: vec![labels.clone()],
        range: TimeRange { start: i64::MIN, end: i64::MAX },
        deliveries: Some(false),
        limit: 1,
    };
    // What can't be read now is not lost: it stands with what came from elsewhere.
    let found = history.alert_events(&filter).await.unwrap_or_default();
    found.into_iter().next().map_or_else(|| ELSEWHERE.to_owned(), |event| event.rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchfire_alerting::channel::AboutAlert;
    use watchfire_alerting::config::receiver::Channel;

    #[test]
    fn the_same_failure_is_told_once() {
        let ended = |receiver: &str, resolved: bool, failure: Option<&str>| {
            let labels = Labels::new([("alertname", "Fire")]).unwrap();
            let alert = AboutAlert { fingerprint: Fingerprint::of(&labels), labels, resolved, starts_at: 1 };
            Ended {
                at: 7,
                receiver: receiver.to_owned(),
                integration: Integration { channel: Channel::Slack, index: 0 },
                alerts: vec![alert],
                failure: failure.map(str::to_owned),
            }
        };
        let mut failures = Failures::default();
        for (receiver, resolved, failure, is_news) in [
            ("a", false, Some("no: session 1"), true),
            ("a", false, Some("no: session 2"), false),
            ("a", false, Some("no"), false),
            ("b", false, Some("no"), true),
            ("a", true, Some("no"), true),
            ("a", false, Some("never"), true),
            ("a", false, None, true),
            ("a", false, None, true),
            ("a", false, Some("never"), true),
        ] {
            let news = failures.news(&ended(receiver, resolved, failure));
            assert_eq!(news.alerts.len(), usize::from(is_news), "{receiver} {resolved} {failure:?}");
        }
    }
}
