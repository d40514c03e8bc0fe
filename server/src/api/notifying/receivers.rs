//! `/api/v1/watchfire/receivers/NAME/test` and `/preview`: whether what is sent to a receiver gets there, and what its mails say.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_model::{Labels, parse_duration};
use watchfire_service::alerting::delivery::{PreviewError, TEST_WAIT, Trial};

use super::failure::not_found;
use super::notify_config::Written;
use super::routing::labels;
use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::clock::now;
use crate::http::App;

/// What the test notification tells; what is left out is that of a test.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Told {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    /// A configuration that has the receiver, in place of the one that counts.
    draft: Option<Written>,
    /// How long to wait for what the channels say, such as `5s`; the longest where it is left out.
    wait: Option<String>,
}

/// How long to wait; of the time that a request may take a fifth is left for the rest of it, or nobody would hear what was waited for.
fn waited(wait: Option<&str>, request_timeout: Duration) -> Result<Duration, Failure> {
    let longest = TEST_WAIT.min(request_timeout / 5 * 4);
    let Some(text) = wait else { return Ok(longest) };
    let millis = parse_duration(text).ok().and_then(|millis| u64::try_from(millis).ok());
    let millis = millis.ok_or_else(|| {
        Failure::bad_data(format!("wait: {text:?} is no length of time; write 5s, for example"))
    })?;
    Ok(Duration::from_millis(millis).min(longest))
}

fn shown(trial: &Trial) -> Value {
    json!({
        "integration": trial.integration.to_string(),
        "kind": trial.integration.channel.word(),
        "delivered": trial.failure.is_none() && trial.waits_behind.is_none(),
        "failure": trial.failure,
        "may_pass": trial.may_pass,
        "seconds": trial.took.as_secs_f64(),
        "delivery": trial.delivery,
        "waiting": trial.waits_behind.is_some(),
        "waits_behind": trial.waits_behind,
    })
}

/// Sends a test notification, by the queue if the receiver is saved, and says how each channel took it.
pub(super) async fn test(
    State(app): State<App>,
    Path(name): Path<String>,
    Whole(told): Whole<Told>,
) -> Result<Response, Failure> {
    let (labels, annotations) = (labels("labels", &told.labels)?, labels("annotations", &told.annotations)?);
    let wait = waited(told.wait.as_deref(), app.config.http.request_timeout)?;
    let queue = &app.notifying.queue;
    let way = if told.draft.is_some() { "direct" } else { "queue" };
    let trials = match told.draft {
        None => queue.try_receiver(&name, &labels, &annotations, None, wait).await?,
        Some(draft) => {
            let draft = app.notifying.config.tried(draft.writing()?).await?;
            queue.try_draft(&draft, &name, &labels, &annotations).await?
        }
    };
    let trials = trials.ok_or_else(|| {
        not_found(format!("there is no receiver {name:?}; GET /api/v1/watchfire/routing lists them"))
    })?;
    Ok(data(json!({
        "way": way,
        "delivered": are_delivered(&trials),
        "integrations": trials.iter().map(shown).collect::<Vec<_>>(),
    })))
}

/// Whether there are channels, and all have it.
fn are_delivered(trials: &[Trial]) -> bool {
    let is_delivered = |trial: &Trial| trial.failure.is_none() && trial.waits_behind.is_none();
    !trials.is_empty() && trials.iter().all(is_delivered)
}

/// An alert of which a test goes the whole way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Routed {
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    /// As of [`Told`].
    #[serde(default)]
    wait: Option<String>,
}

/// Labels with a name that nobody takes for that of an alert.
fn marked(labels: &Labels) -> Labels {
    match labels.get("alertname") {
        Some(name) => labels.with("alertname", &format!("{name} (test)")),
        None => labels.clone(),
    }
}

/// Sends a test of an alert the whole way: to all whom the routing tells of it, at once or if nobody acknowledges it. What mutes it is not
/// asked.
pub(super) async fn test_route(
    State(app): State<App>,
    Whole(asked): Whole<Routed>,
) -> Result<Response, Failure> {
    let alert = labels("labels", &asked.labels)?;
    let notes = labels("annotations", &asked.annotations)?;
    let wait = waited(asked.wait.as_deref(), app.config.http.request_timeout)?;
    let explained = app.alertmanager.explain(&alert, now());
    // Each once, with the first group in which it hears of it.
    let mut hearers: Vec<(String, Labels)> = Vec::new();
    for (taken, steps) in explained.explanation.taken.iter().zip(&explained.escalations) {
        let later = steps.iter().filter_map(|step| step.receiver.clone());
        for name in [taken.options.receiver.clone()].into_iter().chain(later) {
            if hearers.iter().all(|(known, _)| *known != name) {
                hearers.push((name, marked(&taken.group)));
            }
        }
    }
    let (alert, queue) = (marked(&alert), &app.notifying.queue);
    let tests =
        hearers.iter().map(|(name, group)| queue.try_receiver(name, &alert, &notes, Some(group), wait));
    let trials = join_all(tests).await;
    let mut receivers = Vec::with_capacity(hearers.len());
    let (mut is_told, mut is_failed) = (false, false);
    for ((name, _), trials) in hearers.iter().zip(trials) {
        // One that is gone meanwhile tells nobody.
        let trials = trials?.unwrap_or_default();
        is_told |= !trials.is_empty();
        is_failed |= !trials.is_empty() && !are_delivered(&trials);
        receivers.push(json!({
            "receiver": name,
            "way": "queue",
            "delivered": are_delivered(&trials),
            "integrations": trials.iter().map(shown).collect::<Vec<_>>(),
        }));
    }
    Ok(data(json!({"way": "queue", "delivered": is_told && !is_failed, "receivers": receivers})))
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
    /// The rule of which the chart is to be, by its uid or its name in the history; without it that of the labels, or a sample.
    rule: Option<String>,
}

impl From<PreviewError> for Failure {
    fn from(error: PreviewError) -> Self {
        let text = error.to_string();
        match error {
            PreviewError::NoReceiver(_) | PreviewError::NoMail { .. } => not_found(text),
            PreviewError::NoRule(_) => Self::bad_data(text),
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
    let queue = &app.notifying.queue;
    Ok(data(queue.preview_mail(draft.as_ref(), mail, &told, &notes, asked.rule.as_deref()).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_longer_than_a_request_may_take() {
        let seconds = |wait: Option<&str>, timeout: u64| {
            waited(wait, Duration::from_secs(timeout)).ok().map(|wait| wait.as_secs())
        };
        let longest = TEST_WAIT.as_secs();
        assert_eq!(seconds(None, 3600), Some(longest));
        assert_eq!(seconds(Some("5s"), 3600), Some(5));
        assert_eq!(seconds(Some("1h"), 3600), Some(longest));
        assert_eq!(seconds(None, 10), Some(8));
        assert_eq!(seconds(Some("9s"), 10), Some(8));
        assert_eq!(seconds(Some("soon"), 10), None);
    }
}
