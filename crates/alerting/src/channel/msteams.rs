//! Microsoft Teams in both forms: cards of connectors
//! (<https://learn.microsoft.com/en-us/outlook/actionable-messages/message-card-reference>), and adaptive cards of workflows
//! (<https://adaptivecards.io/explorer/AdaptiveCard.html>).

use serde_json::{Value, json};

use super::answer::{Cause, Verdict};
use super::cut::{cut_bytes, cut_chars};
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::writer::Writer;
use crate::config::receiver::{MsTeamsConfig, MsTeamsV2Config};

/// Characters of a title.
const TITLE: usize = 1024;
/// Bytes of a text: a message may have 28 KB in all.
const TEXT: usize = 24_000;

impl Kind for MsTeamsConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        Ok(json!({
            "@context": "http://schema.org/extensions",
            "@type": "MessageCard",
            "title": cut_chars(&writer.text(&self.title)?, TITLE),
            "summary": cut_chars(&writer.text(&self.summary)?, TITLE),
            "text": cut_bytes(&writer.text(&self.text)?, TEXT),
            "themeColor": if writer.fires() { "8C1A1A" } else { "2DC72D" },
        }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let url = task.secrets.url(self.webhook_url_source(), "webhook_url")?;
        Ok(Some(Request::json(Method::Post, url, task.content()).over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, _: &Draft, answer: &HttpAnswer<'_>, _: &mut Progress) -> Verdict {
        // A connector says 200 also where the message did not reach Teams.
        let body = String::from_utf8_lossy(answer.body);
        if !answer.is_good() || !body.contains("returned HTTP error") {
            return answer.usual();
        }
        if ["429", "412", "502", "503", "504"].iter().any(|status| body.contains(status)) {
            return Verdict::Retry {
                cause: Cause::ServerError,
                words: answer.words(),
                after: answer.retry_after(),
            };
        }
        Verdict::dead(Cause::ClientError, answer.words())
    }
}

impl Kind for MsTeamsV2Config {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let title = json!({
            "type": "TextBlock",
            "text": cut_chars(&writer.text(&self.title)?, TITLE),
            "weight": "Bolder",
            "size": "Medium",
            "wrap": true,
            "style": "heading",
            "color": if writer.fires() { "Attention" } else { "Good" },
        });
        let text = json!({
            "type": "TextBlock",
            "text": cut_bytes(&writer.text(&self.text)?, TEXT),
            "wrap": true,
        });
        Ok(json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [title, text],
                    "msteams": { "width": "Full" },
                },
            }],
        }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let url = task.secrets.url(self.webhook_url_source(), "webhook_url")?;
        Ok(Some(Request::json(Method::Post, url, task.content()).over(self.http_config.as_ref()).next()))
    }
}
