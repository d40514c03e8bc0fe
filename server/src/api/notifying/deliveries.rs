//! `/api/v1/watchfire/deliveries`: what was sent, is to be sent, and could not be.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use watchfire_alerting::channel::{AboutAlert, Draft};
use watchfire_service::alerting::delivery::{Deliveries, Delivery, DeliveryFilter, DeliveryState};

use super::alerts::PRINCIPAL;
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

/// The states that there are, as errors name them.
const STATES: &str = "waiting, done, dead, superseded and dropped";

/// The most characters of the name of who drops something.
const LONGEST_NAME: usize = 100;

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
        "test": delivery.test,
        "superseded_by": delivery.superseded_by,
    })
}

/// `?state=&receiver=&test=&limit=&before=`: the newest first.
pub(super) async fn list(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let state = asked.given("state").map(|text| {
        DeliveryState::read(text)
            .ok_or_else(|| Failure::bad_data(format!("state: {text:?} is none of {STATES}")))
    });
    let test = asked.given("test").map(|text| match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Failure::bad_data(format!("test: {text:?} is neither true nor false"))),
    });
    let filter = DeliveryFilter {
        state: state.transpose()?,
        receiver: asked.given("receiver").map(str::to_owned),
        test: test.transpose()?,
        before: asked.number("before")?,
        limit: asked.number("limit")?.unwrap_or(USUAL).clamp(1, MOST),
    };
    let deliveries = app.notifying.queue.deliveries();
    let found = deliveries.list(&filter).await?;
    let counts = deliveries.counts().await?;
    Ok(data(json!({
        "deliveries": found.iter().map(shown).collect::<Vec<_>>(),
        "counts": {
            "waiting": counts.waiting,
            "done": counts.done,
            "dead": counts.dead,
            "superseded": counts.superseded,
            "dropped": counts.dropped,
        },
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
    let deliveries = app.notifying.queue.deliveries();
    let resent = deliveries.resend(id).await?;
    if !resent && deliveries.get(id).await?.is_some_and(|delivery| delivery.test) {
        return Err(Failure::refused(format!(
            "the delivery {id} is a test, which is not sent again; test its receiver again"
        )));
    }
    ended(&app, id, resent).await
}

/// Deletes a dead letter.
pub(super) async fn discard(State(app): State<App>, Path(id): Path<i64>) -> Result<StatusCode, Failure> {
    let gone = app.notifying.queue.deliveries().discard(id).await?;
    ended(&app, id, gone).await
}

/// Sends now what waits, whatever was to be waited for.
pub(super) async fn hasten(State(app): State<App>, Path(id): Path<i64>) -> Result<StatusCode, Failure> {
    let waited = app.notifying.queue.deliveries().hasten(id).await?;
    said(&app, id, waited, WAITING_ONLY).await
}

/// Lets what waits not be sent; `?by=` says who wants it so, since such a request has no body.
pub(super) async fn drop_waiting(
    State(app): State<App>,
    Path(id): Path<i64>,
    asked: Asked,
) -> Result<StatusCode, Failure> {
    let by = asked.given("by").unwrap_or(PRINCIPAL);
    if by.chars().count() > LONGEST_NAME {
        return Err(Failure::bad_data(format!("by: a name has at most {LONGEST_NAME} characters")));
    }
    let dropped = app.notifying.queue.deliveries().drop_waiting(id, by).await?;
    said(&app, id, dropped, WAITING_ONLY).await
}

/// What is done to dead letters alone: the others are where they belong.
const DEAD_ONLY: &str = "only dead ones are sent again or deleted";

/// What is done to those alone that wait.
const WAITING_ONLY: &str = "only what waits is sent at once or dropped";

async fn ended(app: &App, id: i64, done: bool) -> Result<StatusCode, Failure> {
    said(app, id, done, DEAD_ONLY).await
}

/// Nothing more to say where it was done; else why not.
async fn said(app: &App, id: i64, done: bool, only: &str) -> Result<StatusCode, Failure> {
    if done {
        return Ok(StatusCode::NO_CONTENT);
    }
    match app.notifying.queue.deliveries().get(id).await? {
        Some(delivery) if delivery.state == DeliveryState::Waiting && only == WAITING_ONLY => {
            let words = format!("the delivery {id} is being sent; look what becomes of it, and try again");
            Err(Failure::refused(words))
        }
        Some(delivery) => {
            Err(Failure::refused(format!("the delivery {id} is {}; {only}", delivery.state.as_str())))
        }
        None => Err(missing(id)),
    }
}
