//! What became of alerts, and how rule files are.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use watchfire_model::Labels;
use watchfire_service::alerting::{AlertEvent, HistoryQuestion, Sending};

use super::tried::map;
use crate::api::dashboards::asked::Asked;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::http::App;

/// `?uid=&rule=&labels=&from=&to=&deliveries=&limit=`: the newest first.
pub(super) async fn history(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let question = HistoryQuestion {
        rule: asked.given("rule").map(str::to_owned),
        uid: asked.given("uid").map(str::to_owned),
        labels: labels(&asked)?,
        range: asked.range()?,
        deliveries: asked.given("deliveries").map(|_| asked.switch("deliveries")).transpose()?,
        limit: asked.number("limit")?,
    };
    let events = app.service.alerting().history(question).await?;
    Ok(data(events.iter().map(event_told).collect::<Vec<_>>()))
}

/// An event as JSON; of a notification also who was to be told.
pub(in crate::api) fn event_told(event: &AlertEvent) -> Value {
    let value = if event.value.is_finite() { json!(event.value) } else { json!(event.value.to_string()) };
    let sending = Sending::of(event);
    let reason = sending.as_ref().map_or(&event.reason, |sending| &sending.reason);
    json!({
        "at": event.at,
        "rule": event.rule,
        "labels": map(&event.labels),
        "from": event.before,
        "to": event.after,
        "value": value,
        "reason": reason,
        "receiver": sending.as_ref().map(|sending| &sending.receiver),
        "integration": sending.as_ref().map(|sending| &sending.integration),
    })
}

/// The labels of an alert, where the question names one.
pub(super) fn labels(asked: &Asked) -> Result<Option<Labels>, Failure> {
    let read = |text: &str| {
        let pairs: BTreeMap<String, String> = serde_json::from_str(text)
            .map_err(|error| Failure::bad_data(format!("labels: write a JSON object of texts: {error}")))?;
        Labels::new(pairs).map_err(|error| Failure::bad_data(format!("labels: {error}")))
    };
    asked.given("labels").map(read).transpose()
}

/// How rule files are.
pub(super) async fn files(State(app): State<App>) -> Response {
    data(app.service.alerting().files())
}

/// Looks at them now.
pub(super) async fn reload(State(app): State<App>) -> Response {
    app.service.alerting().reload().await;
    data(app.service.alerting().files())
}
