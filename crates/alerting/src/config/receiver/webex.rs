use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::url::Url;

/// Webex
/// (<https://prometheus.io/docs/alerting/latest/configuration/#webex_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebexConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address of the API.
    pub api_url: Option<Url>,
    /// The text; a template.
    pub message: String,
    /// The room; a template.
    pub room_id: String,
}

impl Default for WebexConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            api_url: None,
            message: r#"{{ template "webex.default.message" . }}"#.to_owned(),
            room_id: String::new(),
        }
    }
}
