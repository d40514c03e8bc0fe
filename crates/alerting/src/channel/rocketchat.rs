//! Rocket.Chat: `chat.postMessage` (<https://developer.rocket.chat/apidocs/post-message>).

use serde_json::{Map, Value, json};

use super::answer::{Cause, Verdict};
use super::cut::cut_chars;
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::url::join;
use super::writer::Writer;
use crate::config::receiver::RocketchatConfig;

/// Characters of a title and of a text.
const TITLE: usize = 1024;
const TEXT: usize = 5000;

impl Kind for RocketchatConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let mut attachment = Map::new();
        for (name, template, most) in [
            ("title", &self.title, TITLE),
            ("title_link", &self.title_link, TITLE),
            ("text", &self.text, TEXT),
            ("image_url", &self.image_url, TITLE),
            ("thumb_url", &self.thumb_url, TITLE),
            ("color", &self.color, TITLE),
        ] {
            let text = cut_chars(&writer.text(template)?, most);
            if !text.is_empty() {
                attachment.insert(name.to_owned(), text.into());
            }
        }
        let mut fields = Vec::new();
        for field in &self.fields {
            fields.push(json!({
                "title": writer.text(&field.title)?,
                "value": writer.text(&field.value)?,
                "short": field.short.unwrap_or(self.short_fields),
            }));
        }
        if !fields.is_empty() {
            attachment.insert("fields".to_owned(), fields.into());
        }
        let mut actions = Vec::new();
        for action in &self.actions {
            actions.push(json!({
                "type": writer.text(&action.kind)?,
                "text": writer.text(&action.text)?,
                "url": writer.text(&action.url)?,
                "msg": writer.text(&action.msg)?,
            }));
        }
        if !actions.is_empty() {
            attachment.insert("actions".to_owned(), actions.into());
        }
        let mut message = json!({
            "channel": writer.text(&self.channel)?,
            "alias": writer.text(r#"{{ template "rocketchat.default.alias" . }}"#)?,
            "parseUrls": self.link_names,
            "attachments": [attachment],
        });
        for (name, template) in [("emoji", &self.emoji), ("avatar", &self.icon_url)] {
            let text = writer.text(template)?;
            if !text.is_empty() {
                message[name] = text.into();
            }
        }
        Ok(message)
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let base = self.api_url.as_ref().map_or("https://open.rocket.chat/", |url| url.as_str());
        let request = Request::json(Method::Post, join(base, "api/v1/chat.postMessage"), task.content())
            .with("x-auth-token", task.secrets.text(self.token_source(), "token")?)
            .with("x-user-id", task.secrets.text(self.token_id_source(), "token_id")?);
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, _: &Draft, answer: &HttpAnswer<'_>, _: &mut Progress) -> Verdict {
        if answer.is_good() && answer.json().get("success") == Some(&Value::Bool(false)) {
            return Verdict::dead(Cause::ClientError, answer.words());
        }
        answer.usual()
    }
}
