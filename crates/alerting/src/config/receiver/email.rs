use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::host_port::HostPort;
use crate::config::http::TlsConfig;
use crate::config::secret::{Secret, SecretSource};

/// Mail by SMTP
/// (<https://prometheus.io/docs/alerting/latest/configuration/#email_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// Who gets it: addresses with commas between them; a template.
    pub to: String,
    /// The sender's address; a template.
    pub from: String,
    /// The name that is told to the server.
    pub hello: String,
    /// The server that takes it.
    pub smarthost: HostPort,
    /// The user, by CRAM-MD5, LOGIN or PLAIN; empty for no login.
    pub auth_username: String,
    /// The password for LOGIN and PLAIN.
    pub auth_password: Secret,
    /// The file that holds the password.
    pub auth_password_file: String,
    /// The secret for CRAM-MD5.
    pub auth_secret: Secret,
    /// The file that holds the secret for CRAM-MD5.
    pub auth_secret_file: String,
    /// The identity for PLAIN.
    pub auth_identity: String,
    /// Whether it must go encrypted; given after the defaults of `global` are filled in.
    pub require_tls: Option<bool>,
    /// Whether it goes encrypted from the first byte on, without STARTTLS; `None`: at the port 465 alone.
    pub force_implicit_tls: Option<bool>,
    /// Certificates.
    pub tls_config: Option<TlsConfig>,
    /// The body in HTML; a template.
    pub html: String,
    /// The body as text; a template.
    pub text: String,
    /// Further headers by their canonical name; templates.
    pub headers: BTreeMap<String, String>,
}

impl Default for EmailConfig {
    fn default() -> Self {
        Self {
            send_resolved: false,
            to: String::new(),
            from: String::new(),
            hello: String::new(),
            smarthost: HostPort::default(),
            auth_username: String::new(),
            auth_password: Secret::default(),
            auth_password_file: String::new(),
            auth_secret: Secret::default(),
            auth_secret_file: String::new(),
            auth_identity: String::new(),
            require_tls: None,
            force_implicit_tls: None,
            tls_config: None,
            html: r#"{{ template "email.default.html" . }}"#.to_owned(),
            text: String::new(),
            headers: BTreeMap::new(),
        }
    }
}

impl EmailConfig {
    /// Where `auth_password` is.
    pub fn auth_password_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.auth_password, &self.auth_password_file)
    }

    /// Where `auth_secret` is.
    pub fn auth_secret_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.auth_secret, &self.auth_secret_file)
    }
}
