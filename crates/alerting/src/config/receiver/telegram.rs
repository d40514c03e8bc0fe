use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{Secret, SecretSource};
use crate::config::url::Url;

/// Telegram, by a bot
/// (<https://prometheus.io/docs/alerting/latest/configuration/#telegram_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TelegramConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address of the API.
    pub api_url: Option<Url>,
    /// The bot's token.
    pub bot_token: Secret,
    /// The file that holds the token.
    pub bot_token_file: String,
    /// The chat.
    pub chat_id: i64,
    /// The topic in the chat; 0 for none.
    pub message_thread_id: i64,
    /// The text; a template.
    pub message: String,
    /// Whether it comes without a sound.
    pub disable_notifications: bool,
    /// The markup of the text: `HTML`, `Markdown`, `MarkdownV2`, or none.
    pub parse_mode: String,
}

impl Default for TelegramConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            api_url: None,
            bot_token: Secret::default(),
            bot_token_file: String::new(),
            chat_id: 0,
            message_thread_id: 0,
            message: r#"{{ template "telegram.default.message" . }}"#.to_owned(),
            disable_notifications: false,
            parse_mode: "HTML".to_owned(),
        }
    }
}

impl TelegramConfig {
    /// Where `bot_token` is.
    pub fn bot_token_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.bot_token, &self.bot_token_file)
    }
}
