//! Any server: Alertmanager's JSON, or what a template says.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::draft::Unsendable;
use super::key::hex;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::writer::Writer;
use crate::config::receiver::WebhookConfig;

/// The header of the signature: `sha256=` and HMAC-SHA256 of the body in hexadecimal digits.
const SIGNATURE: &str = "x-watchfire-signature";

impl Kind for WebhookConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        if !self.body.is_empty() {
            return Ok(json!({ "body": writer.text(&self.body)? }));
        }
        let most = if self.max_alerts == 0 { u64::MAX } else { self.max_alerts };
        Ok(json!({ "message": writer.message(usize::try_from(most).unwrap_or(usize::MAX)) }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let url = task.secrets.url(self.url_source(), "url")?;
        let content = task.content();
        let mut request = match content["body"].as_str() {
            Some(body) => {
                let is_json = serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
                let media_type = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
                Request::new(Method::Post, url, media_type, body.as_bytes().to_vec())
            }
            None => Request::json(Method::Post, url, &content["message"]),
        };
        request = request.with("idempotency-key", task.draft.key.clone());
        if let Some(source) = self.hmac_secret_source() {
            let secret = task.secrets.text(Some(source), "hmac_secret")?;
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            let signature = hex(hmac::sign(&key, &request.body).as_ref());
            request = request.with(SIGNATURE, format!("sha256={signature}"));
        }
        if self.timeout.millis() > 0 {
            request.timeout = Some(self.timeout.millis());
        }
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }
}
