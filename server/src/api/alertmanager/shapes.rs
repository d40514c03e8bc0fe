//! Alertmanager's JSON.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use watchfire_alerting::silence::Draft;
use watchfire_alerting::{Matcher, Matchers, Received, Silence};
use watchfire_model::{Labels, MatchOp, format_utc};
use watchfire_service::alertmanager::{SeenAlert, SeenGroup};

use super::failure::Failure;

/// An alert as it is posted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostedAlert {
    labels: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    annotations: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    starts_at: Moment,
    #[serde(default)]
    ends_at: Moment,
    #[serde(default, rename = "generatorURL")]
    generator_url: String,
}

/// A time in RFC 3339 as milliseconds since the epoch; Go's zero time, and none, are none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moment(pub(super) Option<i64>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
        if text.is_empty() || text.starts_with("0001-01-01T00:00:00") {
            return Ok(Self(None));
        }
        let time: Timestamp = text.parse().map_err(|_| {
            serde::de::Error::custom(format!(
                "{text:?} is not a time in RFC 3339, as 2026-01-31T12:00:00Z is"
            ))
        })?;
        Ok(Self(Some(time.as_millisecond())))
    }
}

impl PostedAlert {
    /// The alert, with labels that have an empty value left out, as Prometheus' labels are; or what is wrong with it.
    pub(super) fn received(self) -> Result<Received, String> {
        let labels = self.labels.iter().filter(|(_, value)| !value.is_empty());
        let labels = Labels::new(labels).map_err(|error| format!("labels: {error}"))?;
        let annotations =
            Labels::new(self.annotations.iter()).map_err(|error| format!("annotations: {error}"))?;
        Ok(Received {
            labels,
            annotations,
            starts_at: self.starts_at.0,
            ends_at: self.ends_at.0,
            generator_url: self.generator_url,
        })
    }
}

/// A matcher of a silence.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostedMatcher {
    name: String,
    value: String,
    is_regex: bool,
    #[serde(default = "yes")]
    is_equal: bool,
}

fn yes() -> bool {
    true
}

/// A silence as it is posted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostedSilence {
    #[serde(default)]
    id: Option<String>,
    matchers: Vec<PostedMatcher>,
    #[serde(default)]
    starts_at: Moment,
    ends_at: Moment,
    created_by: String,
    comment: String,
}

impl PostedSilence {
    pub(super) fn draft(self) -> Result<Draft, Failure> {
        let matcher = |one: PostedMatcher| {
            let op = match (one.is_regex, one.is_equal) {
                (false, true) => MatchOp::Equal,
                (false, false) => MatchOp::NotEqual,
                (true, true) => MatchOp::Regex,
                (true, false) => MatchOp::NotRegex,
            };
            Matcher::new(&one.name, op, &one.value)
                .map_err(|error| Failure::bad_data(format!("matchers: {}: {error}", one.name)))
        };
        let matchers = self.matchers.into_iter().map(matcher).collect::<Result<Vec<_>, _>>()?;
        let ends_at = self.ends_at.0.ok_or_else(|| Failure::bad_data("endsAt: a silence needs an end"))?;
        Ok(Draft {
            id: self.id.filter(|id| !id.is_empty()),
            matchers: Matchers::new(matchers),
            starts_at: self.starts_at.0,
            ends_at,
            created_by: self.created_by,
            comment: self.comment,
        })
    }
}

/// A time as Alertmanager writes it.
pub(super) fn time(at: i64) -> String {
    format_utc(at, 0, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

fn map(labels: &Labels) -> Value {
    labels
        .iter()
        .map(|label| (label.name.to_owned(), Value::from(label.value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// An alert as it is listed.
pub(super) fn alert(seen: &SeenAlert) -> Value {
    let receivers: Vec<Value> = seen.receivers.iter().map(|name| json!({"name": name})).collect();
    let state = if seen.is_suppressed() { "suppressed" } else { "active" };
    // A maintenance window mutes as a time interval does; Alertmanager knows the latter alone.
    let muted: Vec<&String> = seen.intervals.iter().chain(&seen.muted_by.maintained_by).collect();
    json!({
        "annotations": map(&seen.alert.annotations),
        "endsAt": time(seen.alert.ends_at),
        "fingerprint": seen.fingerprint.to_string(),
        "receivers": receivers,
        "startsAt": time(seen.alert.starts_at),
        "status": {
            "inhibitedBy": seen.muted_by.inhibited_by,
            "mutedBy": muted,
            "silencedBy": seen.muted_by.silenced_by,
            "state": state,
        },
        "updatedAt": time(seen.alert.updated_at),
        "generatorURL": seen.alert.generator_url,
        "labels": map(&seen.alert.labels),
    })
}

/// A group as it is listed.
pub(super) fn group(seen: &SeenGroup) -> Value {
    json!({
        "alerts": seen.alerts.iter().map(alert).collect::<Vec<_>>(),
        "labels": map(&seen.labels),
        "receiver": {"name": seen.receiver},
    })
}

/// A silence as it is listed.
pub(super) fn silence(silence: &Silence, now: i64) -> Value {
    let matchers = silence.matchers.iter().map(|matcher| PostedMatcher {
        name: matcher.name().to_owned(),
        value: matcher.value().to_owned(),
        is_regex: matches!(matcher.op(), MatchOp::Regex | MatchOp::NotRegex),
        is_equal: matches!(matcher.op(), MatchOp::Equal | MatchOp::Regex),
    });
    json!({
        "id": silence.id,
        "status": {"state": silence.status(now)},
        "updatedAt": time(silence.updated_at),
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "endsAt": time(silence.ends_at),
        "matchers": matchers.collect::<Vec<_>>(),
        "startsAt": time(silence.starts_at),
    })
}
