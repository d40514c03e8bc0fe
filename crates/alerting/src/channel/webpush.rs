//! Web Push: messages to browsers (<https://www.rfc-editor.org/rfc/rfc8030>), encrypted for the one subscription
//! (<https://www.rfc-editor.org/rfc/rfc8291>) and signed by this server (<https://www.rfc-editor.org/rfc/rfc8292>).

mod encrypt;
mod vapid;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub use encrypt::{ENTROPY_BYTES, Entropy};
use serde_json::{Value, json};
pub use vapid::VapidKeys;

use super::answer::{Cause, Verdict};
use super::cut::{cut_bytes, cut_chars};
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::severity::Severity;
use super::writer::Writer;
use crate::config::receiver::WebPushConfig;

/// Bytes of a text and characters of a title: services have to take 4096 bytes, with what encryption adds.
const BODY: usize = 2000;
const TITLE: usize = 120;
/// Bytes of a link.
const URL: usize = 800;

impl Kind for WebPushConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let url = writer.trimmed(&self.url)?;
        let message = json!({
            "title": cut_chars(&writer.trimmed(&self.title)?, TITLE),
            "body": cut_bytes(writer.text(&self.body)?.trim(), BODY),
            // A link that is cut leads nowhere.
            "url": if url.len() <= URL { url.as_str() } else { writer.external_url() },
            "tag": &writer.hash()[..32],
            "status": if writer.fires() { "firing" } else { "resolved" },
            "severity": writer.severity().map(Severity::word),
        });
        let subscription = encrypt::Subscription::read(&self.p256dh, self.auth.expose())
            .map_err(|reason| Unsendable::new(format!("not sent: {reason}")))?;
        let sealed = subscription
            .seal(message.to_string().as_bytes(), writer.entropy())
            .map_err(|reason| Unsendable::new(format!("not sent: {reason}")))?;
        let urgency = match writer.severity() {
            Some(Severity::Critical | Severity::High) if writer.fires() => "high",
            _ => "normal",
        };
        // A newer message of a group takes the place of one that was not shown yet; a topic has at most 32 characters.
        Ok(
            json!({ "sealed": URL_SAFE_NO_PAD.encode(sealed), "urgency": urgency, "topic": &writer.hash()[..32] }),
        )
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let endpoint = task.secrets.url(self.endpoint_source(), "endpoint")?;
        let key = task.secrets.text(self.vapid_private_key_source(), "vapid_private_key")?;
        let authorization = vapid::authorization(&key, &endpoint, &self.subject, task.now)
            .map_err(|reason| Unsendable::new(format!("not sent: {reason}")))?;
        let text = |name: &str| task.content()[name].as_str().unwrap_or_default();
        let sealed = URL_SAFE_NO_PAD
            .decode(text("sealed"))
            .map_err(|_| Unsendable::new("not sent: what was stored of it is damaged"))?;
        let request = Request::new(Method::Post, endpoint, "application/octet-stream", sealed)
            .with("content-encoding", "aes128gcm")
            .with("ttl", (self.ttl.millis() / 1000).to_string())
            .with("urgency", text("urgency"))
            .with("topic", text("topic"))
            .with("authorization", authorization);
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, _: &Draft, answer: &HttpAnswer<'_>, _: &mut Progress) -> Verdict {
        if matches!(answer.status, 404 | 410) {
            return Verdict::dead(
                Cause::ClientError,
                "the subscription is gone; press “Subscribe this browser” in that browser, and remove the old entry"
                    .to_owned(),
            );
        }
        answer.usual()
    }
}

/// Whether these are the keys of a subscription.
pub(crate) fn check_keys(p256dh: &str, auth: &str) -> Result<(), &'static str> {
    encrypt::Subscription::read(p256dh, auth).map(drop)
}

/// Whether the public key, if one is given, is that of the private one.
pub(crate) fn check_vapid_keys(private: &str, public: &str) -> Result<(), &'static str> {
    if public.is_empty() || vapid::public_key(private)? == public.trim_end_matches('=') {
        return Ok(());
    }
    Err("vapid_public_key does not belong to vapid_private_key; give both of one pair, or leave it out")
}
