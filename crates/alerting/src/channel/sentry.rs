//! Sentry: an event in an envelope (<https://develop.sentry.dev/sdk/data-model/envelopes/>). The group is the fingerprint, so
//! one group is one issue there; an event with the same id is stored once.

use serde_json::{Map, Value, json};

use super::cut::cut_chars;
use super::draft::Unsendable;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::severity::Severity;
use super::writer::{Writer, rfc3339};
use crate::config::receiver::SentryConfig;

/// Characters of a message, and of the value of a tag.
const MESSAGE: usize = 8192;
const TAG: usize = 200;

/// A DSN (<https://develop.sentry.dev/sdk/overview/#parsing-the-dsn>): `https://key@host/path/project`.
struct Dsn<'a> {
    key: &'a str,
    envelope: String,
}

impl<'a> Dsn<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (key, rest) = rest.split_once('@')?;
        // The part behind a colon is of old times.
        let key = key.split(':').next().filter(|key| !key.is_empty())?;
        let (place, project) = rest.trim_end_matches('/').rsplit_once('/')?;
        let valid = !project.is_empty() && !place.is_empty();
        valid.then(|| Self { key, envelope: format!("{scheme}://{place}/api/{project}/envelope/") })
    }
}

impl Kind for SentryConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let mut tags = Map::new();
        let message = writer.message(0);
        for (name, value) in message["commonLabels"].as_object().into_iter().flatten() {
            tags.insert(name.clone(), cut_chars(value.as_str().unwrap_or_default(), TAG).into());
        }
        for (name, template) in &self.tags {
            tags.insert(name.clone(), cut_chars(&writer.text(template)?, TAG).into());
        }
        let level = match writer.severity() {
            _ if !writer.fires() => "info",
            Some(Severity::Critical) => "fatal",
            Some(Severity::Warning) => "warning",
            Some(Severity::Info) => "info",
            Some(Severity::High) | None => "error",
        };
        let mut event = json!({
            "timestamp": rfc3339(writer.notification.at),
            "platform": "other",
            "level": level,
            "logger": "watchfire",
            "fingerprint": [writer.hash()],
            "message": { "formatted": cut_chars(writer.text(&self.message)?.trim(), MESSAGE) },
            "tags": tags,
            "extra": { "alerts": writer.message(50)["alerts"] },
        });
        for (name, template) in [("environment", &self.environment), ("release", &self.release)] {
            let text = writer.trimmed(template)?;
            if !text.is_empty() {
                event[name] = text.into();
            }
        }
        Ok(event)
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let dsn = task.secrets.url(self.dsn_source(), "dsn")?;
        let dsn = Dsn::read(&dsn).ok_or_else(|| {
            Unsendable::new(
                "not sent: the dsn is none; copy it from the project's settings: https://key@host/project",
            )
        })?;
        // 128 bits of the key, as an id has them.
        let id = &task.draft.key[..32];
        let mut event = task.content().clone();
        event["event_id"] = id.into();
        let event = event.to_string();
        let (head, item) = (json!({ "event_id": id }), json!({ "type": "event", "length": event.len() }));
        let body = format!("{head}\n{item}\n{event}\n");
        let request =
            Request::new(Method::Post, dsn.envelope, "application/x-sentry-envelope", body.into_bytes());
        let client = concat!("watchfire/", env!("CARGO_PKG_VERSION"));
        let auth = format!("Sentry sentry_version=7, sentry_client={client}, sentry_key={}", dsn.key);
        Ok(Some(request.with("x-sentry-auth", auth).over(self.http_config.as_ref()).next()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, key, envelope) in [
            ("https://abc@o1.ingest.sentry.io/42", "abc", "https://o1.ingest.sentry.io/api/42/envelope/"),
            ("http://abc:def@host:9000/a/b/7", "abc", "http://host:9000/a/b/api/7/envelope/"),
        ] {
            let dsn = Dsn::read(text).unwrap();
            assert_eq!((dsn.key, dsn.envelope.as_str()), (key, envelope));
        }
        for text in ["https://host/42", "https://@host/42", "https://abc@host", "abc"] {
            assert!(Dsn::read(text).is_none(), "{text}");
        }
    }
}
