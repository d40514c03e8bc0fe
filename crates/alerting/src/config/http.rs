use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::secret::{Secret, SecretSource};
use super::url::Url;

/// How an HTTP server is connected to: `http_config`
/// (<https://prometheus.io/docs/alerting/latest/configuration/#http_config>). Files are read for each use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpConfig {
    /// A user and a password.
    pub basic_auth: Option<BasicAuth>,
    /// What stands in the header `Authorization`.
    pub authorization: Option<Authorization>,
    /// A token that another server gives.
    pub oauth2: Option<OAuth2>,
    /// A token; the older form of `authorization`.
    pub bearer_token: Secret,
    /// The file that holds the token.
    pub bearer_token_file: String,
    /// Certificates.
    pub tls_config: Option<TlsConfig>,
    /// Whether redirects are followed.
    pub follow_redirects: bool,
    /// Whether HTTP/2 may be spoken.
    pub enable_http2: bool,
    /// Through which proxy the way goes.
    pub proxy_url: Option<Url>,
    /// What is asked without the proxy: names and addresses, with commas between them.
    pub no_proxy: String,
    /// Whether the environment says which proxy.
    pub proxy_from_environment: bool,
    /// Headers for the proxy.
    pub proxy_connect_header: BTreeMap<String, Vec<Secret>>,
    /// Further headers of each request.
    pub http_headers: BTreeMap<String, Header>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            basic_auth: None,
            authorization: None,
            oauth2: None,
            bearer_token: Secret::default(),
            bearer_token_file: String::new(),
            tls_config: None,
            follow_redirects: true,
            enable_http2: true,
            proxy_url: None,
            no_proxy: String::new(),
            proxy_from_environment: false,
            proxy_connect_header: BTreeMap::new(),
            http_headers: BTreeMap::new(),
        }
    }
}

/// A user and a password; each in the configuration or in a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BasicAuth {
    /// The user.
    pub username: String,
    /// The file that holds the user.
    pub username_file: String,
    /// The password.
    pub password: Secret,
    /// The file that holds the password.
    pub password_file: String,
}

impl BasicAuth {
    /// Where the password is; `None` for an empty one.
    pub fn password_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.password, &self.password_file)
    }
}

/// What stands in the header `Authorization`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authorization {
    /// The first word; `Bearer` where it is empty.
    #[serde(rename = "type")]
    pub kind: String,
    /// What follows it.
    pub credentials: Secret,
    /// The file that holds what follows it.
    pub credentials_file: String,
}

impl Authorization {
    /// Where the credentials are.
    pub fn source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.credentials, &self.credentials_file)
    }
}

/// A token by OAuth 2.0 with client credentials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OAuth2 {
    /// Who asks for it.
    pub client_id: String,
    /// The secret of who asks.
    pub client_secret: Secret,
    /// The file that holds the secret.
    pub client_secret_file: String,
    /// What the token is for.
    pub scopes: Vec<String>,
    /// Who gives it.
    pub token_url: String,
    /// Further parameters.
    pub endpoint_params: BTreeMap<String, String>,
    /// Certificates.
    pub tls_config: Option<TlsConfig>,
    /// Through which proxy the way goes.
    pub proxy_url: Option<Url>,
    /// What is asked without the proxy.
    pub no_proxy: String,
    /// Whether the environment says which proxy.
    pub proxy_from_environment: bool,
    /// Headers for the proxy.
    pub proxy_connect_header: BTreeMap<String, Vec<Secret>>,
}

/// Certificates: `tls_config`. PEM, in the configuration or in files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TlsConfig {
    /// The authorities that are trusted, instead of those of the system.
    pub ca: String,
    /// The file of the authorities.
    pub ca_file: String,
    /// The client's certificate.
    pub cert: String,
    /// The file of the certificate.
    pub cert_file: String,
    /// Its key.
    pub key: Secret,
    /// The file of the key.
    pub key_file: String,
    /// The name that the server's certificate must carry, where it is not the host.
    pub server_name: String,
    /// Whether the server's certificate is believed unread.
    pub insecure_skip_verify: bool,
    /// The oldest TLS that is spoken: `TLS10` to `TLS13`; empty for the default.
    pub min_version: String,
    /// The newest TLS that is spoken.
    pub max_version: String,
}

/// The values of a header.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// Values.
    pub values: Vec<String>,
    /// Values that are secrets.
    pub secrets: Vec<Secret>,
    /// Files that hold values.
    pub files: Vec<String>,
}
