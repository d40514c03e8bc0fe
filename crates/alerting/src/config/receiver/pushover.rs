use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::period::{Period, go};
use crate::config::secret::{Secret, SecretSource};

/// Pushover
/// (<https://prometheus.io/docs/alerting/latest/configuration/#pushover_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PushoverConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The recipient's key.
    pub user_key: Secret,
    /// The file that holds that key.
    pub user_key_file: String,
    /// The application's token.
    pub token: Secret,
    /// The file that holds the token.
    pub token_file: String,
    /// The title; a template.
    pub title: String,
    /// The text; a template.
    pub message: String,
    /// A link; a template.
    pub url: String,
    /// What stands on the link; a template.
    pub url_title: String,
    /// The device; a template, all where it is empty.
    pub device: String,
    /// The sound; a template.
    pub sound: String,
    /// -2 to 2; a template.
    pub priority: String,
    /// How often it comes again until it is acknowledged.
    #[serde(deserialize_with = "go")]
    pub retry: Period,
    /// How long it comes again.
    #[serde(deserialize_with = "go")]
    pub expire: Period,
    /// After how long it vanishes; 0 for never.
    #[serde(deserialize_with = "go")]
    pub ttl: Period,
    /// Whether the text is HTML.
    pub html: bool,
    /// Whether letters have the same width.
    pub monospace: bool,
}

impl Default for PushoverConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            user_key: Secret::default(),
            user_key_file: String::new(),
            token: Secret::default(),
            token_file: String::new(),
            title: r#"{{ template "pushover.default.title" . }}"#.to_owned(),
            message: r#"{{ template "pushover.default.message" . }}"#.to_owned(),
            url: r#"{{ template "pushover.default.url" . }}"#.to_owned(),
            url_title: String::new(),
            device: String::new(),
            sound: String::new(),
            priority: r#"{{ if eq .Status "firing" }}2{{ else }}0{{ end }}"#.to_owned(),
            retry: Period::seconds(60),
            expire: Period::seconds(3600),
            ttl: Period::default(),
            html: false,
            monospace: false,
        }
    }
}

impl PushoverConfig {
    /// Where `user_key` is.
    pub fn user_key_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.user_key, &self.user_key_file)
    }

    /// Where `token` is.
    pub fn token_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.token, &self.token_file)
    }
}
