//! ntfy: a message in a topic (<https://docs.ntfy.sh/publish/#publish-as-json>).

use serde_json::{Value, json};

use super::cut::{cut_bytes, cut_chars};
use super::draft::Unsendable;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::severity::Severity;
use super::writer::Writer;
use crate::config::receiver::NtfyConfig;

/// Characters of a title; bytes of a message, of which longer ones become attachments.
const TITLE: usize = 250;
const MESSAGE: usize = 4096;

impl Kind for NtfyConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let said = writer.trimmed(&self.priority)?;
        let by_severity = match writer.severity() {
            _ if !writer.fires() => 3,
            Some(Severity::Critical) => 5,
            Some(Severity::High) => 4,
            Some(Severity::Info) => 2,
            Some(Severity::Warning) | None => 3,
        };
        let priority = match said.as_str() {
            "" => by_severity,
            "min" => 1,
            "low" => 2,
            "default" => 3,
            "high" => 4,
            "max" | "urgent" => 5,
            number => number.parse().ok().filter(|number| (1..=5).contains(number)).ok_or_else(|| {
                Unsendable::new(format!(
                    "not sent: the priority {number:?} is not known; write min, low, default, high, max or 1 to 5"
                ))
            })?,
        };
        let tags = writer.text(&self.tags)?;
        let tags: Vec<&str> = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
        let mut message = json!({
            "topic": writer.trimmed(&self.topic)?,
            "title": cut_chars(&writer.trimmed(&self.title)?, TITLE),
            "message": cut_bytes(writer.text(&self.message)?.trim(), MESSAGE),
            "priority": priority,
            "tags": tags,
            "markdown": self.markdown,
        });
        for (name, template) in [("click", &self.click), ("icon", &self.icon), ("email", &self.email)] {
            let text = writer.trimmed(template)?;
            if !text.is_empty() {
                message[name] = text.into();
            }
        }
        Ok(message)
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let url = self.url.as_ref().map_or("https://ntfy.sh", |url| url.as_str());
        let mut request = Request::json(Method::Post, url, task.content());
        if let Some(source) = self.token_source() {
            let token = task.secrets.text(Some(source), "token")?;
            request = request.with("authorization", format!("Bearer {token}"));
        }
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }
}
