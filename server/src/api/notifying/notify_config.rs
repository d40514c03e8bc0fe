//! `/api/v1/watchfire/notify-config`: who hears of what, as it is kept here in versions.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_service::notify_config::{
    Checked, ConfigSource, NotifyConfig, NotifyConfigError, Shown, VersionHead, Writing,
};

use crate::api::dashboards::asked::Asked;
use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::http::App;

/// A configuration as text or as a document; one of them.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Written {
    yaml: Option<String>,
    document: Option<Value>,
}

impl Written {
    pub(super) fn writing(self) -> Result<Writing, Failure> {
        match (self.yaml, self.document) {
            (Some(yaml), None) => Ok(Writing::Yaml(yaml)),
            (None, Some(document @ Value::Object(_))) => Ok(Writing::Document(document)),
            (None, Some(_)) => {
                Err(Failure::in_body(None, "document", "document: give a mapping, as GET has it".to_owned()))
            }
            _ => Err(Failure::bad_data("give yaml or document, one of them")),
        }
    }
}

/// The next version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Next {
    #[serde(default)]
    yaml: Option<String>,
    #[serde(default)]
    document: Option<Value>,
    /// The one that its writer has seen; 0: there was none.
    version: u64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    author: String,
}

/// A version that is to be the newest one again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restored {
    restore: u64,
    version: u64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    author: String,
}

fn checked(checked: &Checked) -> Value {
    json!({
        "yaml": checked.yaml,
        "document": checked.document,
        "problems": checked.problems,
        "notes": checked.notes,
    })
}

fn head(head: &VersionHead) -> Value {
    json!({
        "version": head.version,
        "updated_at": head.updated_at,
        "author": head.author,
        "message": head.message,
    })
}

fn shown(config: &NotifyConfig, shown: &Shown) -> Value {
    let mut value = checked(&shown.checked);
    if let (Some(value), Value::Object(head)) = (value.as_object_mut(), head(&shown.head)) {
        value.extend(head);
        value.insert("source".to_owned(), json!(shown.source.word()));
        value.insert("editable".to_owned(), json!(shown.source != ConfigSource::File));
        let file = config.file().map(|file| file.path().display().to_string());
        value.insert("file".to_owned(), json!(file));
        value.insert("error".to_owned(), json!(config.status().error));
    }
    value
}

/// What it says, and where it comes from.
pub(super) async fn get(State(app): State<App>) -> Result<Response, Failure> {
    let config = &app.notifying.config;
    Ok(data(shown(config, &config.shown().await?)))
}

/// The text alone, to be kept elsewhere.
pub(super) async fn export(State(app): State<App>) -> Result<Response, Failure> {
    let headers = [
        (header::CONTENT_TYPE, "application/yaml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"alertmanager.yml\""),
    ];
    Ok((headers, app.notifying.config.shown().await?.checked.yaml).into_response())
}

/// Stores the next version, which is followed when this returns.
pub(super) async fn save(State(app): State<App>, Whole(next): Whole<Next>) -> Result<Response, Failure> {
    let Next { yaml, document, version, message, author } = next;
    let writing = Written { yaml, document }.writing()?;
    let saved = app.notifying.config.save(&app.alertmanager, writing, version, (&author, &message)).await?;
    Ok(data(head(&saved)))
}

/// What is to be said of one that is not saved.
pub(super) async fn check(
    State(app): State<App>,
    Whole(written): Whole<Written>,
) -> Result<Response, Failure> {
    Ok(data(checked(&app.notifying.config.check(written.writing()?).await?)))
}

/// The versions that are kept.
pub(super) async fn versions(State(app): State<App>) -> Result<Response, Failure> {
    let versions = app.notifying.config.versions().await?;
    Ok(data(versions.iter().map(head).collect::<Vec<_>>()))
}

/// One of them.
pub(super) async fn version(
    State(app): State<App>,
    Path(version): Path<String>,
) -> Result<Response, Failure> {
    let number = version.parse().map_err(|_| {
        Failure::bad_data(format!("{version:?} is no version; GET .../notify-config/versions lists them"))
    })?;
    let config = &app.notifying.config;
    Ok(data(shown(config, &config.version(number).await?)))
}

/// `?from=&to=`: what changed from one version to another, or to the one that counts.
pub(super) async fn diff(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let (from, to) = (asked.needed("from")?, asked.number("to")?);
    Ok(data(app.notifying.config.diff(from, to).await?))
}

/// Stores an earlier version as the newest one.
pub(super) async fn restore(
    State(app): State<App>,
    Whole(restored): Whole<Restored>,
) -> Result<Response, Failure> {
    let Restored { restore, version, message, author } = restored;
    let message = if message.trim().is_empty() { format!("As version {restore} was") } else { message };
    let config = &app.notifying.config;
    Ok(data(head(&config.restore(&app.alertmanager, restore, version, (&author, &message)).await?)))
}

impl From<NotifyConfigError> for Failure {
    fn from(error: NotifyConfigError) -> Self {
        let text = error.to_string();
        match error {
            NotifyConfigError::Refused(problems) => {
                let line = problems.first().map(|flaw| flaw.line).filter(|line| *line > 0);
                let field = problems.first().map(|flaw| flaw.path.clone());
                let more = json!({"problems": problems, "line": line, "field": field});
                Self::with(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text, more)
            }
            NotifyConfigError::Conflict { current } => {
                Self::with(StatusCode::CONFLICT, "conflict", text, json!({"version": current}))
            }
            NotifyConfigError::FromFile(_) => Self::refused(text),
            NotifyConfigError::NoVersion(_) => super::failure::not_found(text),
            NotifyConfigError::BadField { field, .. } => Self::in_body(None, field, text),
            NotifyConfigError::Store(error) => error.into(),
        }
    }
}
