use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{Secret, SecretSource};
use crate::config::url::Url;

/// Issues on GitLab: `gitlab_configs`. An addition of Watchfire; Alertmanager does not know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GitLabConfig {
    /// Whether it comments on the issue when alerts are resolved, and closes it with the last one.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address of the API, with its version; that of gitlab.com where none is given.
    pub api_url: Option<Url>,
    /// The project: its path, such as `group/name`, or its number.
    pub project: String,
    /// A token with the scope `api`.
    pub token: Secret,
    /// The file that holds the token.
    pub token_file: String,
    /// The title; a template.
    pub title: String,
    /// The text; a template.
    pub description: String,
    /// What each further notification says; a template.
    pub comment: String,
    /// Labels; templates, of which empty ones are left out.
    pub labels: Vec<String>,
}

impl Default for GitLabConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            api_url: None,
            project: String::new(),
            token: Secret::default(),
            token_file: String::new(),
            title: r#"{{ template "gitlab.default.title" . }}"#.to_owned(),
            description: r#"{{ template "gitlab.default.description" . }}"#.to_owned(),
            comment: r#"{{ template "gitlab.default.comment" . }}"#.to_owned(),
            labels: vec![
                "alert".to_owned(),
                "{{ with .CommonLabels.severity }}severity::{{ . }}{{ end }}".to_owned(),
            ],
        }
    }
}

impl GitLabConfig {
    /// Where `token` is.
    pub fn token_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.token, &self.token_file)
    }
}
