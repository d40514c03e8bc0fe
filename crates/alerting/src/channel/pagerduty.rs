//! PagerDuty: events of version 2 (<https://developer.pagerduty.com/docs/events-api-v2/overview/>); with a `service_key`
//! those of version 1. One incident for each group.

use serde_json::{Map, Value, json};

use super::cut::cut_chars;
use super::draft::Unsendable;
use super::key::group_hash;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::severity::Severity;
use super::writer::Writer;
use crate::config::receiver::PagerDutyConfig;

/// Characters of a summary.
const SUMMARY: usize = 1024;
/// The same of version 1.
const DESCRIPTION: usize = 1024;
/// Bytes of an event.
const EVENT: usize = 512_000;

/// Where events of version 1 go.
const VERSION_1: &str = "https://events.pagerduty.com/generic/2010-04-15/create_event.json";

/// The four words of PagerDuty.
fn severity(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Info) => "info",
        Some(Severity::Warning) => "warning",
        Some(Severity::Critical) => "critical",
        Some(Severity::High) | None => "error",
    }
}

impl PagerDutyConfig {
    fn is_version_1(&self) -> bool {
        self.service_key_source().is_some()
    }

    fn details(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let mut details = Map::new();
        for (name, template) in &self.details {
            details.insert(name.clone(), writer.text(template)?.into());
        }
        Ok(details.into())
    }

    fn event_1(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        Ok(json!({
            "event_type": if writer.fires() { "trigger" } else { "resolve" },
            "incident_key": writer.hash(),
            "description": cut_chars(&writer.text(&self.description)?, DESCRIPTION),
            "client": writer.text(&self.client)?,
            "client_url": writer.text(&self.client_url)?,
            "details": self.details(writer)?,
        }))
    }

    fn event_2(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let said = writer.trimmed(&self.severity)?;
        let severity = if said.is_empty() { writer.severity() } else { Severity::of(&said) };
        let severity = self::severity(severity);
        let mut payload = json!({
            "summary": cut_chars(&writer.text(&self.description)?, SUMMARY),
            "source": writer.text(&self.source)?,
            "severity": severity,
            "custom_details": self.details(writer)?,
        });
        for (name, template) in
            [("component", &self.component), ("group", &self.group), ("class", &self.class)]
        {
            let text = writer.text(template)?;
            if !text.is_empty() {
                payload[name] = text.into();
            }
        }
        let mut event = json!({
            "event_action": if writer.fires() { "trigger" } else { "resolve" },
            "dedup_key": writer.hash(),
            "client": writer.text(&self.client)?,
            "client_url": writer.text(&self.client_url)?,
            "payload": payload,
        });
        let mut images = Vec::new();
        for image in &self.images {
            let src = writer.text(&image.src)?;
            if !src.is_empty() {
                images.push(
                    json!({ "src": src, "alt": writer.text(&image.alt)?, "href": writer.text(&image.href)? }),
                );
            }
        }
        let mut links = Vec::new();
        for link in &self.links {
            let href = writer.text(&link.href)?;
            if !href.is_empty() {
                links.push(json!({ "href": href, "text": writer.text(&link.text)? }));
            }
        }
        if !images.is_empty() {
            event["images"] = images.into();
        }
        if !links.is_empty() {
            event["links"] = links.into();
        }
        Ok(event)
    }
}

impl Kind for PagerDutyConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let (mut event, details) = if self.is_version_1() {
            (self.event_1(writer)?, "/details")
        } else {
            (self.event_2(writer)?, "/payload/custom_details")
        };
        // An event that is too long is refused as a whole: better one without its details.
        if event.to_string().len() > EVENT
            && let Some(details) = event.pointer_mut(details)
        {
            *details =
                json!({ "error": "the details are left out: with them the event is longer than 512 KB" });
        }
        Ok(event)
    }

    fn acknowledgement(&self, group_key: &str, _: &str) -> Option<Value> {
        let hash = group_hash(group_key);
        Some(if self.is_version_1() {
            json!({ "event_type": "acknowledge", "incident_key": hash })
        } else {
            json!({ "event_action": "acknowledge", "dedup_key": hash })
        })
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let mut event = task.content().clone();
        let url = if self.is_version_1() {
            event["service_key"] = task.secrets.text(self.service_key_source(), "service_key")?.into();
            VERSION_1
        } else {
            event["routing_key"] = task.secrets.text(self.routing_key_source(), "routing_key")?.into();
            self.url.as_ref().map_or("https://events.pagerduty.com/v2/enqueue", |url| url.as_str())
        };
        Ok(Some(Request::json(Method::Post, url, &event).over(self.http_config.as_ref()).next()))
    }
}
