use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{Secret, SecretSource};
use crate::config::url::Url;

/// PagerDuty
/// (<https://prometheus.io/docs/alerting/latest/configuration/#pagerduty_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PagerDutyConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The key of an integration of the kind Events API v2.
    pub routing_key: Secret,
    /// The file that holds that key.
    pub routing_key_file: String,
    /// The key of an integration of the kind Prometheus.
    pub service_key: Secret,
    /// The file that holds that key.
    pub service_key_file: String,
    /// The address of the API.
    pub url: Option<Url>,
    /// Who sends it; a template.
    pub client: String,
    /// Where the sender is found; a template.
    pub client_url: String,
    /// What the incident is called; a template.
    pub description: String,
    /// How severe it is; a template, `error` where it is empty.
    pub severity: String,
    /// What is affected; a template, the client where it is empty.
    pub source: String,
    /// Further details; templates. Those of Alertmanager are there where no others have their names.
    pub details: BTreeMap<String, String>,
    /// Pictures.
    pub images: Vec<PagerDutyImage>,
    /// Links.
    pub links: Vec<PagerDutyLink>,
    /// What part is broken; a template.
    pub component: String,
    /// What it belongs to; a template.
    pub group: String,
    /// What kind of event it is; a template.
    pub class: String,
}

impl Default for PagerDutyConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            routing_key: Secret::default(),
            routing_key_file: String::new(),
            service_key: Secret::default(),
            service_key_file: String::new(),
            url: None,
            client: r#"{{ template "pagerduty.default.client" . }}"#.to_owned(),
            client_url: r#"{{ template "pagerduty.default.clientURL" . }}"#.to_owned(),
            description: r#"{{ template "pagerduty.default.description" .}}"#.to_owned(),
            severity: String::new(),
            source: String::new(),
            details: BTreeMap::new(),
            images: Vec::new(),
            links: Vec::new(),
            component: String::new(),
            group: String::new(),
            class: String::new(),
        }
    }
}

impl PagerDutyConfig {
    /// Where `routing_key` is.
    pub fn routing_key_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.routing_key, &self.routing_key_file)
    }

    /// Where `service_key` is.
    pub fn service_key_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.service_key, &self.service_key_file)
    }
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PagerDutyImage {
    /// Where it is; a template.
    pub src: String,
    /// What it shows; a template.
    pub alt: String,
    /// Where it leads; a template.
    pub href: String,
}

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PagerDutyLink {
    /// Where it leads; a template.
    pub href: String,
    /// What stands there; a template.
    pub text: String,
}
