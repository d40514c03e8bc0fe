//! From evaluation to notification: what is handed over, and when.

use std::sync::Arc;

use async_trait::async_trait;
use watchfire_alerting::Received;
use watchfire_model::Labels;
use watchfire_rules::{AlertState, Held};

/// An alert of a rule for whoever notifies.
#[derive(Clone, Debug, PartialEq)]
pub struct HandedAlert {
    /// As a dispatcher takes it: a firing alert ends a few minutes from now unless it is heard of again, one that is resolved
    /// has ended.
    pub received: Received,
    /// Its value.
    pub value: f64,
    /// Whether it is over.
    pub resolved: bool,
    /// Names its rule, as history does.
    pub rule: Arc<str>,
    /// Whether an evaluation has seen since the start that it is so; else it is what was stored before, or what is left as it was since
    /// samples are not back yet or the query fails.
    pub is_seen: bool,
}

/// Takes alerts that fire or are resolved, and tells people.
///
/// Alerts that fire are handed over when they begin to, again after each `resend_delay`, and all of them after a start, and
/// then once more when they were evaluated; those that are resolved until they were taken once. So what was evaluated and not taken when the process died is taken
/// after the next start, and the same may come twice: an alert is known by its labels.
#[async_trait]
pub trait AlertSink: Send + Sync {
    /// Takes alerts. When it returns, a crash must not lose them.
    ///
    /// # Errors
    ///
    /// Nothing was taken; it is tried again with the next evaluation. The text says why.
    async fn take(&self, alerts: Vec<HandedAlert>) -> Result<(), String>;
}

/// What was handed over of an alert last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// Milliseconds since the epoch.
    pub(super) at: i64,
    pub(super) state: AlertState,
}

/// Whether what an alert is now was handed over.
pub(super) fn is_told(held: &Held, sent: Option<&Sent>) -> bool {
    let since = match held.state {
        AlertState::Pending => return true,
        AlertState::Firing => held.fired_at,
        AlertState::Inactive => held.resolved_at,
    };
    sent.is_some_and(|sent| sent.state == held.state && since.is_none_or(|since| sent.at >= since))
}

/// Whether an alert is to be handed over at `now`.
pub(super) fn is_due(held: &Held, sent: Option<&Sent>, now: i64, resend_delay: i64) -> bool {
    let again = held.state == AlertState::Firing && sent.is_none_or(|sent| now - sent.at >= resend_delay);
    !is_told(held, sent) || again
}

/// What is handed over. One that fires is good for so many milliseconds (`valid`).
pub(super) fn handed(
    rule: &Arc<str>,
    labels: &Labels,
    held: &Held,
    now: i64,
    valid: i64,
    generator_url: &str,
) -> HandedAlert {
    let resolved = held.state == AlertState::Inactive;
    let ends_at = if resolved { held.resolved_at.unwrap_or(now) } else { now.saturating_add(valid) };
    let received = Received {
        labels: labels.clone(),
        annotations: annotations(held),
        starts_at: Some(held.fired_at.unwrap_or(held.active_at).min(ends_at)),
        ends_at: Some(ends_at),
        generator_url: generator_url.to_owned(),
    };
    HandedAlert { received, value: held.value, resolved, rule: rule.clone(), is_seen: true }
}

/// The alert with the external labels that it has no label for, as Prometheus adds them.
pub(super) fn labelled(mut alert: HandedAlert, external: &[(String, String)]) -> HandedAlert {
    for (name, value) in external {
        if alert.received.labels.get(name).is_none() {
            alert.received.labels = alert.received.labels.with(name, value);
        }
    }
    alert
}

/// Names are unique in a map, and those that are empty were refused when the rule was read.
pub(super) fn annotations(held: &Held) -> Labels {
    Labels::new(&held.annotations).unwrap_or_else(|_| Labels::empty())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn held(state: AlertState, since: i64) -> Held {
        Held {
            state,
            annotations: BTreeMap::new(),
            value: 1.0,
            active_at: 0,
            fired_at: (state != AlertState::Pending).then_some(since.min(50)),
            resolved_at: (state == AlertState::Inactive).then_some(since),
            kept_since: None,
        }
    }

    #[test]
    fn external_labels_are_added() {
        let labels = Labels::new([("alertname", "A"), ("region", "north")]).unwrap();
        let held = held(AlertState::Firing, 50);
        let alert = handed(&"a".into(), &labels, &held, 100, 60, "");
        let external =
            [("region", "south"), ("site", "one")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let labels = labelled(alert, &external).received.labels;
        assert_eq!(labels.to_string(), r#"{alertname="A",region="north",site="one"}"#);
    }

    #[test]
    fn alerts_are_handed_over_in_time() {
        use AlertState::{Firing, Inactive, Pending};
        let table = [
            (Pending, None, 100, false),
            (Firing, None, 100, true),
            (Firing, Some((Firing, 60)), 100, false),
            (Firing, Some((Firing, 60)), 120, true),
            // It was resolved and fires again.
            (Firing, Some((Inactive, 90)), 100, true),
            (Inactive, Some((Firing, 60)), 100, true),
            (Inactive, None, 100, true),
            (Inactive, Some((Inactive, 100)), 200, false),
        ];
        for (state, sent, now, due) in table {
            let held = held(state, if state == Inactive { 95 } else { 50 });
            let sent = sent.map(|(state, at)| Sent { at, state });
            assert_eq!(is_due(&held, sent.as_ref(), now, 60), due, "{state:?} {sent:?} {now}");
        }
    }
}
