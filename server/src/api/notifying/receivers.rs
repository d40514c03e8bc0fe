//! `/api/v1/watchfire/receivers/NAME/test` and `/preview`: whether what is sent to a receiver gets there, and what its mails say.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_service::alerting::delivery::{PreviewError, Trial};

use super::failure::not_found;
use super::notify_config::Written;
use super::routing::labels;
use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::http::App;

/// What the test notification tells; what is left out is that of a test.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Told {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    /// A configuration that has the receiver, in place of the one that counts.
    draft: Option<Written>,
}

fn shown(trial: &Trial) -> Value {
    json!({
        "integration": trial.integration.to_string(),
        "kind": trial.integration.channel.word(),
        "delivered": trial.failure.is_none(),
        "failure": trial.failure,
        "may_pass": trial.may_pass,
        "seconds": trial.took.as_secs_f64(),
    })
}

/// Sends a test notification now, and says how each channel took it.
pub(super) async fn test(
    State(app): State<App>,
    Path(name): Path<String>,
    Whole(told): Whole<Told>,
) -> Result<Response, Failure> {
    let (labels, annotations) = (labels("labels", &told.labels)?, labels("annotations", &told.annotations)?);
    let queue = &app.notifying.queue;
    let trials = match told.draft {
        None => queue.try_receiver(&name, &labels, &annotations).await?,
        Some(draft) => {
            let draft = app.notifying.config.tried(draft.writing()?).await?;
            queue.try_draft(&draft, &name, &labels, &annotations).await?
        }
    };
    let trials = trials.ok_or_else(|| {
        not_found(format!("there is no receiver {name:?}; GET /api/v1/watchfire/routing lists them"))
    })?;
    let delivered = trials.iter().all(|trial| trial.failure.is_none());
    Ok(data(json!({
        "delivered": delivered && !trials.is_empty(),
        "integrations": trials.iter().map(shown).collect::<Vec<_>>(),
    })))
}

/// What a mail is to be shown of; what is left out is that of a test.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Shown {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    /// A configuration that has the receiver, in place of the one that counts.
    draft: Option<Written>,
    /// Which of the receiver's `email_configs`, counted from 0.
    index: usize,
}

impl From<PreviewError> for Failure {
    fn from(error: PreviewError) -> Self {
        let text = error.to_string();
        match error {
            PreviewError::NoReceiver(_) | PreviewError::NoMail { .. } => not_found(text),
            PreviewError::Template(flaw) => {
                Self::with(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text, json!({"field": flaw.field}))
            }
            PreviewError::System(error) => error.into(),
        }
    }
}

/// Says what a mail of the receiver would say of a test alert; nothing is sent.
pub(super) async fn preview(
    State(app): State<App>,
    Path(name): Path<String>,
    Whole(asked): Whole<Shown>,
) -> Result<Response, Failure> {
    let told = labels("labels", &asked.labels)?;
    let notes = labels("annotations", &asked.annotations)?;
    let draft = match asked.draft {
        None => None,
        Some(draft) => Some(app.notifying.config.tried(draft.writing()?).await?),
    };
    let mail = (name.as_str(), asked.index);
    Ok(data(app.notifying.queue.preview_mail(draft.as_ref(), mail, &told, &notes)?))
}
