//! What a Prometheus scrapes, evaluates by itself and notifies. Watchfire is written to and has no rules, so all of it is
//! there and empty, as in a Prometheus without such a configuration.

use axum::response::Response;
use serde_json::json;

use super::envelope::data;
use super::error::Failure;
use super::form::Parameters;

/// `/api/v1/targets`.
pub(super) async fn targets() -> Response {
    data(&json!({"activeTargets": [], "droppedTargets": [], "droppedTargetCounts": {}}))
}

/// `/api/v1/scrape_pools`.
pub(super) async fn scrape_pools() -> Response {
    data(&json!({"scrapePools": []}))
}

/// `/api/v1/alertmanagers`.
pub(super) async fn alertmanagers() -> Response {
    data(&json!({"activeAlertmanagers": [], "droppedAlertmanagers": []}))
}

/// `/api/v1/notifications`.
pub(super) async fn notifications() -> Response {
    data(&[(); 0])
}

/// `/api/v1/alerts`.
pub(super) async fn alerts() -> Response {
    data(&json!({"alerts": []}))
}

/// `/api/v1/rules`.
pub(super) async fn rules(parameters: Parameters) -> Result<Response, Failure> {
    if let Some(kind) = parameters.given("type").filter(|kind| !matches!(*kind, "alert" | "record")) {
        return Err(Failure::parameter("type", format!("not supported value {kind:?}")));
    }
    parameters.selectors().map_err(Failure::bad_data)?;
    Ok(data(&json!({"groups": []})))
}
