use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::period::Period;
use crate::config::url::Url;

/// Another Alertmanager that gets the alerts themselves: `alertmanager_configs`. An addition of Watchfire; Alertmanager
/// does not know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertmanagerConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The server, without `/api/v2/alerts`.
    pub url: Option<Url>,
    /// After what silence of ours the other one takes an alert for resolved; more than `repeat_interval`.
    pub resolve_after: Period,
}

impl Default for AlertmanagerConfig {
    fn default() -> Self {
        Self { send_resolved: true, http_config: None, url: None, resolve_after: Period::seconds(12 * 3600) }
    }
}
