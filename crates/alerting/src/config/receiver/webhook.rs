use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::period::{Period, go};
use crate::config::secret::{Secret, SecretSource, SecretUrl};

/// Any server, by a POST of JSON
/// (<https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address.
    pub url: Option<SecretUrl>,
    /// The file that holds the address.
    pub url_file: String,
    /// The most alerts of one message; 0 for all.
    pub max_alerts: u64,
    /// How long an answer may take; 0 for no bound of its own.
    #[serde(deserialize_with = "go")]
    pub timeout: Period,
    /// What is sent instead of Alertmanager's JSON; a template. An addition of Watchfire, as what follows.
    pub body: String,
    /// Signs the body: `X-Watchfire-Signature` is then `sha256=` and HMAC-SHA256 of it in hexadecimal digits.
    pub hmac_secret: Secret,
    /// The file that holds that secret.
    pub hmac_secret_file: String,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            url: None,
            url_file: String::new(),
            max_alerts: 0,
            timeout: Period::default(),
            body: String::new(),
            hmac_secret: Secret::default(),
            hmac_secret_file: String::new(),
        }
    }
}

impl WebhookConfig {
    /// Where `hmac_secret` is.
    pub fn hmac_secret_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.hmac_secret, &self.hmac_secret_file)
    }

    /// Where the address is.
    pub fn url_source(&self) -> Option<SecretSource<'_, SecretUrl>> {
        SecretSource::of_url(self.url.as_ref(), &self.url_file)
    }
}
