use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{SecretSource, SecretUrl};

/// Events in Sentry: `sentry_configs`. An addition of Watchfire; Alertmanager does not know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SentryConfig {
    /// Whether it also tells what is resolved, as an event of the level `info`: events resolve no issue there.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The project: `https://key@host/project`.
    pub dsn: Option<SecretUrl>,
    /// The file that holds the DSN.
    pub dsn_file: String,
    /// The text; a template.
    pub message: String,
    /// The environment; a template.
    pub environment: String,
    /// The release; a template.
    pub release: String,
    /// Tags besides the labels that all alerts have in common; templates.
    pub tags: BTreeMap<String, String>,
}

impl Default for SentryConfig {
    fn default() -> Self {
        Self {
            send_resolved: false,
            http_config: None,
            dsn: None,
            dsn_file: String::new(),
            message: r#"{{ template "sentry.default.message" . }}"#.to_owned(),
            environment: String::new(),
            release: String::new(),
            tags: BTreeMap::new(),
        }
    }
}

impl SentryConfig {
    /// Where `dsn` is.
    pub fn dsn_source(&self) -> Option<SecretSource<'_, SecretUrl>> {
        SecretSource::of_url(self.dsn.as_ref(), &self.dsn_file)
    }
}
