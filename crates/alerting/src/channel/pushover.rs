//! Pushover (<https://pushover.net/api>).

use serde_json::{Map, Value};

use super::cut::cut_chars;
use super::draft::Unsendable;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::url::form;
use super::writer::Writer;
use crate::config::receiver::PushoverConfig;

/// Characters (<https://pushover.net/api#limits>).
const TITLE: usize = 250;
const MESSAGE: usize = 1024;
const URL: usize = 512;
const URL_TITLE: usize = 100;

const ADDRESS: &str = "https://api.pushover.net/1/messages.json";

impl Kind for PushoverConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let message = if self.html { writer.html(&self.message)? } else { writer.text(&self.message)? };
        let message = if message.trim().is_empty() { "(no details)" } else { message.trim() };
        let message =
            if self.html { super::cut::cut_html(message, MESSAGE) } else { cut_chars(message, MESSAGE) };
        let seconds = |millis: i64| (millis / 1000).to_string();
        let mut fields = vec![
            ("title", cut_chars(&writer.text(&self.title)?, TITLE)),
            ("message", message),
            ("url", cut_chars(&writer.text(&self.url)?, URL)),
            ("url_title", cut_chars(&writer.text(&self.url_title)?, URL_TITLE)),
            ("priority", writer.trimmed(&self.priority)?),
            ("retry", seconds(self.retry.millis())),
            ("expire", seconds(self.expire.millis())),
            ("device", writer.text(&self.device)?),
            ("sound", writer.text(&self.sound)?),
            ("timestamp", seconds(writer.notification.at)),
        ];
        if self.ttl.millis() > 0 {
            fields.push(("ttl", seconds(self.ttl.millis())));
        }
        for (name, on) in [("html", self.html), ("monospace", self.monospace)] {
            if on {
                fields.push((name, "1".to_owned()));
            }
        }
        let given = fields.into_iter().filter(|(_, text)| !text.is_empty());
        Ok(given.map(|(name, text)| (name.to_owned(), text.into())).collect::<Map<_, _>>().into())
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let user = task.secrets.text(self.user_key_source(), "user_key")?;
        let token = task.secrets.text(self.token_source(), "token")?;
        let content = task.content().as_object().into_iter().flatten();
        let fields = content.filter_map(|(name, text)| Some((name.as_str(), text.as_str()?)));
        let body = form([("token", token.as_str()), ("user", user.as_str())].into_iter().chain(fields));
        let request =
            Request::new(Method::Post, ADDRESS, "application/x-www-form-urlencoded", body.into_bytes());
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }
}
