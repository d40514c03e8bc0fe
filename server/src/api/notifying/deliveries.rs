//! `/api/v1/watchfire/deliveries`: what was sent, is to be sent, and could not be.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use watchfire_alerting::channel::{AboutAlert, Draft};
use watchfire_service::alerting::delivery::{Deliveries, Delivery, DeliveryFilter, DeliveryState};

use super::failure::not_found;
use crate::api::dashboards::asked::Asked;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::api::rules::map;
use crate::http::App;

/// Deliveries of an answer, where it is not said how many.
const USUAL: usize = 100;

/// The most that can be asked for.
const MOST: usize = 1000;

fn alert(alert: &AboutAlert) -> Value {
    json!({
        "fingerprint": alert.fingerprint,
        "labels": map(&alert.labels),
        "resolved": alert.resolved,
        "starts_at": alert.starts_at,
    })
}

fn shown(delivery: &Delivery) -> Value {
    let draft = Deliveries::told(delivery);
    let about = draft.as_ref().map(|draft: &Draft| &draft.about);
    json!({
        "id": delivery.id,
        "state": delivery.state.as_str(),
        "receiver": delivery.receiver,
        "integration": delivery.integration,
        "kind": draft.as_ref().map(|draft| draft.integration.channel.word()),
        "intent": draft.as_ref().map(|draft| draft.intent),
        "reason": about.and_then(|about| about.reason),
        "group_key": delivery.group_key,
        "group": about.map(|about| map(&about.group)),
        "alerts": about.map(|about| about.alerts.iter().map(alert).collect::<Vec<_>>()),
        "alert_count": about.map(|about| about.count),
        "attempts": delivery.attempts,
        "failure": Some(&delivery.reason).filter(|reason| !reason.is_empty()),
        "created_at": delivery.created_at,
        "next_at": (delivery.state == DeliveryState::Waiting).then_some(delivery.next_at),
        "give_up_at": (delivery.state == DeliveryState::Waiting).then_some(delivery.give_up_at),
        "ended_at": delivery.ended_at,
        "idempotency_key": delivery.key,
    })
}

/// `?state=&receiver=&limit=&before=`: the newest first.
pub(super) async fn list(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let state = asked.given("state").map(|text| {
        DeliveryState::read(text)
            .ok_or_else(|| Failure::bad_data(format!("state: {text:?} is none of waiting, done and dead")))
    });
    let filter = DeliveryFilter {
        state: state.transpose()?,
        receiver: asked.given("receiver").map(str::to_owned),
        before: asked.number("before")?,
        limit: asked.number("limit")?.unwrap_or(USUAL).clamp(1, MOST),
    };
    let deliveries = app.notifying.queue.deliveries();
    let found = deliveries.list(&filter).await?;
    let counts = deliveries.counts().await?;
    Ok(data(json!({
        "deliveries": found.iter().map(shown).collect::<Vec<_>>(),
        "counts": {"waiting": counts.waiting, "done": counts.done, "dead": counts.dead},
    })))
}

/// One of them.
pub(super) async fn one(State(app): State<App>, Path(id): Path<i64>) -> Result<Response, Failure> {
    let found = app.notifying.queue.deliveries().get(id).await?;
    found.map(|delivery| data(shown(&delivery))).ok_or_else(|| missing(id))
}

fn missing(id: i64) -> Failure {
    not_found(format!("there is no delivery {id} (any more)"))
}

/// Sends a dead letter again.
pub(super) async fn resend(State(app): State<App>, Path(id): Path<i64>) -> Result<StatusCode, Failure> {
    let resent = app.notifying.queue.deliveries().resend(id).await?;
    ended(&app, id, resent).await
}

/// Deletes a dead letter.
pub(super) async fn discard(State(app): State<App>, Path(id): Path<i64>) -> Result<StatusCode, Failure> {
    let gone = app.notifying.queue.deliveries().discard(id).await?;
    ended(&app, id, gone).await
}

/// Only dead letters are sent again and deleted: the others are where they belong.
async fn ended(app: &App, id: i64, done: bool) -> Result<StatusCode, Failure> {
    if done {
        return Ok(StatusCode::NO_CONTENT);
    }
    match app.notifying.queue.deliveries().get(id).await? {
        Some(delivery) => Err(Failure::refused(format!(
            "the delivery {id} is {}; only dead ones are sent again or deleted",
            delivery.state.as_str()
        ))),
        None => Err(missing(id)),
    }
}
