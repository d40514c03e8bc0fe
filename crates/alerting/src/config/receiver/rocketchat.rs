use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{Secret, SecretSource};
use crate::config::url::Url;

/// Rocket.Chat
/// (<https://prometheus.io/docs/alerting/latest/configuration/#rocketchat_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RocketchatConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address of the API.
    pub api_url: Option<Url>,
    /// The sender's token.
    pub token: Secret,
    /// The file that holds the token.
    pub token_file: String,
    /// The sender's id.
    pub token_id: Secret,
    /// The file that holds the id.
    pub token_id_file: String,
    /// The channel or user; a template.
    pub channel: String,
    /// The colour of the edge; a template.
    pub color: String,
    /// The title; a template.
    pub title: String,
    /// Where the title leads; a template.
    pub title_link: String,
    /// The text; a template.
    pub text: String,
    /// A table below the text.
    pub fields: Vec<RocketchatField>,
    /// Whether fields are short where they do not say it.
    pub short_fields: bool,
    /// The emoji of the sender; a template.
    pub emoji: String,
    /// The picture of the sender; a template.
    pub icon_url: String,
    /// A picture; a template.
    pub image_url: String,
    /// A small picture; a template.
    pub thumb_url: String,
    /// Whether names in the text become links.
    pub link_names: bool,
    /// Buttons.
    pub actions: Vec<RocketchatAction>,
}

impl Default for RocketchatConfig {
    fn default() -> Self {
        Self {
            send_resolved: false,
            http_config: None,
            api_url: None,
            token: Secret::default(),
            token_file: String::new(),
            token_id: Secret::default(),
            token_id_file: String::new(),
            channel: String::new(),
            color: r#"{{ if eq .Status "firing" }}red{{ else }}green{{ end }}"#.to_owned(),
            title: r#"{{ template "rocketchat.default.title" . }}"#.to_owned(),
            title_link: r#"{{ template "rocketchat.default.titlelink" . }}"#.to_owned(),
            text: r#"{{ template "rocketchat.default.text" . }}"#.to_owned(),
            fields: Vec::new(),
            short_fields: false,
            emoji: r#"{{ template "rocketchat.default.emoji" . }}"#.to_owned(),
            icon_url: r#"{{ template "rocketchat.default.iconurl" . }}"#.to_owned(),
            image_url: String::new(),
            thumb_url: String::new(),
            link_names: false,
            actions: Vec::new(),
        }
    }
}

impl RocketchatConfig {
    /// Where `token` is.
    pub fn token_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.token, &self.token_file)
    }

    /// Where `token_id` is.
    pub fn token_id_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.token_id, &self.token_id_file)
    }
}

/// A row of the table below the text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RocketchatField {
    /// What it is; a template.
    pub title: String,
    /// The value; a template.
    pub value: String,
    /// Whether it may stand beside another one.
    pub short: Option<bool>,
}

/// A button.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RocketchatAction {
    /// Always `button`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What stands on it; a template.
    pub text: String,
    /// Where it leads; a template.
    pub url: String,
    /// What it says in the chat; a template.
    pub msg: String,
}
