//! The data of notifications (<https://prometheus.io/docs/alerting/latest/notifications/#data>).

mod incident;
mod kv;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use incident::Incident;
pub use kv::Kv;

use crate::time::Time;
use crate::value::{Field, List, Object, Shape, Value};

/// What a notification tells, the dot of its templates.
#[derive(Clone, Debug)]
pub struct Data {
    /// The receiver's name.
    pub receiver: String,
    /// `firing` if at least one alert is, else `resolved`.
    pub status: String,
    /// The alerts of the group.
    pub alerts: Vec<Alert>,
    /// Why it is sent; empty if that is not told.
    pub notification_reason: String,
    /// The labels that the alerts are grouped by.
    pub group_labels: Kv,
    /// The labels that all alerts have in common.
    pub common_labels: Kv,
    /// The annotations that all alerts have in common.
    pub common_annotations: Kv,
    /// Where people reach what sends it.
    pub external_url: String,
    /// The incident that it tells of. It is not one of Alertmanager's: templates have it as the method `Incident`, so that what is
    /// printed of the data stays as it is there.
    pub incident: Option<Incident>,
}

/// An alert of a notification.
#[derive(Clone, Debug)]
pub struct Alert {
    /// `firing` or `resolved`.
    pub status: String,
    /// Its labels.
    pub labels: Kv,
    /// Its annotations.
    pub annotations: Kv,
    /// When it began to fire.
    pub starts_at: Time,
    /// When it ended, or will be taken for ended.
    pub ends_at: Time,
    /// Where people find what caused it.
    pub generator_url: String,
    /// What tells it from others.
    pub fingerprint: String,
    /// Where people acknowledge it; empty where there is no such place. It is not one of Alertmanager's: templates have it as
    /// the method `ActionURL`, so that what is printed of an alert stays as it is there.
    pub action_url: String,
}

impl Data {
    /// As what templates work on.
    pub fn to_value(&self) -> Value {
        let field = |name, key, value| Field { name, key, value };
        let fields = vec![
            field("Receiver", "receiver", self.receiver.as_str().into()),
            field("Status", "status", self.status.as_str().into()),
            field("Alerts", "alerts", Alerts::value(self.alerts.iter().map(Alert::to_value).collect(), true)),
            field("NotificationReason", "notification_reason", self.notification_reason.as_str().into()),
            field("GroupLabels", "groupLabels", self.group_labels.to_value()),
            field("CommonLabels", "commonLabels", self.common_labels.to_value()),
            field("CommonAnnotations", "commonAnnotations", self.common_annotations.to_value()),
            field("ExternalURL", "externalURL", self.external_url.as_str().into()),
        ];
        let incident = self.incident.as_ref().map_or(Value::Nil, Incident::to_value);
        Value::Object(Arc::new(Extended { type_name: "template.Data", fields, more: ("Incident", incident) }))
    }

    /// Fills in the labels and annotations that all alerts have in common, and the status.
    pub fn summarize(&mut self) {
        let firing = self.alerts.iter().any(|alert| alert.status == FIRING);
        self.status = if firing { FIRING } else { RESOLVED }.into();
        self.common_labels = common(self.alerts.iter().map(|alert| &alert.labels));
        self.common_annotations = common(self.alerts.iter().map(|alert| &alert.annotations));
    }
}

/// What all have in common.
fn common<'a>(mut all: impl Iterator<Item = &'a Kv>) -> Kv {
    let Some(first) = all.next() else { return Kv::default() };
    let mut shared: BTreeMap<&str, &str> = first.iter().collect();
    for other in all {
        shared.retain(|name, value| other.get(name) == Some(value));
    }
    Kv::new(shared)
}

const FIRING: &str = "firing";
const RESOLVED: &str = "resolved";

impl Alert {
    /// As what templates work on.
    pub fn to_value(&self) -> Value {
        let field = |name, key, value| Field { name, key, value };
        let fields = vec![
            field("Status", "status", self.status.as_str().into()),
            field("Labels", "labels", self.labels.to_value()),
            field("Annotations", "annotations", self.annotations.to_value()),
            field("StartsAt", "startsAt", self.starts_at.clone().into()),
            field("EndsAt", "endsAt", self.ends_at.clone().into()),
            field("GeneratorURL", "generatorURL", self.generator_url.as_str().into()),
            field("Fingerprint", "fingerprint", self.fingerprint.as_str().into()),
        ];
        let more = ("ActionURL", self.action_url.as_str().into());
        Value::Object(Arc::new(Extended { type_name: "template.Alert", fields, more }))
    }
}

/// What Alertmanager has, with a method more that is not printed with it.
#[derive(Debug)]
struct Extended {
    type_name: &'static str,
    fields: Vec<Field>,
    /// The method's name, and what it gives.
    more: (&'static str, Value),
}

impl Object for Extended {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Fields(&self.fields)
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let (name, value) = &self.more;
        (method == *name).then(|| match arguments {
            [] => Ok(value.clone()),
            _ => Err(format!("{name} takes no arguments")),
        })
    }
}

/// Something with fields and no methods.
struct Record {
    type_name: &'static str,
    fields: Vec<Field>,
}

fn record(type_name: &'static str, fields: Vec<Field>) -> Value {
    Value::Object(Arc::new(Record { type_name, fields }))
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(self.type_name).field("fields", &self.fields).finish()
    }
}

impl Object for Record {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Fields(&self.fields)
    }
}

/// The alerts of a group, which know which of them fire.
#[derive(Debug)]
struct Alerts {
    list: List,
    /// What Firing and Resolved return is a plain list.
    methods: bool,
}

impl Alerts {
    fn value(alerts: Vec<Value>, methods: bool) -> Value {
        Value::Object(Arc::new(Self { list: List::new(alerts), methods }))
    }

    fn with_status(&self, wanted: &str) -> Value {
        let has = |alert: &&Value| match alert {
            Value::Object(object) => match object.shape() {
                Shape::Fields([status, ..]) => status.value.as_str() == Some(wanted),
                _ => false,
            },
            _ => false,
        };
        Self::value(self.list.items().iter().filter(has).cloned().collect(), false)
    }
}

impl Object for Alerts {
    fn type_name(&self) -> &str {
        if self.methods { "template.Alerts" } else { "[]template.Alert" }
    }

    fn shape(&self) -> Shape<'_> {
        Shape::List(&self.list)
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let wanted = match method {
            "Firing" if self.methods => FIRING,
            "Resolved" if self.methods => RESOLVED,
            _ => return None,
        };
        if !arguments.is_empty() {
            return Some(Err(format!("{method} takes no arguments")));
        }
        Some(Ok(self.with_status(wanted)))
    }
}
