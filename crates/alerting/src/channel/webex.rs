//! Webex: a message in a room (<https://developer.webex.com/docs/api/v1/messages/create-a-message>). The bot's token is in
//! `http_config`.

use serde_json::{Value, json};

use super::cut::cut_bytes;
use super::draft::Unsendable;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::writer::Writer;
use crate::config::receiver::WebexConfig;

/// Bytes of a message.
const MESSAGE: usize = 7439;

impl Kind for WebexConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        Ok(json!({
            "markdown": cut_bytes(&writer.text(&self.message)?, MESSAGE),
            "roomId": writer.text(&self.room_id)?,
        }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let url = self.api_url.as_ref().map_or("https://webexapis.com/v1/messages", |url| url.as_str());
        Ok(Some(Request::json(Method::Post, url, task.content()).over(self.http_config.as_ref()).next()))
    }
}
