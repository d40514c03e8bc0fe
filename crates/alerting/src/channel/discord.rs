//! Discord: a message with an embed (<https://discord.com/developers/docs/resources/webhook#execute-webhook>).

use serde_json::{Value, json};

use super::answer::Verdict;
use super::cut::cut_chars;
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::writer::Writer;
use crate::config::receiver::DiscordConfig;

/// Characters of an embed's title, of its text, and of the message above it
/// (<https://discord.com/developers/docs/resources/message#embed-object-embed-limits>).
const TITLE: usize = 256;
const DESCRIPTION: usize = 2048;
const CONTENT: usize = 2000;

/// Red and green, as Alertmanager has them.
const FIRING: u32 = 0x99_2D22;
const RESOLVED: u32 = 0x2E_CC71;

impl Kind for DiscordConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let mut message = json!({
            "content": cut_chars(&writer.text(&self.content)?, CONTENT),
            "embeds": [{
                "title": cut_chars(&writer.text(&self.title)?, TITLE),
                "description": cut_chars(&writer.text(&self.message)?, DESCRIPTION),
                "color": if writer.fires() { FIRING } else { RESOLVED },
            }],
        });
        for (name, text) in [("username", &self.username), ("avatar_url", &self.avatar_url)] {
            if !text.is_empty() {
                message[name] = text.as_str().into();
            }
        }
        Ok(message)
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let url = task.secrets.url(self.webhook_url_source(), "webhook_url")?;
        Ok(Some(Request::json(Method::Post, url, task.content()).over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, _: &Draft, answer: &HttpAnswer<'_>, _: &mut Progress) -> Verdict {
        let seconds = answer.json().get("retry_after").and_then(Value::as_f64);
        match (answer.usual(), seconds) {
            // The header has whole seconds only.
            (Verdict::Retry { cause, words, .. }, Some(seconds)) if answer.status == 429 => {
                Verdict::Retry { cause, words, after: Some((seconds * 1000.0).ceil() as i64) }
            }
            (verdict, _) => verdict,
        }
    }
}
