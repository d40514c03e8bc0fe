use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde_json::Value;

use super::failure::Failure;
use super::filter::Asked;
use super::shapes::{self, PostedAlert};
use crate::clock::now;
use crate::http::App;

/// The alerts that fire.
pub(super) async fn list(State(app): State<App>, asked: Asked) -> Result<Json<Vec<Value>>, Failure> {
    let found = app.alertmanager.alerts(&asked.alerts()?, now());
    Ok(Json(found.iter().map(shapes::alert).collect()))
}

/// The same in their groups.
pub(super) async fn groups(State(app): State<App>, asked: Asked) -> Result<Json<Vec<Value>>, Failure> {
    let found = app.alertmanager.groups(&asked.alerts()?, now());
    Ok(Json(found.iter().map(shapes::group).collect()))
}

/// Takes alerts. The valid ones count also where others are not, as with Alertmanager; the answer then names the others.
pub(super) async fn post(
    State(app): State<App>,
    posted: Result<Json<Vec<PostedAlert>>, JsonRejection>,
) -> Result<StatusCode, Failure> {
    let Json(posted) = posted?;
    let (mut places, mut alerts, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for (place, alert) in posted.into_iter().enumerate() {
        match alert.received() {
            Ok(alert) => {
                places.push(place);
                alerts.push(alert);
            }
            Err(error) => wrong.push((place, error)),
        }
    }
    let refused = app.alertmanager.receive(alerts, now()).await?;
    // Places in what was handed on are not those in the body.
    wrong.extend(
        refused.into_iter().filter_map(|(at, error)| places.get(at).map(|place| (*place, error.to_string()))),
    );
    if wrong.is_empty() {
        return Ok(StatusCode::OK);
    }
    wrong.sort();
    let told: Vec<String> = wrong.iter().map(|(place, error)| format!("alert {place}: {error}")).collect();
    Err(Failure::bad_data(told.join("; ")))
}
