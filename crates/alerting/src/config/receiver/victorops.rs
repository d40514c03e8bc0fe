use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{Secret, SecretSource};
use crate::config::url::Url;

/// VictorOps, now Splunk On-Call
/// (<https://prometheus.io/docs/alerting/latest/configuration/#victorops_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VictorOpsConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The key of the API.
    pub api_key: Secret,
    /// The file that holds the key.
    pub api_key_file: String,
    /// The address of the API.
    pub api_url: Option<Url>,
    /// To which team it goes; a template.
    pub routing_key: String,
    /// `CRITICAL`, `WARNING` or `INFO`; a template.
    pub message_type: String,
    /// What it says; a template.
    pub state_message: String,
    /// What it is called; a template.
    pub entity_display_name: String,
    /// Who says it; a template.
    pub monitoring_tool: String,
    /// Further fields; templates.
    pub custom_fields: BTreeMap<String, String>,
}

impl Default for VictorOpsConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            api_key: Secret::default(),
            api_key_file: String::new(),
            api_url: None,
            routing_key: String::new(),
            message_type: "CRITICAL".to_owned(),
            state_message: r#"{{ template "victorops.default.state_message" . }}"#.to_owned(),
            entity_display_name: r#"{{ template "victorops.default.entity_display_name" . }}"#.to_owned(),
            monitoring_tool: r#"{{ template "victorops.default.monitoring_tool" . }}"#.to_owned(),
            custom_fields: BTreeMap::new(),
        }
    }
}

impl VictorOpsConfig {
    /// Where `api_key` is.
    pub fn api_key_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.api_key, &self.api_key_file)
    }
}
