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

/// Bytes of the longest name of a character that is read, with its `&` and `;`: `&#x10ffff;`.
const LONGEST_ENTITY: usize = 10;

/// A text with the characters that stand in HTML by their names; what is no name stays.
fn unescaped(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';');
        if let Some((character, end)) = end.and_then(|end| Some((character(&rest[1..end])?, end))) {
            text.push(character);
            rest = &rest[end + 1..];
        } else {
            text.push('&');
            rest = &rest[1..];
        }
    }
    text + rest
}

/// The character of a name.
fn character(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let digits = name.strip_prefix('#')?;
            match digits.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits, 16),
                None => number(digits, 10),
            }
        }
    }
}

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
            let mode = fields.remove("parse_mode");
            if let (Some("HTML"), Some(text)) =
                (mode.as_ref().and_then(Value::as_str), fields.get_mut("text"))
            {
                *text = unescaped(text.as_str().unwrap_or_default()).into();
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_characters() {
        for (html, text) in [
            ("", ""),
            ("a&amp;b &lt;c&gt; &quot;d&#34; &#39;e&apos; &#x2B;&#43;", "a&b <c> \"d\" 'e' ++"),
            // What was text in the first place stays text.
            ("&amp;lt;", "&lt;"),
            ("a & b; &; &what; &#; &#x110000; &#zz; ä&", "a & b; &; &what; &#; &#x110000; &#zz; ä&"),
            ("&ääääää;", "&ääääää;"),
            ("<b>x</b>&nbsp;y", "<b>x</b>\u{a0}y"),
        ] {
            assert_eq!(unescaped(html), text, "{html}");
        }
    }
}
