//! `/-/healthy` and `/-/ready`, in the words that Prometheus' clients know.

use axum::extract::State;
use axum::http::StatusCode;

use crate::http::App;

/// The process is alive.
pub(super) async fn healthy() -> &'static str {
    "Watchfire is Healthy.\n"
}

/// Queries are welcome.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.stop.is_cancelled() || app.service.check().await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable\n");
    }
    (StatusCode::OK, "Watchfire is Ready.\n")
}
