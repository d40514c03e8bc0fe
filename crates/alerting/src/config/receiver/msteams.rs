use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{SecretSource, SecretUrl};

/// Microsoft Teams, by an incoming webhook of a connector
/// (<https://prometheus.io/docs/alerting/latest/configuration/#msteams_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MsTeamsConfig {
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
    /// The summary; a template.
    pub summary: String,
    /// The text; a template.
    pub text: String,
}

impl Default for MsTeamsConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            webhook_url: None,
            webhook_url_file: String::new(),
            title: r#"{{ template "msteams.default.title" . }}"#.to_owned(),
            summary: r#"{{ template "msteams.default.summary" . }}"#.to_owned(),
            text: r#"{{ template "msteams.default.text" . }}"#.to_owned(),
        }
    }
}

impl MsTeamsConfig {
    /// Where the address is.
    pub fn webhook_url_source(&self) -> Option<SecretSource<'_, SecretUrl>> {
        SecretSource::of_url(self.webhook_url.as_ref(), &self.webhook_url_file)
    }
}
