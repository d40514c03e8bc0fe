//! The API of Alertmanager, version 2
//! (<https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>): Prometheus, vmalert and `amtool` use it as they
//! would use an Alertmanager. docs/API.md lists the routes.

mod alerts;
mod failure;
mod filter;
mod shapes;
mod silences;
mod status;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

use crate::http::App;

/// The largest body, in bytes: a Prometheus sends 64 alerts at a time, others may send all that they have.
const LARGEST: usize = 16 * 1024 * 1024;

/// All routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v2/alerts", get(alerts::list).post(alerts::post))
        .route("/api/v2/alerts/groups", get(alerts::groups))
        .route("/api/v2/silences", get(silences::list).post(silences::post))
        .route("/api/v2/silence/{id}", get(silences::one).delete(silences::expire))
        .route("/api/v2/receivers", get(status::receivers))
        .route("/api/v2/status", get(status::status))
        .layer(DefaultBodyLimit::max(LARGEST))
}
