use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::Secret;
use crate::config::url::Url;

/// WeChat Work
/// (<https://prometheus.io/docs/alerting/latest/configuration/#wechat_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WechatConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The secret of the API.
    pub api_secret: Secret,
    /// The corporation.
    pub corp_id: String,
    /// The address of the API.
    pub api_url: Option<Url>,
    /// The text; a template.
    pub message: String,
    /// `text` or `markdown`.
    pub message_type: String,
    /// The application; a template.
    pub agent_id: String,
    /// The users; a template.
    pub to_user: String,
    /// The departments; a template.
    pub to_party: String,
    /// The tags; a template.
    pub to_tag: String,
}

impl Default for WechatConfig {
    fn default() -> Self {
        Self {
            send_resolved: false,
            http_config: None,
            api_secret: Secret::default(),
            corp_id: String::new(),
            api_url: None,
            message: r#"{{ template "wechat.default.message" . }}"#.to_owned(),
            message_type: "text".to_owned(),
            agent_id: r#"{{ template "wechat.default.agent_id" . }}"#.to_owned(),
            to_user: r#"{{ template "wechat.default.to_user" . }}"#.to_owned(),
            to_party: r#"{{ template "wechat.default.to_party" . }}"#.to_owned(),
            to_tag: r#"{{ template "wechat.default.to_tag" . }}"#.to_owned(),
        }
    }
}
