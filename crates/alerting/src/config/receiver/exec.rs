use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::period::Period;

/// A program of this machine: `exec_configs`. An addition of Watchfire; Alertmanager does not know it. It runs only where
/// the server's command line lets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExecConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// Of no use here.
    #[serde(skip)]
    pub http_config: Option<HttpConfig>,
    /// The program with its whole path, and its arguments; no shell and no template reads them. It gets the JSON of
    /// webhooks as its input; a status of 75 asks to run it again later.
    pub command: Vec<String>,
    /// How long it may take.
    pub timeout: Period,
}

impl Default for ExecConfig {
    fn default() -> Self {
        Self { send_resolved: true, http_config: None, command: Vec::new(), timeout: Period::seconds(30) }
    }
}
