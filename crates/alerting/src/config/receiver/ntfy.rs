use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{Secret, SecretSource};
use crate::config::url::Url;

/// ntfy (<https://docs.ntfy.sh>): `ntfy_configs`. An addition of Watchfire; Alertmanager does not know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NtfyConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The server; `https://ntfy.sh` where none is given.
    pub url: Option<Url>,
    /// The topic; a template.
    pub topic: String,
    /// The token of who sends; none where the topic is open, or `http_config` says who it is.
    pub token: Secret,
    /// The file that holds the token.
    pub token_file: String,
    /// The title; a template.
    pub title: String,
    /// The text; a template.
    pub message: String,
    /// Whether the text is Markdown.
    pub markdown: bool,
    /// `min`, `low`, `default`, `high`, `max`, or 1 to 5; a template, by severity where it is empty.
    pub priority: String,
    /// Tags with commas between them, of which ntfy shows some as pictures; a template.
    pub tags: String,
    /// Where a touch leads; a template.
    pub click: String,
    /// A picture beside it; a template.
    pub icon: String,
    /// An address that gets it as mail, too; a template.
    pub email: String,
}

impl Default for NtfyConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            url: None,
            topic: String::new(),
            token: Secret::default(),
            token_file: String::new(),
            title: r#"{{ template "ntfy.default.title" . }}"#.to_owned(),
            message: r#"{{ template "ntfy.default.message" . }}"#.to_owned(),
            markdown: false,
            priority: String::new(),
            tags: r#"{{ template "ntfy.default.tags" . }}"#.to_owned(),
            click: r#"{{ template "__alertmanagerURL" . }}"#.to_owned(),
            icon: String::new(),
            email: String::new(),
        }
    }
}

impl NtfyConfig {
    /// Where `token` is.
    pub fn token_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.token, &self.token_file)
    }
}
