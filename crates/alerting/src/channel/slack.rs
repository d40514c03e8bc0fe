//! Slack: a message with one attachment
//! (<https://api.slack.com/reference/messaging/attachments>), of fields or of blocks, by an incoming webhook or
//! `chat.postMessage`.

use serde_json::{Map, Value, json};

use super::answer::{Cause, Verdict};
use super::cut::cut_chars;
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::slack_blocks;
use super::writer::Writer;
use crate::config::receiver::{SLACK_BLOCKS, SlackAction, SlackConfig};

/// Characters of a title, as Alertmanager cuts it.
const TITLE: usize = 1024;
/// Characters of a text; Slack cuts longer ones itself and says so nowhere.
const TEXT: usize = 40_000;

/// What may pass (<https://api.slack.com/methods/chat.postMessage#errors>).
const PASSING: [&str; 7] = [
    "fatal_error",
    "internal_error",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
];

impl SlackConfig {
    /// The attachment as Alertmanager has it.
    fn attachment(&self, writer: &Writer<'_>) -> Result<Map<String, Value>, Unsendable> {
        let mut attachment = Map::new();
        let texts = [
            ("title", &self.title, TITLE),
            ("title_link", &self.title_link, TEXT),
            ("pretext", &self.pretext, TEXT),
            ("text", &self.text, TEXT),
            ("fallback", &self.fallback, TEXT),
            ("callback_id", &self.callback_id, TEXT),
            ("image_url", &self.image_url, TEXT),
            ("thumb_url", &self.thumb_url, TEXT),
            ("footer", &self.footer, TEXT),
            ("color", &self.color, TEXT),
        ];
        for (name, template, most) in texts {
            put(&mut attachment, name, cut_chars(&writer.text(template)?, most));
        }
        let markup: Vec<&str> = self.mrkdwn_in.iter().map(String::as_str).collect();
        let markup = if markup.is_empty() { vec!["fallback", "pretext", "text"] } else { markup };
        attachment.insert("mrkdwn_in".to_owned(), json!(markup));
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
        let actions = self.actions.iter().map(|action| self::action(action, writer));
        let actions: Vec<Value> = actions.collect::<Result<_, _>>()?;
        if !actions.is_empty() {
            attachment.insert("actions".to_owned(), actions.into());
        }
        Ok(attachment)
    }
}

impl Kind for SlackConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let attachment = if self.layout == SLACK_BLOCKS {
            slack_blocks::attachment(self, writer)?
        } else {
            self.attachment(writer)?
        };
        let mut message = Map::new();
        put(&mut message, "channel", writer.text(&self.channel)?);
        put(&mut message, "username", writer.text(&self.username)?);
        put(&mut message, "icon_emoji", writer.text(&self.icon_emoji)?);
        put(&mut message, "icon_url", writer.text(&self.icon_url)?);
        if self.link_names {
            message.insert("link_names".to_owned(), true.into());
        }
        // A mention in an attachment is shown but notifies nobody; in the message's own text it does. Nobody is called for
        // what is over.
        if writer.fires() {
            let mentions: Vec<String> = self.mentions.iter().map(|who| mention(who)).collect();
            put(&mut message, "text", mentions.join(" "));
        }
        message.insert("attachments".to_owned(), json!([attachment]));
        Ok(message.into())
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let url = task.secrets.url(self.api_url_source(), "api_url")?;
        Ok(Some(Request::json(Method::Post, url, task.content()).over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, _: &Draft, answer: &HttpAnswer<'_>, _: &mut Progress) -> Verdict {
        let body = answer.json();
        if !answer.is_good() || body.get("ok") != Some(&Value::Bool(false)) {
            return answer.usual();
        }
        let error = body.get("error").and_then(Value::as_str).unwrap_or("an error without a name");
        let words = format!("Slack said {error}");
        if PASSING.contains(&error) {
            return Verdict::Retry { cause: Cause::ServerError, words, after: answer.retry_after() };
        }
        Verdict::dead(Cause::ClientError, words)
    }
}

fn put(object: &mut Map<String, Value>, name: &str, text: String) {
    if !text.is_empty() {
        object.insert(name.to_owned(), text.into());
    }
}

fn action(action: &SlackAction, writer: &Writer<'_>) -> Result<Value, Unsendable> {
    let mut object = Map::new();
    let texts = [
        ("type", &action.kind),
        ("text", &action.text),
        ("url", &action.url),
        ("style", &action.style),
        ("name", &action.name),
        ("value", &action.value),
    ];
    for (name, template) in texts {
        put(&mut object, name, writer.text(template)?);
    }
    if let Some(confirm) = &action.confirm {
        let mut asked = Map::new();
        let texts = [
            ("title", &confirm.title),
            ("text", &confirm.text),
            ("ok_text", &confirm.ok_text),
            ("dismiss_text", &confirm.dismiss_text),
        ];
        for (name, template) in texts {
            put(&mut asked, name, writer.text(template)?);
        }
        object.insert("confirm".to_owned(), asked.into());
    }
    Ok(object.into())
}

/// Somebody as Slack notifies them: a user by id, a group by id, or all of a channel
/// (<https://api.slack.com/reference/surfaces/formatting#mentioning-users>).
fn mention(who: &str) -> String {
    match who.trim_start_matches('@') {
        word @ ("here" | "channel" | "everyone") => format!("<!{word}>"),
        group if group.starts_with('S') => format!("<!subteam^{group}>"),
        user => format!("<@{user}>"),
    }
}
