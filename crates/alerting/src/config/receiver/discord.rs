use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{SecretSource, SecretUrl};

/// Discord, by a webhook
/// (<https://prometheus.io/docs/alerting/latest/configuration/#discord_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiscordConfig {
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
    pub message: String,
    /// What stands above the box with title and text; a template.
    pub content: String,
    /// Under which name it appears.
    pub username: String,
    /// The picture of the sender.
    pub avatar_url: String,
}

impl Default for DiscordConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            webhook_url: None,
            webhook_url_file: String::new(),
            title: r#"{{ template "discord.default.title" . }}"#.to_owned(),
            message: r#"{{ template "discord.default.message" . }}"#.to_owned(),
            content: r#"{{ template "discord.default.content" . }}"#.to_owned(),
            username: String::new(),
            avatar_url: String::new(),
        }
    }
}

impl DiscordConfig {
    /// Where the address is.
    pub fn webhook_url_source(&self) -> Option<SecretSource<'_, SecretUrl>> {
        SecretSource::of_url(self.webhook_url.as_ref(), &self.webhook_url_file)
    }
}
