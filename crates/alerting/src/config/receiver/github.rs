use serde::{Deserialize, Serialize};

use crate::config::http::HttpConfig;
use crate::config::secret::{Secret, SecretSource};
use crate::config::url::Url;

/// Issues on GitHub: `github_configs`. An addition of Watchfire; Alertmanager does not know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GitHubConfig {
    /// Whether it comments on the issue when alerts are resolved, and closes it with the last one.
    pub send_resolved: bool,
    /// How the server is connected to; given after the defaults of `global` are filled in.
    pub http_config: Option<HttpConfig>,
    /// The address of the API; GitHub's own where none is given.
    pub api_url: Option<Url>,
    /// The repository: `owner/name`.
    pub repository: String,
    /// A token that may write issues there.
    pub token: Secret,
    /// The file that holds the token.
    pub token_file: String,
    /// The title; a template.
    pub title: String,
    /// The text; a template.
    pub body: String,
    /// What each further notification says; a template.
    pub comment: String,
    /// Labels; templates, of which empty ones are left out.
    pub labels: Vec<String>,
    /// Who looks after it; templates.
    pub assignees: Vec<String>,
}

impl Default for GitHubConfig {
    fn default() -> Self {
        Self {
            send_resolved: true,
            http_config: None,
            api_url: None,
            repository: String::new(),
            token: Secret::default(),
            token_file: String::new(),
            title: r#"{{ template "github.default.title" . }}"#.to_owned(),
            body: r#"{{ template "github.default.body" . }}"#.to_owned(),
            comment: r#"{{ template "github.default.comment" . }}"#.to_owned(),
            labels: vec![
                "alert".to_owned(),
                "{{ with .CommonLabels.severity }}severity: {{ . }}{{ end }}".to_owned(),
            ],
            assignees: Vec::new(),
        }
    }
}

impl GitHubConfig {
    /// Where `token` is.
    pub fn token_source(&self) -> Option<SecretSource<'_>> {
        SecretSource::of(&self.token, &self.token_file)
    }
}
