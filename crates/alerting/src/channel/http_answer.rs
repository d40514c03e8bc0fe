use serde_json::Value;

use super::answer::{Cause, Verdict};
use super::cut::cut_bytes;

/// As much of an answer's body as errors repeat, in bytes.
const SHOWN: usize = 512;

/// An answer over HTTP, to be judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct HttpAnswer<'a> {
    pub(super) status: u16,
    pub(super) headers: &'a [(String, String)],
    pub(super) body: &'a [u8],
}

impl HttpAnswer<'_> {
    /// Whether the status is one of success.
    pub(super) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header; the name in small letters.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(self.body).unwrap_or_default()
    }

    /// What `Retry-After` asks to wait, in milliseconds (<https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3>); a date
    /// counts from the answer's own date, since clocks differ.
    pub(super) fn retry_after(&self) -> Option<i64> {
        let text = self.header("retry-after")?.trim();
        // Some services tell fractions of seconds.
        if let Ok(seconds) = text.parse::<f64>() {
            return (0.0..1e9).contains(&seconds).then_some((seconds * 1000.0).ceil() as i64);
        }
        let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok();
        let (until, now) = (date(text)?, date(self.header("date")?)?);
        Some((until.timestamp().as_millisecond() - now.timestamp().as_millisecond()).max(0))
    }

    /// Status and body, for people.
    pub(super) fn words(&self) -> String {
        let body = String::from_utf8_lossy(self.body);
        let body = body.trim();
        if body.is_empty() {
            return format!("the service answered {}", self.status);
        }
        format!("the service answered {}: {}", self.status, cut_bytes(body, SHOWN))
    }

    /// It may succeed later.
    pub(super) fn retry(&self) -> Verdict {
        let cause = if self.status < 500 { Cause::ClientError } else { Cause::ServerError };
        Verdict::Retry { cause, words: self.words(), after: self.retry_after() }
    }

    /// It will never succeed.
    pub(super) fn dead(&self) -> Verdict {
        Verdict::dead(if self.status < 500 { Cause::ClientError } else { Cause::ServerError }, self.words())
    }

    /// What most services mean: 2xx is good; 5xx, 408, 425 and 429 may pass; all else stays as it is.
    pub(super) fn usual(&self) -> Verdict {
        match self.status {
            200..300 => Verdict::Done,
            408 | 425 | 429 | 500.. => self.retry(),
            _ => self.dead(),
        }
    }
}
