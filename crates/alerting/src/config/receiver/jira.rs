use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::period::Period;
use crate::config::url::Url;

/// Issues in Jira
/// (<https://prometheus.io/docs/alerting/latest/configuration/#jira_config>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JiraConfig {
    /// Whether it also tells what is resolved.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address of the API, with its version.
    pub api_url: Option<Url>,
    /// The key of the project.
    pub project: String,
    /// The title; a template.
    pub summary: String,
    /// The text; a template.
    pub description: String,
    /// Labels; templates.
    pub labels: Vec<String>,
    /// The priority; a template.
    pub priority: String,
    /// The type of the issue.
    pub issue_type: String,
    /// The transition that resolves it; none where it is empty.
    pub resolve_transition: String,
    /// The transition that opens it again; none where it is empty.
    pub reopen_transition: String,
    /// Issues with this resolution are not opened again.
    pub wont_fix_resolution: String,
    /// How old a resolved issue may be that is opened again; 0 for any age.
    pub reopen_duration: Period,
    /// Further fields, in their own form.
    pub fields: BTreeMap<String, serde_json::Value>,
}

impl Default for JiraConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            api_url: None,
            project: String::new(),
            summary: r#"{{ template "jira.default.summary" . }}"#.to_owned(),
            description: r#"{{ template "jira.default.description" . }}"#.to_owned(),
            labels: Vec::new(),
            priority: r#"{{ template "jira.default.priority" . }}"#.to_owned(),
            issue_type: String::new(),
            resolve_transition: String::new(),
            reopen_transition: String::new(),
            wont_fix_resolution: String::new(),
            reopen_duration: Period::default(),
            fields: BTreeMap::new(),
        }
    }
}
