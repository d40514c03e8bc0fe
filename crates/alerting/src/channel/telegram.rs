//! Telegram: a message of a bot (<https://core.telegram.org/bots/api#sendmessage>).

use serde_json::{Value, json};

use super::answer::Verdict;
use super::cut::{cut_chars, cut_html};
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::url::{encode, join};
use super::writer::Writer;
use crate::config::receiver::TelegramConfig;

/// Characters of a message.
const TEXT: usize = 4096;

impl Kind for TelegramConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let text = match self.parse_mode.as_str() {
            "HTML" => cut_html(&writer.html(&self.message)?, TEXT),
            _ => cut_chars(&writer.text(&self.message)?, TEXT),
        };
        let mut message = json!({
            "chat_id": self.chat_id,
            "text": text,
            "disable_notification": self.disable_notifications,
            "link_preview_options": { "is_disabled": true },
        });
        if !self.parse_mode.is_empty() {
            message["parse_mode"] = self.parse_mode.as_str().into();
        }
        if self.message_thread_id != 0 {
            message["message_thread_id"] = self.message_thread_id.into();
        }
        Ok(message)
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let token = task.secrets.text(self.bot_token_source(), "bot_token")?;
        let base = self.api_url.as_ref().map_or("https://api.telegram.org", |url| url.as_str());
        // A token is a number, a colon and a text.
        let token = encode(&token).replace("%3A", ":");
        let mut message = task.content().clone();
        if let (Some(fields), true) = (message.as_object_mut(), task.progress.step > 0) {
            fields.remove("parse_mode");
        }
        let url = join(base, &format!("bot{token}/sendMessage"));
        Ok(Some(Request::json(Method::Post, url, &message).over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, _: &Draft, answer: &HttpAnswer<'_>, progress: &mut Progress) -> Verdict {
        let body = answer.json();
        let said = body.get("description").and_then(Value::as_str).unwrap_or_default();
        // Markup that Telegram does not read is better read as it is than not at all.
        if answer.status == 400 && said.contains("can't parse entities") && progress.step == 0 {
            return Verdict::Next;
        }
        let seconds = body.pointer("/parameters/retry_after").and_then(Value::as_i64);
        match (answer.usual(), seconds) {
            (Verdict::Retry { cause, words, .. }, Some(seconds)) => {
                Verdict::Retry { cause, words, after: Some(seconds.saturating_mul(1000)) }
            }
            (verdict, _) => verdict,
        }
    }
}
