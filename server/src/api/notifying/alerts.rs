//! `/api/v1/watchfire/alerts`: who looks after which alert, what is over, what may be quiet.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_alerting::{Fingerprint, Handling};
use watchfire_model::parse_duration;
use watchfire_service::alertmanager::{AlertFilter, Said, SeenAlert};

use crate::api::dashboards::asked::Asked;
use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::api::rules::map;
use crate::clock::now;
use crate::http::App;

/// Who says something, while there is no login and nothing else is said.
pub(super) const PRINCIPAL: &str = "local";

/// What somebody says of an alert.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Body {
    by: String,
    comment: String,
    /// Milliseconds since the epoch.
    until: Option<i64>,
    /// In place of it, such as `2h`.
    r#for: Option<String>,
}

impl Default for Body {
    fn default() -> Self {
        Self { by: PRINCIPAL.to_owned(), comment: String::new(), until: None, r#for: None }
    }
}

impl Body {
    fn said(self, now: i64) -> Result<Said, Failure> {
        let until = match (self.until, self.r#for) {
            (Some(_), Some(_)) => return Err(Failure::bad_data("for, until: give one of them")),
            (until, None) => until,
            (None, Some(text)) => {
                let millis = parse_duration(&text).ok().filter(|millis| *millis > 0);
                let millis = millis.ok_or_else(|| {
                    Failure::bad_data(format!("for: {text:?} is no length of time; write 2h, for example"))
                })?;
                Some(now.saturating_add(millis))
            }
        };
        Ok(Said { by: self.by, comment: self.comment, until })
    }
}

fn fingerprint(text: &str) -> Result<Fingerprint, Failure> {
    text.parse().map_err(|error| Failure::bad_data(format!("{error}")))
}

fn handling(handling: &Handling) -> Value {
    json!({
        "by": handling.by,
        "comment": handling.comment,
        "at": handling.at,
        "until": handling.until,
    })
}

fn alert(seen: &SeenAlert) -> Value {
    let state = match (&seen.acknowledged, seen.is_suppressed()) {
        (_, true) => "suppressed",
        (Some(_), false) => "acknowledged",
        (None, false) => "active",
    };
    json!({
        "fingerprint": seen.fingerprint,
        "labels": map(&seen.alert.labels),
        "annotations": map(&seen.alert.annotations),
        "state": state,
        "starts_at": seen.alert.starts_at,
        "updated_at": seen.alert.updated_at,
        "generator_url": seen.alert.generator_url,
        "receivers": seen.receivers,
        "escalates_to": seen.hearers,
        "acknowledged": seen.acknowledged.as_ref().map(handling),
        "muted_by": {
            "silences": seen.muted_by.silenced_by,
            "inhibitions": seen.muted_by.inhibited_by,
            "maintenance": seen.muted_by.maintained_by,
            "maintenance_name": seen.window,
        },
    })
}

/// All that fire, and those that somebody resolved by hand and whose source goes on.
pub(super) async fn list(State(app): State<App>) -> Response {
    let alerts = app.alertmanager.alerts(&AlertFilter::default(), now());
    let resolved = app.alertmanager.resolved_by_hand().into_iter().map(|(fingerprint, said)| {
        json!({"fingerprint": fingerprint, "labels": map(&said.labels), "resolved": handling(&said)})
    });
    data(json!({
        "alerts": alerts.iter().map(alert).collect::<Vec<_>>(),
        "resolved_by_hand": resolved.collect::<Vec<_>>(),
    }))
}

/// How many fire that nothing mutes, and how grave the gravest is.
pub(super) async fn firing(State(app): State<App>) -> Response {
    let (firing, severity) = app.alertmanager.firing_count(now());
    data(json!({"firing": firing, "severity": severity}))
}

/// Somebody looks after it.
pub(super) async fn acknowledge(
    State(app): State<App>,
    Path(of): Path<String>,
    Whole(body): Whole<Body>,
) -> Result<Response, Failure> {
    let now = now();
    let said = app.alertmanager.acknowledge(fingerprint(&of)?, &body.said(now)?, now).await?;
    Ok(data(json!({"acknowledged": handling(&said)})))
}

/// Who takes something back: `?by=`, since such a request has no body.
fn taken_back(asked: &Asked) -> Said {
    let by = asked.given("by").unwrap_or(PRINCIPAL).to_owned();
    Said { by, comment: String::new(), until: None }
}

/// Nobody does any more.
pub(super) async fn take_back(
    State(app): State<App>,
    Path(of): Path<String>,
    asked: Asked,
) -> Result<StatusCode, Failure> {
    app.alertmanager.take_back(fingerprint(&of)?, &taken_back(&asked), now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// It is not over.
pub(super) async fn reopen(
    State(app): State<App>,
    Path(of): Path<String>,
    asked: Asked,
) -> Result<StatusCode, Failure> {
    app.alertmanager.reopen(fingerprint(&of)?, &taken_back(&asked), now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// It is over.
pub(super) async fn resolve(
    State(app): State<App>,
    Path(of): Path<String>,
    Whole(body): Whole<Body>,
) -> Result<Response, Failure> {
    let now = now();
    let said = app.alertmanager.resolve(fingerprint(&of)?, &body.said(now)?, now).await?;
    Ok(data(json!({"resolved": handling(&said)})))
}

/// It may be quiet until a time.
pub(super) async fn snooze(
    State(app): State<App>,
    Path(of): Path<String>,
    Whole(body): Whole<Body>,
) -> Result<Response, Failure> {
    let now = now();
    let said = body.said(now)?;
    let id = app.alertmanager.snooze(fingerprint(&of)?, &said, now).await?;
    Ok(data(json!({"silence": id, "until": said.until})))
}
