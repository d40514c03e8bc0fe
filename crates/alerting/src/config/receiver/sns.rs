use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::Secret;

/// Amazon's Simple Notification Service
/// (<https://prometheus.io/docs/alerting/latest/configuration/#sns_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SnsConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address of the API; a template, that of the region where it is empty.
    pub api_url: String,
    /// How requests are signed.
    pub sigv4: SigV4,
    /// The topic; a template.
    pub topic_arn: String,
    /// The telephone number in the form E.164; a template.
    pub phone_number: String,
    /// The device; a template.
    pub target_arn: String,
    /// The subject; a template.
    pub subject: String,
    /// The text; a template.
    pub message: String,
    /// Further attributes; templates.
    pub attributes: BTreeMap<String, String>,
}

impl Default for SnsConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            api_url: String::new(),
            sigv4: SigV4::default(),
            topic_arn: String::new(),
            phone_number: String::new(),
            target_arn: String::new(),
            subject: r#"{{ template "sns.default.subject" . }}"#.to_owned(),
            message: r#"{{ template "sns.default.message" . }}"#.to_owned(),
            attributes: BTreeMap::new(),
        }
    }
}

/// How requests are signed (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SigV4 {
    /// The region.
    pub region: String,
    /// The key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: Secret,
    /// The profile of the file of credentials.
    pub profile: String,
    /// The role that is taken.
    pub role_arn: String,
}
