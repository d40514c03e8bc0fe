use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{Secret, SecretSource};
use crate::config::url::Url;

/// Incidents in `ServiceNow`: `servicenow_configs`. An addition of Watchfire; Alertmanager does not know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceNowConfig {
    /// Whether it writes into the incident when alerts are resolved, and resolves it with the last one.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The instance, such as `https://example.service-now.com`.
    pub instance_url: Option<Url>,
    /// The table.
    pub table: String,
    /// The user; none where `http_config` says who it is.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// The file that holds the password.
    pub password_file: String,
    /// What the incident is called; a template.
    pub short_description: String,
    /// What it says; a template.
    pub description: String,
    /// What each further notification says; a template.
    pub note: String,
    /// Further fields of a new incident, such as `assignment_group`; templates. They go over those that are always there:
    /// `impact` and `urgency` by severity.
    pub fields: BTreeMap<String, String>,
    /// The state of an incident that is resolved.
    pub resolved_state: String,
    /// How it was closed.
    pub close_code: String,
}

impl Default for ServiceNowConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            instance_url: None,
            table: "incident".to_owned(),
            username: String::new(),
            password: Secret::default(),
            password_file: String::new(),
            short_description: r#"{{ template "servicenow.default.short_description" . }}"#.to_owned(),
            description: r#"{{ template "servicenow.default.description" . }}"#.to_owned(),
            note: r#"{{ template "servicenow.default.note" . }}"#.to_owned(),
            fields: BTreeMap::new(),
            resolved_state: "6".to_owned(),
            close_code: "Resolved by caller".to_owned(),
        }
    }
}

impl ServiceNowConfig {
    /// Where `password` is.
    pub fn password_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.password, &self.password_file)
    }
}
