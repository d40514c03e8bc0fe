//! What a notification says of the incident that it tells of.

use serde_json::{Value as Json, json};
use watchfire_template::{Alert as Told, Incident as ToldIncident, Time};

use super::writer::rfc3339;
use crate::dispatch::{Notification, Reason};
use crate::incident::{Incident, IncidentState};

/// What became of it, in a word.
fn change(reason: Reason) -> &'static str {
    match reason {
        Reason::IncidentWorse => "worse",
        Reason::IncidentCause => "cause",
        Reason::IncidentMerged => "merged",
        Reason::IncidentOver => "over",
        _ => "opened",
    }
}

fn state(incident: &Incident) -> &'static str {
    match incident.state {
        IncidentState::Open => "open",
        IncidentState::Acknowledged => "acknowledged",
        IncidentState::Resolved => "resolved",
    }
}

/// Where it goes on.
fn address(incident: &Incident, external_url: &str) -> String {
    format!("{external_url}/alerts/incidents/{}", incident.merged_into.as_ref().unwrap_or(&incident.id))
}

/// For templates; `alerts` are those of the notification.
pub(super) fn told(notification: &Notification, alerts: &[Told], external_url: &str) -> Option<ToldIncident> {
    let incident = notification.incident.as_deref()?;
    let time = |millis: Option<i64>| millis.and_then(Time::from_millis).unwrap_or_else(Time::zero);
    let cause = incident.cause.as_ref();
    Some(ToldIncident {
        id: incident.id.clone(),
        title: incident.title.clone(),
        severity: incident.severity.clone().unwrap_or_default(),
        state: state(incident).to_owned(),
        change: change(notification.reason).to_owned(),
        opened_at: time(Some(incident.opened_at)),
        resolved_at: time(incident.resolved_at),
        cause: cause
            .and_then(|cause| alerts.iter().find(|told| told.fingerprint == cause.fingerprint).cloned()),
        why: cause.map(|cause| cause.why.clone()).unwrap_or_default(),
        assignee: incident.assignee.clone().unwrap_or_default(),
        left_out: incident.left_out,
        url: address(incident, external_url),
    })
}

/// For webhooks.
pub(super) fn json(notification: &Notification, external_url: &str) -> Option<Json> {
    let incident = notification.incident.as_deref()?;
    let mut told = json!({
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity,
        "state": state(incident),
        "change": change(notification.reason),
        "openedAt": rfc3339(incident.opened_at),
        "resolvedAt": incident.resolved_at.map(rfc3339),
        "cause": incident.cause,
        "assignee": incident.assignee,
        "leftOut": incident.left_out,
        "url": address(incident, external_url),
    });
    if let Some(into) = &incident.merged_into {
        told["mergedInto"] = json!(into);
    }
    Some(told)
}
