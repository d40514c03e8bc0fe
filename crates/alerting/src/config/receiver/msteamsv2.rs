use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{SecretSource, SecretUrl};

/// Microsoft Teams, by a workflow with adaptive cards
/// (<https://prometheus.io/docs/alerting/latest/configuration/#msteamsv2_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MsTeamsV2Config {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address of the webhook.
    pub webhook_url: Option<SecretUrl>,
    /// The file that holds the address.
    pub webhook_url_file: String,
    /// The title; a template.
    pub title: String,
    /// The text; a template.
    pub text: String,
}

impl Default for MsTeamsV2Config {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            webhook_url: None,
            webhook_url_file: String::new(),
            title: r#"{{ template "msteamsv2.default.title" . }}"#.to_owned(),
            text: r#"{{ template "msteamsv2.default.text" . }}"#.to_owned(),
        }
    }
}

impl MsTeamsV2Config {
    /// Where the address is.
    pub fn webhook_url_source(&self) -> Option<SecretSource<'_, SecretUrl>> {
        SecretSource::of_url(self.webhook_url.as_ref(), &self.webhook_url_file)
    }
}
