//! What was sent of alerts, as their history has it.

use serde::{Deserialize, Serialize};
use watchfire_alerting::Fingerprint;
use watchfire_alerting::channel::{AboutAlert, cut_chars};
use watchfire_storage::{AlertEvent, NOT_SENT, SENT};

use super::delivery::Ended;

/// The most that is kept of why something was given up, in characters.
const MOST_REASON: usize = 500;

/// A notification that was sent, or given up. An event of the history has it as JSON in its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// Who was told, or was to be.
    pub receiver: String,
    /// By which channel: `slack[0]`.
    pub integration: String,
    /// Why it was given up; empty where it was sent.
    #[serde(default)]
    pub reason: String,
}

impl Sending {
    /// What an event says of it; `None` where it is about something else.
    pub fn of(event: &AlertEvent) -> Option<Self> {
        if !matches!(event.after.as_str(), SENT | NOT_SENT) {
            return None;
        }
        serde_json::from_str(&event.reason).ok()
    }

    /// The events of a delivery that ended: one for each of its alerts. `rule` names the rule of an alert.
    pub(crate) fn events(ended: &Ended, rule: impl Fn(Fingerprint) -> String) -> Vec<AlertEvent> {
        let sending = Self {
            receiver: ended.receiver.clone(),
            integration: ended.integration.to_string(),
            reason: ended.failure.as_deref().map(|reason| cut_chars(reason, MOST_REASON)).unwrap_or_default(),
        };
        // It is made of texts, which can always be written.
        let reason = serde_json::to_string(&sending).unwrap_or_default();
        let after = if ended.failure.is_some() { NOT_SENT } else { SENT };
        let event = |alert: &AboutAlert| AlertEvent {
            at: ended.at,
            rule: rule(alert.fingerprint),
            labels: alert.labels.clone(),
            before: if alert.resolved { "resolved" } else { "firing" }.to_owned(),
            after: after.to_owned(),
            value: f64::NAN,
            reason: reason.clone(),
        };
        ended.alerts.iter().map(event).collect()
    }
}

#[cfg(test)]
mod tests {
    use watchfire_alerting::config::receiver::{Channel, Integration};
    use watchfire_model::Labels;

    use super::*;

    #[test]
    fn each_alert_of_a_delivery_has_an_event() {
        let alert = |name: &str, resolved: bool| {
            let labels = Labels::new([("alertname", name)]).unwrap();
            AboutAlert { fingerprint: Fingerprint::of(&labels), labels, resolved, starts_at: 1 }
        };
        let mut ended = Ended {
            at: 7,
            receiver: "team".to_owned(),
            integration: Integration { channel: Channel::Slack, index: 1 },
            alerts: vec![alert("Fire", false), alert("Smoke", true)],
            failure: None,
        };
        let told = |ended: &Ended| -> Vec<String> {
            let events = Sending::events(ended, |_| "form;fire".to_owned());
            let told = events.iter().map(|event| {
                let Sending { receiver, integration, reason } = Sending::of(event).unwrap();
                let AlertEvent { at, rule, before, after, .. } = event;
                let name = event.labels.get("alertname").unwrap_or_default();
                format!("{at} {rule} {name} {before} {after} {receiver} {integration} {reason}")
            });
            told.collect()
        };
        assert_eq!(
            told(&ended),
            ["7 form;fire Fire firing sent team slack[1] ", "7 form;fire Smoke resolved sent team slack[1] "]
        );
        ended.failure = Some("it says \"no\"".to_owned());
        assert_eq!(told(&ended)[0], "7 form;fire Fire firing not sent team slack[1] it says \"no\"");
        ended.failure = Some("x".repeat(5000));
        assert!(told(&ended)[0].len() < 600);
        let event = Sending::events(&ended, |_| String::new()).remove(0);
        let other = AlertEvent { after: "firing".to_owned(), ..event };
        assert_eq!(Sending::of(&other), None);
    }
}
