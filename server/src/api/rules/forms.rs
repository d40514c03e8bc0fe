//! `/api/v1/watchfire/rules` and `/api/v1/watchfire/rules/{uid}`.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use watchfire_service::alerting::{FORM_FILE, Form, FormHead, Health, KeptForm, RuleFilter, RuleView};

use crate::api::dashboards::asked::Asked;
use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::{created, data};
use crate::http::App;

/// A new rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRule {
    #[serde(default)]
    uid: Option<String>,
    rule: Form,
    #[serde(default)]
    message: String,
}

/// The next version of a rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NextVersion {
    version: u64,
    rule: Form,
    #[serde(default)]
    message: String,
}

/// A rule with how it does.
#[derive(Serialize)]
struct Listed<T> {
    #[serde(flatten)]
    kept: T,
    /// inactive, pending, firing; none for one that is paused.
    state: Option<&'static str>,
    /// unknown, ok, err.
    health: Option<&'static str>,
    last_error: Option<String>,
    last_evaluation: Option<i64>,
    alerts: usize,
}

fn listed<T>(kept: T, running: Option<&RuleView>) -> Listed<T> {
    let alerting = running.and_then(|rule| rule.alerting.as_ref());
    let (health, last_error) = match running.map(|rule| &rule.health) {
        None => (None, None),
        Some(Health::Unknown) => (Some("unknown"), None),
        Some(Health::Ok) => (Some("ok"), None),
        Some(Health::Err(reason)) => (Some("err"), Some(reason.clone())),
    };
    Listed {
        kept,
        state: alerting.map(|rule| rule.state.word()),
        health,
        last_error,
        last_evaluation: running.and_then(|rule| rule.evaluated_at),
        alerts: alerting.map_or(0, |rule| rule.alerts.len()),
    }
}

/// The rules of forms that are evaluated, each with its uid.
fn running(app: &App) -> Vec<(String, RuleView)> {
    let groups = app.service.alerting().groups();
    let of_forms = groups.iter().filter(|group| group.file() == FORM_FILE);
    let rules = of_forms.flat_map(|group| {
        let rules = group.rules(&RuleFilter::default()).into_iter();
        rules.map(|rule| (group.name().to_owned(), rule))
    });
    rules.collect()
}

/// All of them with how they do.
pub(super) async fn list(State(app): State<App>) -> Result<Response, Failure> {
    let heads = app.service.alerting().forms().await?;
    let running: std::collections::HashMap<_, _> = running(&app).into_iter().collect();
    let listed = heads.into_iter().map(|head| {
        let rule = running.get(&head.uid);
        listed::<FormHead>(head, rule)
    });
    Ok(data(listed.collect::<Vec<_>>()))
}

/// All of them as a rule file of Prometheus.
pub(super) async fn export(State(app): State<App>) -> Result<Response, Failure> {
    let headers = [
        (header::CONTENT_TYPE, "application/yaml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"watchfire-rules.yml\""),
    ];
    Ok((headers, app.service.alerting().export().await?).into_response())
}

/// Makes one.
pub(super) async fn create(State(app): State<App>, Whole(new): Whole<NewRule>) -> Result<Response, Failure> {
    let NewRule { uid, rule, message } = new;
    Ok(created(app.service.alerting().create_form(uid, &rule, &message).await?))
}

/// One of them.
pub(super) async fn get(State(app): State<App>, Path(uid): Path<String>) -> Result<Response, Failure> {
    let kept = app.service.alerting().form(&uid).await?;
    let running = running(&app);
    let rule = running.iter().find(|(other, _)| *other == uid).map(|(_, rule)| rule);
    Ok(data(listed::<KeptForm>(kept, rule)))
}

/// Stores the next version.
pub(super) async fn save(
    State(app): State<App>,
    Path(uid): Path<String>,
    Whole(next): Whole<NextVersion>,
) -> Result<Response, Failure> {
    let NextVersion { version, rule, message } = next;
    Ok(data(app.service.alerting().save_form(&uid, version, &rule, &message).await?))
}

/// Deletes one; `?version=` only that version.
pub(super) async fn delete(
    State(app): State<App>,
    Path(uid): Path<String>,
    asked: Asked,
) -> Result<StatusCode, Failure> {
    app.service.alerting().remove_form(&uid, asked.number("version")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
