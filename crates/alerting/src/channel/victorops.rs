//! VictorOps, now Splunk On-Call: the REST endpoint
//! (<https://help.victorops.com/knowledge-base/rest-endpoint-integration-guide/>).

use serde_json::{Value, json};

use super::cut::cut_chars;
use super::draft::Unsendable;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::url::{encode, join};
use super::writer::Writer;
use crate::config::receiver::VictorOpsConfig;

/// Characters of a message.
const MESSAGE: usize = 20_480;

/// What may be said while something fires.
const TYPES: [&str; 3] = ["CRITICAL", "WARNING", "INFO"];

impl Kind for VictorOpsConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let said = writer.trimmed(&self.message_type)?;
        let kind = TYPES.into_iter().find(|kind| *kind == said).unwrap_or("CRITICAL");
        let mut event = json!({
            "message_type": if writer.fires() { kind } else { "RECOVERY" },
            "entity_id": writer.hash(),
            "entity_display_name": writer.text(&self.entity_display_name)?,
            "state_message": cut_chars(&writer.text(&self.state_message)?, MESSAGE),
            "monitoring_tool": writer.text(&self.monitoring_tool)?,
        });
        for (name, template) in &self.custom_fields {
            event[name.as_str()] = writer.text(template)?.into();
        }
        // It stands in the address, not in the event.
        let routing_key = writer.text(&self.routing_key)?;
        Ok(json!({ "routing_key": routing_key, "event": event }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let key = task.secrets.text(self.api_key_source(), "api_key")?;
        let base = "https://alert.victorops.com/integrations/generic/20131114/alert/";
        let base = self.api_url.as_ref().map_or(base, |url| url.as_str());
        let routing_key = task.content()["routing_key"].as_str().unwrap_or_default();
        let url = join(base, &format!("{}/{}", encode(&key), encode(routing_key)));
        Ok(Some(
            Request::json(Method::Post, url, &task.content()["event"]).over(self.http_config.as_ref()).next(),
        ))
    }
}
