use serde::{Deserialize, Serialize};

use super::host_port::HostPort;
use super::http::{HttpConfig, TlsConfig};
use super::period::Period;
use super::secret::{Secret, SecretUrl};
use super::url::Url;

/// The section `global`: what receivers get that say nothing themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Global {
    /// How long an alert without an end counts as firing after it was heard of.
    pub resolve_timeout: Period,
    /// How servers are connected to.
    pub http_config: Option<HttpConfig>,
    /// The sender's address; a template.
    pub smtp_from: String,
    /// The name that is told to the mail server.
    pub smtp_hello: String,
    /// The mail server.
    pub smtp_smarthost: HostPort,
    /// The user there.
    pub smtp_auth_username: String,
    /// The password there.
    pub smtp_auth_password: Secret,
    /// The file that holds the password.
    pub smtp_auth_password_file: String,
    /// The secret for CRAM-MD5.
    pub smtp_auth_secret: Secret,
    /// The file that holds that secret.
    pub smtp_auth_secret_file: String,
    /// The identity for PLAIN.
    pub smtp_auth_identity: String,
    /// Whether mail must go encrypted.
    pub smtp_require_tls: bool,
    /// Whether mail goes encrypted from the first byte on, without STARTTLS; `None`: at the port 465 alone.
    pub smtp_force_implicit_tls: Option<bool>,
    /// Certificates of mail servers.
    pub smtp_tls_config: Option<TlsConfig>,
    /// Jira's API.
    pub jira_api_url: Option<Url>,
    /// Slack's webhook.
    pub slack_api_url: Option<SecretUrl>,
    /// The file that holds the webhook's address.
    pub slack_api_url_file: String,
    /// PagerDuty's API.
    pub pagerduty_url: Option<Url>,
    /// Opsgenie's API.
    pub opsgenie_api_url: Option<Url>,
    /// Its key.
    pub opsgenie_api_key: Secret,
    /// The file that holds the key.
    pub opsgenie_api_key_file: String,
    /// WeChat's API.
    pub wechat_api_url: Option<Url>,
    /// Its secret.
    pub wechat_api_secret: Secret,
    /// The corporation there.
    pub wechat_api_corp_id: String,
    /// VictorOps' API.
    pub victorops_api_url: Option<Url>,
    /// Its key.
    pub victorops_api_key: Secret,
    /// The file that holds the key.
    pub victorops_api_key_file: String,
    /// Telegram's API.
    pub telegram_api_url: Option<Url>,
    /// Webex' API.
    pub webex_api_url: Option<Url>,
    /// Rocket.Chat's API.
    pub rocketchat_api_url: Option<Url>,
    /// The sender's token there.
    pub rocketchat_token: Secret,
    /// The file that holds the token.
    pub rocketchat_token_file: String,
    /// The sender's id there.
    pub rocketchat_token_id: Secret,
    /// The file that holds the id.
    pub rocketchat_token_id_file: String,
}

impl Default for Global {
    fn default() -> Self {
        let url = |text| Some(Url::known(text));
        Self {
            resolve_timeout: Period(crate::alert::RESOLVE_TIMEOUT),
            http_config: None,
            smtp_from: String::new(),
            smtp_hello: "localhost".to_owned(),
            smtp_smarthost: HostPort::default(),
            smtp_auth_username: String::new(),
            smtp_auth_password: Secret::default(),
            smtp_auth_password_file: String::new(),
            smtp_auth_secret: Secret::default(),
            smtp_auth_secret_file: String::new(),
            smtp_auth_identity: String::new(),
            smtp_require_tls: true,
            smtp_force_implicit_tls: None,
            smtp_tls_config: None,
            jira_api_url: None,
            slack_api_url: None,
            slack_api_url_file: String::new(),
            pagerduty_url: url("https://events.pagerduty.com/v2/enqueue"),
            opsgenie_api_url: url("https://api.opsgenie.com/"),
            opsgenie_api_key: Secret::default(),
            opsgenie_api_key_file: String::new(),
            wechat_api_url: url("https://qyapi.weixin.qq.com/cgi-bin/"),
            wechat_api_secret: Secret::default(),
            wechat_api_corp_id: String::new(),
            victorops_api_url: url("https://alert.victorops.com/integrations/generic/20131114/alert/"),
            victorops_api_key: Secret::default(),
            victorops_api_key_file: String::new(),
            telegram_api_url: url("https://api.telegram.org"),
            webex_api_url: url("https://webexapis.com/v1/messages"),
            rocketchat_api_url: url("https://open.rocket.chat/"),
            rocketchat_token: Secret::default(),
            rocketchat_token_file: String::new(),
            rocketchat_token_id: Secret::default(),
            rocketchat_token_id_file: String::new(),
        }
    }
}
