use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{Secret, SecretSource};
use crate::config::url::Url;

/// Opsgenie
/// (<https://prometheus.io/docs/alerting/latest/configuration/#opsgenie_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpsGenieConfig {
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
    /// What the alert is called; a template.
    pub message: String,
    /// What it says; a template.
    pub description: String,
    /// Where it comes from; a template.
    pub source: String,
    /// Further details; templates.
    pub details: BTreeMap<String, String>,
    /// What it is about; a template.
    pub entity: String,
    /// Who is told.
    pub responders: Vec<Responder>,
    /// Actions that it offers, with commas between them; a template.
    pub actions: String,
    /// Tags with commas between them; a template.
    pub tags: String,
    /// A note; a template.
    pub note: String,
    /// `P1` to `P5`; a template.
    pub priority: String,
    /// Whether an alert that is there gets the new texts.
    pub update_alerts: bool,
}

impl Default for OpsGenieConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            api_key: Secret::default(),
            api_key_file: String::new(),
            api_url: None,
            message: r#"{{ template "opsgenie.default.message" . }}"#.to_owned(),
            description: r#"{{ template "opsgenie.default.description" . }}"#.to_owned(),
            source: r#"{{ template "opsgenie.default.source" . }}"#.to_owned(),
            details: BTreeMap::new(),
            entity: String::new(),
            responders: Vec::new(),
            actions: String::new(),
            tags: String::new(),
            note: String::new(),
            priority: String::new(),
            update_alerts: false,
        }
    }
}

impl OpsGenieConfig {
    /// Where `api_key` is.
    pub fn api_key_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.api_key, &self.api_key_file)
    }
}

/// Who is told; one of `id`, `name` and `username` says who it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Responder {
    /// By number; a template.
    pub id: String,
    /// By name; a template.
    pub name: String,
    /// By the name to log in with; a template.
    pub username: String,
    /// `team`, `teams`, `user`, `escalation` or `schedule`; a template.
    #[serde(rename = "type")]
    pub kind: String,
}
