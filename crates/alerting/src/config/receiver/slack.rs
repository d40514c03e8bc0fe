use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{SecretSource, SecretUrl};

/// The layout of a message as Alertmanager has it: an attachment with fields of its own.
pub const SLACK_ATTACHMENTS: &str = "attachments";

/// The layout by Slack's Block Kit.
pub const SLACK_BLOCKS: &str = "blocks";

/// Slack, by an incoming webhook or a bot
/// (<https://prometheus.io/docs/alerting/latest/configuration/#slack_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlackConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address of the webhook.
    pub api_url: Option<SecretUrl>,
    /// The file that holds the address.
    pub api_url_file: String,
    /// The channel or user; a template.
    pub channel: String,
    /// Under which name it appears; a template.
    pub username: String,
    /// The colour of the edge; a template.
    pub color: String,
    /// The title; a template.
    pub title: String,
    /// Where the title leads; a template.
    pub title_link: String,
    /// What stands above; a template.
    pub pretext: String,
    /// The text; a template.
    pub text: String,
    /// A table below the text.
    pub fields: Vec<SlackField>,
    /// Whether fields are short where they do not say it.
    pub short_fields: bool,
    /// What stands below; a template.
    pub footer: String,
    /// The text where there is no room for the rest; a template.
    pub fallback: String,
    /// What tells this message in answers; a template.
    pub callback_id: String,
    /// The emoji of the sender; a template.
    pub icon_emoji: String,
    /// The picture of the sender; a template.
    pub icon_url: String,
    /// A picture; a template.
    pub image_url: String,
    /// A small picture; a template.
    pub thumb_url: String,
    /// Whether names in the text become links.
    pub link_names: bool,
    /// Fields with markup; where there are none: fallback, pretext and text.
    pub mrkdwn_in: Vec<String>,
    /// Buttons.
    pub actions: Vec<SlackAction>,
    /// Who is called by name while something fires: ids of users and groups, `here`, `channel`. An addition of Watchfire.
    pub mentions: Vec<String>,
    /// How it looks: [`SLACK_ATTACHMENTS`], which is the same as nothing, or [`SLACK_BLOCKS`]. An addition of Watchfire.
    pub layout: String,
}

impl Default for SlackConfig {
    fn default() -> Self {
        Self {
            send_resolved: false,
            http_config: None,
            api_url: None,
            api_url_file: String::new(),
            channel: String::new(),
            username: r#"{{ template "slack.default.username" . }}"#.to_owned(),
            color: r#"{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}"#.to_owned(),
            title: r#"{{ template "slack.default.title" . }}"#.to_owned(),
            title_link: r#"{{ template "slack.default.titlelink" . }}"#.to_owned(),
            pretext: r#"{{ template "slack.default.pretext" . }}"#.to_owned(),
            text: r#"{{ template "slack.default.text" . }}"#.to_owned(),
            fields: Vec::new(),
            short_fields: false,
            footer: r#"{{ template "slack.default.footer" . }}"#.to_owned(),
            fallback: r#"{{ template "slack.default.fallback" . }}"#.to_owned(),
            callback_id: r#"{{ template "slack.default.callbackid" . }}"#.to_owned(),
            icon_emoji: r#"{{ template "slack.default.iconemoji" . }}"#.to_owned(),
            icon_url: r#"{{ template "slack.default.iconurl" . }}"#.to_owned(),
            image_url: String::new(),
            thumb_url: String::new(),
            link_names: false,
            mrkdwn_in: Vec::new(),
            actions: Vec::new(),
            mentions: Vec::new(),
            layout: String::new(),
        }
    }
}

impl SlackConfig {
    /// Where the address is.
    pub fn api_url_source(&self) -> Option<SecretSource<'_, SecretUrl>> {
        SecretSource::of_url(self.api_url.as_ref(), &self.api_url_file)
    }
}

/// A row of the table below the text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlackField {
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
pub struct SlackAction {
    /// What kind it is, such as `button`; a template.
    #[serde(rename = "type")]
    pub kind: String,
    /// What stands on it; a template.
    pub text: String,
    /// Where it leads; a template.
    pub url: String,
    /// How it looks; a template.
    pub style: String,
    /// What it is called where it leads nowhere; a template.
    pub name: String,
    /// What it sends; a template.
    pub value: String,
    /// What is asked before.
    pub confirm: Option<SlackConfirmation>,
}

/// What is asked before a button acts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlackConfirmation {
    /// The question; a template.
    pub text: String,
    /// Its title; a template.
    pub title: String,
    /// The word for yes; a template.
    pub ok_text: String,
    /// The word for no; a template.
    pub dismiss_text: String,
}
