use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::period::Period;
use crate::config::secret::{Secret, SecretSource, SecretUrl};

/// A browser by Web Push: `webpush_configs`, one for each subscription. An addition of Watchfire; Alertmanager does not
/// know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebPushConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// What people call the browser; nothing else goes by it.
    pub name: String,
    /// How the service is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address that the browser's subscription has.
    pub endpoint: Option<SecretUrl>,
    /// The file that holds the address.
    pub endpoint_file: String,
    /// The public key that the subscription has, in Base64.
    pub p256dh: String,
    /// The secret that the subscription has, in Base64.
    pub auth: Secret,
    /// The private key of this server for such messages: 32 bytes in Base64.
    pub vapid_private_key: Secret,
    /// The file that holds the private key.
    pub vapid_private_key_file: String,
    /// The public key that belongs to it, 65 bytes in Base64: what the browser subscribed with. Kept so that other browsers can
    /// subscribe with the same; nothing is sent by it.
    pub vapid_public_key: String,
    /// How the service reaches who runs this server: `mailto:` and an address, or an address with https.
    pub subject: String,
    /// How long the service keeps what it can't deliver.
    pub ttl: Period,
    /// The title; a template.
    pub title: String,
    /// The text; a template.
    pub body: String,
    /// Where a touch leads; a template.
    pub url: String,
}

impl Default for WebPushConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            name: String::new(),
            http_config: None,
            endpoint: None,
            endpoint_file: String::new(),
            p256dh: String::new(),
            auth: Secret::default(),
            vapid_private_key: Secret::default(),
            vapid_private_key_file: String::new(),
            vapid_public_key: String::new(),
            subject: String::new(),
            ttl: Period::seconds(24 * 3600),
            title: r#"{{ template "webpush.default.title" . }}"#.to_owned(),
            body: r#"{{ template "webpush.default.body" . }}"#.to_owned(),
            url: r#"{{ template "webpush.default.url" . }}"#.to_owned(),
        }
    }
}

impl WebPushConfig {
    /// Where `endpoint` is.
    pub fn endpoint_source(&self) -> Option<SecretSource<'_, SecretUrl>> {
        SecretSource::of_url(self.endpoint.as_ref(), &self.endpoint_file)
    }

    /// Where `vapid_private_key` is.
    pub fn vapid_private_key_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.vapid_private_key, &self.vapid_private_key_file)
    }
}
