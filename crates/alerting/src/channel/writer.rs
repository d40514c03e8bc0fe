use serde_json::{Value as Json, json};
use watchfire_model::Labels;
use watchfire_template::{Alert as Told, Data, Kv, Mode, Time, Value};

use super::draft::{Picture, Surroundings, Unsendable};
use super::incident;
use super::key::group_hash;
use super::severity::Severity;
use super::webpush::Entropy;
use crate::dispatch::{Notification, Notified, Reason};

/// Says the texts of one notification.
pub(super) struct Writer<'a> {
    pub(super) notification: &'a Notification,
    around: &'a Surroundings<'a>,
    data: Data,
    value: Value,
}

impl<'a> Writer<'a> {
    pub(super) fn new(notification: &'a Notification, around: &'a Surroundings<'a>) -> Self {
        let data = data(notification, around);
        Self { notification, around, value: data.to_value(), data }
    }

    /// What a template says.
    pub(super) fn text(&self, template: &str) -> Result<String, Unsendable> {
        self.say(template, &self.value, Mode::Text)
    }

    /// The same without white space around it.
    pub(super) fn trimmed(&self, template: &str) -> Result<String, Unsendable> {
        Ok(self.text(template)?.trim().to_owned())
    }

    /// What a template for HTML says.
    pub(super) fn html(&self, template: &str) -> Result<String, Unsendable> {
        self.say(template, &self.value, Mode::Html)
    }

    fn say(&self, template: &str, value: &Value, mode: Mode) -> Result<String, Unsendable> {
        // Most are plain texts.
        if !template.contains("{{") {
            return Ok(template.to_owned());
        }
        let said = self.around.set.expand(template, value, &self.around.env, mode);
        said.map_err(|error| Unsendable::new(format!("a template fails: {error}")))
    }

    /// Whether anything fires.
    pub(super) fn fires(&self) -> bool {
        self.notification.is_firing()
    }

    /// What names the group for other services.
    pub(super) fn hash(&self) -> String {
        group_hash(&self.notification.group_key)
    }

    /// Where alerts that fire are acknowledged: the name of each and the address; none where there are no such addresses.
    pub(super) fn acknowledgements(&self) -> impl Iterator<Item = (&str, &str)> {
        let alerts = self.data.alerts.iter().filter(|alert| !alert.action_url.is_empty());
        alerts.map(|alert| (alert.labels.get("alertname").unwrap_or_default(), alert.action_url.as_str()))
    }

    pub(super) fn external_url(&self) -> &str {
        self.around.env.external_url
    }

    pub(super) fn pictures(&self) -> &[Picture] {
        self.around.pictures
    }

    pub(super) fn entropy(&self) -> &Entropy {
        &self.around.entropy
    }

    /// How severe the worst alert is that fires, or the worst one where none does; by the label `severity`.
    pub(super) fn severity(&self) -> Option<Severity> {
        let of = |notified: &Notified| notified.alert.labels.get("severity").and_then(Severity::of);
        let alerts = &self.notification.alerts;
        let fires = alerts.iter().any(|notified| !notified.resolved);
        alerts.iter().filter(|notified| notified.resolved != fires).filter_map(of).max()
    }

    /// The message of Alertmanager's webhooks
    /// (<https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>), with at most so many alerts.
    pub(super) fn message(&self, most: usize) -> Json {
        let all = &self.notification.alerts;
        let shown = &all[..all.len().min(most)];
        let data = &self.data;
        let mut message = json!({
            "version": "4",
            "groupKey": self.notification.group_key,
            "truncatedAlerts": all.len() - shown.len(),
            "receiver": data.receiver,
            "status": data.status,
            "notification_reason": data.notification_reason,
            "groupLabels": pairs(&data.group_labels),
            "commonLabels": pairs(&data.common_labels),
            "commonAnnotations": pairs(&data.common_annotations),
            "externalURL": data.external_url,
            "alerts": shown.iter().map(alert).collect::<Vec<_>>(),
        });
        if let Some(told) = incident::json(self.notification, self.external_url()) {
            message["incident"] = told;
        }
        message
    }
}

fn pairs(pairs: &Kv) -> Json {
    pairs
        .iter()
        .map(|(name, value)| (name.to_owned(), Json::from(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Labels as a JSON object.
pub(super) fn labels(labels: &Labels) -> Json {
    labels
        .iter()
        .map(|label| (label.name.to_owned(), Json::from(label.value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What stands in JSON where there is no end.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// A moment as RFC 3339 has it.
pub(super) fn rfc3339(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| NO_TIME.to_owned(), |at| at.to_string())
}

fn alert(notified: &Notified) -> Json {
    let Notified { alert, resolved } = notified;
    json!({
        "status": status(*resolved),
        "labels": labels(&alert.labels),
        "annotations": labels(&alert.annotations),
        "startsAt": rfc3339(alert.starts_at),
        "endsAt": if *resolved { rfc3339(alert.ends_at) } else { NO_TIME.to_owned() },
        "generatorURL": alert.generator_url,
        "fingerprint": alert.fingerprint().to_string(),
    })
}

fn status(resolved: bool) -> &'static str {
    if resolved { "resolved" } else { "firing" }
}

fn kv(labels: &Labels) -> Kv {
    Kv::new(labels.iter().map(|label| (label.name, label.value)))
}

/// The dot of templates.
fn data(notification: &Notification, around: &Surroundings<'_>) -> Data {
    let link = |notified: &Notified| {
        let links = around.links.filter(|_| !notified.resolved)?;
        Some(links.link(notified.alert.fingerprint()))
    };
    let time = |millis: i64| Time::from_millis(millis).unwrap_or_else(Time::zero);
    let told = |notified: &Notified| Told {
        status: status(notified.resolved).to_owned(),
        labels: kv(&notified.alert.labels),
        annotations: kv(&notified.alert.annotations),
        starts_at: time(notified.alert.starts_at),
        // The end of what fires is a guess that nobody needs.
        ends_at: if notified.resolved { time(notified.alert.ends_at) } else { Time::zero() },
        generator_url: notified.alert.generator_url.clone(),
        fingerprint: notified.alert.fingerprint().to_string(),
        action_url: link(notified).unwrap_or_default(),
    };
    let alerts: Vec<Told> = notification.alerts.iter().map(told).collect();
    let mut data = Data {
        receiver: notification.receiver.clone(),
        status: String::new(),
        incident: incident::told(notification, &alerts, around.env.external_url),
        alerts,
        notification_reason: reason(notification.reason).to_owned(),
        group_labels: kv(&notification.group_labels),
        common_labels: Kv::default(),
        common_annotations: Kv::default(),
        external_url: around.env.external_url.to_owned(),
    };
    data.summarize();
    data
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::First => "first notification",
        Reason::NewAlerts => "new alerts in group",
        Reason::SomeResolved => "some alerts resolved",
        Reason::AllResolved => "all alerts resolved",
        Reason::Repeat => "repeat interval elapsed",
        Reason::IncidentOpened => "incident opened",
        Reason::IncidentWorse => "incident became worse",
        Reason::IncidentCause => "another cause of the incident is guessed",
        Reason::IncidentOver => "incident over",
        Reason::IncidentMerged => "incident merged",
    }
}
